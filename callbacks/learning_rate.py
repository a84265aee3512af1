"""LearningRate: any torch scheduler, or warm-up and a cosine built in."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from trainer.callback import Callback, OnError, Phase, needs_validation_error
from trainer.engine.context import RunContext
from trainer.errors import UsageError
from trainer.events import BatchEnded, EpochEnded, RunStarted, ValidationDone
from trainer.metrics.monitor import BUILT_IN, Mode, Monitor, make_monitor

if TYPE_CHECKING:
    from torch.optim import Optimizer


_BY_STEP = ("OneCycleLR", "CyclicLR")
_BY_METRIC = "ReduceLROnPlateau"


class LearningRate(Callback):
    """Steps a learning-rate scheduler at the right moments and keeps its state in the checkpoints.

    Without a scheduler of your own it uses a built-in one, which counts steps: a linear warm-up over `warmup` epochs,
    then `schedule`. `ReduceLROnPlateau` needs a validation split: it follows what the run chooses its best epoch by,
    the validation loss unless `Trainer(monitor=...)` names another metric.

    Args:
        scheduler: A function from the optimiser to a torch scheduler, or a scheduler of the run's optimiser. None
            (default): the built-in one.
        each: Whether the scheduler counts "step"s or "epoch"s. None (default): steps for OneCycleLR, CyclicLR and
            schedulers made of them, epochs for all others.
        schedule: "cosine" (default; to 0 at the last step), "linear" (to 0), "step" or "constant".
        warmup: Epochs of the warm-up, 0 or more; may be a fraction. Default: 0.
        monitor: What ReduceLROnPlateau follows: "loss", "accuracy", "macro_f1" or a custom metric. None (default): the
            run's `monitor`.
        **options: For the schedule "step": `step_epochs` (above 0, default 10), `step_factor` (in (0, 1], default 0.1).

    Attributes:
        scheduler: The torch scheduler; None before the run starts.
        needs_validation: Whether the scheduler follows a validation metric.

    Raises:
        UsageError: `learning_rate.options`: arguments contradict each other. At the start of a run
            `learning_rate.scheduler`: the scheduler belongs to another optimiser, is made for fewer steps than the run
            has, or waits for its metric to get worse; `metrics.monitor`: the run has no such metric;
            `learning_rate.no_length`: the length of an epoch is unknown.
    """

    phase: ClassVar[Phase] = Phase.DECIDE
    on_error: ClassVar[OnError] = "stop"

    def __init__(
        self,
        scheduler: Callable[[Any], Any] | Any | None = None,
        *,
        each: Literal["step", "epoch"] | None = None,
        schedule: str = "cosine",
        warmup: float = 0.0,
        monitor: str | None = None,
        **options: float,
    ) -> None:
        if scheduler is not None and (warmup or options):
            raise UsageError(
                "learning_rate.options",
                "LearningRate got a scheduler and options of the built-in one.",
                expected="LearningRate(scheduler), or LearningRate(schedule='cosine')",
            )
        if each not in (None, "step", "epoch"):
            raise UsageError("learning_rate.options", f"each: got {each!r}.", expected="'step' or 'epoch'")
        if scheduler is not None and not callable(scheduler) and not _is_scheduler(scheduler):
            raise UsageError(
                "learning_rate.options",
                f"LearningRate got a {type(scheduler).__name__}.",
                expected="a torch scheduler, or a function of the optimiser that returns one",
                fix="LearningRate(lambda optimizer: StepLR(optimizer, step_size=10))",
            )
        self.scheduler: Any = None
        self._make = cast(Any, scheduler)
        self._each: Literal["step", "epoch"] | None = "step" if scheduler is None else each
        self._first = copy.deepcopy(self._make.state_dict()) if _is_scheduler(scheduler) else None
        self._options = {"schedule": schedule, "warmup": warmup, **options}
        self._loaded: dict[str, Any] | None = None
        self._resumed = False
        self._own = monitor
        self._monitor = Monitor()
        kind = scheduler if isinstance(scheduler, type) else getattr(scheduler, "func", scheduler)
        self.needs_validation = _follows(kind)
        known = self._each or (_counts(kind) if isinstance(kind, type) or _is_scheduler(kind) else None)
        # a hook on BatchEnded costs something at every step: only where steps may be counted
        if known != "epoch":
            self.on_batch_ended = self._after_step  # type: ignore[method-assign]
        if known != "step":
            self.on_epoch_ended = self._after_epoch  # type: ignore[method-assign]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The hooks of a copy are its own."""
        vars(self).update(state)
        if "on_batch_ended" in state:
            self.on_batch_ended = self._after_step  # type: ignore[method-assign]
        if "on_epoch_ended" in state:
            self.on_epoch_ended = self._after_epoch  # type: ignore[method-assign]

    def state_dict(self) -> dict[str, Any]:
        """Return the scheduler's state.

        Returns:
            What the torch scheduler's own `state_dict` returns.
        """
        return self.scheduler.state_dict() if self.scheduler is not None else self._loaded or {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Keep the state until the scheduler is made.

        Args:
            state: What `state_dict` returned.
        """
        self._loaded = state

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Make the scheduler and restore its state. Making one sets the rate, so a resumed run gets its rates back."""
        assert run.optimizer is not None  # only while a run is being prepared
        groups = run.optimizer.param_groups
        before = [{key: value for key, value in group.items() if key != "params"} for group in groups]
        self.scheduler = self._made(event, run.optimizer)
        if self._make is not None:
            self._each = self._each or _counts(self.scheduler)
            self._check(event, run.optimizer)
        self._resumed = self._loaded is not None
        if self._loaded is not None and self.scheduler is not None:
            self.scheduler.load_state_dict(self._loaded)
            for group, values in zip(groups, before, strict=True):
                group.update(values)
                if self._make is None:  # a run made longer goes on with the rates of the longer schedule
                    group["lr"] = group["initial_lr"] * self.scheduler.factor(self.scheduler.last_epoch)
        self._loaded = None

    def _made(self, event: RunStarted, optimizer: Optimizer) -> Any:
        if self._first is not None:
            if not event.resumed_step:
                self._make.load_state_dict(copy.deepcopy(self._first))
            return self._make
        if self._make is not None:
            return self._make(optimizer)
        from trainer.optim.schedules import make_schedule
        from trainer.settings import merge

        if not event.steps_per_epoch:
            raise UsageError(
                "learning_rate.no_length",
                "The length of an epoch is not known, so the schedule has no end.",
                fix="give the training loader a length (__len__), or pass a scheduler of your own",
            )
        train = merge({"train": {**self._options, "epochs": event.epochs}}).train
        return make_schedule(optimizer, train, event.steps_per_epoch)

    def _check(self, event: RunStarted, optimizer: Optimizer) -> None:
        """See the class's errors."""
        scheduler, kind = self.scheduler, type(self.scheduler).__name__
        steps = event.epochs * (event.steps_per_epoch if self._each == "step" else 1)
        total = getattr(scheduler, "total_steps", None)
        if self._follows_metric and "valid" not in event.split_sizes:
            raise needs_validation_error(self)
        if getattr(scheduler, "optimizer", optimizer) is not optimizer:
            raise _refused(
                kind, "it belongs to another optimiser than the run's", "pass that optimiser to Trainer(optimizer=...)"
            )
        if self._follows_metric:
            self._monitor = self._followed(event, getattr(scheduler, "mode", "min"))
        if isinstance(total, int) and 0 < total < steps:
            raise _refused(
                kind,
                f"it is made for {total:,} steps, but the run has {steps:,}",
                f"give it total_steps={steps} (epochs x steps per epoch)",
            )

    def _followed(self, event: RunStarted, mode: Mode) -> Monitor:
        """What the scheduler follows: it must wait for that to get better, as the run does."""
        whole = Monitor.of(event)
        name = whole.name if self._own is None else self._own
        if name != whole.name and name not in BUILT_IN:
            return make_monitor(name, mode, dict.fromkeys(event.metrics))
        monitor = whole if name == whole.name else make_monitor(name, None, {})
        if mode != monitor.mode:
            way = "rise" if monitor.mode == "min" else "fall"
            noun = "validation loss" if monitor.name == "loss" else f"metric {monitor.name}"
            raise _refused(
                type(self.scheduler).__name__,
                f"with mode={mode!r} it waits for the {noun} to {way}",
                f"use mode={monitor.mode!r}",
            )
        return monitor

    def _after_step(self, event: BatchEnded, run: RunContext) -> None:
        if self._each == "step" and not self._follows_metric and self.scheduler is not None:
            self._step()

    def _after_epoch(self, event: EpochEnded, run: RunContext) -> None:
        if self._each == "epoch" and not self._follows_metric:
            self._step()

    def _step(self) -> None:
        if not self._resumed:
            self.scheduler.step()
            return
        self._resumed = False
        with warnings.catch_warnings():
            # steps that an earlier attempt took are unknown to torch, which warns that there were none
            warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")
            self.scheduler.step()

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Pass the monitored value to a scheduler that follows it."""
        if self._follows_metric:
            self.scheduler.step(self._monitor.value(event, event.metrics))

    @property
    def _follows_metric(self) -> bool:
        return _follows(self.scheduler)


def _is_scheduler(value: Any) -> bool:
    return not isinstance(value, type) and hasattr(value, "step") and hasattr(value, "state_dict")


def _names(scheduler: Any) -> set[str]:
    """Names of the classes that a scheduler, or a class of one, is of."""
    kind = scheduler if isinstance(scheduler, type) else type(scheduler)
    return {base.__name__ for base in kind.__mro__}


def _follows(scheduler: Any) -> bool:
    return _BY_METRIC in _names(scheduler)


def _counts(scheduler: Any) -> Literal["step", "epoch"]:
    """What a scheduler counts, by its class; one that is made of others, what one of those counts."""
    from trainer.torch_internals import schedulers_within

    return "step" if any(not _names(one).isdisjoint(_BY_STEP) for one in schedulers_within(scheduler)) else "epoch"


def _refused(kind: str, reason: str, fix: str) -> UsageError:
    return UsageError("learning_rate.scheduler", f"{kind} cannot be used: {reason}.", where="LearningRate", fix=fix)
