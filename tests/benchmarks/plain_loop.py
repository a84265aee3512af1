"""The loop everybody writes first, for the reference task: per-image transforms in a DataLoader, `.item()` each step.

    python -m tests.benchmarks.plain_loop IMAGES.npz EPOCHS [WORKERS]

IMAGES.npz: `train` (N, 32, 32, 3) uint8 and `labels` (N,). A tenth of them is validation. Prints one line per epoch.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms  # type: ignore[import-untyped]

from tests.benchmarks import arguments

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


class Pictures(Dataset[Any]):
    """As torchvision's CIFAR10: an array in memory, a Pillow image an item, transformed one by one."""

    def __init__(self, pixels: Any, labels: Any, transform: Any) -> None:
        self.pixels, self.labels, self.transform = pixels, labels, transform

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.pixels[index])), int(self.labels[index])


def loaders(path: str, workers: int) -> tuple[Any, Any]:
    """Of training and validation images."""
    found = np.load(path)
    pixels, labels = found["train"], found["labels"]
    order = np.random.default_rng(1234).permutation(len(pixels))
    cut = len(pixels) // 10
    to_tensor = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    augment = [transforms.RandomRotation(5), transforms.RandomHorizontalFlip(), transforms.RandomCrop(32, padding=2)]
    train = Pictures(pixels[order[cut:]], labels[order[cut:]], transforms.Compose([*augment, *to_tensor]))
    valid = Pictures(pixels[order[:cut]], labels[order[:cut]], transforms.Compose(to_tensor))
    return (
        DataLoader(train, batch_size=64, shuffle=True, num_workers=workers),
        DataLoader(valid, batch_size=64, num_workers=workers),
    )


def main() -> None:
    command = arguments.parser("plain_loop", __doc__)
    command.add_argument("images")
    command.add_argument("epochs", type=int)
    command.add_argument("workers", type=int, nargs="?", default=2)
    given = command.parse_args()
    epochs = given.epochs
    train, valid = loaders(given.images, given.workers)
    torch.manual_seed(1234)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    optimizer, criterion = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
    for epoch in range(1, epochs + 1):
        start, total = time.perf_counter(), 0.0
        model.train()
        for images, labels in train:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        model.eval()
        right = 0
        with torch.no_grad():
            for images, labels in valid:
                right += int((model(images).argmax(1) == labels).sum())
        loss_mean, accuracy = total / len(train.dataset), right / len(valid.dataset)
        print(f"{epoch} {time.perf_counter() - start:.3f} s, loss {loss_mean:.4f}, accuracy {accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
