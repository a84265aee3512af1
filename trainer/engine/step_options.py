"""Options for how an optimiser step is made, as passed to Trainer, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from numbers import Integral, Real
from typing import Any

from torch import Tensor, nn

from trainer.errors import UsageError

TrainingStep = Callable[[nn.Module, tuple[Any, Tensor]], Any]
"""model, (images, labels) -> loss, or (loss, logits); see `trainer.engine.training_step`."""


@dataclass(frozen=True)
class StepOptions:
    """Options of `Trainer`, documented there. Raises UsageError if one is out of range."""

    accumulate: int = 1
    clip_norm: float = 0.0
    clip_value: float = 0.0
    ema: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0
    training_step: TrainingStep | None = None
    steps_per_epoch: int | None = None
    shard: bool = False

    def __post_init__(self) -> None:
        counts = {"accumulate": self.accumulate}
        if self.steps_per_epoch is not None:
            counts["steps_per_epoch"] = self.steps_per_epoch
        for name, count in counts.items():
            if not isinstance(count, Integral) or isinstance(count, bool) or count < 1:
                raise _wrong(name, count, "a whole number of at least 1")
        for name in ("clip_norm", "clip_value", "mixup", "cutmix"):
            if not _is_number(getattr(self, name)) or getattr(self, name) < 0:
                raise _wrong(name, getattr(self, name), "a number of at least 0; 0: off")
        if not _is_number(self.ema) or not 0 <= self.ema < 1:
            raise _wrong("ema", self.ema, "a decay from 0 to below 1; 0: off")
        if self.training_step is not None and not callable(self.training_step):
            raise _wrong("training_step", self.training_step, "a function of the model and a batch")

    def check_resumed(self, meta: Mapping[str, Any]) -> None:
        """Raises UsageError if a checkpoint from inside an epoch was made with another accumulation."""
        then = meta.get("accumulate", 1)
        if meta["batch"] and then != self.accumulate:
            raise UsageError(
                "resume.accumulate",
                f"The run was saved inside an epoch with accumulate={then}; it cannot continue with {self.accumulate}.",
                expected=f"accumulate={then}",
                fix=f"resume with accumulate={then}, or start a new run",
            )

    @property
    def clips(self) -> bool:
        """Whether gradients are clipped."""
        return bool(self.clip_norm or self.clip_value)

    @property
    def mixes(self) -> bool:
        """Whether images are mixed in pairs."""
        return bool(self.mixup or self.cutmix)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def _wrong(name: str, value: Any, expected: str) -> UsageError:
    return UsageError("train.option", f"{name}: got {value!r}.", expected=expected, name=name, value=str(value))


PLAIN = StepOptions()
"""The plain step: forward, backward, update."""
