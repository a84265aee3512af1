"""Runs as any interleaving of attempts, stops, kills and damaged lines leaves them: scripts for hypothesis, and the
journal and metrics.csv that a script gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from hypothesis import strategies as st

from callbacks.metric_log import MetricLog
from trainer import events as ev
from trainer.metrics.classification import Metrics
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalWriter

STEPS_PER_EPOCH = 3
CLASSES = ("cat", "dog")


@dataclass(frozen=True)
class AttemptScript:
    """`back`: how many checkpoints are passed over, as if damaged; more than there are: it starts anew. `damaged`:
    lines of this attempt that a failing disk changes, once it is over."""

    back: int
    steps: int
    end: Literal["prepared", "killed", "evaluated", "stopped"]
    callback_fails: bool
    absurd: bool
    damaged: tuple[int, ...]


def scripts(*, damaged: bool = True) -> st.SearchStrategy[AttemptScript]:
    """An attempt. Without damage it also gets as far as to start: metrics.csv is then written from all before it."""
    lines = st.lists(st.integers(0, 60), max_size=3).map(tuple) if damaged else st.just(())
    ends = ("prepared", "killed", "evaluated", "stopped") if damaged else ("killed", "evaluated", "stopped")
    return st.builds(
        AttemptScript,
        back=st.integers(0, 3),
        steps=st.integers(0, 3 * STEPS_PER_EPOCH),
        end=st.sampled_from(ends),
        callback_fails=st.booleans(),
        absurd=st.booleans(),
        damaged=lines,
    )


class InterruptedRun:
    """A run folder with nothing but journal.jsonl and metrics.csv. Losses depend on the attempt, so that steps that are
    done again can be told from those that were taken back."""

    def __init__(self, root: Path) -> None:
        self.folder = RunFolder(root / "run")
        self.folder.path.mkdir()
        self._attempt = 0
        self._saved: list[tuple[int, int]] = []  # seq and step that each checkpoint covers
        self._clock = 0.0

    def follow(self, script: AttemptScript) -> None:
        """One more attempt."""
        before = self.folder.journal.read_bytes().count(b"\n") if self._attempt else 0
        self._attempt += 1
        self._journal = JournalWriter(self.folder.journal, self._attempt)
        self._metric_log, self._run = MetricLog(), SimpleNamespace(folder=self.folder)
        self._epoch = self._step = 0
        self._prepare(script)
        if script.end != "prepared":
            self._train(script)
        self._journal.close()
        damage(self.folder.journal, {before + line for line in script.damaged})

    def _tell(self, event: type[ev.Event], **fields: Any) -> Any:
        told = event(**{"epoch": self._epoch, "step": self._step, **fields})
        self._clock += 0.25
        self._journal.write(told, t=self._clock, wall=1_000 * self._attempt + self._step)
        return told

    def _prepare(self, script: AttemptScript) -> None:
        self._tell(ev.Preparing, stage="import", done=0, total=0)
        if script.callback_fails:
            failure = {"callback": "Faulty", "hook": "on_preparing", "action": "detach", "error": "it fails"}
            self._tell(ev.CallbackFailed, **failure)
        self._tell(ev.Preparing, stage="check", done=1, total=1)

    def _train(self, script: AttemptScript) -> None:
        self._saved = self._saved[: max(0, len(self._saved) - script.back)]
        seq, self._step = self._saved[-1] if self._saved else (0, 0)
        self._epoch = self._step // STEPS_PER_EPOCH + (self._step > 0)
        started = self._tell(ev.RunStarted, **_started(self._attempt, seq, self._step))
        self._metric_log.on_run_started(started, self._run)  # type: ignore[arg-type]
        self._tell(ev.SnapshotSaved, kind="images", split=None, path=f".data/{self._attempt}", bytes=1)
        for step in range(self._step + 1, self._step + script.steps + 1):
            self._train_step(step)
        if script.absurd:
            self._tell(ev.NonFiniteLoss, step=-1, batch=1, where="loss", last_checkpoint=None)
        if script.end == "evaluated":
            self._tell(ev.EvaluationDone, split="valid", weights="best", seconds=1.0, **self._metrics())
        if script.end == "stopped":
            self._tell(ev.StopRequested, source="request", reason="")
            self._tell(ev.RequestHandled, id=f"stop-{self._attempt}", result="done", reason="")
            self._save("last")
            self._tell(ev.RunEnded, status="stopped", reason="request")
        self._metric_log.on_run_ended(None, self._run)  # type: ignore[arg-type]

    def _train_step(self, step: int) -> None:
        if (step - 1) % STEPS_PER_EPOCH == 0:
            self._epoch = step // STEPS_PER_EPOCH + 1
            self._tell(ev.EpochStarted, first_batch=0, learning_rate=0.1)
        self._step = step
        self._tell(ev.BatchesReported, **_report(step, self._loss()))
        if step % STEPS_PER_EPOCH == 0:
            self._end_epoch()

    def _end_epoch(self) -> None:
        loss, about = self._loss(), self._metrics()
        self._tell(ev.ValidationDone, seconds=0.1, improved=True, best_epoch=None, best_loss=None, **about)
        for kind in ("predictions", "weights"):
            path = f"{kind}/{self._epoch}-{self._attempt}"
            self._tell(ev.SnapshotSaved, kind=kind, split=None, path=path, bytes=1)
        ended = self._tell(ev.EpochEnded, **_ended(loss, about))
        self._metric_log.on_epoch_ended(ended, self._run)  # type: ignore[arg-type]
        self._save("best")
        self._save("last")

    def _save(self, kind: str) -> None:
        self._saved.append((self._journal.next_seq - 1, self._step))
        path = f"checkpoints/{kind}-{self._step}-{self._attempt}"
        self._tell(ev.CheckpointSaved, kind=kind, path=path, bytes=1, sha256="", seconds=0.1)

    def _loss(self) -> float:
        return (math.nan, math.inf, 0.5, 0.25, 1.0, 0.5, 2.0)[(3 * self._attempt + 5 * self._step) % 7]

    def _metrics(self) -> dict[str, Any]:
        return Metrics.from_confusion([[self._step + 1, self._attempt], [1, 2]], self._loss()).fields()


def start_lines(journal: Path) -> list[int]:
    """Lines of RunStarted, counted from 0: without one, nobody knows that steps were taken back."""
    return [place for place, line in enumerate(journal.read_bytes().splitlines()) if b'"RunStarted"' in line]


def damage(journal: Path, lines: set[int]) -> None:
    """Change a byte of some lines, counted from 0."""
    found = journal.read_bytes().splitlines(keepends=True)
    for line in lines:
        if line < len(found):
            found[line] = b"!" + found[line][1:]
    journal.write_bytes(b"".join(found))


def _started(attempt: int, resumed_seq: int, resumed_step: int) -> dict[str, Any]:
    nothing: dict[str, Any] = {"settings": {}, "split_sizes": {}, "callbacks": (), "versions": {}}
    return {
        **nothing,
        "run_id": "run",
        "attempt": attempt,
        "resumed_step": resumed_step,
        "resumed_seq": resumed_seq,
        "started_at": f"2026-01-01T00:00:{attempt:02d}+00:00",
        "epochs": 20,
        "steps_per_epoch": STEPS_PER_EPOCH,
        "classes": CLASSES,
        "model": "softmax",
        "parameters": 1,
        "input_shape": (1, 2, 2),
        "device": "cpu",
        "seed": 1,
        "threads": 1,
        "exact_resume": "exact",
    }


def _report(step: int, loss: float) -> dict[str, Any]:
    names = ("loss_mean", "loss_min", "loss_max", "loss_last")
    seconds = {"data_seconds": 0.5, "step_seconds": 1.0}
    place = {"first_step": step, "last_step": step, "count": 1, "samples": 4, "correct": step % 4}
    return {**place, **dict.fromkeys(names, loss), **seconds, "learning_rate": 0.1 / step}


def _ended(loss: float, about: dict[str, Any]) -> dict[str, Any]:
    seconds = {"seconds": 1.5, "train_seconds": 1.0, "valid_seconds": 0.5, "data_seconds": 0.25}
    train = {"train_loss": loss, "train_accuracy": 0.5, "train_macro_f1": 0.5, "train_f1": (0.5, 0.25)}
    valid = {f"valid_{name}": about[name] for name in ("loss", "accuracy", "macro_f1")}
    return {**seconds, **train, **valid, "improved": True, "learning_rate": 0.1, "samples_per_second": 9.0}
