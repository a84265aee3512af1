"""How far a run is, and how long it will take. No Qt."""

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

LAST_EPOCHS = 3
"""Epochs whose mean time predicts the next."""


@dataclass(frozen=True)
class Outlook:
    """Where a run is in its work.

    `phase`: train, one of the stages of Preparing and Working, or "" where nothing goes on; `done` of `total` (0: not
    known) in this phase, counted in `unit`s. `share` of the whole run in [0, 1], None before it is known.
    `seconds` left, None where there is nothing to judge by, and what kind of estimate this is.
    """

    phase: str
    done: int
    total: int
    unit: Literal["steps", "pieces"]
    share: float | None
    elapsed: float
    seconds: float | None
    bound: Literal["about", "at_least", "at_most", "phase"]


class Pace:
    """Speed of the present phase, as seen from here."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._phase = ("", 0)
        self._first = (0.0, 0)

    def left(self, phase: str, done: int, total: int) -> float | None:
        """Seconds until `total`; None while there is too little to judge by."""
        now = self._clock()
        if self._phase != (phase, total) or done < self._first[1]:
            self._phase, self._first = (phase, total), (now, done)
        since, begun = self._first
        if total < 2 or done <= begun or now - since < 1.0:
            return None
        return (total - done) * (now - since) / (done - begun)


def outlook(model: RunModel, state: State, pace: Pace, wall: Callable[[], float] = time.time) -> Outlook:
    """How far the run is and how long it will take: what is not known is said to be so."""
    progress = model.progress
    if model.info is None or state == "preparing":
        phase, done, total = (progress.stage, progress.done, progress.total) if progress else ("import", 0, 0)
        waited = max(0.0, wall() - model.began / 1000) if model.began and state in LIVE else 0.0
        return Outlook(phase, done, total, "pieces", None, waited, pace.left(phase, done, total), "phase")
    share = _share(model)
    if state not in ("running", "pausing", "stopping", "paused"):
        return Outlook("", 0, 0, "steps", share, model.seconds, None, "about")
    seconds, bound = _left(model)
    if state == "stopping":
        # what was planned does not come any more
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
    """Epoch and step a run has come to, over all attempts: one that ended while it was being prepared counts from 0."""
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
        # too early to know what validation costs
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
    """Seconds of the evaluation that follows, judged by what validation takes a sample; None: there was none."""
    assert model.info is not None
    sizes = model.info.split_sizes
    taken = model.epochs.column("valid_seconds")[-LAST_EPOCHS:]
    if not sizes.get("valid") or not np.isfinite(taken).any():
        return None
    left = sum(size for split, size in sizes.items() if split not in model.evaluations)
    if isinstance(model.progress, ev.Working) and model.progress.stage == "evaluate":
        left -= min(left, model.progress.done)
    return left * _mean(taken) / sizes["valid"]
