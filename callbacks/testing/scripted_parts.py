"""A model, an optimiser, data and predictions in the shapes of a recorded run, each made when it is asked for.
[no torch at import]"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.events import EvaluationDone, RunStarted, ValidationDone
from trainer.metrics.outputs import Outputs

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from trainer.data.loaders import DataSource

LARGEST_IMAGE = 1024
"""Pixels; larger images are averaged before the linear layer, to keep it small."""
IMAGES = 32
"""Largest number of images in a split."""
SEED = 1234


class ScriptedParts:
    """Model, optimiser and data of a replay: softmax regression on noise.

    Each step puts small random gradients into `parameter.grad` and steps the optimiser, once the model is in use.

    Args:
        started: Start of the run, with its shapes.
        rate: Learning rate.
        make_model: Makes the model. None: one linear layer.
    """

    def __init__(self, started: RunStarted, rate: float, make_model: Callable[[], nn.Module] | None) -> None:
        self._started = started
        self._rate = rate
        self._make_model = make_model

    @cached_property
    def model(self) -> nn.Module:
        """The caller's own model, or one linear layer."""
        import torch
        from torch import nn

        if self._make_model is not None:
            return self._make_model()
        shape, classes = self._started.input_shape, len(self._started.classes)
        large = len(shape) == 3 and shape[1] * shape[2] > LARGEST_IMAGE
        inputs = shape[0] * 64 if large else math.prod(shape)
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(SEED)
            first = [nn.AdaptiveAvgPool2d(8)] if large else []
            return nn.Sequential(*first, nn.Flatten(), nn.Linear(inputs, classes))

    @cached_property
    def optimizer(self) -> Optimizer:
        """Adam, with the learning rate of the run's first epoch."""
        from torch.optim import Adam

        return Adam(self.model.parameters(), lr=self._rate)

    @cached_property
    def data(self) -> DataSource:
        """Noise with labels in turn, at most 32 images in each split."""
        import torch

        from trainer.data.loader_source import data_source

        noise = torch.Generator().manual_seed(SEED)
        classes = len(self._started.classes)

        def batches(size: int) -> list[tuple[Tensor, Tensor]]:
            count = max(1, min(size, IMAGES))
            images = torch.rand(count, *self._started.input_shape, generator=noise)
            return [(images, torch.arange(count) % classes)]

        return data_source({split: batches(size) for split, size in self._started.split_sizes.items()}, seed=SEED)

    @property
    def in_use(self) -> bool:
        """Whether the model has been asked for."""
        return "model" in vars(self)

    def backward(self, step: int) -> None:
        """Set the gradients of the parameters.

        Args:
            step: Number of the step; the same number always gives the same gradients.
        """
        import torch

        noise = torch.Generator().manual_seed(SEED + step)
        for parameter in self.model.parameters():
            if parameter.requires_grad:
                parameter.grad = 1e-3 * torch.randn(parameter.shape, generator=noise, dtype=parameter.dtype)

    def capture(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return the state of model and optimiser as a checkpoint holds it.

        Returns:
            Tensors by name, and plain values.
        """
        from trainer.engine.checkpoint_state import capture_model, capture_optimizer

        tensors, rest = capture_optimizer(self.model, self.optimizer)
        return {**capture_model(self.model), **tensors}, rest

    def restore(self, state: tuple[dict[str, Tensor], dict[str, Any]]) -> None:
        """Continue from a state.

        Args:
            state: What `capture` returned.
        """
        from trainer.engine.checkpoint_state import load_model_state, restore_optimizer
        from trainer.engine.resume import model_weights

        load_model_state(self.model, model_weights(state[0]))
        restore_optimizer(self.model, self.optimizer, *state)


class ScriptedOutputs(Mapping[str, Outputs]):
    """Predictions of each split, made up to match the confusion matrix of its last event."""

    def __init__(self) -> None:
        self._events: dict[str, ValidationDone | EvaluationDone] = {}

    def note(self, split: str, event: ValidationDone | EvaluationDone) -> None:
        """Keep the last event about a split.

        Args:
            split: `train`, `valid` or `test`.
            event: The event.
        """
        self._events[split] = event

    def __getitem__(self, split: str) -> Outputs:
        event = self._events[split]
        counts = np.array([list(row) for row in event.confusion], dtype=np.int64)
        labels, predicted = (np.repeat(side, counts.ravel()) for side in np.indices(counts.shape).reshape(2, -1))
        return Outputs(
            labels=labels,
            predicted=predicted.astype(np.uint16),
            confidence=np.where(labels == predicted, 0.9, 0.5).astype(np.float16),
            loss=np.full(len(labels), event.loss, np.float32),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)
