"""Events within an epoch: its start, its gradients and its optimiser steps."""

from __future__ import annotations

from typing import Literal

from trainer.events.event import Event


class EpochStarted(Event, frozen=True, kw_only=True, tag=True):
    """An epoch begins, or continues where an earlier attempt left it."""

    first_batch: int
    """Batches of this epoch that an earlier attempt has finished; 0 for a new epoch."""
    learning_rate: float
    """Learning rate of the first parameter group."""


class GradientsReady(Event, frozen=True, kw_only=True, tag=True):
    """The gradients of a step are computed, not yet clipped or used; `step` counts the steps completed before.

    A hook may read and change `parameter.grad`. An optimiser with a closure computes gradients several times a step.
    """

    batch: int
    """Number of the batch within the epoch, from 1."""
    learning_rate: float
    """Learning rate of the first parameter group, for this step."""


class BatchEnded(Event, frozen=True, kw_only=True, tag=True):
    """One optimiser step is done. Accumulated batches count as one."""

    batch: int
    """Number of the batch within the epoch, from 1."""
    samples: int
    """Images in the batch."""
    loss: float | None
    """Mean loss over the batch (cross-entropy: nats). None on a GPU unless a subscriber sets `reads_loss`."""
    learning_rate: float
    """Learning rate of the first parameter group in this step."""
    data_seconds: float
    """Seconds spent waiting for the batch."""
    step_seconds: float
    """Seconds for forward, backward and optimiser, as the host measures them: a GPU may still be computing."""


class BatchesReported(Event, frozen=True, kw_only=True, tag=True):
    """Several optimiser steps in one record: enough for curves, and cheap."""

    first_step: int
    """First step it covers, counted over the whole run, from 1."""
    last_step: int
    """Last step it covers."""
    count: int
    """Number of steps, 1 or more."""
    samples: int
    """Images in these steps."""
    correct: int
    """How many of these images were classified correctly."""
    loss_mean: float
    """Mean loss over these images (cross-entropy: nats)."""
    loss_min: float
    """Smallest batch loss among the steps."""
    loss_max: float
    """Largest batch loss among the steps."""
    loss_last: float
    """Loss of the last batch."""
    learning_rate: float
    """Learning rate of the first parameter group at the last step."""
    data_seconds: float
    """Seconds spent waiting for data, summed over the steps."""
    step_seconds: float
    """Seconds of computing, summed over the steps."""


class NonFiniteLoss(Event, frozen=True, kw_only=True, tag=True):
    """A loss or a gradient is NaN or infinite. The step is not taken and the run ends as failed."""

    batch: int
    """Number of the batch within the epoch, from 1."""
    where: Literal["loss", "gradient"]
    """Which of the two it was."""
    last_checkpoint: str | None
    """File to resume from, relative to the run folder; None if there is none."""
