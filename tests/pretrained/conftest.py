"""Small images, and weights that need no package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from trainer.models.feature_network import make_body
from trainer.pretrained import weights


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """24 images of each of two classes, 20x16 pixels, that a colour tells apart."""
    generator = np.random.default_rng(0)
    for number, name in enumerate(("blue", "red")):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for image in range(24):
            pixels = generator.integers(0, 160, (16, 20, 3), dtype=np.uint8)
            pixels[..., 2 - 2 * number] += 90
            Image.fromarray(pixels).save(folder / f"{image:02}.png")
    return tmp_path / "photos"


@pytest.fixture(autouse=True)
def random_weights(monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """In place of the published ones: those of a new network, the same in every test."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tensors = make_body("efficientnet_lite0")[0].state_dict()
    monkeypatch.setattr(weights, "published_weights", lambda *given: tensors)
    return tensors
