"""An attempt at a run whose events are known: the engine's own dispatch, without training. [no torch at import]"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from msgspec import structs

from callbacks.testing.fake_clock import FakeClock
from callbacks.testing.full_disk import FullDisk
from callbacks.testing.scripted_parts import ScriptedOutputs, ScriptedParts
from callbacks.testing.streams import steps
from trainer.callback import Callback, OnError, Phase, callback_name, needs_validation_error
from trainer.engine.context import RunContext
from trainer.engine.event_bus import EventBus
from trainer.engine.failure import failure_fields
from trainer.errors import Plain
from trainer.events import (
    HOOKS,
    BatchEnded,
    BatchesReported,
    CallbackFailed,
    CheckpointRequested,
    EpochEnded,
    EpochStarted,
    EvaluationDone,
    Event,
    GradientsReady,
    RunEnded,
    RunStarted,
    StopRequested,
    ValidationDone,
)
from trainer.store import codec
from trainer.store.folder import RunFolder

if TYPE_CHECKING:
    from torch import Tensor

    from trainer.engine.context import State

OTHER = "another_callback"
"""Name of the callback that fails on request."""


class Emission(NamedTuple):
    """An event that a callback sent.

    Attributes:
        during: The recorded event that was being handled.
        event: The event it sent.
    """

    during: Event
    event: Event


class Saved(NamedTuple):
    """The content of a checkpoint.

    Attributes:
        seq: Number of the last journal record it covers.
        states: State of each callback by name: text and tensors.
        parts: State of model and optimiser; None if they were not in use.
    """

    seq: int
    states: dict[str, tuple[str, dict[str, Tensor]]]
    parts: State | None


class Faults(NamedTuple):
    """What goes wrong in a replay.

    Attributes:
        fails: Events during which another callback raises.
        disk_full: Events during which the disk is full.
        disk: The disk.
    """

    fails: tuple[Event, ...]
    disk_full: tuple[Event, ...]
    disk: FullDisk


class ScriptedRun(RunContext):
    """`run` in the hooks: its model, optimiser and data are made when a callback asks for them.

    Attributes:
        parts: Makes them; None before the run has started.
    """

    parts: ScriptedParts | None = None

    @property
    def model(self) -> Any:
        """The model; None before the run has started."""
        return self.parts and self.parts.model

    @model.setter
    def model(self, value: Any) -> None:
        """The constructor's; there is none before the run has started."""

    @property
    def optimizer(self) -> Any:
        """The optimiser; None before the run has started."""
        return self.parts and self.parts.optimizer

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        """As for the model."""

    @property
    def data(self) -> Any:
        """The data; None before the run has started."""
        return self.parts and self.parts.data

    @data.setter
    def data(self, value: Any) -> None:
        """As for the model."""


class ScriptedAttempt:
    """Delivers the events of one attempt to callbacks.

    Args:
        callbacks: The callbacks.
        folder: Folder of the run; None: nothing is written.
        clock: Moves by what the events say they took.
        saved: Checkpoints by step, those of earlier attempts included; new ones are added.
        faults: What goes wrong.
        make_parts: Makes model, optimiser and data from the start of the run.

    Attributes:
        callbacks: As above.
        attempt: Number of the attempt, from 1.
        outputs: Predictions of each split.
        emitted: Events that callbacks sent.
        failures: Hooks that raised.
        errors: The exceptions they raised.
        lines: Lines of log.txt.
        stop: The request that ended the run; None if there was none.
        run: Second argument of the hooks.
        bus: Dispatches the events.
    """

    def __init__(
        self,
        callbacks: Sequence[Callback],
        *,
        folder: RunFolder | None,
        clock: FakeClock,
        saved: dict[int, Saved],
        faults: Faults,
        make_parts: Callable[[RunStarted], ScriptedParts],
    ) -> None:
        self.callbacks = callbacks
        self.attempt = 1
        self.outputs: Mapping[str, Any] = ScriptedOutputs()
        self.emitted: list[Emission] = []
        self.failures: list[CallbackFailed] = []
        self.errors: list[Exception] = []
        self.lines: list[str] = []
        self.stop: StopRequested | None = None
        self._clock, self._began = clock, clock.now
        self._saved, self._faults, self._make_parts = saved, faults, make_parts
        self._event: Event | None = None
        self._place = (0, 0)
        self._epoch: EpochStarted | None = None
        self._best: dict[str, Any] = {"epoch": None, "loss": None}
        self._held: list[Event] | None = None
        self._training = False
        self.run = ScriptedRun(self, folder, {})
        self.bus = EventBus([*callbacks, _Saver(self), *_failing(faults.fails)])
        self.bus.note_failure = self._note_failure
        self.bus.bind(self.run)

    # -- what a callback may ask for: `trainer.engine.context.Attempt` ---------------------------------------------

    @property
    def position(self) -> dict[str, Any]:
        """Number of the current epoch, and optimiser steps completed."""
        return {"epoch": self._place[0], "step": self._place[1]}

    @property
    def capture(self) -> Callable[[], State] | None:
        """Gives the state for a checkpoint; None while the run is not training."""
        return self._capture if self._training else None

    def elapsed(self) -> float:
        """Return the seconds since the attempt began, by its clock."""
        return self._clock.now - self._began

    def request_stop(self, reason: str, code: str = "", **parameters: Plain) -> None:
        """Send StopRequested for the first request to stop, see `RunContext.request_stop`."""
        if self.stop is None:
            self.stop = StopRequested(
                **self.position, source="callback", reason=reason, code=code, parameters=parameters
            )
            self.emit(self.stop)

    def emit(self, event: Event) -> None:
        """Send an event of a callback to all callbacks."""
        if self._event is not None:
            self.emitted.append(Emission(self._event, event))
        if self._held is not None and isinstance(event, CheckpointRequested):
            self._held.append(event)
        else:
            self.bus.emit(event)

    def log(self, text: str, error: BaseException | None = None) -> None:
        """Add a line to the log; `error` is ignored here."""
        self.lines.append(text)

    def _note_failure(self, failure: CallbackFailed, error: Exception) -> None:
        self.failures.append(failure)
        self.errors.append(error)

    # -- the attempt -----------------------------------------------------------------------------------------------

    def play(self, events: Iterable[Event]) -> bool:
        """Deliver the events of the attempt.

        Args:
            events: Events from Preparing or RunStarted on.

        Returns:
            Whether another attempt may follow: no callback ended the run.
        """
        for event in events:
            if isinstance(event, RunEnded):
                self.bus.settle()
            if self._ends() and self._held is None:
                self._end()
                return False
            self._deliver(event)
        if self._ends() and not isinstance(self._event, RunEnded):
            self._end()
        return not self._ends()

    def _ends(self) -> bool:
        return self.stop is not None or self.bus.first_error is not None

    def _end(self) -> None:
        """A callback has asked for the end, or one that may end the run has failed."""
        if self._training and not isinstance(self._event, EpochEnded):
            self.emit(CheckpointRequested(**self.position, kind="last", source="stop"))
        self.bus.settle()
        how: dict[str, Any] = (
            {"status": "completed", "reason": self.stop.reason, "code": self.stop.code} if self.stop else {}
        )
        if self.bus.first_error is not None:
            how = failure_fields(self.bus.first_error)
        self._training = False
        self.bus.emit(RunEnded(**self.position, **how, callback_seconds=self.bus.seconds))

    def _deliver(self, event: Event) -> None:
        self._event = event
        if not isinstance(event, BatchesReported):  # its steps come first
            self._place = (event.epoch, event.step)
        self._faults.disk.full = any(event is one for one in self._faults.disk_full)
        match event:
            case RunStarted():
                event = self._start(event)
            case EpochStarted():
                self._epoch, self._training = event, True
            case BatchesReported():
                self._step(event)
            case ValidationDone():
                self._held = []
                self._best = {"epoch": event.best_epoch, "loss": event.best_loss}
                self._outputs.note("valid", event)
            case EvaluationDone():
                self._training = False
                self._outputs.note(event.split, event)
            case RunEnded():
                self._training = False
        if not isinstance(event, BatchesReported):
            self._clock.advance(float(getattr(event, "seconds", 0.0)) * (not isinstance(event, EpochEnded | RunEnded)))
        self.bus.emit(event)
        if isinstance(event, EpochEnded):
            held, self._held = self._held or [], None
            for one in held:
                self.bus.emit(one)

    @property
    def _outputs(self) -> ScriptedOutputs:
        assert isinstance(self.outputs, ScriptedOutputs)
        return self.outputs

    def _start(self, event: RunStarted) -> RunStarted:
        """Before RunStarted, a resumed run gets its state back."""
        if "valid" not in event.split_sizes:
            for callback in self.callbacks:
                if callback.needs_validation:
                    raise needs_validation_error(callback)
        self.attempt = event.attempt
        self.run.settings = event.settings
        self.run.classes = event.classes
        self.run.parts = parts = self._make_parts(event)
        if (found := self._saved.get(event.resumed_step)) is None:
            return event
        for callback in self.callbacks:
            if (state := found.states.get(callback_name(callback))) is not None:
                callback.load_state_dict(codec.loads(*state))
        if found.parts is not None:
            parts.restore(found.parts)
        return structs.replace(event, resumed_seq=found.seq) if found.seq else event

    def _step(self, report: BatchesReported) -> None:
        """The single steps that a report is made of: their gradients, the optimiser, their events."""
        listens, parts = self.bus.listens, self.run.parts
        epoch = self._epoch
        first_batch = epoch.first_batch + report.first_step - epoch.step if epoch is not None else 1
        for gradients, ended in steps(report, first_batch):
            self._clock.advance(ended.data_seconds + ended.step_seconds)
            self._place = (ended.epoch, ended.step)
            if parts is not None and (listens(GradientsReady) or parts.in_use):
                parts.backward(ended.step)
                self.bus.emit(gradients)
                parts.optimizer.step()
            if listens(BatchEnded):
                self.bus.emit(ended)

    def _capture(self) -> State:
        assert self.run.parts is not None
        epoch, step = self._place
        ended = isinstance(self._event, EpochEnded)
        batch = 0 if ended or self._epoch is None else self._epoch.first_batch + step - self._epoch.step
        tensors, optimizer = self.run.parts.capture()
        states = {callback_name(one): one.state_dict() for one in self.callbacks}
        meta = {"epoch": epoch + ended, "batch": batch, "step": step, "seq": self.run.seq, "elapsed": self.elapsed()}
        rest = {"best": self._best, "optimizer": optimizer, "classes": list(self.run.classes), "callbacks": states}
        return tensors, {**meta, **rest}

    def save(self) -> None:
        """Keep the state as a checkpoint of this moment would."""
        states = {callback_name(one): state for one in self.callbacks if (state := one.state_dict())}
        parts = self.run.parts
        texts = {name: codec.dumps(state) for name, state in states.items()}
        kept = parts.capture() if parts is not None and parts.in_use else None
        if kept is not None:
            kept = ({name: tensor.clone() for name, tensor in kept[0].items()}, kept[1])
        self._saved[self.position["step"]] = Saved(self.run.seq, texts, kept)


class _Saver(Callback):
    """Where Checkpoint stands among the callbacks: what comes later is not part of what it saves."""

    phase: ClassVar[Phase] = Phase.PERSIST
    on_error: ClassVar[OnError] = "stop"
    name = "the_checkpoint"

    def __init__(self, attempt: ScriptedAttempt) -> None:
        self._attempt = attempt

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        self._attempt.save()

    def on_checkpoint_requested(self, event: CheckpointRequested, run: RunContext) -> None:
        self._attempt.save()


class _Failing(Callback):
    """Raises at an event."""

    name = OTHER


def _failing(events: tuple[Event, ...]) -> list[Callback]:
    if not events:
        return []

    def fail(event: Event, run: RunContext) -> None:
        if any(event is one for one in events):
            raise RuntimeError("it fails as it was told to")

    made = _Failing()
    for kind in {type(event) for event in events}:
        setattr(made, HOOKS[kind], fail)
    return [made]
