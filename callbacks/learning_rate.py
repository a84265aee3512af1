"""LearningRate: any torch scheduler, or warm-up and a cosine built in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from trainer.callback import Callback, OnError, Phase
from trainer.engine.context import RunContext
from trainer.errors import UsageError
from trainer.events import BatchEnded, EpochEnded, RunStarted, ValidationDone

if TYPE_CHECKING:
    from torch.optim import Optimizer


class LearningRate(Callback):
    """Steps a scheduler at the right moments and keeps its state in the checkpoints.

    `scheduler`: a function of the optimiser giving a torch scheduler, and `each`, whether that counts steps or epochs.
    None is the built-in one, which counts steps: a linear rise over `warmup` epochs (fractions allowed), then
    `schedule`: cosine (to 0 at the last step), linear, step or constant; further `options` as in the settings table
    `[train]`. `ReduceLROnPlateau` follows the validation loss by itself.
    """

    phase: ClassVar[Phase] = Phase.DECIDE
    on_error: ClassVar[OnError] = "stop"

    def __init__(
        self,
        scheduler: Callable[[Any], Any] | None = None,
        *,
        each: Literal["step", "epoch"] | None = None,
        schedule: str = "cosine",
        warmup: float = 0.0,
        **options: float,
    ) -> None:
        if scheduler is not None and (warmup or options or each is None):
            raise UsageError(
                "learning_rate.options",
                "LearningRate got a scheduler"
                + (" and options of the built-in one." if warmup or options else ", but not what it counts."),
                expected="LearningRate(scheduler, each='step' or 'epoch'), or LearningRate(schedule='cosine')",
            )
        self.scheduler: Any = None
        self._make = scheduler
        self._options = {"schedule": schedule, "warmup": warmup, **options}
        self._loaded: dict[str, Any] | None = None
        if scheduler is None or each == "step":
            self.on_batch_ended = self._after_step  # type: ignore[method-assign]
        else:
            self.on_epoch_ended = self._after_epoch  # type: ignore[method-assign]

    def state_dict(self) -> dict[str, Any]:
        """The scheduler's state."""
        return self.scheduler.state_dict() if self.scheduler is not None else self._loaded or {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Kept until the scheduler is made."""
        self._loaded = state

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Make the scheduler; making one sets the rate, so a resumed run gets its rates back afterwards."""
        assert run.optimizer is not None  # only while a run is being prepared
        groups = run.optimizer.param_groups
        before = [{key: value for key, value in group.items() if key != "params"} for group in groups]
        self.scheduler = self._made(event, run.optimizer)
        if self._loaded is not None and self.scheduler is not None:
            self.scheduler.load_state_dict(self._loaded)
            for group, values in zip(groups, before, strict=True):
                group.update(values)
                if self._make is None:  # a run made longer goes on with the rates of the longer schedule
                    group["lr"] = group["initial_lr"] * self.scheduler.factor(self.scheduler.last_epoch)
        self._loaded = None

    def _made(self, event: RunStarted, optimizer: Optimizer) -> Any:
        if self._make is not None:
            return self._make(optimizer)
        from trainer.optim.schedules import make_schedule
        from trainer.settings import merge

        if not event.steps_per_epoch:
            raise UsageError(
                "learning_rate.no_length",
                "The length of an epoch is not known, so the schedule has no end.",
                mend="give the training loader a length (__len__), or pass a scheduler of your own",
            )
        train = merge({"train": {**self._options, "epochs": event.epochs}}).train
        return make_schedule(optimizer, train, event.steps_per_epoch)

    def _after_step(self, event: BatchEnded, run: RunContext) -> None:
        if self.scheduler is not None and not self._follows_loss:
            self.scheduler.step()

    def _after_epoch(self, event: EpochEnded, run: RunContext) -> None:
        if not self._follows_loss:
            self.scheduler.step()

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Hand the validation loss to a scheduler that follows it."""
        if self._follows_loss:
            self.scheduler.step(event.loss)

    @property
    def _follows_loss(self) -> bool:
        return type(self.scheduler).__name__ == "ReduceLROnPlateau"
