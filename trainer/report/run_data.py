"""Everything a report says about a run, from its folder alone. [no torch]

What is missing or damaged is left out and recorded; only a folder without any run is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from trainer import events as ev
from trainer.errors import EpochscopeError, Parameter, UsageError
from trainer.events import SPLITS
from trainer.metrics.calibration import Calibration
from trainer.store import calibration_file, durable, evaluations, notes
from trainer.store import summary as summaries
from trainer.store.edits_file import OF_RUN, EditCounts, kept_counts
from trainer.store.evaluations import SplitMetrics
from trainer.store.folder import RunFolder, State, state
from trainer.store.format_check import check_formats
from trainer.store.journal import JournalReader
from trainer.store.journal_limits import LARGEST
from trainer.store.notes import ViewerNotes
from trainer.store.run_files import settings_text
from trainer.store.run_history import RunHistory, read_history
from trainer.store.summary import Summary
from trainer.text.toml_text import parse_toml

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Made = TypeVar("Made")

EPOCH_COLUMNS = (
    "train_loss",
    "train_accuracy",
    "train_macro_f1",
    "valid_loss",
    "valid_accuracy",
    "valid_macro_f1",
    "learning_rate",
    "samples_per_second",
    "seconds",
)
MAX_JSON = 64 << 20
"""Largest file that is read, in bytes."""
MAX_WITHIN = 400
"""Points of a line within the epochs, at most: a figure is not wide enough to show more."""
UNREADABLE: tuple[type[Exception], ...] = (
    *(EpochscopeError, OSError, ValueError, KeyError, IndexError),
    *(ArithmeticError, MemoryError, RecursionError, EOFError, msgspec.MsgspecError),
)
"""Errors that reading a file written by other programs can raise."""


LONGEST_REASON = 200
"""Letters of a reason, at most."""


@dataclass(frozen=True)
class Gap:
    """Something a report cannot show."""

    code: str
    """What is missing, a stable word."""
    file: str = ""
    """File, as the run names it."""
    reason: str = ""
    """Why, in English."""
    error: str = ""
    """Code of the error behind it, if there is one."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict, compare=False)
    """Parameters of that error."""

    @classmethod
    def of(cls, code: str, file: str, error: BaseException) -> Self:
        """Make a gap from an error.

        Args:
            code: What is missing.
            file: File, as the run names it.
            error: The error.

        Returns:
            The gap.
        """
        told = error.what if isinstance(error, EpochscopeError) else str(error) or type(error).__name__
        reason = " ".join(told.split())[:LONGEST_REASON]
        if not isinstance(error, EpochscopeError):
            return cls(code, file, reason)
        return cls(code, file, reason, error.code, error.parameters)


@dataclass(frozen=True)
class Within:
    """Training within the epochs, thinned to n points."""

    epoch: Floats
    """Position float64 (n,), in epochs; 0.5 is the middle of the first."""
    loss: Floats
    """Training loss float64 (n,)."""
    learning_rate: Floats
    """Learning rate float64 (n,)."""


@dataclass
class RunData:
    """A run as a report sees it. Missing numbers are NaN, missing files are in `gaps`."""

    folder: RunFolder
    """Folder of the run."""
    state: State = "preparing"
    """State of the run."""
    summary: Summary = field(default_factory=Summary)
    """Content of summary.json."""
    notes: ViewerNotes = field(default_factory=ViewerNotes)
    """Notes of the user."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings, as nested tables; empty if unreadable."""
    toml: str = ""
    """Text of run.toml; empty if unreadable."""
    environment: dict[str, Any] = field(default_factory=dict)
    """Content of environment.json; empty if unreadable."""
    edits: EditCounts | None = None
    """How many labels edits changed; None without edits."""
    history: RunHistory = field(default_factory=RunHistory)
    """History from the journal."""
    epochs: Counts = field(default_factory=lambda: np.empty(0, np.int64))
    """Numbers of the E completed epochs, int64 (E,)."""
    columns: dict[str, Floats] = field(default_factory=dict)
    """Values of each epoch by name, float64 (E,)."""
    within: Within | None = None
    """Training within the epochs; None if not reported."""
    f1: dict[int, tuple[float, ...]] = field(default_factory=dict)
    """Epoch -> F1 of each class on the validation images."""
    evaluations: dict[str, SplitMetrics] = field(default_factory=dict)
    """Split -> evaluation."""
    calibration: Calibration | None = None
    """Calibration of the confidences; None if there is none."""
    gaps: list[Gap] = field(default_factory=list)
    """What is missing or damaged."""

    @property
    def name(self) -> str:
        """Name of the run."""
        return self.folder.name

    @property
    def info(self) -> ev.RunStarted | None:
        """Start of the last attempt; None if not recorded."""
        return self.history.info

    @property
    def ended(self) -> ev.RunEnded | None:
        """End of the last attempt; None if not recorded."""
        return self.history.ended

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; empty if not known."""
        if self.info is not None:
            return self.info.classes
        return next((found.classes for found in self.evaluations.values()), ())

    @property
    def best_epoch(self) -> int | None:
        """Epoch with the best value of the monitored metric, by default the smallest validation loss; None if there is
        none."""
        return self.history.best_epoch

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the custom metrics."""
        return self.history.metrics

    @property
    def kept_epoch(self) -> int | None:
        """Epoch whose weights were kept: the best, else the last; None before the first."""
        return self.best_epoch or (int(self.epochs[-1]) if len(self.epochs) else None)

    def column(self, name: str) -> Floats:
        """Get a column.

        Args:
            name: One of `EPOCH_COLUMNS`, or `valid_` and the name of a custom metric.

        Returns:
            Values float64 (E,), NaN where there are none.
        """
        return self.columns.get(name, np.full(len(self.epochs), np.nan))

    def at(self, name: str, epoch: int | None) -> float:
        """Get the value of a column after an epoch.

        Args:
            name: Name of the column.
            epoch: Number of the epoch.

        Returns:
            The value; NaN if there is none.
        """
        found = np.flatnonzero(self.epochs == epoch)
        return float(self.column(name)[found[0]]) if len(found) else float("nan")


def read_run(folder: RunFolder) -> RunData:
    """Read everything except images.

    Args:
        folder: Folder of the run.

    Returns:
        The run.

    Raises:
        UsageError: `run.unknown`: the folder does not hold a run.
        NewerVersionError: A newer version of Epochscope wrote to it.
    """
    if not any(path.is_file() for path in (folder.journal, folder.run_toml, folder.summary)):
        raise UsageError(
            "run.unknown",
            f"There is no run {folder.name!r}.",
            where=str(folder.path),
            fix="Give the folder of a run: it holds run.toml, journal.jsonl and summary.json.",
            name=folder.name,
        )
    check_formats(folder)
    run = RunData(folder)
    run.summary = _tried(run, "summary.json", lambda: _summary(folder)) or Summary()
    run.state = state(folder)
    run.notes = _tried(run, "viewer.json", lambda: notes.load(folder.viewer)) or ViewerNotes()
    run.toml = _tried(run, "run.toml", lambda: settings_text(folder)) or ""
    if run.toml:
        run.settings = _tried(run, "run.toml", lambda: parse_toml(run.toml)) or {}
    found = _tried(run, "environment.json", lambda: _table(durable.read_bytes(folder.environment, MAX_JSON)))
    run.environment = found or {}
    run.edits = _tried(run, OF_RUN, lambda: kept_counts(folder))
    _tried(run, "journal.jsonl", lambda: _read_journal(run))
    _read_evaluations(run)
    return run


def _tried(run: RunData, file: str, read: Callable[[], Made]) -> Made | None:
    """What it gives; None, and a gap, where it cannot be read."""
    try:
        return read()
    except FileNotFoundError:
        run.gaps.append(Gap("missing", file))
    except UNREADABLE as error:
        run.gaps.append(Gap.of("damaged", file, error))
    return None


def _summary(folder: RunFolder) -> Summary:
    found = summaries.read(folder.summary)
    if found is None:
        raise FileNotFoundError
    return found


def _table(text: bytes) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])


# --- the journal


def _read_journal(run: RunData) -> None:
    if not run.folder.journal.is_file():
        raise FileNotFoundError
    reader = JournalReader(run.folder.journal)
    run.history = read_history(reader)
    if not run.history.records:
        run.gaps.append(Gap("no_event", "journal.jsonl"))
    if reader.damaged:
        run.gaps.append(Gap("lines", "journal.jsonl", str(reader.damaged)))
    epochs = run.history.epochs
    run.epochs = epochs.column("epoch").astype(np.int64)
    run.columns = {name: epochs.column(name) for name in (*EPOCH_COLUMNS, *(f"valid_{own}" for own in run.metrics))}
    run.f1 = run.history.valid_f1
    run.within = _within(run)


def _within(run: RunData) -> Within | None:
    """The reports that count, merged to MAX_WITHIN points, each weighted by its steps."""
    steps = run.info.steps_per_epoch if run.info is not None else 0
    step, loss, rate = (run.history.batches.column(name) for name in ("step", "loss", "learning_rate"))
    order = np.flatnonzero(np.isfinite(loss) & np.isfinite(rate) & (np.abs(loss) < LARGEST))
    if len(order) < 2 or steps < 1:
        return None
    bins = np.arange(len(order)) * min(MAX_WITHIN, len(order)) // len(order)
    first = np.flatnonzero(np.diff(bins, prepend=-1))
    weight = np.maximum(1, np.diff(step, prepend=0))[order]
    mean = np.add.reduceat(loss[order] * weight, first) / np.add.reduceat(weight, first)
    last = np.append(first[1:], len(order)) - 1
    return Within(step[order][last] / steps, mean, rate[order][last])


# --- evaluations


def _read_evaluations(run: RunData) -> None:
    for split in SPLITS:
        if not (run.folder.evaluation / f"{split}.json").exists():
            continue
        file = f"evaluation/{split}.json"
        found = _tried(run, file, partial(evaluations.read, run.folder, split))
        if found is not None and run.classes and found.classes != run.classes:
            run.gaps.append(Gap("other_classes", file))
        elif found is not None:
            run.evaluations[split] = found
    if (run.folder.path / calibration_file.FILE).exists():
        run.calibration = _tried(run, calibration_file.FILE, lambda: calibration_file.read(run.folder))
