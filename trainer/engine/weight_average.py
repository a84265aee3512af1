"""The exponential moving average (EMA) of the weights, which is what validation, evaluation and `best` use.

Averaged weights often generalise better than the last ones (Polyak and Juditsky 1992); the rising decay of the first
updates, min(decay, (1 + t) / (10 + t)), is that of TensorFlow's ExponentialMovingAverage.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class WeightAverage:
    """The average of the trainable floating-point parameters of `model`; of those unfrozen later, from the next epoch.

    Everything else in the model (frozen parameters, buffers such as BatchNorm's statistics, which are averages already)
    is shared with it. `decay` in (0, 1): the share of the average kept at each update. `updates`: the number of updates
    so far.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self._model = model
        self._parameters: dict[str, nn.Parameter] = {}
        self._average: dict[str, Tensor] = {}
        self._applied = False
        self.include_unfrozen()

    def include_unfrozen(self) -> None:
        """Average the parameters that have become trainable too, beginning with their values now."""
        for name, parameter in self._model.named_parameters():
            if parameter.requires_grad and parameter.is_floating_point() and name not in self._average:
                self._parameters[name], self._average[name] = parameter, parameter.detach().clone()

    def update(self) -> None:
        """Update the average with the weights after an optimiser step."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        with torch.no_grad():
            move = get_ema_multi_avg_fn(decay)
            move(list(self._average.values()), [value.detach() for value in self._parameters.values()], self.updates)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The model uses the average inside the block, and its own weights again after it."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def apply(self) -> None:
        """Leave the average in the model for good."""
        if not self._applied:
            self._swap()

    def _swap(self) -> None:
        # values are swapped, not tensors: the optimiser and compiled code keep references to the tensors
        with torch.no_grad():
            for name, parameter in self._parameters.items():
                own = parameter.detach().clone()
                parameter.copy_(self._average[name])
                self._average[name].copy_(own)
        self._applied = not self._applied

    # a checkpoint holds the averaged model under the usual names, and the trained weights beside it

    def capture(self, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """The tensors of a checkpoint, `model.<name>` with the average and `trained.<name>` with the weights that are
        trained, from those of a checkpoint that holds the model as it is now."""
        now = {name: tensors[f"model.{name}"] for name in self._average}
        average, trained = (now, self._average) if self._applied else (self._average, now)
        return {
            **tensors,
            **{f"model.{name}": value for name, value in average.items()},
            **{f"trained.{name}": value for name, value in trained.items()},
        }

    def restore(self, tensors: dict[str, Tensor], updates: int) -> None:
        """Restore from `capture`, once the model holds the trained weights (`trained_tensors`); if the checkpoint has
        no average, it starts from the current weights. The model's parameters are frozen or not as they were."""
        self.include_unfrozen()
        for name, value in self._average.items():
            there = f"trained.{name}" in tensors
            value.copy_(tensors[f"model.{name}"] if there else self._parameters[name].detach())
        self.updates = updates


def trained_tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """A checkpoint's tensors with the trained weights as `model.<name>`, whether or not it has an average."""
    trained = {
        f"model.{key.removeprefix('trained.')}": value for key, value in tensors.items() if key[:8] == "trained."
    }
    return {**tensors, **trained}
