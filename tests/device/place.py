"""Where the checks run, and how large they are."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from trainer import Result, Trainer, build_model, open_data

CLASSES = 10


class Scale(NamedTuple):
    """How much is done: images of the recipes, and of runs that are compared; epochs, and those of the long run; images
    through the pretrained network, and seconds for each of its rates."""

    images: int
    compared: int
    epochs: int
    long: int
    pretrained: int
    seconds: float


FULL = Scale(50_000, 2_000, 6, 1_000, 5_000, 6.0)
SMALL = Scale(300, 400, 2, 20, 16, 0.02)
"""For a CPU: shows that the script works, not how fast anything is."""


class Row(NamedTuple):
    """A line of the table; `ok` is None where nothing was asked for."""

    what: str
    figure: str
    wanted: str = ""
    ok: bool | None = None


@cache
def made_images(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels uint8 (N, 32, 32, 3) of ten classes, each a coarse pattern with noise, and labels (N,)."""
    source = np.random.default_rng(0)
    patterns = source.integers(60, 196, (CLASSES, 4, 4, 3), np.uint8).repeat(8, 1).repeat(8, 2)
    labels = source.integers(0, CLASSES, count)
    return patterns[labels] + source.integers(0, 60, (count, 32, 32, 3), np.uint8), labels


class Place:
    """A device with a scale, and what all checks do there."""

    def __init__(self, device: torch.device, scale: Scale, folder: Path) -> None:
        self.device = device
        self.scale = scale
        self.folder = folder
        self.cuda = device.type == "cuda"

    def data(self, count: int | None = None, *, batch: int = 64, **options: Any) -> Any:
        """Augmented as in the recipe `seed`; `count`: how many images there are, validation and test included."""
        given = {"rotation": 5, "flip": 0.5, "crop": 2, **options}
        return open_data(made_images(count or self.scale.images), batch=batch, **given)

    def model(self, name: str, data: Any) -> nn.Module:
        """A new one; on a CPU a narrow one."""
        options = {"width": 8} if name == "cnn" and not self.cuda else {}
        return build_model(name, data.input_shape, CLASSES, options, seed=1)

    def trainer(self, name: str, data: Any, *, device: Any = None, **options: Any) -> Trainer:
        """Of a new model."""
        return Trainer(
            self.model(name, data),
            data,
            optimizer=lambda given: torch.optim.AdamW(given, lr=1e-3, fused=True),
            device=str(device or self.device),
            **options,
        )

    def fit(self, name: str, data: Any, **options: Any) -> Result:
        """A run of `trainer`."""
        return self.trainer(name, data, **options).fit()

    def engine_rate(self, name: str, data: Any, **options: Any) -> float:
        """Training images a second: the median of all epochs but the first."""
        result = self.fit(name, data, epochs=self.scale.epochs, **options)
        return statistics.median(one.samples_per_second for one in result.epochs[1:])

    def bare_rate(self, name: str, data: Any, precision: str) -> float:
        """As `engine_rate`, of the loop that does nothing else: it reads no loss and counts no hits."""
        data.to(self.device)
        model = self.model(name, data).to(self.device)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
        half, rates = precision == "bfloat16", []
        for epoch in range(1, self.scale.epochs + 1):
            start = time.perf_counter()
            for images, labels in data.train_batches(epoch):
                optimizer.zero_grad()
                with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
                    outputs = model(images)
                nn.functional.cross_entropy(outputs.float(), labels).backward()
                optimizer.step()
            self.wait()
            rates.append(data.sizes["train"] / (time.perf_counter() - start))
        return statistics.median(rates[1:])

    def wait(self) -> None:
        """Until the device has done all it was given."""
        if self.cuda:
            torch.cuda.synchronize(self.device)

    def waits(self, work: Callable[[], object]) -> int:
        """How often `work` waits for the device; on a CPU, how often it reads a value. Reports, which come by the
        clock, are left out."""
        with (
            mock.patch("trainer.engine.loop.REPORT_SECONDS", 1e9),
            mock.patch("trainer.engine.session.PROGRESS_SECONDS", 1e9),
        ):
            return _cuda_waits(work) if self.cuda else _reads(work)


def _cuda_waits(work: Callable[[], object]) -> int:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            work()
        finally:
            torch.cuda.set_sync_debug_mode("default")
    return sum("synchronizing" in str(one.message) for one in found)


def _reads(work: Callable[[], object]) -> int:
    class Reads(TorchDispatchMode):
        count = 0

        def __torch_dispatch__(self, operation: Any, types: Any, given: Any = (), named: Any = None) -> Any:
            self.count += operation is torch.ops.aten._local_scalar_dense.default
            return operation(*given, **(named or {}))

    with Reads() as reads:
        work()
    return reads.count
