"""A pretrained network on a device: features, a head on them, the network trained further; images a second.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.pretrained_device [--device cuda] [--images 5000]

Prints the device, medians of three, and of how many test images the verdict changes where features are made in half
precision. Start it on the machine that has the GPU; nothing is downloaded.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tests.benchmarks import arguments
from trainer.backbones import BACKBONES
from trainer.data import open_data
from trainer.data.normalization import Normalization
from trainer.engine.device import choose_device
from trainer.engine.session import Session
from trainer.launch import build
from trainer.models.feature_network import FeatureNetwork
from trainer.pretrained.extraction import CHUNK, make_extractor
from trainer.pretrained.weights import load_weights
from trainer.settings import merge

NAME, SIZE, SHAPE = "efficientnet_lite0", 128, (3, 32, 32)
SECONDS = 10.0
"""For which each way is watched."""


def rate(work: Callable[[], int], device: torch.device) -> float:
    """Images a second: the median of three, after one that warms up."""
    found = []
    for _ in range(4):
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < SECONDS / 4:
            count += work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        found.append(count / (time.perf_counter() - start))
    return statistics.median(found[1:])


def extraction(device: torch.device, images: torch.Tensor, store: Path) -> tuple[float, float, int]:
    """Images a second by torch in float32 and by ours, and how many verdicts of ImageNet's own kind, the largest of the
    last features, differ."""
    network = FeatureNetwork(NAME, SHAPE, SIZE).eval().requires_grad_(False)
    network.body.load_state_dict(load_weights(BACKBONES[NAME], store).tensors)
    extract = make_extractor(network, SHAPE, device)
    network = network.to(device)
    chunk = images[:CHUNK]

    def plain() -> int:
        with torch.inference_mode():
            network(chunk.to(device)).cpu()
        return len(chunk)

    def ours() -> int:
        extract(chunk)
        return len(chunk)

    differing = 0
    for some in images.split(CHUNK):
        with torch.inference_mode():
            wanted = network(some.to(device)).float().cpu()[:, -1280:].argmax(1)
        differing += int((torch.from_numpy(extract(some))[:, -1280:].argmax(1) != wanted).sum())
    return rate(plain, device), rate(ours, device), differing


def training(device: torch.device, source: Path, store: Path, **backbone: Any) -> float:
    """Training images a second, forward, backward and step, of a batch of 32."""
    settings = merge(
        {
            "model": NAME,
            "data": {"source": str(source), "samples": 2_000},
            "backbone": {"size": SIZE, **backbone},
            "train": {"optimizer": "adamw", "batch": 32, "device": str(device)},
        }
    )
    trainer = build(settings, Session(()), root=store, fresh=False)
    batches = list(trainer.feed.train_batches(1))[:40]
    at = iter(range(10**9))

    def step() -> int:
        images, labels = batches[next(at) % len(batches)]
        trainer.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(trainer.model(images), labels).backward()
        trainer.optimizer.step()
        return len(labels)

    return rate(step, device)


def main() -> int:
    parser = arguments.parser("pretrained_device", __doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--images", type=int, default=5_000)
    given = parser.parse_args()
    source = Path(arguments.cifar10(parser)).resolve()
    device = choose_device(given.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)
    print(f"{name}, torch {torch.__version__}, {NAME} at {SIZE} pixels")
    data = open_data(str(source), normalization=Normalization(BACKBONES[NAME].mean, BACKBONES[NAME].std))
    images = data.normalized(data.rows("test")[: given.images]).clone()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        plain, ours, differing = extraction(device, images, store / "weights")
        print(f"extraction: torch {plain:.0f}, ours {ours:.0f} images a second; {differing} of {len(images)} differ")
        for tune in ("head", "top", "all"):
            print(f"training, tune {tune}: {training(device, source, store, tune=tune):.0f} images a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
