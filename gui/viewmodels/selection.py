"""The selection: the open run, the epoch, and the metrics of a split at that epoch. No Qt."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.image_index import Split
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run import RunModel
from trainer.errors import NewerVersionError
from trainer.metrics.compact_metrics import CompactMetrics
from trainer.store import evaluations
from trainer.store.folder import RunFolder


@dataclass(frozen=True)
class OpenRun:
    """A run and the follower that reads its journal.

    Attributes:
        folder: Folder of the run.
        follower: Reads its journal.
    """

    folder: RunFolder
    follower: JournalFollower

    @property
    def model(self) -> RunModel:
        """The state according to the journal so far."""
        return self.follower.model

    @property
    def over(self) -> bool:
        """Whether nothing more comes by itself: it has ended, or its process has without a word."""
        return self.model.ended is not None or self.follower.state == "lost"

    @property
    def fruitless(self) -> bool:
        """Whether it is over before its first epoch: nothing was measured or saved."""
        return self.over and not self.model.epochs.rows and not self.model.checkpoints


class EpochCursor:
    """The epoch that all panels show.

    Attributes:
        chosen: Number of the epoch; None: live, the latest.
    """

    def __init__(self) -> None:
        self.chosen: int | None = None

    def at(self, model: RunModel) -> int:
        """Return the epoch to show.

        Args:
            model: The run.

        Returns:
            The chosen epoch, at most the last finished one; 0 before the first has ended.
        """
        last = int(model.epochs.column("epoch")[-1]) if model.epochs.rows else 0
        return last if self.chosen is None else min(self.chosen, last)

    def move(self, model: RunModel, by: int) -> None:
        """Move the cursor, within 1 and the last finished epoch.

        Args:
            model: The run.
            by: Number of epochs, negative to go back.
        """
        self.chosen = max(1, min(self.at(model) + by, self._last(model)))

    def live(self) -> None:
        """Follow the newest epoch again."""
        self.chosen = None

    @staticmethod
    def _last(model: RunModel) -> int:
        return max(1, int(model.epochs.column("epoch")[-1]) if model.epochs.rows else 1)


@dataclass(frozen=True)
class Selection:
    """The metrics to show.

    Attributes:
        split: Their split.
        epoch: The cursor's epoch.
        weights: Which weights they belong to: those of the epoch (valid), the best or the last ones (test).
        metrics: The metrics.
    """

    split: Split
    epoch: int
    weights: Literal["epoch", "best", "last"]
    metrics: CompactMetrics


def look(run: OpenRun, cursor: EpochCursor, split: Split) -> Selection | None:
    """Find the metrics to show.

    Args:
        run: The run.
        cursor: The epoch.
        split: The split.

    Returns:
        The metrics; None if there are none (yet).
    """
    model, epoch = run.model, cursor.at(run.model)
    if split == "valid":
        kept = model.verdicts.get(epoch)
        return Selection("valid", epoch, "epoch", kept) if fits(kept, model) else None
    if event := model.evaluations.get("test"):
        weights, compact = event.weights, model.evaluated["test"]
    elif found := _evaluated_later(run):
        weights, compact = found.weights, CompactMetrics.of(found.metrics)
    else:
        return None
    return Selection("test", epoch, weights, compact) if fits(compact, model) else None


def fits(metrics: CompactMetrics | None, model: RunModel) -> TypeGuard[CompactMetrics]:
    """Check that metrics are of the run's classes: those of a damaged run may be of others.

    Args:
        metrics: The metrics; None if there are none.
        model: The run.

    Returns:
        Whether there are metrics for each class.
    """
    return metrics is not None and len(metrics.f1) == len(model.classes)


def first_split(model: RunModel) -> Split:
    """Choose the default split.

    Args:
        model: The run.

    Returns:
        "valid", or "test" for a run without validation.
    """
    has_none = model.info is not None and "valid" not in model.info.split_sizes
    return "test" if has_none and not model.verdicts else "valid"


def _evaluated_later(run: OpenRun) -> evaluations.SplitMetrics | None:
    """`epochscope evaluate` of a stopped run writes no event: what it left, if newer than the journal."""
    path = run.folder.evaluation / "test.json"
    try:
        if os.stat(path).st_mtime < os.stat(run.folder.journal).st_mtime:  # noqa: PTH116 - called for each drawing
            return None
    except OSError:
        return None
    try:
        return evaluations.find(run.folder, "test")
    except NewerVersionError:  # reported by the folder check
        return None


def kept_epoch(files: Mapping[int, str], model: RunModel, cursor: EpochCursor) -> int:
    """Find the epoch to show a file for. A live run's newest file arrives a moment after its epoch.

    Args:
        files: Files by epoch.
        model: The run.
        cursor: The epoch.

    Returns:
        The cursor's epoch; while a live run is followed, the newest one that has a file.
    """
    epoch = cursor.at(model)
    if epoch in files or cursor.chosen is not None or model.ended is not None:
        return epoch
    return max((one for one in files if one <= epoch), default=epoch)


def class_columns(model: RunModel, looked: Selection) -> dict[str, NDArray[Any]]:
    """Return the columns of a table of classes.

    Args:
        model: The run.
        looked: The metrics.

    Returns:
        Columns (C,) by name. `since_last`, `since_best`: change of F1 since the previous and the best epoch; NaN if
        there is nothing to compare with.
    """
    found = looked.metrics
    nothing = np.full(len(found.f1), math.nan)
    last = best = None
    if looked.split == "valid":
        last = model.verdicts.get(looked.epoch - 1)
        best = model.verdicts.get(model.best_epoch or 0) if model.best_epoch != looked.epoch else None
    return {
        "f1": found.f1,
        "precision": found.precision,
        "recall": found.recall,
        "support": found.support,
        "since_last": found.f1 - last.f1 if fits(last, model) else nothing,
        "since_best": found.f1 - best.f1 if fits(best, model) else nothing,
    }


def f1_by_epoch(model: RunModel) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the F1 of each class on the validation split over the epochs.

    Args:
        model: The run.

    Returns:
        Epochs (E,), int64, and F1 (C, E) in [0, 1], float64.
    """
    epochs = [epoch for epoch, metrics in sorted(model.verdicts.items()) if fits(metrics, model)]
    columns = [model.verdicts[epoch].f1 for epoch in epochs]
    table = np.stack(columns, axis=1) if columns else np.empty((len(model.classes), 0))
    return np.array(epochs, np.int64), table
