"""Progress of a run, and the time it still needs. No Qt."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.run import RunModel
from gui.viewmodels.run_state import LIVE, State
from trainer import events as ev
from trainer.pace import Pace

LAST_EPOCHS = 3
"""Epochs whose mean time predicts the next ones."""


@dataclass(frozen=True)
class Outlook:
    """Progress of a run.

    Attributes:
        phase: "train", a stage of Preparing or Working, or "" if nothing is in progress.
        done: Finished so far in this phase.
        total: Of how many; 0 if unknown.
        unit: What is counted.
        share: Fraction of the whole run, in [0, 1]; None if unknown.
        elapsed: Seconds so far.
        seconds: Seconds left; None if they cannot be estimated.
        bound: Kind of that estimate.
        per_second: Items per second during preparation; None if unknown.
    """

    phase: str
    done: int
    total: int
    unit: Literal["steps", "pieces"]
    share: float | None
    elapsed: float
    seconds: float | None
    bound: Literal["about", "at_least", "at_most", "phase"]
    per_second: float | None = None


def outlook(model: RunModel, state: State, pace: Pace, wall: Callable[[], float] = time.time) -> Outlook:
    """Estimate progress and remaining time.

    Args:
        model: The run.
        state: Its state.
        pace: Measures the speed of the preparation.
        wall: Seconds since 1970. Default: `time.time`.

    Returns:
        The progress.
    """
    progress = model.progress
    if model.info is None and state not in LIVE:  # it ended before training began
        return Outlook("", 0, 0, "pieces", None, 0.0, None, "phase")
    if model.info is None or state == "preparing":
        phase, done, total = (progress.stage, progress.done, progress.total) if progress else ("import", 0, 0)
        waited = max(0.0, wall() - model.began / 1000) if model.began and state in LIVE else 0.0
        speed = pace.follow(phase, done, total)
        rate, seconds = speed or (None, None)
        return Outlook(phase, done, total, "pieces", None, waited, seconds, "phase", rate)
    share = _share(model)
    if state not in ("running", "pausing", "stopping", "paused"):
        return Outlook("", 0, 0, "steps", share, model.seconds, None, "about")
    seconds, bound = _left(model)
    if state == "stopping":
        # the rest of the plan will not happen
        seconds, bound = None, "phase"
    if isinstance(progress, ev.Working):
        return Outlook(progress.stage, progress.done, progress.total, "pieces", share, model.seconds, seconds, bound)
    per_epoch = model.info.steps_per_epoch
    done = model.step - (model.epoch - 1) * per_epoch if model.epoch else 0
    return Outlook("train", done, per_epoch, "steps", share, model.seconds, seconds, bound)


def _share(model: RunModel) -> float:
    info = model.info
    assert info is not None
    whole = info.epochs * info.steps_per_epoch
    return min(1.0, reached(model)[1] / whole) if whole else 0.0


def reached(model: RunModel) -> tuple[int, int]:
    """Return epoch and step that a run has reached, over all attempts.

    Args:
        model: The run.

    Returns:
        Epoch and step; 0 and 0 if it ended during preparation.
    """
    if not model.epochs.rows or model.step:
        return model.epoch, model.step
    return int(model.epochs.column("epoch")[-1]), int(model.epochs.column("step")[-1])


def _left(model: RunModel) -> tuple[float | None, Literal["about", "at_least", "at_most", "phase"]]:
    """Training, validation and the evaluation at the end."""
    info, table = model.info, model.epochs
    assert info is not None
    judging = _evaluation_left(model)
    training = info.epochs * info.steps_per_epoch - model.step
    if table.rows == 0:
        # too early to know the cost of validation
        known = model.step >= 10 and model.seconds >= 1.0
        return (training * model.seconds / model.step if known else None), "at_least"
    if not info.steps_per_epoch:
        return None, "at_least"
    recent = {name: _mean(table.column(name)[-LAST_EPOCHS:]) for name in ("seconds", "train_seconds")}
    finished = int(table.column("epoch")[-1])
    epochs = max(0, info.epochs - finished)
    validation = max(0.0, recent["seconds"] - recent["train_seconds"])
    seconds = training / info.steps_per_epoch * recent["train_seconds"] + epochs * validation
    progress = model.progress
    if isinstance(progress, ev.Working) and progress.stage == "validate" and progress.total and epochs:
        seconds -= validation * progress.done / progress.total
    if judging is None or not math.isfinite(seconds + judging):
        return (seconds if math.isfinite(seconds) else None), "at_least"
    stopping = info.settings.get("early_stopping")
    early = isinstance(stopping, dict) and bool(stopping.get("patience"))
    return seconds + judging, "at_most" if early and epochs else "about"


def _mean(values: NDArray[np.float64]) -> float:
    """Of what is finite; NaN where nothing is."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan


def _evaluation_left(model: RunModel) -> float | None:
    """Estimated seconds of the final evaluation, from validation time per sample; None without a validation."""
    assert model.info is not None
    sizes = model.info.split_sizes
    taken = model.epochs.column("valid_seconds")[-LAST_EPOCHS:]
    if not sizes.get("valid") or not np.isfinite(taken).any():
        return None
    left = sum(size for split, size in sizes.items() if split not in model.evaluations)
    if isinstance(model.progress, ev.Working) and model.progress.stage == "evaluate":
        left -= min(left, model.progress.done)
    return left * _mean(taken) / sizes["valid"]
