"""One attempt at a run, from the first Preparing to RunEnded, whatever happens in between. No torch here.

The session owns what an attempt needs before torch is imported and after it failed: the bus, the mailbox of requests,
the lock and owner record of the run folder, the clock, and it makes sure that exactly one RunEnded is emitted.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from trainer.callback import Callback
from trainer.distributed.process_group import ALONE, ProcessGroup
from trainer.engine.checkpoint_times import CheckpointTimes
from trainer.engine.clock import Clock
from trainer.engine.commands import CommandQueue
from trainer.engine.context import RunContext
from trainer.engine.event_bus import EventBus
from trainer.engine.failure import as_known_error, failure_fields
from trainer.engine.request_handler import RequestHandler, StopNow
from trainer.engine.run_guard import RunGuard
from trainer.errors import Plain
from trainer.events import (
    BatchEnded,
    BatchesReported,
    CallbackFailed,
    CheckpointRequested,
    CheckpointSaved,
    EpochEnded,
    Event,
    Preparing,
    RunEnded,
    Stage,
    Working,
)
from trainer.store.folder import RunFolder
from trainer.store.run_files import append_log

if TYPE_CHECKING:
    from trainer.engine.context import State
    from trainer.engine.resume import Continuation
    from trainer.metrics.calibration import Calibration
    from trainer.metrics.outputs import Outputs
    from trainer.result import Evaluation, Result

PROGRESS_SECONDS = 0.2
"""Preparing and Working come at most five times a second."""

logger = logging.getLogger("epochscope")


class Session:
    """Conducts one attempt. `folder` None: nothing is written. `signals`: SIGINT, SIGTERM, SIGHUP ask for a stop.

    A Trainer always trains within a session, whichever was created first. `continuation`: where this attempt resumes;
    None for the first one. `file_callbacks`: names of the callbacks that were loaded from files. `group`: the
    processes that train the run together, each in a session of its own; `control` must fit it (`command_queue`).
    """

    def __init__(
        self,
        callbacks: Iterable[Callback] = (),
        *,
        folder: RunFolder | None = None,
        settings: Mapping[str, Any] | None = None,
        signals: bool = False,
        control: CommandQueue | None = None,
        bus: EventBus | None = None,
        continuation: Continuation | None = None,
        file_callbacks: tuple[str, ...] = (),
        group: ProcessGroup = ALONE,
    ) -> None:
        self.group = group
        self.callbacks = list(callbacks)
        self.file_callbacks = file_callbacks
        self.bus = bus or EventBus(self.callbacks)
        self.control = control or CommandQueue()
        self.continuation = continuation
        self.clock = Clock(continuation.elapsed if continuation else 0.0)
        self.folder = folder
        self.run = RunContext(self, folder, settings or {})
        self.capture: Callable[[], State] | None = None
        """Captures the state to resume from, while there is one."""
        self.saving = CheckpointTimes(self.control, group.rank)
        self.requests = RequestHandler(self, self.control, self.bus, self.clock, self.saving, group, folder)
        self.outputs: dict[str, Outputs] = {}
        """Predictions of the last pass over each split."""
        self.history: list[EpochEnded] = []
        """The finished epochs that count, of earlier attempts too."""
        self.valid_f1: dict[int, tuple[float, ...]] = {}  # of each class, by epoch
        self.evaluations: dict[str, Evaluation] = {}
        self.calibration: Calibration | None = None
        self.attempt = continuation.attempt if continuation else 1
        self.epoch = 0
        self.step = 0
        self.best_epoch: int | None = None
        self.best_loss: float | None = None
        self.checkpoints: dict[str, str] = {}
        self.saved_step: int | None = None
        """Step of the last checkpoint that a resumed run would continue from."""
        self.before_emit: Callable[[], None] | None = None
        self._signals = signals
        self._announced: dict[type[Event], float] = {}

    # -- the whole attempt ---------------------------------------------------------------------------------------

    def conduct(self, work: Callable[[], object]) -> Result:
        """Run `work` between the first Preparing and RunEnded, and return its outcome, even if a stop came first.

        Whatever `work` raises ends the attempt as failed and is re-raised after every callback got RunEnded. Raises
        UsageError where another process, or another Trainer of this one, is writing to the run folder.
        """
        guarded = (self.control, self.folder, self.attempt, self.log)
        with RunGuard(*guarded, signals=self._signals, launched=self.group.size > 1):
            self.bus.bind(self.run)
            self.bus.alarm = self._alarm
            self.bus.note_failure = self._note_failure
            self.log(f"attempt {self.attempt} begins")
            error: BaseException | None = None
            try:
                self.progress(Preparing, "import", 0, 1)
                work()
                self.requests.status = self.requests.status or "completed"
            except StopNow:
                pass
            except BaseException as raised:  # including Ctrl-C in a script or notebook: callbacks learn how it ended
                error = as_known_error(self.group.cause_of(raised))
                self.group.fail(self.bus.first_error or error)
            error = self._end(error)
            if error is not None:
                raise error
            return self.result()

    def result(self) -> Result:
        """The outcome of the attempt."""
        from trainer.result import Result

        return Result(
            status=self.requests.status or "completed",
            reason=self.requests.reason,
            best_epoch=self.best_epoch,
            best_loss=self.best_loss,
            run_dir=self.folder.path if self.folder else None,
            epochs=tuple(self.history),
            evaluations=self.evaluations,
            calibration=self.calibration,
            detached=tuple(self.bus.detached.values()),
            classes=self.run.classes,
            valid_f1=self.valid_f1,
            _model=self.run.model,
        )

    def _alarm(self) -> None:
        self.control.waiting = True

    def _end(self, error: BaseException | None) -> BaseException | None:
        """Answer pending requests and emit RunEnded; returns the error to raise, if any."""
        self.clock.stop()
        error = self.bus.first_error or error  # a callback's error ends the run at the next boundary: it came first
        self.bus.settle()
        error = error or self.bus.first_error
        if error is not None:
            self.log("the run failed", error)
        self.requests.refuse_rest()
        self.emit(
            RunEnded(
                **self.position,
                **(self.requests.outcome() if error is None else failure_fields(error)),
                best_epoch=self.best_epoch,
                best_loss=self.best_loss,
                best_checkpoint=self.checkpoints.get("best"),
                last_checkpoint=self.checkpoints.get("last"),
                seconds=self.clock.elapsed(),
                callback_seconds=self.bus.seconds,
            )
        )
        return error or self.bus.first_error

    # -- events --------------------------------------------------------------------------------------------------

    @property
    def position(self) -> dict[str, Any]:
        """`epoch` and `step` for the next event."""
        return {"epoch": self.epoch, "step": self.step}

    def elapsed(self) -> float:
        """Seconds of training so far, over all attempts, pauses excluded."""
        return self.clock.elapsed()

    def emit(self, event: Event) -> None:
        """Deliver an event; steps not reported yet are reported before it."""
        if isinstance(event, CheckpointSaved):
            self.checkpoints["last" if event.kind == "manual" else event.kind] = event.path
            if event.kind == "last":
                self.saved_step = event.step
        if isinstance(event, CheckpointRequested) and self.saving.postpones(event, self.bus.delivering):
            return
        if self.before_emit is not None and self.bus.here and not isinstance(event, BatchEnded | BatchesReported):
            self.before_emit()
        self.bus.emit(event)

    def release_checkpoints(self) -> None:
        """Make those that were asked for since `saving.hold`."""
        for event in self.saving.release():
            self.emit(event)

    def announce(self, event: type[Preparing | Working], stage: Stage, done: int, total: int) -> None:
        """Emit Preparing or Working, at most five times a second."""
        now = time.monotonic()
        if now - self._announced.get(event, -PROGRESS_SECONDS) >= PROGRESS_SECONDS:
            self._announced[event] = now
            self.emit(event(**self.position, stage=stage, done=done, total=total))

    def progress(self, event: type[Preparing | Working], stage: Stage, done: int, total: int) -> None:
        """Emit progress, and act as a boundary at which requests are handled."""
        self.announce(event, stage, done, total)
        if self.control.waiting:
            self.requests.boundary()

    def request_stop(self, reason: str, code: str = "", **parameters: Plain) -> None:
        """A callback ends the run, which counts as completed."""
        self.requests.stop_for_callback(reason, code, parameters)

    def _note_failure(self, failure: CallbackFailed, error: Exception) -> None:
        # a run must not go on in silence without a callback: where nothing shows the event, its author sees this
        unseen = failure.action == "detach" and not self.bus.shows(CallbackFailed)
        what = "the run goes on without it" if unseen else f"action: {failure.action}"
        (self.warn if unseen else self.log)(f"callback {failure.callback} failed in {failure.hook}, {what}", error)

    def warn(self, text: str, error: BaseException | None = None) -> None:
        """Like `log`, but also shown on the terminal by one process, unless logging is configured otherwise."""
        self.log(text, error, logging.INFO if self.group.rank else logging.WARNING)

    def log(self, text: str, error: BaseException | None = None, level: int = logging.INFO) -> None:
        """Append to log.txt; a log that cannot be written must not end a run."""
        if error is not None:
            text += "\n" + "".join(traceback.format_exception(error))
        logger.log(level, "%s", text)
        if self.folder is not None:
            append_log(self.folder, text)
