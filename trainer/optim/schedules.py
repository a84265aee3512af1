"""The learning rate as a function of the optimiser step, made from the settings."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.optim.lr_scheduler import LRScheduler

from trainer.settings import Train


class Schedule(LRScheduler):
    """Learning rate as a closed form of the optimiser step; call `step()` after each step.

    A linear warm-up over `warmup` steps, then `shape` over the rest.

    Args:
        optimizer: Its groups' rates are the peak rates.
        shape: "constant"; "cosine" or "linear": from 1 to 0 at `total`; "step": times `drop_factor` every `drop_steps`.
        total: Optimiser steps of the whole run.
        warmup: Steps of the warm-up. Default: 0.
        drop_steps: Steps between two drops, 1 or more. Default: 1.
        drop_factor: In (0, 1]. Default: 1.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        shape: str,
        total: int,
        warmup: int = 0,
        drop_steps: int = 1,
        drop_factor: float = 1.0,
    ) -> None:
        self.shape = shape
        self.total = total
        self.warmup = warmup
        self.drop_steps = drop_steps
        self.drop_factor = drop_factor
        super().__init__(optimizer)

    def factor(self, step: int) -> float:
        """Compute the factor on the peak rate.

        Args:
            step: Optimiser steps completed, 0 or more.

        Returns:
            Factor for the next step, in [0, 1].
        """
        if step < self.warmup:
            return (step + 1) / (self.warmup + 1)
        done = min(1.0, (step - self.warmup) / max(1, self.total - self.warmup))
        match self.shape:
            case "cosine":
                return 0.5 * (1 + math.cos(math.pi * done))
            case "linear":
                return 1 - done
            case "step":
                return float(self.drop_factor ** ((step - self.warmup) // self.drop_steps))
        return 1.0

    def get_lr(self) -> list[float | torch.Tensor]:
        """Compute the rate of each parameter group for the next step; torch calls it.

        Returns:
            A rate per group.
        """
        return [base * self.factor(self.last_epoch) for base in self.base_lrs]

    def state_dict(self) -> dict[str, Any]:
        """Return the progress as plain values. Shape and length are the constructor's, so that a run can be extended.

        Returns:
            `last_epoch`, `base_lrs`, `_step_count` and `_last_lr`.
        """
        return {key: getattr(self, key) for key in ("last_epoch", "base_lrs", "_step_count", "_last_lr")}


def make_schedule(optimizer: torch.optim.Optimizer, train: Train, steps_per_epoch: int) -> Schedule | None:
    """Make the schedule that `train.schedule` names.

    Args:
        optimizer: The optimiser.
        train: Schedule, warm-up and number of epochs.
        steps_per_epoch: Optimiser steps in an epoch.

    Returns:
        The schedule; None if the rate never changes.
    """
    if train.schedule == "constant" and train.warmup == 0:
        return None
    return Schedule(
        optimizer,
        train.schedule,
        total=train.epochs * steps_per_epoch,
        warmup=round(train.warmup * steps_per_epoch),
        drop_steps=max(1, round(train.step_epochs * steps_per_epoch)),
        drop_factor=train.step_factor,
    )
