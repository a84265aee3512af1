"""Runs to export, each trained once for a module of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from tests.data.image_folders import make_images
from trainer.cli import main
from trainer.store import checkpoint
from trainer.store.folder import RunFolder

CLASSES = {"dögs": 12, "кошки": 12, "a, b": 12}
"""Names that need quotes in CSV and more than ASCII elsewhere."""
Train = Callable[..., RunFolder]


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Train]:
    """`epochscope train` with some arguments, under a root of its own."""
    root = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPOCHSCOPE_CACHE", str(root / "cache"))

        def call(name: str, *arguments: object) -> RunFolder:
            assert main(["train", *map(str, arguments), "--runs", str(root), "--name", name]) == 0
            return RunFolder(root / name)

        yield call


@pytest.fixture(scope="module")
def digits(train: Train) -> RunFolder:
    """Softmax regression on grey images of 8x8."""
    return train("digits", "digits", "--epochs", 2)


@pytest.fixture(scope="module")
def convolutions(train: Train) -> RunFolder:
    """A small CNN on them."""
    return train("convolutions", "digits", "--model", "cnn", "--cnn.width", 4, "--epochs", 1, "--threads", 1)


@pytest.fixture(scope="module")
def photos(train: Train, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A small CNN on colour images of 12x10, whose data set is gone."""
    folder = tmp_path_factory.mktemp("data") / "photos"
    make_images(folder, CLASSES)
    run = train(
        "photos", folder, "--model", "cnn", "--cnn.width", 4, "--epochs", 1, "--threads", 1, "--data.valid", 0.3
    )
    folder.rename(folder.with_name("gone"))
    return run


class Truth(NamedTuple):
    """Raw pixels (N, H, W, C), and the logits that the run's own Trainer gives for what its data makes of them."""

    pixels: Any
    logits: torch.Tensor


def truth(run: RunFolder, count: int = 9) -> Truth:
    """By way of `load_trained`, which opens the data set and takes the checkpoint."""
    from trainer.inference import load_trained

    trainer = load_trained(run).trainer
    channels, height, width = trainer.feed.input_shape
    pixels = np.random.default_rng(5).integers(0, 256, (count, height, width, channels), dtype=np.uint8)
    trainer.model.eval()
    with torch.no_grad():
        return Truth(pixels, trainer.model(trainer.feed.prepare(pixels)))  # type: ignore[attr-defined]


def saved(run: RunFolder) -> dict[str, torch.Tensor]:
    """The weights of its newest `best` checkpoint, else `last`."""
    path = next(found[0] for kind in ("best", "last") if (found := checkpoint.find(run.checkpoints, kind)))  # type: ignore[arg-type]
    tensors, _ = checkpoint.read(path)
    return {key.removeprefix("model."): value for key, value in tensors.items() if key.startswith("model.")}


def nothing_in(folder: Path) -> bool:
    """No file, and no temp of one that was not finished."""
    return list(folder.iterdir()) == []
