"""From image files to batches: small files, and photographs of 12 megapixels at 224 pixels; beside torchvision.

    python -m tests.benchmarks.loading [--small 60000] [--photographs 1000] [--tries 3]

The images are made first, in ten classes, as files and as tar shards; they are in the system's file cache when they are
read. Each row is a process of its own, timed from the end of its imports until every image has been in a batch once:

- files, first: listed, decoded, checked and kept in the cache, then one pass; files, again: from the cache;
- shards, first: the same from tar shards; shards, not kept: checked, and a pass that decodes again;
- torchvision: `ImageFolder`, Pillow and a `DataLoader` with a worker per core; for photographs Resize and CenterCrop.

The last rows are an epoch of a small network on the small files: with the decoded pixels in the system's file cache,
and with none of them there, as where they take more than the memory (Linux).
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tests.benchmarks import arguments
from tests.benchmarks.__main__ import machine, markdown
from trainer.data.read_options import ReadOptions
from trainer.data.shard_writer import write_shards
from trainer.data.sources import load_pictures
from trainer.store.process import usable_cores

CLASSES = 10
SMALL, SIDE = 32, 224
RIVAL = "torchvision's ImageFolder"

OURS = """
import sys, time
import torch
from trainer.data import shard_source
from trainer.data.opening import open_data
source, side, kept = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "kept"
if not kept:
    shard_source.KEPT_BYTES = 0
start = time.perf_counter()
data = open_data(source, size=side, valid=0.0, test=0.0)
count = sum(len(labels) for _, labels in data.train_batches(1))
print(time.perf_counter() - start, count)
"""

THEIRS = """
import sys, time
import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
source, side, small, workers = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "small", int(sys.argv[4])
start = time.perf_counter()
resized = [] if small else [transforms.Resize(side), transforms.CenterCrop(side)]
scaled = [transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.25,) * 3)]
images = datasets.ImageFolder(source, transforms.Compose([*resized, *scaled]))
count = sum(len(labels) for _, labels in DataLoader(images, batch_size=64, shuffle=True, num_workers=workers))
print(time.perf_counter() - start, count)
"""

TRAINED = """
import os, sys, time
from pathlib import Path
import torch
from torch import nn
from trainer.data.opening import open_data
data = open_data(sys.argv[1], valid=0.0, test=0.0)
layers = [layer for a, b in ((3, 32), (32, 64)) for layer in (nn.Conv2d(a, b, 3, 2, 1), nn.BatchNorm2d(b), nn.ReLU())]
model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, len(data.classes)))
optimizer, loss = torch.optim.SGD(model.parameters(), 0.01), nn.CrossEntropyLoss()
def epoch(number):
    count = 0
    for images, labels in data.train_batches(number):
        optimizer.zero_grad()
        loss(model(images), labels).backward()
        optimizer.step()
        count += len(labels)
    return count
if sys.argv[2] == "there":
    epoch(1)
else:
    for path in Path(os.environ["EPOCHSCOPE_CACHE"]).rglob("pixels"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
start = time.perf_counter()
count = epoch(2)
print(time.perf_counter() - start, count)
"""


class Row(NamedTuple):
    """Seconds of each try."""

    what: str
    seconds: list[float]


def make_small(place: Path, count: int) -> Path:
    """JPEGs of 32x32 pixels of noise, which is the most work for their size."""
    generator = np.random.default_rng(0)
    return _make(place, count, lambda number: Image.fromarray(generator.integers(0, 256, (SMALL, SMALL, 3), np.uint8)))


def make_photographs(place: Path, count: int) -> Path:
    """JPEGs of 12 megapixels: smooth colours, texture of several sizes, and noise as of a sensor."""
    generator = np.random.default_rng(0)
    shape = (3000, 4000)
    grain = sum(_enlarged(generator.normal(0, 14, (3000 // size, 4000 // size)), shape) for size in (4, 16, 64))
    grain = (grain + generator.normal(0, 4, shape))[..., None]

    def photograph(number: int) -> Image.Image:
        colours = Image.fromarray(generator.integers(0, 256, (12, 16, 3), np.uint8))
        smooth = np.asarray(colours.resize(shape[::-1], Image.Resampling.BICUBIC))
        return Image.fromarray((smooth + np.roll(grain, 97 * number, 1)).clip(0, 255).astype(np.uint8))

    return _make(place, count, photograph)


def _enlarged(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize(shape[::-1], Image.Resampling.BICUBIC))


def _make(place: Path, count: int, image: Callable[[int], Image.Image]) -> Path:
    for number in range(CLASSES):
        (place / f"class {number}").mkdir(parents=True)
    for number in range(count):
        image(number).save(place / f"class {number % CLASSES}" / f"{number:06}.jpg", quality=90)
    return place


def make_shards(images: Path, place: Path, side: int) -> Path:
    """The same files in tar shards."""
    pictures = load_pictures(str(images), ReadOptions(side))
    write_shards(pictures, {"train": np.arange(len(pictures.labels))}, place)
    return place


def seconds(script: str, count: int, cache: Path, *given: object) -> float:
    """What the process says; raises ValueError unless it has had all images."""
    command = [sys.executable, "-c", script, *map(str, given)]
    environment = {**os.environ, "EPOCHSCOPE_CACHE": str(cache)}
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout.split()
    if int(found[1]) != count:
        raise ValueError(f"{found[1]} of {count} images")
    return float(found[0])


def compare(images: Path, count: int, side: int, place: Path, tries: int) -> list[Row]:
    """Ours and theirs on the same images, in turn."""
    shards = make_shards(images, place / "shards", side)
    rows = {name: Row(name, []) for name in ("files, first", "files, again", "shards, first", "shards, not kept")}
    if importlib.util.find_spec("torchvision"):
        rows[RIVAL] = Row(RIVAL, [])
    for number in range(tries):
        one, other, third = (place / f"{name}-{number}" for name in ("files", "shards", "not-kept"))
        for name, cache, source, kept in (
            ("files, first", one, images, "kept"),
            ("files, again", one, images, "kept"),
            ("shards, first", other, shards, "kept"),
            ("shards, not kept", third, shards, "not"),
        ):
            rows[name].seconds.append(seconds(OURS, count, cache, source, side, kept))
        if RIVAL in rows:
            kind = "small" if side == SMALL else "large"
            rows[RIVAL].seconds.append(seconds(THEIRS, count, one, images, side, kind, usable_cores()))
    return list(rows.values())


def beyond_memory(images: Path, count: int, place: Path, tries: int) -> list[Row]:
    """An epoch of training, with the pixels in the system's file cache and without."""
    rows = [Row("an epoch, pixels in memory", []), Row("an epoch, pixels on the disk", [])]
    for _ in range(tries):
        for row, where in zip(rows, ("there", "gone"), strict=True):
            row.seconds.append(seconds(TRAINED, count, place / "files-0", images, where))
    return rows


def table(title: str, count: int, rows: Sequence[Row]) -> str:
    """Medians with the smallest and the largest."""
    lines = []
    for row in rows:
        middle = statistics.median(row.seconds)
        spread = f"{min(row.seconds):.2f} to {max(row.seconds):.2f}"
        rival = next((other.seconds for other in rows if other.what == RIVAL), None)
        times = "-" if rival is None else f"{statistics.median(rival) / middle:.1f}"
        lines.append([row.what, f"{middle:.2f} ({spread})", f"{count / middle:,.0f}", times])
    return markdown((title, "s", "images/s", "times torchvision's"), lines)


def main() -> int:
    parser = arguments.parser("loading", __doc__)
    parser.add_argument("--small", type=int, default=60_000, help="small files; 0: none")
    parser.add_argument("--photographs", type=int, default=1_000, help="photographs; 0: none")
    parser.add_argument("--tries", type=int, default=3)
    given = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if given.small:
            images = make_small(place / "small" / "images", given.small)
            rows = compare(images, given.small, SMALL, place / "small", given.tries)
            print("\n" + table(f"{given.small:,} files, {SMALL}x{SMALL}", given.small, rows), flush=True)
            if hasattr(os, "posix_fadvise"):
                rows = beyond_memory(images, given.small, place / "small", given.tries)
                print("\n" + table(f"training on {given.small:,} files", given.small, rows), flush=True)
        if given.photographs:
            images = make_photographs(place / "large" / "images", given.photographs)
            rows = compare(images, given.photographs, SIDE, place / "large", given.tries)
            print("\n" + table(f"{given.photographs:,} photographs", given.photographs, rows), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
