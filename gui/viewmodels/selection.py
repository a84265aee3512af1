"""What a person looks at: the open run, the epoch, and the metrics of a split at that epoch. No Qt."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeGuard

import msgspec
import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.image_index import Split
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run import RunModel, Verdict
from trainer.errors import DataError
from trainer.events import EvaluationDone
from trainer.store import durable
from trainer.store.folder import RunFolder, confined

MAX_EVALUATION = 64 << 20


@dataclass(frozen=True)
class OpenRun:
    """A run and the follower that reads its journal."""

    folder: RunFolder
    follower: JournalFollower

    @property
    def model(self) -> RunModel:
        """What the journal has said so far."""
        return self.follower.model


class EpochCursor:
    """The one epoch all panels look at: `chosen` is an epoch, or None for live (the newest there is).

    `at(model)` resolves it: the chosen epoch, at most the last finished one; 0 before the first has ended.
    """

    def __init__(self) -> None:
        self.chosen: int | None = None

    def at(self, model: RunModel) -> int:
        """The epoch to show."""
        last = int(model.epochs.column("epoch")[-1]) if model.epochs.rows else 0
        return last if self.chosen is None else min(self.chosen, last)

    def move(self, model: RunModel, by: int) -> None:
        """Go `by` epochs on or back, within 1 ... the last finished one."""
        self.chosen = max(1, min(self.at(model) + by, self._last(model)))

    def live(self) -> None:
        """Follow the newest epoch again."""
        self.chosen = None

    @staticmethod
    def _last(model: RunModel) -> int:
        return max(1, int(model.epochs.column("epoch")[-1]) if model.epochs.rows else 1)


@dataclass(frozen=True)
class Selection:
    """`verdict` belongs to `epoch` (valid), or to the `best` or `last` weights (test)."""

    split: Split
    epoch: int
    weights: Literal["epoch", "best", "last"]
    verdict: Verdict


def look(run: OpenRun, cursor: EpochCursor, split: Split) -> Selection | None:
    """The figures to show, None where there are none (yet)."""
    epoch = cursor.at(run.model)
    if split == "valid":
        verdict = run.model.verdicts.get(epoch)
        return Selection("valid", epoch, "epoch", verdict) if fits(verdict, run.model) else None
    event = run.model.evaluations.get("test") or _evaluated_later(run)
    verdict = Verdict.of(event) if event is not None else None
    return Selection("test", epoch, event.weights, verdict) if event and fits(verdict, run.model) else None


def fits(verdict: Verdict | None, model: RunModel) -> TypeGuard[Verdict]:
    """Whether there is a verdict with figures of each of the run's classes: what a damaged run says may not have."""
    size = len(model.classes)
    if verdict is None or size == 0 or verdict.shape != (size, size):
        return False
    return all(len(found) == size for found in (verdict.f1, verdict.precision, verdict.recall, verdict.support))


def first_split(model: RunModel) -> Split:
    """What to show unless a person chose: validation, for a run without it the test."""
    has_none = model.info is not None and "valid" not in model.info.split_sizes
    return "test" if has_none and not model.verdicts else "valid"


def _evaluated_later(run: OpenRun) -> EvaluationDone | None:
    """`epochscope evaluate` of a stopped run writes no event: what it left, if newer than the journal."""
    try:
        path = confined(run.folder, "evaluation/test.json")
        if os.stat(path).st_mtime < os.stat(run.folder.journal).st_mtime:  # noqa: PTH116 - called for each drawing
            return None
        about = {"type": "EvaluationDone", "epoch": 0, "step": 0}
        about |= msgspec.json.decode(durable.read_bytes(path, MAX_EVALUATION))
        event = msgspec.convert(about, EvaluationDone, strict=False)
        Verdict.of(event)
    except (DataError, OSError, msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return None
    return event


def kept_epoch(files: Mapping[int, str], model: RunModel, cursor: EpochCursor) -> int:
    """The cursor's epoch; while a live run is followed, the newest one whose file is there: it comes a moment later."""
    epoch = cursor.at(model)
    if epoch in files or cursor.chosen is not None or model.ended is not None:
        return epoch
    return max((one for one in files if one <= epoch), default=epoch)


@dataclass(frozen=True)
class ClassFigures:
    """Per class, (C,) each. `since_last` and `since_best`: by how much F1 is above that of the epoch before and of the
    best epoch; NaN where there is none to compare with."""

    f1: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    support: NDArray[np.int64]
    since_last: NDArray[np.float64]
    since_best: NDArray[np.float64]


def class_figures(model: RunModel, looked: Selection) -> ClassFigures:
    """What a table of classes shows."""
    found = looked.verdict
    nothing = np.full(len(found.f1), math.nan)
    last = best = None
    if looked.split == "valid":
        last = model.verdicts.get(looked.epoch - 1)
        best = model.verdicts.get(model.best_epoch or 0) if model.best_epoch != looked.epoch else None
    return ClassFigures(
        found.f1,
        found.precision,
        found.recall,
        found.support,
        found.f1 - last.f1 if fits(last, model) else nothing,
        found.f1 - best.f1 if fits(best, model) else nothing,
    )


def f1_by_epoch(model: RunModel) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Epochs (E,) and the classes' F1 on the validation split after each, (C, E)."""
    epochs = [epoch for epoch, verdict in sorted(model.verdicts.items()) if fits(verdict, model)]
    columns = [model.verdicts[epoch].f1 for epoch in epochs]
    table = np.stack(columns, axis=1) if columns else np.empty((len(model.classes), 0))
    return np.array(epochs, np.int64), table
