"""The second argument of a hook: the live objects of the run, and the requests a callback can make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from trainer.errors import Plain
from trainer.events import CheckpointKind, CheckpointRequested, Event, PictureReported, ScalarReported

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from trainer.data.loaders import DataSource
    from trainer.metrics.outputs import Outputs
    from trainer.store.folder import RunFolder

    State = tuple[dict[str, Tensor], dict[str, Any]]
    """Tensors by key, and a mapping of everything else."""


class Attempt(Protocol):
    """The part of the current attempt that callbacks can reach."""

    @property
    def attempt(self) -> int:
        """Number of the attempt."""

    @property
    def position(self) -> dict[str, Any]:
        """`epoch` and `step` for the next event."""

    @property
    def capture(self) -> Callable[[], State] | None:
        """Gives the state to continue from; None outside of training."""

    @property
    def outputs(self) -> Mapping[str, Outputs]:
        """Predictions of the last pass over each split."""

    def elapsed(self) -> float:
        """See `RunContext.elapsed`."""

    def request_stop(self, reason: str, code: str = "", **parameters: Plain) -> None:
        """See `RunContext.request_stop`."""

    def emit(self, event: Event) -> None:
        """Deliver an event to all that listen, now."""

    def log(self, text: str, error: BaseException | None = None) -> None:
        """See `RunContext.log`."""


class RunContext:
    """Second argument of every hook: the live objects of the run, and what a callback may ask for.

    Use it on the engine's thread, inside hooks.

    Attributes:
        model: The model, on its device; None while the run is being prepared.
        optimizer: The optimiser; None while the run is being prepared.
        data: The data source (`trainer.data.loaders.DataSource`); None while the run is being prepared.
        classes: Class names (C,), in the order of the logits; empty while the run is being prepared.
        folder: The run folder; None if nothing is written. `run.folder.path` is its `pathlib.Path`.
        settings: The settings by table, as in `run.toml`.
        seq: Number of the last journal record; 0 without a Journal callback.
    """

    def __init__(self, attempt: Attempt, folder: RunFolder | None, settings: Mapping[str, Any]) -> None:
        self.folder = folder
        self.settings = settings
        self.model: nn.Module | None = None
        self.optimizer: Optimizer | None = None
        self.data: DataSource | None = None
        self.classes: tuple[str, ...] = ()
        self.seq = 0
        self._scalars: set[str] = set()
        self._pictures: set[str] = set()
        self._attempt = attempt

    @property
    def attempt(self) -> int:
        """1 for the first start of this run, one more for each time it is resumed."""
        return self._attempt.attempt

    def elapsed(self) -> float:
        """Measure the time spent training so far.

        Returns:
            Seconds over all attempts, pauses excluded.
        """
        return self._attempt.elapsed()

    def outputs(self, split: str) -> Outputs:
        """Per-image predictions of the last pass over a split.

        Args:
            split: "valid" from the first `on_validation_done` on; "train" and "test" from their `on_evaluation_done`.

        Returns:
            Arrays (N,) in the order of the split's images.

        Raises:
            LookupError: There has been no pass over this split yet.
        """
        outputs = self._attempt.outputs
        if split not in outputs:
            raise LookupError(f"no outputs of {split!r} yet; there are {sorted(outputs) or 'none'}")
        return outputs[split]

    def request_stop(self, reason: str, code: str = "", **parameters: Plain) -> None:
        """End the run as completed at the next step boundary; it is then evaluated.

        Args:
            reason: Why, in a few words, for logs and windows.
            code: A code of `trainer.reasons`, which viewers show in their own language; empty: they show `reason`.
            **parameters: Plain values for the text of `code`.
        """
        self._attempt.request_stop(reason, code, **parameters)

    def request_checkpoint(self, kind: CheckpointKind = "last", source: str = "callback") -> None:
        """Have the state saved: emits CheckpointRequested, which the Checkpoint callback acts on. With a sharded model
        that is after the next step, when all processes know of it.

        Args:
            kind: "last" (to resume from, replaced by later ones), "best", or "manual" (never deleted).
            source: Who asks, for the journal.

        Raises:
            RuntimeError: No training is under way: the run is being prepared or evaluated.
        """
        if self._attempt.capture is None:
            raise RuntimeError("there is no state to save")
        self.emit(CheckpointRequested(**self._attempt.position, kind=kind, source=source))

    def emit(self, event: Event) -> None:
        """Send an event to every subscriber, after the present one has been delivered to all.

        Args:
            event: An instance of a class of `trainer.events`.
        """
        self._attempt.emit(event)

    def log_scalar(self, name: str, value: float) -> None:
        """Log a number: it is written to the journal and gets a chart of its own in the window.

        A line of the journal is written each time: report what changes in every step every few steps.

        Args:
            name: What the chart is called: 1 to 100 characters on one line. A run has at most 100 of them.
            value: The number, or an array or tensor of one; NaN leaves a gap.

        Raises:
            UsageError: `report.name`: the name is empty, too long or has line breaks, or it is one too many;
                `report.value`: the value is not a number.
        """
        from trainer.engine.reporting import checked_name, checked_number

        self._scalars.add(checked_name(name, self._scalars))
        self.emit(ScalarReported(**self._attempt.position, name=name, value=checked_number(name, value)))

    def log_picture(self, name: str, picture: Any) -> None:
        """Report a picture: it is saved in the run folder, and shown in the window at this epoch. Nothing without a run
        folder.

        Args:
            name: What it shows: 1 to 100 characters on one line. A run has at most 100 of them.
            picture: An array (H, W), (H, W, 3) or (H, W, 4) uint8, a PIL image, or the path of a PNG file inside the
                run folder. At most 4,096 x 4,096 pixels and 16 MB.

        Raises:
            UsageError: `report.name`, as for `log_scalar`; `report.picture`: it cannot be shown, or is too large.
            DiskError: It cannot be written.
        """
        if self.folder is None:
            return
        from trainer.engine.reporting import checked_name
        from trainer.store.pictures import save_picture

        self._pictures.add(checked_name(name, self._pictures))
        position = self._attempt.position
        saved = save_picture(self.folder, name, position["step"], picture)
        self.emit(PictureReported(**position, name=name, **saved._asdict()))

    def log(self, text: str, error: BaseException | None = None) -> None:
        """Write a line to the run's log.txt; nothing without a run folder.

        Args:
            text: The line.
            error: An exception whose traceback is added.
        """
        self._attempt.log(text, error)

    def capture(self) -> State:
        """Capture the whole state a run can be resumed from.

        Returns:
            Tensors by key (`model.<name>`, `optimizer.<parameter>.<slot>`, `rng.<device>`), and a mapping of everything
            else.

        Raises:
            RuntimeError: No training is under way.
            DivergedError: A weight is not finite.
            UsageError: `distributed.capture`: the model is sharded, and no checkpoint is being made.
        """
        if self._attempt.capture is None:
            raise RuntimeError("there is no state to save")
        return self._attempt.capture()


Run = RunContext
"""RunContext under its name before 0.2, kept for one release."""
