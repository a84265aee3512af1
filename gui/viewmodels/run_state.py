"""What a person can do with a run now, what was asked of it, and how long it will take. No Qt.

    idle   starting -> preparing -> running -> (pausing -> paused) -> stopping -> completed, stopped, failed, lost

States follow what the engine has acknowledged in the journal; `pausing` and `stopping` say that a request is under way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gui.engine import processes
from gui.engine.processes import Engine
from gui.shown import ShownRun
from gui.viewmodels.run import RunModel
from trainer import events as ev
from trainer.store.requests import Do, When

State = Literal[
    "idle",
    "starting",
    "preparing",
    "running",
    "pausing",
    "paused",
    "stopping",
    "completed",
    "stopped",
    "failed",
    "lost",
]
Action = Literal["pause", "unpause", "stop_epoch", "stop_step", "discard", "checkpoint", "continue", "end_process"]

ENABLED: dict[State, frozenset[Action]] = {
    "idle": frozenset(),
    "starting": frozenset(),
    "preparing": frozenset({"pause", "stop_step", "discard"}),
    "running": frozenset({"pause", "stop_epoch", "stop_step", "discard", "checkpoint"}),
    "pausing": frozenset({"stop_epoch", "stop_step", "discard"}),
    "paused": frozenset({"unpause", "stop_step", "discard", "checkpoint"}),
    "stopping": frozenset(),
    "completed": frozenset({"continue"}),
    "stopped": frozenset({"continue"}),
    "failed": frozenset({"continue"}),
    "lost": frozenset({"continue"}),
}
LIVE: frozenset[State] = frozenset({"starting", "preparing", "running", "pausing", "paused", "stopping"})
OVERDUE_SECONDS = 5.0
LAST_EPOCHS = 3
"""Epochs whose mean time predicts the next."""


@dataclass(frozen=True)
class Pending:
    """A request without an answer yet; `asked` on the clock of Steering."""

    id: str
    do: Do
    when: When
    asked: float


class Steering:
    """Steers one run, or none, by requests in its folder. `engine` is the process this window started for it, if any.

    Call `settle` on each tick: it takes note of answers, which come through the journal.
    """

    def __init__(self, run: ShownRun | None, engine: Engine | None = None, clock: Callable[[], float] = time.monotonic):
        self.run = run
        self.engine = engine
        self.pending: list[Pending] = []
        self.ending: processes.Ending | None = None
        self._clock = clock

    @property
    def state(self) -> State:
        """Where the run stands."""
        starting = self.engine is not None and self.engine.exit_code is None
        if self.run is None:
            return "starting" if starting else "idle"
        said = self.run.follower.state
        if said in ("completed", "stopped", "failed", "lost"):
            # the engine we have just started has not written yet
            if starting and not self.run.follower.alive:
                return "starting"
            return said if self._began else "failed"  # type: ignore[return-value]
        if self.run.model.stopping or self._asked("stop"):
            return "stopping"
        if said != "paused" and self._asked("pause"):
            return "pausing"
        return said  # type: ignore[return-value]

    @property
    def enabled(self) -> frozenset[Action]:
        """What can be asked for now."""
        actions = ENABLED[self.state]
        if self._asked("unpause"):
            actions -= {"unpause"}
        if self._asked("checkpoint"):
            actions -= {"checkpoint"}
        if self._stops_late():
            actions |= {"stop_step"}
        if "continue" in actions and (self.custom or not self._began):
            actions -= {"continue"}
        if self.overdue is not None and self.ending is None:
            actions |= {"end_process"}
        return actions

    @property
    def _began(self) -> bool:
        return self.run is not None and self.run.model.began > 0

    @property
    def custom(self) -> bool:
        """Whether the run was started from Python with a model of its own: only that script can continue it."""
        info = self.run.model.info if self.run else None
        return bool(info and info.settings.get("custom"))

    @property
    def overdue(self) -> Pending | None:
        """The oldest request that the engine has not answered in 5 seconds."""
        now = self._clock()
        late = [found for found in self.pending if now - found.asked >= OVERDUE_SECONDS]
        return late[0] if late else None

    def ask(self, do: Do, when: When = "step") -> None:
        """Ask the run's engine for something. Raises UsageError and DiskError."""
        if self.run is not None:
            self.pending.append(Pending(processes.ask(self.run.folder, do, when), do, when, self._clock()))

    def settle(self) -> list[ev.RequestHandled]:
        """Forget requests that were answered, or that nobody can answer any more; the answers."""
        if self.run is None:
            return []
        answers = self.run.model.answers
        found = [answers[asked.id] for asked in self.pending if asked.id in answers]
        over = self.run.follower.state in ("completed", "stopped", "failed", "lost")
        self.pending = [] if over else [asked for asked in self.pending if asked.id not in answers]
        if self.ending is not None and self.ending.done():
            self.ending = None
        return found

    def end_process(self) -> None:
        """Begin to end the engine's process. Raises UsageError where that is not possible from here."""
        if self.run is not None:
            self.ending = processes.terminate(self.run.folder)

    def _asked(self, do: Do) -> bool:
        return any(found.do == do for found in self.pending)

    def _stops_late(self) -> bool:
        """A stop was asked for at the end of the epoch only: it can still be had at once."""
        if self.state != "stopping" or self.run is None:
            return False
        if stops := [found for found in self.pending if found.do == "stop"]:
            return all(found.when == "epoch" for found in stops)
        last = next((found for found in reversed(self.run.model.messages) if found.kind == "StopRequested"), None)
        return last is not None and "epoch" in str(last.values.get("reason"))


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
