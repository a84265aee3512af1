"""What a hook gets beside the event: the live objects of the run, and the few things a callback may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from trainer.events import CheckpointKind, CheckpointRequested, Event

if TYPE_CHECKING:
    from trainer.engine.session import Session
    from trainer.metrics.outputs import Outputs
    from trainer.store.folder import RunFolder


class RunContext:
    """Second argument of every hook. `model`, `optimizer` and `data` are None while the run is being prepared.

    `folder` is None where nothing is written. `settings` is a plain, nested mapping. `classes` are the class names.
    `seq` is the number of the last journal record.
    """

    def __init__(self, session: Session, folder: RunFolder | None, settings: Mapping[str, Any]) -> None:
        self.folder = folder
        self.settings = settings
        self.model: Any = None
        self.optimizer: Any = None
        self.data: Any = None
        self.classes: tuple[str, ...] = ()
        self.seq = 0
        self._session = session
        self._outputs: dict[str, Outputs] = {}
        self._capture: Callable[[], tuple[dict[str, Any], dict[str, Any]]] | None = None

    @property
    def attempt(self) -> int:
        """1 for the first start of this run, one more for each resumption."""
        return self._session.attempt

    def elapsed(self) -> float:
        """Seconds of training so far, over all attempts, pauses excluded."""
        return self._session.clock.elapsed()

    def outputs(self, split: str) -> Outputs:
        """Predictions of the last pass over `split` (`valid` after each validation, all splits after evaluation), in
        stored order. Raises LookupError where that split has not been passed over yet."""
        if split not in self._outputs:
            raise LookupError(f"no outputs of {split!r} yet; there are {sorted(self._outputs) or 'none'}")
        return self._outputs[split]

    def request_stop(self, reason: str) -> None:
        """End the run as completed, for this `reason`, at the next boundary."""
        self._session.request_stop(reason)

    def request_checkpoint(self, kind: CheckpointKind = "last", source: str = "callback") -> None:
        """Have the state saved: emits CheckpointRequested, which the Checkpoint callback acts on.

        Raises RuntimeError outside of training.
        """
        if self._capture is None:
            raise RuntimeError("there is no state to save")
        self.emit(CheckpointRequested(epoch=self._session.epoch, step=self._session.step, kind=kind, source=source))

    def emit(self, event: Event) -> None:
        """Send an event to every subscriber; it waits its turn."""
        self._session.emit(event)

    def log(self, text: str, error: BaseException | None = None) -> None:
        """Write a line, and the traceback of `error`, to the run's log.txt."""
        self._session.log(text, error)

    def capture(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The whole state to continue from here: tensors by key, and a mapping of everything else.

        Raises RuntimeError outside of training and DivergedError where a weight is not finite.
        """
        if self._capture is None:
            raise RuntimeError("there is no state to save")
        return self._capture()


Run = RunContext
"""The name before 0.2, kept for one release."""
