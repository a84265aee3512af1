"""How long a model trains: a few steps and a few batches of evaluation, on random images of the right shape."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from trainer.data import open_data
from trainer.engine.arguments import EVAL_BATCH
from trainer.engine.device import choose_device, choose_threads
from trainer.models import build_model, move_model
from trainer.models.feature_network import make_head
from trainer.optim.optimizers import make_loss, make_optimizer
from trainer.plugins import model_options
from trainer.settings import Settings

SECONDS = 0.8
"""Seconds spent on steps, and at most one step more; half as long on evaluation."""
LEAST, BATCHES = 2, 4
"""Batches timed at least, and batches of random images made for that."""


class TrainingTime(NamedTuple):
    """How long training takes.

    Attributes:
        epoch: Seconds for the training of an epoch.
        judging: Seconds for evaluating one image.
    """

    epoch: float
    judging: float


def training_time(settings: Settings, shape: tuple[int, int, int], classes: int, images: int) -> TrainingTime:
    """Estimate how long a model trains.

    Args:
        settings: Model, optimiser and batch size.
        shape: Shape of an image: (C, H, W).
        classes: Number of classes.
        images: Training images per epoch.

    Returns:
        The estimate.
    """
    device = choose_device(settings.train.device)
    model = build_model(settings.model, shape, classes, model_options(settings), settings.train.seed)
    batch = settings.train.batch
    data = _random_images(settings, shape, classes, min(images, batch * BATCHES))
    data.to(device)
    with _threads(choose_threads(settings.train.threads, settings.model)):
        return _timed(move_model(model, device), settings, data, images)


def head_time(settings: Settings, width: int, classes: int, images: int) -> TrainingTime:
    """Estimate how long the head of a pretrained network trains.

    Args:
        settings: Optimiser and batch size.
        width: Features per image.
        classes: Number of classes.
        images: Training images per epoch.

    Returns:
        The estimate.
    """
    device = choose_device(settings.train.device)
    head = make_head(width, classes).to(device)
    features = _Features(torch.randn(min(images, settings.train.batch * BATCHES), width), classes, settings, device)
    with _threads(choose_threads(settings.train.threads, "softmax")):
        return _timed(head, settings, features, images)


def _random_images(settings: Settings, shape: tuple[int, int, int], classes: int, count: int) -> Any:
    channels, height, width = shape
    generator = np.random.default_rng(0)
    count = max(count, 2)
    size = (count, height, width) if channels == 1 else (count, height, width, channels)
    pixels = generator.integers(0, 256, size, dtype=np.uint8)
    labels = np.arange(count) % min(classes, count)
    changes = settings.augment.model_dump(exclude={"mixup", "cutmix"})
    return open_data((pixels, labels), valid=0, test=0, batch=settings.train.batch, large=max(shape), **changes)


class _Features:
    """Random features (N, width) in place of images."""

    def __init__(self, features: torch.Tensor, classes: int, settings: Settings, device: torch.device) -> None:
        self._features = features.to(device)
        self._labels = (torch.arange(len(features)) % classes).to(device)
        self._batch = settings.train.batch
        self.sizes = {"train": len(features)}

    def train_batches(self, epoch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        order = torch.randperm(len(self._features), generator=torch.Generator().manual_seed(epoch))
        for some in order.split(self._batch):
            yield self._features[some], self._labels[some]

    def eval_batches(self, split: str, batch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        yield from zip(self._features.split(batch), self._labels.split(batch), strict=True)


def _timed(model: nn.Module, settings: Settings, data: Any, images: int) -> TrainingTime:
    optimizer, loss = make_optimizer(model, settings.train), make_loss(settings.train)

    def train(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
        optimizer.zero_grad()
        loss(model(batch[0]), batch[1]).backward()
        optimizer.step()

    def judge(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
        with torch.inference_mode():
            model(batch[0]).argmax(1).cpu()

    model.train()
    training = _seconds_an_image(_again(data.train_batches), train, SECONDS)
    model.eval()
    batch = min(EVAL_BATCH, settings.train.batch)  # a thousand images at once would take longer than all the rest
    judging = _seconds_an_image(_again(lambda _: data.eval_batches("train", batch)), judge, SECONDS / 2)
    return TrainingTime(training * images, judging)


def _again(batches: Any) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Epoch after epoch."""
    epoch = 0
    while True:
        epoch += 1
        yield from batches(epoch)


def _seconds_an_image(batches: Iterator[tuple[torch.Tensor, torch.Tensor]], work: Any, seconds: float) -> float:
    """Mean over a few batches; the first one, on which libraries choose their ways, does not count."""
    work(next(batches))
    seen, steps, began = 0, 0, time.perf_counter()
    while steps < LEAST or time.perf_counter() - began < seconds:
        batch = next(batches)
        work(batch)
        seen, steps = seen + len(batch[1]), steps + 1
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return (time.perf_counter() - began) / seen


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
