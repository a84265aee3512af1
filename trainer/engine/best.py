"""What "best" means: one definition for checkpoint, early stopping and window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from trainer.errors import UsageError
from trainer.metrics.monitor import Monitor


@dataclass
class Best:
    """The best finite value of the monitored metric so far, by default the smallest validation loss; the earlier epoch
    on a tie. None until there is one. `loss`: the validation loss of that epoch."""

    epoch: int | None = None
    loss: float | None = None
    value: float | None = None
    monitor: Monitor = field(default_factory=Monitor)

    def update(self, epoch: int, value: float, min_delta: float = 0.0, *, loss: float | None = None) -> bool:
        """Record an epoch's value and return whether it is the best so far, by more than `min_delta`. NaN and
        infinities never win; 0.0 and negative values are valid. `loss`: that of the epoch, where it is not the value
        itself."""
        cost = self.monitor.cost
        if not isfinite(value) or (self.value is not None and not cost(value) < cost(self.value) - min_delta):
            return False
        self.epoch, self.value, self.loss = epoch, value, value if loss is None else loss
        return True

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint holds of it."""
        plain = {"epoch": self.epoch, "loss": self.loss}
        if self.monitor == Monitor():  # as in checkpoints from before there was a choice
            return plain
        return {**plain, "value": self.value, "monitor": self.monitor.name, "mode": self.monitor.mode}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the best of an earlier attempt. Raises UsageError `resume.monitor` where that was the best by
        another metric: its weights would be compared with what they were not chosen by."""
        then = Monitor(state.get("monitor", "loss"), state.get("mode", "min"))
        if then != self.monitor:
            raise UsageError(
                "resume.monitor",
                f"This run chooses its best epoch by {then.name} ({then.mode}), not by {self.monitor.name} "
                f"({self.monitor.mode}).",
                expected=f"monitor={then.name!r}, mode={then.mode!r}",
                fix="resume with the metric that the run began with, or start a new run",
                then=then.name,
                now=self.monitor.name,
            )
        self.epoch, self.loss = state["epoch"], state["loss"]
        self.value = state.get("value", self.loss)
