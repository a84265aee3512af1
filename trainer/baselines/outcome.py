"""The outcome of an entry, from the journal of its run. [no torch]"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.baselines.entries import Contestant
from trainer.baselines.further_metrics import LabelMetric, score
from trainer.errors import EpochscopeError
from trainer.events import SPLITS, EpochEnded, RunEnded
from trainer.metrics.classification import mean_of
from trainer.store.folder import RunFolder
from trainer.store.journal import Record
from trainer.store.journal_limits import ImpossibleError
from trainer.store.run_history import RunHistory
from trainer.text.number_format import over_classes

COLUMNS = (
    "algorithm",
    "training_seconds",
    "f1_train",
    "f1_valid",
    "f1_test",
    "accuracy_test",
    "samples_per_second",
    "peak_memory_mb",
)
Point = tuple[float, float]
"""Seconds of training so far, and macro-F1 on the validation images at that time."""


@dataclass
class Outcome:
    """An entry and its run as far as it got.

    Attributes:
        contestant: The entry.
        folder: Folder of its run.
        history: What its journal says so far.
        report: What the worker process printed at its end.
        error: Why it failed; None if it did not.
    """

    contestant: Contestant
    folder: RunFolder
    history: RunHistory = field(default_factory=RunHistory)
    report: Mapping[str, Any] = field(default_factory=dict)
    error: EpochscopeError | None = None
    interrupted: bool = False
    """Whether it was asked to stop."""
    metrics: Mapping[str, LabelMetric] = field(default_factory=dict)
    """Further columns by name: metrics of the test images."""
    scores: dict[str, float | None] = field(default_factory=dict)
    """Their values; None if one failed."""
    failures: list[str] = field(default_factory=list)
    """What went wrong with further metrics, a sentence each."""

    def take_in(self, records: Iterable[Record]) -> None:
        """Add new records of the journal.

        Args:
            records: In the order of the journal.
        """
        for record in records:
            with suppress(ImpossibleError):
                self.history.add(record)

    def compute_metrics(self) -> None:
        """Compute the further columns. One that fails stays empty and is mentioned in the notes."""
        test = self.history.evaluations.get("test")
        for name, metric in self.metrics.items():
            self.scores[name] = None
            if test is not None:
                try:
                    self.scores[name] = score(metric, test.confusion)
                except Exception as error:  # a function of the user's may raise anything
                    self.failures.append(f"{name} failed: {type(error).__name__}: {error}")

    @property
    def epochs(self) -> list[EpochEnded]:
        """The finished epochs."""
        return self.history.finished

    @property
    def ended(self) -> RunEnded | None:
        """How the run ended, by its journal; None while it has not."""
        return self.history.ended

    @property
    def status(self) -> Literal["completed", "stopped", "failed"]:
        """How it ended. A run that was stopped is not evaluated and has no row."""
        if self.error is None and self.ended is not None:
            return self.ended.status
        return "stopped" if self.interrupted else "failed"

    @property
    def prepared_seconds(self) -> float:
        """Seconds to turn the images into a float matrix; Epochscope does that in each epoch, as part of its
        training."""
        return float(self.report.get("prepared_seconds", 0.0))

    @property
    def training_seconds(self) -> float:
        """Seconds from decoded images to weights: preparation and all epochs, without validation."""
        return self.prepared_seconds + sum(epoch.train_seconds for epoch in self.epochs)

    def row(self) -> dict[str, Any]:
        """Return the row of the table.

        Returns:
            A value per column; None where the data has no such split.
        """
        seconds = sum(epoch.train_seconds for epoch in self.epochs)
        samples = sum(epoch.samples_per_second * epoch.train_seconds for epoch in self.epochs)
        test = self.history.evaluations.get("test")
        return {
            "algorithm": self.contestant.name,
            "training_seconds": self.training_seconds,
            **{f"f1_{split}": self._f1(split) for split in SPLITS},
            "accuracy_test": test.accuracy if test else None,
            "samples_per_second": samples / seconds if seconds else 0.0,
            "peak_memory_mb": self.report.get("peak_memory_mb"),
            **self.scores,
        }

    def _f1(self, split: str) -> float | None:
        found = self.history.evaluations.get(split)
        return found.macro_f1 if found else None

    def curve(self) -> list[Point]:
        """Return the validation curve.

        Returns:
            A point per validated epoch.
        """
        points, seconds = [], self.prepared_seconds
        for epoch in self.epochs:
            seconds += epoch.train_seconds
            if epoch.valid_macro_f1 is not None:
                points.append((seconds, epoch.valid_macro_f1))
        return points

    def reached(self, mark: float) -> float | None:
        """Find when a score was reached.

        Args:
            mark: Macro-F1 on the validation images, in [0, 1].

        Returns:
            Seconds of training until then; None if it never was.
        """
        return next((seconds for seconds, f1 in self.curve() if f1 >= mark), None)

    def notes(self) -> list[str]:
        """List what has to be mentioned next to the results.

        Returns:
            A text per note.
        """
        said = [str(text).rstrip(" :.") for text in self.report.get("notes", ())]
        said += self.failures
        if self.prepared_seconds >= 0.05:
            said.append(f"{self.prepared_seconds:.1f} s of it to turn the images into a float matrix")
        for split, found in self.history.evaluations.items():
            if over := over_classes(mean_of(found.f1, found.macro_f1), len(found.f1)):
                said.append(f"macro-F1 on {split} of {over}")
        if self.ended is not None and self.ended.reason:
            said.append(f"ended by: {self.ended.reason}")
        return said

    def document(self) -> dict[str, Any]:
        """Return everything as plain values for JSON.

        Returns:
            Row, status, settings, curve, notes and error.
        """
        started = self.history.info
        return {
            **self.row(),
            "status": self.status,
            "run": self.folder.name,
            "about": self.contestant.about,
            "settings": self.contestant.settings.model_dump(),
            "options": dict(self.contestant.options),
            "epochs": len(self.epochs),
            "best_epoch": self.ended.best_epoch if self.ended else None,
            "threads": started.threads if started else None,
            "device": started.device if started else None,
            "curve": [{"training_seconds": seconds, "f1_valid": f1} for seconds, f1 in self.curve()],
            "prepared_seconds": float(self.report.get("prepared_seconds", 0.0)),
            "notes": self.notes(),
            "error": {"code": self.error.code, "text": str(self.error)} if self.error else None,
        }


def columns(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """List the columns of the table: the usual ones, then the further metrics.

    Args:
        outcomes: With the same further metrics.

    Returns:
        Names of the columns.
    """
    return (*COLUMNS, *(outcomes[0].scores if outcomes else ()))


def marks(outcomes: Iterable[Outcome]) -> tuple[float, ...]:
    """Choose three scores that tell the entries apart, a hundredth apart.

    The highest is the highest hundredth that at least two entries reached on validation, or the only one did.

    Args:
        outcomes: The entries.

    Returns:
        At most three scores, each above 0 and at most 1, increasing.
    """
    best = sorted((max((f1 for _, f1 in one.curve()), default=0.0) for one in outcomes), reverse=True)
    if not best:
        return ()
    hundredth = int(100 * best[min(1, len(best) - 1)] + 1e-9)
    return tuple(mark / 100 for mark in range(hundredth - 2, hundredth + 1) if mark > 0)
