"""Where each millisecond of an epoch of the reference task goes, and what the memory alone would allow.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.profile [--epochs 5]

The parts of the two threads (one prepares batches, one takes steps) are timed in place. The last lines compare them
with the time in which their bytes can be moved: packed pixels read once; batches of float32 written once by one thread,
read twice (forward, backward) by the other. Bandwidth is that of copying as much with one thread.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import torch
from rich.console import Console
from rich.table import Table

from callbacks.timing import Timing
from tests.benchmarks import arguments
from trainer import Trainer
from trainer.data import augment, image_data
from trainer.data.image_data import ImageData
from trainer.data.opening import open_data
from trainer.data.pixel_block import HeldBlock
from trainer.engine.batch_metrics import BatchMetrics
from trainer.engine.optimizer_step import OptimizerStep
from trainer.engine.softmax_loss import SoftmaxLoss
from trainer.engine.step import FiniteCheck
from trainer.events import EpochEnded, EpochStarted
from trainer.models import build_model

PREPARING: tuple[tuple[str, Any, str], ...] = (
    ("order of the images", ImageData, "order"),
    ("random parameters", ImageData, "_parameters"),
    ("coordinates", augment, "coordinates"),
    ("taking the pixels", HeldBlock, "take"),
    ("rotation, flip and crop", augment, "apply"),
    ("normalising", ImageData, "_normalise"),
)
STEPPING: tuple[tuple[str, Any, str], ...] = (
    ("clearing gradients", OptimizerStep, "clear"),
    ("forward, loss and gradients", SoftmaxLoss, "backward"),
    ("check of the gradients", FiniteCheck, "__call__"),
    ("optimiser", OptimizerStep, "step"),
    ("figures", BatchMetrics, "add"),
)


class Watch:
    """Seconds spent in functions, by name, while `running`."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.running = False

    @contextmanager
    def on(self, parts: tuple[tuple[str, Any, str], ...]) -> Iterator[None]:
        with ExitStack() as stack:
            for name, owner, attribute in parts:
                stack.enter_context(mock.patch.object(owner, attribute, self._timed(name, getattr(owner, attribute))))
            yield

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        clock, seconds = time.perf_counter, self.seconds

        def timed(*arguments: Any, **options: Any) -> Any:
            start = clock()
            try:
                return function(*arguments, **options)
            finally:
                if self.running:
                    seconds[name] += clock() - start

        return timed


def measure(images: str, epochs: int) -> dict[str, Any]:
    """Milliseconds an epoch, after a first one that is not counted: `epoch`, `preparing`, `stepping`, `bytes`."""
    torch.set_num_threads(1)
    data = open_data(images, rotation=5, flip=0.5, crop=2)
    model = build_model("softmax", data.input_shape, len(data.classes))
    trainer = Trainer(model, data, epochs=epochs + 1, callbacks=[Timing()], threads=1)
    watch, ended = Watch(), []

    def begin(event: EpochStarted) -> None:
        watch.running = event.epoch > 1

    def end(event: EpochEnded) -> None:
        watch.running = False
        ended.append(event)

    trainer.on(EpochStarted, begin)
    trainer.on(EpochEnded, end)
    with watch.on(PREPARING), watch.on(STEPPING):
        trainer.fit()
    median = {
        name: 1e3 * statistics.median(getattr(event, name) for event in ended[1:])
        for name in ("train_seconds", "valid_seconds", "data_seconds")
    }
    each = {name: 1e3 * seconds / epochs for name, seconds in watch.seconds.items()}
    stepping = {name: each[name] for name, *_ in STEPPING}
    stepping["waiting for batches"] = median["data_seconds"]
    stepping["the rest: loop, reports, reading the loss"] = median["train_seconds"] - sum(stepping.values())
    stepping["validation"] = median["valid_seconds"]
    return {
        "epoch": median["train_seconds"] + median["valid_seconds"],
        "preparing": {name: each[name] for name, *_ in PREPARING},
        "stepping": stepping,
        "bytes": _bytes(data),
        "steps": data.steps_per_epoch,
    }


def _bytes(data: ImageData) -> dict[str, int]:
    """What must move: packed pixels read and batches written by one thread, batches read twice by the other."""
    channels, height, width = data.input_shape
    pixels = data.sizes["train"] * height * width
    return {"preparing": pixels * (4 + 4 * channels), "stepping": 2 * pixels * 4 * channels}


def bandwidth(size: int, tries: int = 30) -> float:
    """Bytes a second that one thread reads and writes when it copies blocks of `size` bytes."""
    torch.set_num_threads(1)
    source, target = torch.ones(size // 4), torch.ones(size // 4)
    seconds = []
    for _ in range(tries):
        start = time.perf_counter()
        target.copy_(source)
        seconds.append(time.perf_counter() - start)
    return 2 * size / statistics.median(seconds)


def main() -> None:
    command = arguments.parser("profile", __doc__)
    command.add_argument("--epochs", type=int, default=5)
    epochs = command.parse_args().epochs
    found = measure(arguments.cifar10(command), epochs)
    console = Console(width=100)
    console.print(f"an epoch with its validation: {found['epoch']:.0f} ms, {found['steps']} steps")
    for thread in ("preparing", "stepping"):
        table = Table(title=thread)
        table.add_column("part")
        table.add_column("ms an epoch", justify="right")
        table.add_column("us a step", justify="right")
        for name, milliseconds in {**found[thread], "together": sum(found[thread].values())}.items():
            table.add_row(name, f"{milliseconds:.1f}", f"{1e3 * milliseconds / found['steps']:.1f}")
        console.print(table)
    chunk = image_data.CHUNK_PIXELS * 12
    for name, size in (("a chunk of batches", chunk), ("the main memory", 256 << 20)):
        rate = bandwidth(size)
        needed = {thread: 1e3 * count / rate for thread, count in found["bytes"].items()}
        console.print(
            f"copying {name}: {rate / 1e9:.1f} GB/s; the bytes of an epoch alone: preparing "
            f"{needed['preparing']:.0f} ms, stepping {needed['stepping']:.0f} ms"
        )


if __name__ == "__main__":
    main()
