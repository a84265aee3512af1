"""Memory that is used again: touching fresh pages costs more than what is computed into them."""

from __future__ import annotations

import math
import weakref

import torch
from torch import Tensor


class Workspace:
    """Named blocks for what is computed in between. One per iterator: not for two threads at once."""

    def __init__(self) -> None:
        self._blocks: dict[str, Tensor] = {}

    def get(self, name: str, like: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """A block of this shape on the device of `like`: zero at first, later whatever was left in it.

        Blocks of one name must differ in their first dimension only.
        """
        block = self._blocks.get(name)
        if block is None or len(block) < shape[0]:
            block = self._blocks[name] = torch.zeros(shape, dtype=dtype, device=like.device)
        return block[: shape[0]]


class Recycler:
    """float32 tensors whose memory is handed out again once no one holds them or a view of them any more."""

    KEPT = 8

    def __init__(self) -> None:
        self._free: list[Tensor] = []

    def empty(self, shape: tuple[int, ...], device: torch.device) -> Tensor:
        """An uninitialised tensor; on a device from torch's own caching allocator."""
        if device.type != "cpu":
            return torch.empty(shape, device=device)
        count = math.prod(shape)
        block = self._free.pop() if self._free else None
        if block is None or len(block) < count:
            block = torch.empty(count)
        # torch holds on to the array it was given until the last view is gone; that is when the block is free again
        array = block.numpy()[:count]
        weakref.finalize(array, self._take_back, block).atexit = False
        return torch.from_numpy(array).view(shape)

    def _take_back(self, block: Tensor) -> None:
        if len(self._free) < self.KEPT:
            self._free.append(block)
