"""Window, report, `runs show`, exported tables, metrics.csv, baselines and resumption tell one history of a run,
however often it was stopped, killed, resumed and damaged: the one that a plain filter over its journal gives."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.metric_log import MetricLog
from tests.golden.state import opened_run
from tests.interrupted_runs import AttemptScript, InterruptedRun, damage, scripts, start_lines
from tests.logical import logical
from trainer import events as ev
from trainer.baselines.entries import Contestant
from trainer.baselines.outcome import Outcome
from trainer.engine.resume import find_continuation
from trainer.export.tables import write_epochs, write_json
from trainer.report.run_data import read_run
from trainer.result import row
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.store.inspect import run_facts
from trainer.store.journal import read_journal

MESSAGES = (ev.NonFiniteLoss, ev.CallbackFailed, ev.StopRequested, ev.RunEnded)


class Expected:
    """The reference. Records with a negative step are whole lines that no run can have written."""

    def __init__(self, folder: RunFolder) -> None:
        found = read_journal(folder.journal)
        self.read = [record for record in found.records if record.event.step >= 0]
        self.damaged = found.damaged + len(found.records) - len(self.read)
        self.kept = logical(self.read)
        self.epochs = self.by_epoch(ev.EpochEnded)
        self.validations = self.by_epoch(ev.ValidationDone)
        attempt = self.read[-1].attempt if self.read else 0
        endings = [record.event for record in self.of(ev.RunEnded) if record.attempt == attempt]
        self.ended = endings[-1] if endings else None

    def of(self, *kinds: type[Any], **fields: Any) -> list[Any]:
        """Records that count."""
        kept = [record for record in self.kept if isinstance(record.event, kinds)]
        return [one for one in kept if all(getattr(one.event, name) == value for name, value in fields.items())]

    def by_epoch(self, *kinds: type[ev.Event], **fields: Any) -> dict[int, Any]:
        """The latest event of each epoch, in the order of the epochs."""
        found = {record.event.epoch: record.event for record in self.of(*kinds, **fields)}
        return dict(sorted(found.items()))

    def files(self, kind: str) -> dict[int, str]:
        return {epoch: event.path for epoch, event in self.by_epoch(ev.SnapshotSaved, kind=kind).items()}

    @property
    def info(self) -> Any:
        starts = self.of(ev.RunStarted)
        return starts[-1].event if starts else None

    @property
    def best_epoch(self) -> int | None:
        losses = {epoch: event.valid_loss for epoch, event in self.epochs.items() if np.isfinite(event.valid_loss)}
        return min(losses, key=lambda epoch: losses[epoch], default=None)

    def attempts(self) -> list[dict[str, Any]]:
        """Of each: its last step, and how many of its steps no later start has taken back."""
        found: dict[int, dict[str, Any]] = {}
        for record in self.read:
            step = 0 if isinstance(record.event, ev.Preparing) else record.event.step
            if isinstance(record.event, ev.RunStarted):
                for one in found.values():
                    one["kept_step"] = min(one["kept_step"], step)
            found[record.attempt] = {"attempt": record.attempt, "step": step, "kept_step": step, "seconds": record.t}
        return list(found.values())


@settings(max_examples=60, deadline=None)
@given(
    earlier=st.lists(scripts(), max_size=4),
    last=scripts(damaged=False),
    lines=st.sets(st.integers(0, 150), max_size=6),
    starts=st.integers(0, 4),
)
def test_all_readers_tell_one_history(
    earlier: list[AttemptScript], last: AttemptScript, lines: set[int], starts: int
) -> None:
    """In the end some lines are damaged, those of the last `starts` starts among them."""
    with tempfile.TemporaryDirectory() as name:
        run = InterruptedRun(Path(name))
        for script in [*earlier, last]:
            run.follow(script)
        check(run.folder, Path(name))
        found = start_lines(run.folder.journal)
        damage(run.folder.journal, lines | set(found[max(0, len(found) - starts) :]))
        # the next attempt would write it anew
        resumed = SimpleNamespace(attempt=9, resumed_seq=2**53, metrics=())
        log, context = MetricLog(), SimpleNamespace(folder=run.folder)
        log.on_run_started(resumed, context)  # type: ignore[arg-type]
        log.on_run_ended(None, context)  # type: ignore[arg-type]
        check(run.folder, Path(name))


def check(folder: RunFolder, place: Path) -> None:
    """All readers against the reference."""
    expected = Expected(folder)
    check_window(folder, expected)
    check_report(folder, expected)
    check_shown(folder, expected)
    check_tables(folder, place, expected)
    outcome = Outcome(Contestant("it", "pytorch", merge()), folder)
    outcome.take_in(read_journal(folder.journal).records)
    assert same(outcome.epochs, list(expected.epochs.values()))
    assert outcome.ended == expected.ended
    continuation = find_continuation(folder)
    assert continuation.attempt == max((record.attempt for record in expected.read), default=0) + 1
    assert continuation.elapsed == (expected.read[-1].t if expected.read else 0.0)


def check_window(folder: RunFolder, expected: Expected) -> None:
    run = opened_run(folder)
    model = run.model
    assert run.follower.damaged == expected.damaged
    assert same((model.info, model.ended), (expected.info, expected.ended))
    assert model.epochs.column("epoch").tolist() == list(expected.epochs)
    for name in ("step", "train_loss", "valid_loss", "valid_macro_f1", "seconds"):
        assert same(model.epochs.column(name).tolist(), [getattr(one, name) for one in expected.epochs.values()])
    reports = expected.of(ev.BatchesReported)
    for column, name in {"step": "last_step", "loss": "loss_mean", "learning_rate": "learning_rate"}.items():
        assert same(model.batches.column(column).tolist(), [getattr(one.event, name) for one in reports])
    assert model.nan_steps == [one.event.step for one in reports if not np.isfinite(one.event.loss_mean)]
    assert model.best_epoch == expected.best_epoch
    found = {epoch: (one.f1.tolist(), one.confusion.tolist()) for epoch, one in model.verdicts.items()}
    validations = expected.validations.items()
    assert found == {epoch: (list(one.f1), [list(line) for line in one.confusion]) for epoch, one in validations}
    messages = [(message.seq, message.kind) for message in model.messages]
    assert messages == [(one.seq, type(one.event).__name__) for one in expected.of(*MESSAGES)]
    assert model.checkpoints == {one.event.kind: one.event for one in expected.of(ev.CheckpointSaved)}
    assert same(model.evaluations, {one.event.split: one.event for one in expected.of(ev.EvaluationDone)})
    assert (model.predictions, model.weights) == (expected.files("predictions"), expected.files("weights"))
    answers = [one.event for one in expected.read if isinstance(one.event, ev.RequestHandled)]
    assert model.answers == {answer.id: answer for answer in answers}


def check_report(folder: RunFolder, expected: Expected) -> None:
    run = read_run(folder)
    assert same((run.info, run.ended), (expected.info, expected.ended))
    assert run.history.seconds == (expected.read[-1].t if expected.read else 0.0)
    assert run.epochs.tolist() == list(expected.epochs)
    for name, column in run.columns.items():
        assert same(column.tolist(), [getattr(one, name) for one in expected.epochs.values()])
    assert run.best_epoch == expected.best_epoch
    f1 = {epoch: one.f1 for epoch, one in expected.validations.items() if epoch in expected.epochs}
    assert run.f1 == (f1 if expected.info else {})
    assert (run.history.predictions, run.history.weights) == (expected.files("predictions"), expected.files("weights"))
    images = [record.event.path for record in expected.of(ev.SnapshotSaved, kind="images")]
    assert run.history.images == (images[-1] if images else None)


def check_shown(folder: RunFolder, expected: Expected) -> None:
    found = run_facts(folder)
    names = ("attempt", "step", "kept_step", "seconds")
    assert [{name: one[name] for name in names} for one in found["attempts"]] == expected.attempts()
    assert (found["journal"]["records"], found["journal"]["damaged"]) == (len(expected.read), expected.damaged)


def check_tables(folder: RunFolder, place: Path, expected: Expected) -> None:
    write_json(folder, place / "run.json")
    about = json.loads((place / "run.json").read_text("utf-8"))
    rows = [row(event) for event in expected.epochs.values()]
    assert about["history"] == ev.spell_non_finite(rows)
    validations = [msgspec.to_builtins(one) for one in expected.validations.values()]
    assert about["validations"] == json.loads(json.dumps(ev.spell_non_finite(validations)))
    if not rows:
        return
    write_epochs(folder, place / "run.csv")
    for path in (folder.metrics, place / "run.csv"):
        lines = csv.DictReader(path.read_text("utf-8").splitlines())
        assert [{name: line[name] for name in rows[0]} for line in lines] == [texts(one) for one in rows]


def texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def same(found: Any, expected: Any) -> bool:
    """Equal, NaN to NaN."""
    return repr(found) == repr(expected) or found == expected
