"""Reusable memory: touching fresh pages costs more than what is computed in them."""

from __future__ import annotations

import math
import warnings
import weakref
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Workspace:
    """Named blocks for intermediate results. One per iterator: not thread-safe."""

    def __init__(self) -> None:
        self._blocks: dict[str, Tensor] = {}

    def get(self, name: str, like: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Get a block of memory: zero at first, later whatever was left in it.

        Args:
            name: Name of the block. Blocks of one name must differ in their first dimension only.
            like: A tensor on the device where the block should be.
            shape: Shape of the block.
            dtype: Type of the block.

        Returns:
            A tensor of that shape.
        """
        block = self._blocks.get(name)
        if block is None or len(block) < shape[0]:
            block = self._blocks[name] = torch.zeros(shape, dtype=dtype, device=like.device)
        return block[: shape[0]]


class Recycler:
    """Hands out float32 tensors whose memory is reused once neither they nor a view of them is held any more."""

    KEPT = 8
    """Free blocks that are kept, at most."""

    def __init__(self) -> None:
        self._free: list[Tensor] = []

    def empty(self, shape: tuple[int, ...], device: torch.device) -> Tensor:
        """Get an uninitialised tensor; on devices other than the CPU, from PyTorch's own caching allocator.

        Args:
            shape: Shape of the tensor.
            device: Where it should be.

        Returns:
            A float32 tensor.
        """
        if device.type != "cpu":
            return torch.empty(shape, dtype=torch.float32, device=device)
        count = math.prod(shape)
        block = self._free.pop() if self._free else None
        if block is None or len(block) < count:
            block = torch.empty(count, dtype=torch.float32)
        # torch holds on to the array it was given until the last view is gone; that is when the block is free again
        array = block.numpy()[:count]
        weakref.finalize(array, self._take_back, block).atexit = False
        return torch.from_numpy(array).view(shape)

    def _take_back(self, block: Tensor) -> None:
        if len(self._free) < self.KEPT:
            self._free.append(block)


def as_read_only(array: NDArray[Any]) -> Tensor:
    """View an array as a tensor that nobody will write to: without PyTorch's warning where the array is read-only.

    Args:
        array: Numbers of any shape.

    Returns:
        A tensor in the same memory.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable", UserWarning)
        return torch.as_tensor(array)


def tensor_of(array: NDArray[Any]) -> Tensor:
    """Make a tensor of an array of numbers, whatever its strides, byte order and flags are; its numbers are only read.

    Args:
        array: Numbers of any shape.

    Returns:
        A tensor, which shares the memory of the array where that is possible.
    """
    if not array.dtype.isnative or any(step < 0 or step % array.itemsize for step in array.strides):
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    return as_read_only(array)
