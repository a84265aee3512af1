"""A model that takes pixels as an image library gives them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


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
