"""Batches with more than images and labels: several inputs of a model, or data only a training step uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.data.buffers import tensor_of


class Inputs:
    """What a model gets of one batch; takes the place of an image tensor.

    Args:
        batch: The loader's batch, its arrays as tensors.
        place: Which part of it goes to the model: an index (a tensor, a tuple or a mapping), a slice (several parts),
            or the keys of a mapping.

    Attributes:
        batch: The loader's batch, its arrays as tensors.
    """

    def __init__(self, batch: Any, place: int | str | slice | tuple[str, ...]) -> None:
        self.batch = batch
        self._place = place
        self._count = len(self.first)

    @property
    def parts(self) -> Any:
        """A tensor, a tuple or list of tensors, or a mapping from names of the model's arguments."""
        if isinstance(self._place, tuple):
            return {key: self.batch[key] for key in self._place}
        return self.batch[self._place]

    def given_to(self, model: Callable[..., Any]) -> Any:
        """Call a model with its inputs: `model(part)`, `model(*parts)` or `model(**parts)`.

        Args:
            model: The model.

        Returns:
            What the model returns.
        """
        parts = self.parts
        if isinstance(parts, Mapping):
            return model(**parts)
        return model(*parts) if isinstance(parts, tuple | list) else model(parts)

    @property
    def first(self) -> Tensor:
        """The first tensor for the model, (B, ...)."""
        return next(_tensors(self.parts))

    # what is asked of a tensor of images

    def __len__(self) -> int:
        return self._count

    @property
    def shape(self) -> torch.Size:
        """Shape of the first tensor."""
        return self.first.shape

    @property
    def ndim(self) -> int:
        """0: nothing that works on image tensors works on this."""
        return 0  # nothing that works on images can work on it

    @property
    def dtype(self) -> torch.dtype:
        """Type of the first tensor."""
        return self.first.dtype

    @property
    def device(self) -> torch.device:
        """Device of the first tensor."""
        return self.first.device

    def is_floating_point(self) -> bool:
        """Whether any tensor for the model is of floating-point type."""
        return any(part.is_floating_point() for part in _tensors(self.parts))

    def to(self, target: Any, *, non_blocking: bool = False) -> Inputs:
        """Move to a device, or convert to another floating-point type; whole numbers keep their type.

        Args:
            target: A device or a floating-point dtype.
            non_blocking: As in `Tensor.to`.

        Returns:
            The converted inputs.
        """

        def moved(part: Tensor) -> Tensor:
            if isinstance(target, torch.dtype) and not part.is_floating_point():
                return part
            return part.to(target, non_blocking=non_blocking)

        return Inputs(_each(self.batch, moved), self._place)

    def tensor_split(self, parts: int) -> tuple[Inputs, ...]:
        """Split into pieces whose sizes differ by at most one, the larger ones first.

        Args:
            parts: Number of pieces.

        Returns:
            The pieces.
        """
        size, larger = divmod(self._count, parts)
        ends = [size * number + min(number, larger) for number in range(parts + 1)]
        return tuple(self[start:end] for start, end in pairwise(ends))

    def __getitem__(self, which: slice) -> Inputs:
        """Select a slice of the images."""
        return Inputs(_sliced(self.batch, which, self._count), self._place)

    def zeros(self) -> Inputs:
        """One image, all of it zero."""
        return Inputs(_each(self.batch, lambda part: part.new_zeros((1, *part.shape[1:]))), self._place)

    @staticmethod
    def joined(batches: Sequence[Inputs]) -> Inputs:
        """Concatenate batches.

        Args:
            batches: One or more batches of the same form.

        Returns:
            One batch.
        """
        first = batches[0]
        return Inputs(_joined([one.batch for one in batches]), first._place)  # noqa: SLF001


def stand_in(images: Tensor | Inputs) -> Tensor | Inputs:
    """One image of zeros, of the shape and type of these (B, ...), of which there may be none."""
    if isinstance(images, Tensor):
        return images.new_zeros((1, *images.shape[1:]))
    return images.zeros()


def as_tensors(batch: Any) -> Any:
    """Convert the arrays in a batch to tensors that can be trained on; everything else stays."""
    return _each(batch, trainable)


def trainable(tensor: Tensor) -> Tensor:
    """The same numbers where autograd can keep them, as it does not with a tensor made in `torch.inference_mode()`."""
    return tensor.clone() if tensor.is_inference() else tensor


def inputs_of(parts: Any) -> Inputs:
    """Make `Inputs` of a tuple, list or mapping of tensors, all of them for the model."""
    batch = as_tensors(parts)
    place: slice | tuple[str, ...] = tuple(batch) if isinstance(batch, Mapping) else slice(None)
    return Inputs(batch, place)


def is_nested(part: Any) -> bool:
    """Check whether part of a batch holds several tensors or arrays, as inputs of a model do."""
    values = list(part.values()) if isinstance(part, Mapping) else part if isinstance(part, tuple | list) else []
    return bool(values) and all(isinstance(value, Tensor | np.ndarray) and value.ndim for value in values)


def _each(value: Any, function: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return function(tensor_of(value))
    if isinstance(value, Mapping):
        return {key: _each(part, function) for key, part in value.items()}
    if isinstance(value, tuple | list):
        found = [_each(part, function) for part in value]
        return found if isinstance(value, list) else tuple(found)
    return value


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple | list) else ()
    for part in parts:
        yield from _tensors(part)


def _sliced(value: Any, which: slice, count: int) -> Any:
    if isinstance(value, Tensor):
        return value[which] if value.ndim and len(value) == count else value
    if isinstance(value, Mapping):
        return {key: _sliced(part, which, count) for key, part in value.items()}
    if isinstance(value, tuple | list):
        if value and not any(True for _ in _tensors(value)):  # names of files, say
            return value[which] if len(value) == count else value
        parts = [_sliced(part, which, count) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value


def _joined(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, Tensor):
        return torch.cat(list(values)) if first.ndim else first
    if isinstance(first, Mapping):
        return {key: _joined([value[key] for value in values]) for key in first}
    if isinstance(first, tuple | list):
        if first and not any(True for _ in _tensors(first)):
            return [part for value in values for part in value]
        parts = [_joined(some) for some in zip(*values, strict=True)]
        return parts if isinstance(first, list) else tuple(parts)
    return first


def call(forward: Callable[..., Any], images: Tensor | Inputs) -> Any:
    """Call a model or a step with images.

    Args:
        forward: What is called.
        images: An image tensor, or several inputs.

    Returns:
        What `forward` returns.
    """
    return forward(images) if isinstance(images, Tensor) else images.given_to(forward)
