"""From image files to raw pixels, and a model that takes these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.data.decode import UnreadableError, no_warnings, read_image
from trainer.data.image_set import Fault
from trainer.data.validation import FaultyDataError


def read_pixels(files: str | Path | Sequence[str | Path], about: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Read image files as an exported model takes them, prepared as `predict` prepares them.

    Args:
        files: One path or several.
        about: Description from the exported file, see `open_weights`.

    Returns:
        Raw pixels (N, height, width, channels), uint8.

    Raises:
        FaultyDataError: `data.unreadable`, naming every file that cannot be read.
    """
    width, height = about["input"]["size"]
    grey = about["input"]["mode"] == "L"
    pixels, faults = [], []
    for file in [files] if isinstance(files, (str, Path)) else files:
        try:
            with no_warnings():
                image = read_image(str(file), (height, width), grey=grey).pixels
            pixels.append(image.reshape(height, width, 1 if grey else 3))
        except UnreadableError as error:
            faults.append(Fault(str(file), error.code, error.reason))
    if faults:
        raise FaultyDataError(
            "data.unreadable", "images cannot be read", faults, fix="check the paths and files, or leave them out"
        )
    return np.stack(pixels) if pixels else np.empty((0, height, width, 1 if grey else 3), np.uint8)


class RawPixels(nn.Module):
    """A model that takes raw pixels: it normalises them as training did, then calls `model`.

    Args:
        model: From float32 (N, C, H, W) to logits (N, classes).
        mean: Mean of each channel (C,), of values in [0, 1].
        std: Standard deviation of each channel (C,), above 0.

    Attributes:
        scale: Factor of each channel, float32 (1, C, 1, 1).
        offset: Added to each channel after that, float32 (1, C, 1, 1).
    """

    scale: Tensor
    offset: Tensor

    def __init__(self, model: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.model = model
        # as the batches of training are made: one multiplication and one addition
        scale = [1 / (255 * spread) for spread in std]
        offset = [-centre / spread for centre, spread in zip(mean, std, strict=True)]
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("offset", torch.tensor(offset, dtype=torch.float32).view(1, -1, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Compute the logits of raw pixels.

        Args:
            pixels: uint8 (N, H, W, C), any N.

        Returns:
            Logits (N, classes), float32.
        """
        planes = pixels.permute(0, 3, 1, 2).to(torch.float32).contiguous()
        logits: Tensor = self.model(planes * self.scale + self.offset)
        return logits
