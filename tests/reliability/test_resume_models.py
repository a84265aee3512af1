"""Models, losses and loaders that keep state where no state_dict has it: resumed is bit for bit as not interrupted."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, RandomSampler, TensorDataset, WeightedRandomSampler

from callbacks import LearningRate
from tests.reliability.harness import (
    CLASSES,
    EPOCHS,
    FEATURES,
    STEPS,
    Stop,
    assert_same,
    at_epoch_ended,
    at_step,
    attempts,
    in_validation,
    lists,
    seeded,
    train,
)
from trainer import Callback
from trainer.trainer import Trainer


class Layer(nn.Module):
    """A linear layer for models that add something to it."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(FEATURES, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        return self.linear(self.noise(images) if self.training else images)  # type: ignore[no-any-return]

    def noise(self, images: Tensor) -> Tensor:
        return images


class PythonNoise(Layer):
    def noise(self, images: Tensor) -> Tensor:
        return images * random.gauss(1, 0.5) if random.random() < 0.7 else images


class NumpyNoise(Layer):
    def noise(self, images: Tensor) -> Tensor:
        return images + float(np.random.standard_normal()) + float(np.random.rand())


class OwnGenerators(Layer):
    """Four generators of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.torch_ = torch.Generator().manual_seed(5)
        self.of = {"numpy": np.random.default_rng(6), "old": np.random.RandomState(7), "bits": np.random.SFC64(9)}
        self.python = random.Random(8)

    def noise(self, images: Tensor) -> Tensor:
        numbers = float(self.of["numpy"].random()), float(self.of["old"].randn()), self.python.gauss(0, 1)
        bits = int(self.of["bits"].random_raw()) % 7
        return images * (1 + sum(numbers) + bits / 7) + torch.randn(1, generator=self.torch_)


class ExtraState(Layer):
    """What is counted changes what is computed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, Any] = {"batches": 0, "sums": [0.0], "last": torch.zeros(2)}

    def noise(self, images: Tensor) -> Tensor:
        self.seen["batches"] += 1
        self.seen["sums"].append(float(images.sum()))
        self.seen["last"] = images[0, :2].clone()
        return images / self.seen["batches"] + self.seen["last"].sum()

    def get_extra_state(self) -> Any:
        return self.seen

    def set_extra_state(self, state: Any) -> None:
        self.seen = state


class HiddenBuffer(Layer):
    """A moving average that state_dict leaves out, and a mask of infinities."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURES), persistent=False)
        self.register_buffer("mask", torch.full((3, 3), -torch.inf).triu(1))
        self.register_buffer("count", torch.zeros((), dtype=torch.int16))

    def noise(self, images: Tensor) -> Tensor:
        self.count += 1
        self.mean = 0.9 * self.mean + 0.1 * images.mean(0)
        return images - self.mean


class GrowingBuffer(Layer):
    """A memory that does not exist before the first batch, and grows."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("first", None)
        self.register_buffer("memory", torch.zeros(0, FEATURES))

    def noise(self, images: Tensor) -> Tensor:
        if self.first is None:
            self.first = images[0].clone()
        self.memory = torch.cat([self.memory, images[:1]])[-7:]
        return images + self.memory.mean(0) * self.first


class ComplexBuffer(Layer):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("phase", torch.ones(FEATURES, dtype=torch.complex128))
        self.gain = nn.Parameter(torch.ones(FEATURES, dtype=torch.complex64))

    def noise(self, images: Tensor) -> Tensor:
        self.phase = self.phase * (0.9 + 0.1j)
        return images * (self.gain * self.phase).real.float()


class Tied(nn.Module):
    """One weight under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(FEATURES, FEATURES), nn.Linear(FEATURES, FEATURES)
        self.two.weight = self.one.weight
        self.head = nn.Linear(FEATURES, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.two(self.one(images).relu()))  # type: ignore[no-any-return]


def batch_norm(**options: Any) -> nn.Module:
    return nn.Sequential(nn.Linear(FEATURES, 6), nn.BatchNorm1d(6, **options), nn.Dropout(0.3), nn.Linear(6, CLASSES))


def frozen() -> nn.Module:
    """BatchNorm and dropout in evaluation mode on purpose."""
    model = nn.Sequential(batch_norm(), nn.Dropout(0.5), nn.BatchNorm1d(CLASSES))
    model[0][1].eval().requires_grad_(False)  # type: ignore[index]
    model[1].eval()
    return model


MODELS: dict[str, Callable[[], nn.Module]] = {
    "python's generator": PythonNoise,
    "numpy's generator": NumpyNoise,
    "generators of its own": OwnGenerators,
    "extra state": ExtraState,
    "hidden buffer": HiddenBuffer,
    "growing buffer": GrowingBuffer,
    "complex": ComplexBuffer,
    "tied": Tied,
    "cumulative batch norm": lambda: batch_norm(momentum=None),
    "frozen": frozen,
    "float64": lambda: batch_norm().double(),
    "spectral norm": lambda: nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(FEATURES, CLASSES))),
}


class LearntLoss(nn.Module):
    """A temperature that is learnt, and centres that move with every training batch."""

    def __init__(self) -> None:
        super().__init__()
        self.temperature = nn.Parameter(torch.ones(()))
        self.register_buffer("centre", torch.zeros(CLASSES))

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        if self.training:
            self.centre = 0.9 * self.centre + 0.1 * outputs.detach().mean(0)
        return functional.cross_entropy((outputs - self.centre) * self.temperature, labels)


PLACES: dict[str, list[Stop]] = {
    "inside an epoch": [at_step(STEPS + 2)],
    "at an epoch's end": [at_epoch_ended(1)],
    "in validation, and twice in one epoch": [in_validation(1), at_step(STEPS + 1), at_step(STEPS + 3)],
}


def check(make: Callable[[Path], Trainer], root: Path, stops: list[Stop], promise: str = "replayed") -> None:
    found, expected = train(make, root / "stopped", stops), train(make, root / "whole")
    assert_same(found, expected)
    assert {event.exact_resume for event in attempts(found)} == {promise}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", MODELS)
def test_state_wherever_a_model_keeps_it_is_resumed(name: str, place: str, tmp_path: Path) -> None:
    def make(folder: Path) -> Trainer:
        return Trainer(seeded(MODELS[name]), lists(), epochs=EPOCHS, run_dir=folder, device="cpu")

    check(make, tmp_path, PLACES[place])


@pytest.mark.parametrize("place", PLACES)
def test_a_loss_that_learns_is_resumed(place: str, tmp_path: Path) -> None:
    def make(folder: Path) -> Trainer:
        model, loss = seeded(lambda: nn.Linear(FEATURES, CLASSES)), LearntLoss()
        optimizer = torch.optim.SGD([*model.parameters(), *loss.parameters()], lr=0.1, momentum=0.9)
        return Trainer(model, lists(), optimizer=optimizer, loss=loss, epochs=EPOCHS, run_dir=folder, device="cpu")

    check(make, tmp_path, PLACES[place])


def test_a_learnt_loss_is_trained_as_a_plain_loop_trains_it() -> None:
    results = []
    for plain in (False, True):
        model, loss = seeded(lambda: nn.Linear(FEATURES, CLASSES)), LearntLoss()
        optimizer = torch.optim.SGD([*model.parameters(), *loss.parameters()], lr=0.1)
        data = lists()["train"]
        if not plain:
            Trainer(model, data, optimizer=optimizer, loss=loss, epochs=2, device="cpu").fit()
        for images, labels in data * 2 * plain:
            optimizer.zero_grad()
            loss(model(images), labels).backward()
            optimizer.step()
        results.append((loss.temperature.item(), loss.centre.tolist()))
    assert results[0] == results[1]
    assert results[0][0] != 1


class Thaw(Callback):
    """Unfreezes a layer in the second epoch, and freezes a BatchNorm for good then."""

    on_error = "stop"

    def on_epoch_started(self, event: Any, run: Any) -> None:
        if event.epoch == 2 and not event.first_batch:
            run.model[0].requires_grad_(True)
            run.model[1].eval()


def test_what_a_callback_froze_or_unfroze_is_resumed(tmp_path: Path) -> None:
    def make(folder: Path) -> Trainer:
        model = seeded(batch_norm)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        model[0].requires_grad_(False)  # type: ignore[index]
        return Trainer(model, lists(), optimizer=optimizer, epochs=3, callbacks=[Thaw()], run_dir=folder, device="cpu")

    check(make, tmp_path, [at_step(STEPS + 2), at_epoch_ended(2)])


# -- loaders ----------------------------------------------------------------------------------------------------------


class Augmented(Dataset[Any]):
    """Noise from a generator of its own, and from numpy's global one."""

    def __init__(self) -> None:
        images, labels = (torch.cat(part) for part in zip(*lists()["train"], strict=True))
        self.images, self.labels = images, labels
        self.numpy = np.random.default_rng(3)
        self.torch = torch.Generator().manual_seed(4)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Any:
        noise = torch.randn(FEATURES, generator=self.torch) * float(self.numpy.random()) + np.random.rand()
        return (self.images[index] + noise).float(), self.labels[index]


def tensors() -> TensorDataset:
    return TensorDataset(*(torch.cat(part) for part in zip(*lists()["train"], strict=True)))


class Shuffled:
    """A loader as people write it: its order from a generator that goes on from epoch to epoch."""

    def __init__(self) -> None:
        self.random = random.Random(1)

    def __len__(self) -> int:
        return STEPS

    def __iter__(self) -> Iterator[Any]:
        order = list(lists()["train"])
        self.random.shuffle(order)
        yield from order


def closure() -> Any:
    """A loader whose collate function draws from what only its closure knows."""
    generator = torch.Generator().manual_seed(11)

    def collate(rows: list[Any]) -> Any:
        images, labels = (torch.stack(part) for part in zip(*rows, strict=True))
        return images + torch.randn(1, generator=generator), labels

    return DataLoader(tensors(), batch_size=4, shuffle=True, collate_fn=collate)


LOADERS: dict[str, Callable[[], Any]] = {
    "shuffled by the global generator": lambda: DataLoader(tensors(), batch_size=4, shuffle=True),
    "a loader's generator": lambda: DataLoader(tensors(), 4, shuffle=True, generator=torch.Generator().manual_seed(2)),
    "a sampler's generator": lambda: DataLoader(
        tensors(), 4, sampler=RandomSampler(tensors(), generator=torch.Generator().manual_seed(2))
    ),
    "weighted": lambda: DataLoader(
        tensors(), 4, sampler=WeightedRandomSampler([1.0] * 19 + [5.0], 20, generator=torch.Generator().manual_seed(1))
    ),
    "augmented": lambda: DataLoader(Augmented(), batch_size=4, shuffle=True),
    "own class": Shuffled,
    "closure": closure,
}


def loader_trainer(name: str, folder: Path) -> Trainer:
    data = {**lists(), "train": LOADERS[name]()}
    schedule = LearningRate(lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9), each="epoch")
    model = seeded(lambda: nn.Sequential(nn.Dropout(0.2), PythonNoise()))
    return Trainer(model, data, epochs=EPOCHS, callbacks=[schedule], run_dir=folder, device="cpu")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", LOADERS)
def test_batches_of_own_loaders_are_the_same_after_a_resumption(name: str, place: str, tmp_path: Path) -> None:
    check(lambda folder: loader_trainer(name, folder), tmp_path, PLACES[place])


@pytest.mark.slow
@settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    model=st.sampled_from(sorted(MODELS)),
    loader=st.sampled_from(sorted(LOADERS)),
    steps=st.lists(st.integers(1, EPOCHS * STEPS - 1), min_size=1, max_size=4, unique=True).map(sorted),
)
def test_any_model_with_any_loader_stopped_anywhere(
    model: str, loader: str, steps: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    def make(folder: Path) -> Trainer:
        data = {**lists(), "train": LOADERS[loader]()}
        return Trainer(seeded(MODELS[model]), data, epochs=EPOCHS, run_dir=folder, device="cpu")

    root = tmp_path_factory.mktemp("runs")
    feed = make(root / "look").feed
    assume(not feed.looks_ahead)  # such a run says that it can only be resumed approximately
    check(make, root, [at_step(step) for step in steps])
