"""A running process, asked through files by another one; and two processes that want the same run."""

from __future__ import annotations

import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from callbacks.checkpoint import Checkpoint
from tests.reliability.harness import STEPS as TINY_STEPS
from tests.reliability.harness import assert_same, attempts, dropout_net, history, lists
from tests.reliability.supervisor import SETTINGS, STEPS, Child, child
from trainer.events import (
    CheckpointSaved,
    EpochStarted,
    RequestHandled,
    RunEnded,
    RunPaused,
    RunStarted,
    RunUnpaused,
    StopRequested,
    ValidationDone,
)
from trainer.launch import start
from trainer.settings import merge
from trainer.store import requests
from trainer.store.folder import RunFolder, is_alive, read_owner, state
from trainer.store.journal import Record, read_journal
from trainer.trainer import Trainer

PATIENCE = 30.0


def ask(process: Child, do: Any, **options: Any) -> tuple[RequestHandled, float]:
    """Post a request and wait for its answer; the seconds between the two."""
    posted = time.time()
    ident = requests.post(process.run, do, source="test", **options).id
    record = answered(process, ident)
    return record.event, record.wall / 1000 - posted  # type: ignore[return-value]


def answered(process: Child, ident: str) -> Record:
    def shows(record: Record) -> bool:
        return isinstance(record.event, RequestHandled) and record.event.id == ident

    return process.until(shows, f"an answer to {ident}")


def until_gone(run: RunFolder) -> None:
    """The file of a request goes right after its answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not list(run.requests.iterdir()):
            return
        time.sleep(0.005)
    raise AssertionError(f"left in requests/: {list(run.requests.iterdir())}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    root = tmp_path_factory.mktemp("whole")
    start(merge(SETTINGS), root, name="run")
    return RunFolder(root / "run")


def test_a_run_is_steered_through_files(tmp_path: Path, whole: RunFolder) -> None:
    run = RunFolder(tmp_path / "run")
    with child(run, pace=0.007) as process:
        process.until_step(3)
        event, latencies = pauses_and_checkpoints(process, run)
        assert event.reason.startswith("checkpoints/manual-")
        refused_and_stale(process)
        epoch = process.records[-1].event.epoch
        process.until(lambda r: isinstance(r.event, EpochStarted) and r.event.epoch > epoch, "the next epoch")
        # both are there before the first is answered: an epoch is short
        twice = [requests.post(run, "stop", source="test", when="epoch").id for _ in range(2)]
        assert [answered(process, ident).event.result for ident in twice] == ["done", "already"]  # type: ignore[union-attr]
        assert process.wait() == 3
    until_gone(run)
    records = read_journal(run.journal).records
    assert records[-1].event.step % STEPS == 0, "the epoch was finished"
    with child(run, pace=0.007) as process:
        process.until_step(records[-1].event.step + 2)
        event, seconds = ask(process, "stop")
        latencies.append(seconds)
        assert process.wait() == 3
        assert read_journal(run.journal).records[-1].event.step % STEPS
    with child(run) as process:
        assert process.wait() == 0, process.said
    assert_same(run, whole)
    everything_once(run)
    print(
        f"\nrequest to answer through files, {len(latencies)} requests: "
        f"median {1000 * statistics.median(latencies):.0f} ms, largest {1000 * max(latencies):.0f} ms"
    )
    assert statistics.median(latencies) < 0.5, "ten looks a second, and a step takes 7 ms"


def pauses_and_checkpoints(process: Child, run: RunFolder) -> tuple[RequestHandled, list[float]]:
    """Each request twice in a row where that makes a difference; the last answer, and the seconds to each."""
    latencies = []
    for do, result in (
        ("pause", "done"),
        ("pause", "already"),
        ("checkpoint", "done"),
        ("unpause", "done"),
        ("unpause", "already"),
        ("checkpoint", "done"),
    ):
        event, seconds = ask(process, do)
        assert event.result == result, do
        latencies.append(seconds)
        if do == "pause":
            assert state(run) == "paused"
    return event, latencies


def refused_and_stale(process: Child) -> None:
    """What was meant for another attempt, and what makes no sense."""
    run = process.run
    owner = read_owner(run)
    assert owner is not None
    old = requests.Request("stop", source="test", ident="00-of-another-attempt", attempt=owner.attempt + 1)
    (run.requests / old.file).write_bytes(requests.encode(old))
    record = answered(process, old.id)
    assert isinstance(record.event, RequestHandled)
    assert record.event.result == "stale"
    (run.requests / "00-nonsense.json").write_bytes(b'{"do": "dance"')
    record = answered(process, "00-nonsense")
    assert isinstance(record.event, RequestHandled)
    assert record.event.result == "refused"
    until_gone(run)


def everything_once(run: RunFolder) -> None:
    """Over all attempts each request has one answer, each pause one end."""
    events = [record.event for record in read_journal(run.journal).records]
    answers = [event.id for event in events if isinstance(event, RequestHandled)]
    assert len(answers) == len(set(answers))
    pauses = [type(event).__name__ for event in events if isinstance(event, RunPaused | RunUnpaused)]
    assert pauses == ["RunPaused", "RunUnpaused"] * (len(pauses) // 2)


@pytest.mark.slow
def test_requests_while_preparing_and_stop_beats_all(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    with child(run, gate={"at": "preparing"}) as process:
        process.until_gate()
        asked = {do: requests.post(run, do, source="test").id for do in ("pause", "checkpoint")}
        until_taken(process)
        process.open_gate()
        answers = {do: answered(process, asked[do]).event for do in asked}
        assert answers["pause"].result == "done"  # type: ignore[union-attr]
        assert answers["checkpoint"].result == "refused"  # type: ignore[union-attr]
        assert state(run) == "paused"
        assert is_alive(run)
        assert not attempts(run), "it is still being prepared"
        assert ask(process, "unpause")[0].result == "done"
        process.until(lambda record: isinstance(record.event, RunStarted), "the start")
        assert process.wait() == 0
    with child(run, gate={"at": "preparing"}) as process:
        process.until_gate()
        asked = {do: requests.post(run, do, source="test").id for do in ("pause", "checkpoint", "stop")}
        until_taken(process)
        process.open_gate()
        assert process.wait() == 3
    events = [record.event for record in process.records]
    handled = {event.id: event.result for event in events if isinstance(event, RequestHandled)}
    assert handled[asked["stop"]] == "done"
    assert handled[asked["pause"]] == "refused"
    assert handled[asked["checkpoint"]] == "refused"
    assert not [event for event in events if isinstance(event, RunPaused)]
    assert len([event for event in events if isinstance(event, StopRequested)]) == 1
    assert isinstance(events[-1], RunEnded)


def until_taken(process: Child) -> None:
    """Wait until the engine's second thread has looked several times: it touches owner.json at each twentieth look."""
    before, end = process.run.owner.stat().st_mtime_ns, time.monotonic() + PATIENCE
    while process.run.owner.stat().st_mtime_ns == before:
        assert time.monotonic() < end, "owner.json is not touched"
        time.sleep(0.01)


def test_a_stop_while_paused(tmp_path: Path, whole: RunFolder) -> None:
    run = RunFolder(tmp_path / "run")
    with child(run, pace=0.01) as process:
        process.until_step(STEPS + 2)
        assert ask(process, "pause")[0].result == "done"
        paused = read_journal(run.journal).records[-1]
        assert ask(process, "stop")[0].result == "done"
        assert process.wait() == 3
    assert read_journal(run.journal).records[-1].event.step == paused.event.step, "no step was taken"
    assert read_journal(run.journal).records[-1].t == pytest.approx(paused.t, abs=0.05), "a pause is no training time"
    with child(run) as process:
        assert process.wait() == 0
    assert_same(run, whole)


def test_of_two_processes_one_wins(tmp_path: Path, whole: RunFolder) -> None:
    run = RunFolder(tmp_path / "run")
    with child(run, gate={"at": "step", "number": STEPS + 9}) as process:
        process.until_gate()
        with child(run) as rival:  # while the first one works
            assert rival.wait() == 4
            assert "run.busy" in rival.said
            assert f"process {process.process.pid}" in rival.said
        process.send(signal.SIGTERM)
        process.open_gate()
        assert process.wait() == 3
    with child(run, gate={"at": "go"}, pace=0.003) as one, child(run, gate={"at": "go"}, pace=0.003) as two:
        for each in (one, two):
            each.until_gate()
        for each in (one, two):
            each.open_gate()
        assert sorted([one.wait(), two.wait()]) == [0, 4], one.said
    assert_same(run, whole)
    assert [event.attempt for event in attempts(run)] == [1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_lost_and_alive(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    with child(run, gate={"at": "step", "number": 30}) as process:
        process.until_gate()
        assert state(run) == "running"
        assert is_alive(run)
        process.send(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert state(run) == "lost"
        assert not is_alive(run)
    with child(run) as process:
        assert process.wait() == 0
    assert state(run) == "completed"


# -- in this process: at moments that only the engine's own thread can choose ---------------------------------------


def test_requests_while_validating(tmp_path: Path) -> None:
    """Through files too: the validation waits until the request has been found."""
    trainer = Trainer(
        dropout_net(), lists(), epochs=2, callbacks=[Checkpoint()], run_dir=tmp_path / "run", device="cpu"
    )
    run = RunFolder(tmp_path / "run")
    passes = trainer.feed.eval_batches
    asked: list[str] = []

    def eval_batches(split: str, batch: int) -> Any:
        for index, item in enumerate(passes(split, batch)):
            if split == "valid" and index == 1 and len(asked) < 2:
                asked.append(requests.post(run, "checkpoint" if not asked else "stop", source="test").id)
                end = time.monotonic() + PATIENCE
                while not trainer._control.waiting:
                    assert time.monotonic() < end, "nobody looked into requests/"
                    time.sleep(0.005)
            yield item

    trainer.feed.eval_batches = eval_batches  # type: ignore[method-assign]
    assert trainer.fit().status == "stopped"
    events = [record.event for record in history(run)]
    handled = {event.id: event.result for event in events if isinstance(event, RequestHandled)}
    assert handled == {asked[0]: "done", asked[1]: "done"}
    kinds = [type(event).__name__ for event in events]
    assert kinds.index("RequestHandled") < kinds.index("ValidationDone")
    assert sum(isinstance(event, ValidationDone) for event in events) == 1, "the second one was given up"
    assert [e.step for e in events if isinstance(e, CheckpointSaved) and e.kind == "manual"] == [TINY_STEPS]
    expected = Trainer(dropout_net(), lists(), epochs=2, run_dir=tmp_path / "whole", device="cpu")
    expected.fit()
    Trainer(dropout_net(), lists(), epochs=2, run_dir=tmp_path / "run", device="cpu").fit(resume=True)
    assert_same(run, RunFolder(tmp_path / "whole"))
