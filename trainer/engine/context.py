"""What a hook gets beside the event: the live objects of the run, and the few things a callback may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from trainer.errors import Plain
from trainer.events import CheckpointKind, CheckpointRequested, Event

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from trainer.data.loaders import DataSource
    from trainer.metrics.outputs import Outputs
    from trainer.store.folder import RunFolder

    State = tuple[dict[str, Tensor], dict[str, Any]]
    """Tensors by key, and a mapping of everything else."""


class Attempt(Protocol):
    """The attempt under way, as far as callbacks may reach it."""

    @property
    def attempt(self) -> int:
        """Its number."""

    @property
    def position(self) -> dict[str, Any]:
        """`epoch` and `step` for the next event."""

    @property
    def capture(self) -> Callable[[], State] | None:
        """Gives the state to continue from; None outside of training."""

    @property
    def outputs(self) -> Mapping[str, Outputs]:
        """Predictions of the last pass over each split."""

    def elapsed(self) -> float: ...
    def request_stop(self, reason: str, code: str = "", **parameters: Plain) -> None: ...
    def emit(self, event: Event) -> None: ...
    def log(self, text: str, error: BaseException | None = None) -> None: ...


class RunContext:
    """Second argument of every hook. `model`, `optimizer` and `data` are None while the run is being prepared.

    `folder` is None where nothing is written. `settings` is a plain, nested mapping. `classes` are the class names.
    `seq` is the number of the last journal record.
    """

    def __init__(self, attempt: Attempt, folder: RunFolder | None, settings: Mapping[str, Any]) -> None:
        self.folder = folder
        self.settings = settings
        self.model: nn.Module | None = None
        self.optimizer: Optimizer | None = None
        self.data: DataSource | None = None
        self.classes: tuple[str, ...] = ()
        self.seq = 0
        self._attempt = attempt

    @property
    def attempt(self) -> int:
        """1 for the first start of this run, one more for each resumption."""
        return self._attempt.attempt

    def elapsed(self) -> float:
        """Seconds of training so far, over all attempts, pauses excluded."""
        return self._attempt.elapsed()

    def outputs(self, split: str) -> Outputs:
        """Predictions of the last pass over `split` (`valid` after each validation, all splits after evaluation), in
        stored order. Raises LookupError where that split has not been passed over yet."""
        outputs = self._attempt.outputs
        if split not in outputs:
            raise LookupError(f"no outputs of {split!r} yet; there are {sorted(outputs) or 'none'}")
        return outputs[split]

    def request_stop(self, reason: str, code: str = "", **parameters: Plain) -> None:
        """End the run as completed, for this `reason`, at the next boundary. `code` and `parameters` let
        viewers show a known reason in their own language (`trainer.reasons`)."""
        self._attempt.request_stop(reason, code, **parameters)

    def request_checkpoint(self, kind: CheckpointKind = "last", source: str = "callback") -> None:
        """Have the state saved: emits CheckpointRequested, which the Checkpoint callback acts on.

        Raises RuntimeError outside of training.
        """
        if self._attempt.capture is None:
            raise RuntimeError("there is no state to save")
        self.emit(CheckpointRequested(**self._attempt.position, kind=kind, source=source))

    def emit(self, event: Event) -> None:
        """Send an event to every subscriber; it waits its turn."""
        self._attempt.emit(event)

    def log(self, text: str, error: BaseException | None = None) -> None:
        """Write a line, and the traceback of `error`, to the run's log.txt."""
        self._attempt.log(text, error)

    def capture(self) -> State:
        """The whole state to continue from here: tensors by key, and a mapping of everything else.

        Raises RuntimeError outside of training and DivergedError where a weight is not finite.
        """
        if self._attempt.capture is None:
            raise RuntimeError("there is no state to save")
        return self._attempt.capture()


Run = RunContext
"""The name before 0.2, kept for one release."""
