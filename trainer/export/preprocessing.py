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
    """Image files as an exported model takes them, and as `predict` prepares them: uint8 (N, height, width, channels).

    `about`: what the exported file says of its model. Raises FaultyDataError naming every file that cannot be read.
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
        raise FaultyDataError("data.unreadable", "images cannot be read", faults, mend="leave them out")
    return np.stack(pixels) if pixels else np.empty((0, height, width, 1 if grey else 3), np.uint8)


class RawPixels(nn.Module):
    """Normalises raw pixels as training did, and asks the model.

    Takes uint8 (N, H, W, C), any N; gives what the model gives: float32 logits (N, classes). `mean` and `std`: of each
    channel, of values in [0, 1].
    """

    scale: Tensor
    offset: Tensor

    def __init__(self, model: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.model = model
        # as the batches of training are made: one multiplication and one addition
        scale = [1 / (255 * spread) for spread in std]
        offset = [-centre / spread for centre, spread in zip(mean, std, strict=True)]
        self.register_buffer("scale", torch.tensor(scale).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("offset", torch.tensor(offset).view(1, -1, 1, 1), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """uint8 (N, H, W, C) to logits (N, classes)."""
        planes = pixels.permute(0, 3, 1, 2).to(torch.float32).contiguous()
        logits: Tensor = self.model(planes * self.scale + self.offset)
        return logits
