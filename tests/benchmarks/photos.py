"""The recipes for photographs: macro-F1 and seconds of whole commands, from 50 images a class and from all; extraction.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.photos [--seeds 5]      # recipe photos, and extraction
    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.photos --large          # 1,000 photographs of 12 megapixels
    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.photos --tune --class 50 --seeds 3   # the network trained further

50 of the training images of each class are chosen by a seed, all 10,000 test images are judged. Each command runs in a
process of its own, its images not decoded and its features not computed before, where not said otherwise.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from tests.benchmarks import arguments
from tests.benchmarks.process import Measured, run
from trainer.models.feature_network import FeatureNetwork
from trainer.pretrained.extraction import CHUNK, make_extractor
from trainer.store.evaluations import read
from trainer.store.folder import find_run

A_CLASS = 50
WHOLE = ("--epochs", "5", "--batch", "128")
"""For all images: there are enough of them in one epoch."""
SIZES = (96, 128, 224)
PHOTOGRAPHS = 1_000


class Trained(NamedTuple):
    """A command, and the macro-F1 of its best weights on the test images."""

    process: Measured
    macro_f1: float


def train(images: Path, place: Path, name: str, *options: str, recipe: str = "photos") -> Trained:
    """`epochscope train IMAGES --recipe photos`; runs, features and decoded images lie in `place`."""
    command = ["-m", "trainer", "train", str(images), "--recipe", recipe, "--runs", str(place / "runs")]
    measured = run(*command, "--name", name, *options, environment={"EPOCHSCOPE_CACHE": str(place / "cache")})
    return Trained(measured, read(find_run(place / "runs", name), "test").metrics.macro_f1)


def choose(images: Path, place: Path, seed: int, a_class: int = A_CLASS) -> Path:
    """A folder with `a_class` training images of each class, as links, and all test images."""
    for number, name in enumerate(sorted(path.name for path in (images / "train").iterdir())):
        files = sorted((images / "train" / name).iterdir())
        target = place / "train" / name
        target.mkdir(parents=True)
        for which in np.random.default_rng(seed * 100 + number).choice(len(files), a_class, replace=False):
            (target / files[which].name).symlink_to(files[which])
    (place / "test").symlink_to(images / "test", target_is_directory=True)
    return place


def few(images: Path, seeds: int) -> list[Trained]:
    """From 50 images a class, a seed each."""
    found = []
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            found.append(train(choose(images, place / "images", seed), place, "few"))
    return found


def all_images(images: Path) -> tuple[Trained, Trained]:
    """From all training images: the first run, and one that finds the features there."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = (train(images, Path(folder), name, *WHOLE) for name in ("first", "second"))
    return first, second


def extraction(size: int, tries: int = 5) -> tuple[float, float]:
    """Images a second, by torch as it is and by our extraction, in turn; medians."""
    shape = (3, size, size)
    network = FeatureNetwork("efficientnet_lite0", shape, size).eval().requires_grad_(False)
    extract = make_extractor(network, shape, torch.device("cpu"))
    images = torch.rand(CHUNK, *shape) * 2 - 1
    ways: tuple[Callable[[], object], ...] = (lambda: network(images), lambda: extract(images))
    seconds: tuple[list[float], ...] = ([], [])
    with torch.inference_mode():
        for _ in range(tries + 1):
            for way, times in zip(ways, seconds, strict=True):
                start = time.perf_counter()
                way()
                times.append(time.perf_counter() - start)
    plain, ours = (CHUNK / statistics.median(times[1:]) for times in seconds)
    return plain, ours


def tuned(images: Path, a_class: int, seed: int) -> dict[str, Trained]:
    """The head alone, and the network trained further, from the same images; the same test images."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        chosen = choose(images, place / "images", seed, a_class)
        return {
            "head": train(chosen, place, "head"),
            "top": train(chosen, place, "top", "--tune", "top", recipe="photos-tuned"),
            "all": train(chosen, place, "all", recipe="photos-tuned"),
        }


def make_photographs(place: Path) -> Path:
    """1,000 JPEGs of 12 megapixels in ten classes: smooth colours with noise, each another one."""
    generator = np.random.default_rng(0)
    for number in range(PHOTOGRAPHS):
        coarse = generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        coarse[..., number % 3] //= 1 + number % 10
        image = Image.fromarray(coarse).resize((4000, 3000), Image.Resampling.BICUBIC)
        target = place / f"class {number % 10}" / f"{number:04}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        image.save(target, quality=90)
    return place


def large() -> Trained:
    """From the first look at the photographs to the last epoch of 200."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        return train(make_photographs(place / "images"), place, "large", "--epochs", "200")


def tell_tuned(images: Path, a_class: int, seeds: int) -> None:
    found = [tuned(images, a_class, seed) for seed in range(1, seeds + 1)]
    for way in found[0]:
        scores, walls = ([pick(one[way]) for one in found] for pick in (_score, _seconds))
        print(f"{a_class} images a class, {way}: macro-F1 {' '.join(f'{score:.4f}' for score in scores)},", end=" ")
        print(f"mean {statistics.mean(scores):.4f}; seconds {' '.join(f'{wall:.0f}' for wall in walls)}")


def _score(one: Trained) -> float:
    return one.macro_f1


def _seconds(one: Trained) -> float:
    return one.process.seconds


def main() -> int:
    parser = arguments.parser("photos", __doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--class", type=int, default=A_CLASS, dest="a_class", help="with --tune: images per class")
    given = parser.parse_args()
    images = Path(arguments.cifar10(parser)).resolve()
    if given.large:
        wall, memory = large().process
        print(f"{PHOTOGRAPHS:,} photographs of 12 megapixels, 200 epochs: {wall:.1f} s, {memory:.0f} MB")
        return 0
    if given.tune:
        tell_tuned(images, given.a_class, given.seeds)
        return 0
    for size in SIZES:
        plain, ours = extraction(size)
        print(
            f"extraction, {size}x{size}: torch {plain:.0f}, ours {ours:.0f} images a second, {ours / plain:.1f} times"
        )
    found = few(images, given.seeds)
    scores, walls = ([one.macro_f1 for one in found], [one.process.seconds for one in found])
    print(f"{A_CLASS} images a class: macro-F1 {' '.join(f'{score:.4f}' for score in scores)},", end=" ")
    print(f"mean {statistics.mean(scores):.4f}; seconds {' '.join(f'{wall:.1f}' for wall in walls)}")
    first, second = all_images(images)
    for name, one in (("first run", first), ("second run", second)):
        wall, memory = one.process
        print(f"45,000 images, {name}: macro-F1 {one.macro_f1:.4f}, {wall:.1f} s, {memory:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
