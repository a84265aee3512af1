"""A supervisor kills and interrupts a real process again and again; the end is that of the undisturbed run."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.harness import assert_same, attempts
from tests.reliability.supervisor import (
    EPOCHS,
    SETTINGS,
    STEPS,
    after_mid_epoch_checkpoint,
    child,
    reached,
)
from trainer.events import RunEnded
from trainer.launch import start
from trainer.settings import merge
from trainer.store.folder import RunFolder, state
from trainer.store.journal import read_journal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

KILL = signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM
INT, TERM = signal.SIGINT, signal.SIGTERM


@dataclass
class Blow:
    """One interruption. `gate`: where the child stands when it comes; `step`: or what its journal shows by then, at
    `pace` milliseconds a step; `twice`: a second signal follows at once."""

    number: signal.Signals
    gate: dict[str, Any] | None = None
    step: int = 0
    pace: float = 0.0
    twice: bool = False

    @property
    def where(self) -> str:
        if self.gate is None:
            return "anywhere"
        return {
            "save": "in a save: {call}",
            "preparing": "in a resume: preparing",
            "started": "in a resume: started",
        }.get(self.gate["at"], self.gate["at"]).format(**self.gate)


def at(step: int) -> dict[str, Any]:
    return {"at": "step", "number": step}


def save(call: str, number: int = 1) -> dict[str, Any]:
    return {"at": "save", "call": call, "number": number}


QUICK = [
    Blow(KILL, save("write", 2)),
    Blow(INT, at(17)),
    Blow(TERM, at(2 * STEPS + 9)),
]
ALL = [
    Blow(KILL, step=2, pace=0.04),  # before the first checkpoint
    Blow(INT, at(5)),
    Blow(TERM, at(10)),
    Blow(KILL, at(18)),
    Blow(KILL, save("open")),
    Blow(KILL, save("write")),
    Blow(KILL, save("before replace", 2)),
    Blow(TERM, save("write", 2)),
    Blow(KILL, {"at": "preparing"}),
    Blow(KILL, {"at": "started"}),
    Blow(INT, {"at": "preparing"}),
    Blow(TERM, {"at": "started"}),
    Blow(KILL, at(2 * STEPS + 16)),
    Blow(INT, {**at(2 * STEPS + 17), "echo": True}, twice=True),
    Blow(KILL, {"at": "validated"}),
    Blow(KILL, save("replace", 2)),
    Blow(INT, step=3 * STEPS + 8, pace=0.005),
    Blow(KILL, step=3 * STEPS + 15, pace=0.005),
    Blow(TERM, step=4 * STEPS + 9, pace=0.005),
    Blow(KILL, step=5 * STEPS + 10, pace=0.005),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    root = tmp_path_factory.mktemp("whole")
    assert start(merge(SETTINGS), root, name="run").status == "completed"
    return RunFolder(root / "run")


def strike(run: RunFolder, blow: Blow, fresh: bool) -> list[Any]:
    """One attempt that ends by a blow; a row of the table."""
    with child(run, gate=blow.gate, pace=blow.pace, fresh=fresh) as process:
        if blow.gate is not None:
            process.until_gate()
        else:
            process.until_step(blow.step)
        process.send(blow.number)
        if blow.twice:
            process.until_signal_taken()  # two at one moment would be one
            process.send(blow.number)
        elif blow.number != KILL and blow.gate is not None:
            process.open_gate()
        code = process.wait()
    expected = -KILL if blow.number == KILL else 130 if blow.twice else 3
    assert code == expected, f"{blow}: exit {code}\n{process.said}"
    step, inside = reached(run), after_mid_epoch_checkpoint(run)
    assert 0 < step < EPOCHS * STEPS, f"{blow} came at step {step}, not between the first step and the last"
    ended = any(isinstance(record.event, RunEnded) for record in process.records)
    assert ended == (code == 3), "RunEnded comes unless the process had no time for it"
    assert state(run) == ("stopped" if code == 3 else "lost")
    attempt = read_journal(run.journal).records[-1].attempt
    return [blow.number.name + (" twice" if blow.twice else ""), blow.where, attempt, step, inside, code]


def survive(run: RunFolder, whole: RunFolder, blows: list[Blow], *, fresh: bool) -> list[list[Any]]:
    rows = [strike(run, blow, fresh) for blow in blows]
    with child(run, fresh=fresh) as process:
        code = process.wait()
    assert code == 0, process.said
    print(f"\n{'':>2} {'signal':<13} {'where':<25} {'attempt':>7} {'step':>5} {'epoch':>5}  after mid-epoch save  exit")
    for number, (name, where, attempt, step, inside, exit_code) in enumerate(rows, 1):
        epoch = (step - 1) // STEPS + 1
        inside_text = "yes" if inside else ""
        print(f"{number:>2} {name:<13} {where:<25} {attempt:>7} {step:>5} {epoch:>5}  {inside_text:<20}  {exit_code}")
    assert_same(run, whole)
    started = attempts(run)
    assert started[-1].attempt == len(blows) + 1
    assert {event.exact_resume for event in started} == {"exact"}
    assert state(run) == "completed"
    return rows


def test_three_interruptions(tmp_path: Path, whole: RunFolder) -> None:
    survive(RunFolder(tmp_path / "run"), whole, QUICK, fresh=False)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_interruptions(tmp_path: Path, whole: RunFolder) -> None:
    rows = survive(RunFolder(tmp_path / "run"), whole, ALL, fresh=True)
    assert len(rows) >= 20
    assert {row[0] for row in rows} >= {"SIGINT", "SIGTERM", "SIGKILL"}
    assert sum(row[4] for row in rows) >= 5, "inside an epoch after a checkpoint inside it"
    assert sum(row[1].startswith("in a save") for row in rows) >= 3
    assert sum(row[1].startswith("in a resume") for row in rows) >= 2
