"""Other loops on our batches: what is left when only the transforms of the plain loop are replaced.

    python -m tests.benchmarks.fed_loop ENGINE IMAGES EPOCHS

ENGINE: `bare`, the loop with `.item()`, or a package of `rivals`. The reference task, its validation after each epoch
written by hand for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from tests.benchmarks import arguments
from tests.benchmarks.rivals import ENGINES, Fit, quiet
from trainer.data.image_data import ImageData
from trainer.data.opening import open_data


class Fed:
    """Our batches as engines take theirs: an iterable with a length, an epoch each time it is gone through."""

    def __init__(self, data: ImageData, model: nn.Module) -> None:
        self._data = data
        self._model = model
        self._epoch = 0

    def __len__(self) -> int:
        return self._data.steps_per_epoch

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        if self._epoch:
            self.validate()
        self._epoch += 1
        self._model.train()
        yield from self._data.train_batches(self._epoch)

    def validate(self) -> float:
        """Accuracy; engines that count do not come back after their last batch, so it is called before the next."""
        self._model.eval()
        with torch.no_grad():
            right = sum(
                int((self._model(images).argmax(1) == labels).sum())
                for images, labels in self._data.eval_batches("valid", 1000)
            )
        return right / self._data.sizes["valid"]


def bare(
    model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable[Any], epochs: int, criterion: nn.Module
) -> Fit:
    """The loop everybody writes."""

    def fit() -> None:
        for _ in range(epochs):
            total = 0.0
            for images, labels in batches:
                optimizer.zero_grad()
                loss = criterion(model(images), labels)
                loss.backward()
                optimizer.step()
                total += loss.item() * len(labels)

    return fit


def main() -> None:
    adapters = {"bare": bare, **{engine.package: engine.adapt for engine in ENGINES}}
    command = arguments.parser("fed_loop", __doc__)
    command.add_argument("name", choices=adapters)
    command.add_argument("images")
    command.add_argument("epochs", type=int)
    given = command.parse_args()
    name, images, epochs = given.name, given.images, given.epochs
    torch.set_num_threads(1)
    torch.manual_seed(1234)
    data = open_data(images, rotation=5, flip=0.5, crop=2)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    fed = Fed(data, model)
    with quiet():
        adapters[name](model, optimizer, fed, epochs, nn.CrossEntropyLoss())()
    print(f"{epochs} epochs, accuracy on validation {fed.validate():.4f}")


if __name__ == "__main__":
    main()
