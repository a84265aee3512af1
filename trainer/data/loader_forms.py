"""What is no loader yet, made into one: arrays, data sets of single images, streams of single images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, default_collate

from trainer.errors import DataError, UsageError

BATCH = 64
"""Images in a batch where the caller has not made batches."""


class LabelledArrays(TensorDataset):
    """Images and labels as tensors; `classes`: what the labels are called, where they are texts."""

    classes: tuple[str, ...] = ()


def as_loader(split: str, data: Any, seed: int) -> Any:
    """An iterable of batches: `data` itself where it is one.

    A pair (X, y) of arrays or tensors, X (N, ...), y (N,) or (N, 1), becomes batches of 64, in an order by the seed
    for training: uint8 images divided by 255, (N, H, W, C) brought to (N, C, H, W). A `Dataset` whose items are single
    images with labels (Pillow images, arrays or tensors, as pairs or mappings) is put into a DataLoader of 64, an
    `IterableDataset` of such items too. Raises UsageError and DataError for what fits none of these.
    """
    if _is_arrays(data):
        data = _arrays(split, *data)
    if isinstance(data, IterableDataset):
        first = next(iter(data), None)
        return data if first is None or not _is_single(first) else DataLoader(data, BATCH, collate_fn=collate)
    if isinstance(data, Dataset):
        shuffle = split == "train"
        generator = torch.Generator().manual_seed(seed) if shuffle else None
        return DataLoader(data, BATCH, shuffle=shuffle, generator=generator, collate_fn=collate)
    if not hasattr(data, "__iter__") and not hasattr(data, "__getitem__"):
        raise UsageError(
            "data.no_loader",
            f"The data of {split!r} is a {type(data).__name__}, which cannot be gone through.",
            expected="a DataLoader, another iterable of batches, a Dataset, or a pair (X, y) of arrays",
            split=split,
        )
    return data


def _is_arrays(data: Any) -> bool:
    """Whether it is (X, y), not a batch or two: a tuple, X with several images, y with one label for each."""
    if not isinstance(data, tuple) or len(data) != 2:
        return False
    images, labels = data
    return hasattr(images, "shape") and hasattr(labels, "__len__") and not isinstance(labels, str | Mapping)


def _arrays(split: str, images: Any, labels: Any) -> LabelledArrays:
    pixels = images if isinstance(images, Tensor) else torch.as_tensor(np.ascontiguousarray(images))
    numbers, classes = _numbers(labels)
    if pixels.ndim < 2 or len(pixels) != len(numbers):
        raise DataError(
            "data.arrays",
            f"The data of {split!r} has images {tuple(pixels.shape)} and {len(numbers)} labels.",
            expected="X (N, ...) and y (N,): one label for each image",
            mend="check which array holds what",
        )
    if pixels.ndim == 4 and pixels.shape[3] in (1, 3, 4) and pixels.shape[1] not in (1, 3, 4):
        pixels = pixels.permute(0, 3, 1, 2).contiguous()
    if pixels.dtype == torch.uint8:
        pixels = pixels.float() / 255
    elif not pixels.is_floating_point():
        pixels = pixels.float()
    made = LabelledArrays(pixels, numbers)
    made.classes = classes
    return made


def _numbers(labels: Any) -> tuple[Tensor, tuple[str, ...]]:
    """Labels as a tensor, and their names in order where they are texts."""
    if isinstance(labels, Tensor):
        return labels, ()
    array = np.asarray(labels)
    if array.dtype.kind in "OUS" and array.ndim == 1:
        names, numbers = np.unique(array.astype(str), return_inverse=True)
        return torch.as_tensor(numbers), tuple(names.tolist())
    return torch.as_tensor(array), ()


def _is_single(item: Any) -> bool:
    """Whether an item is one image with its label, not a batch."""
    parts = list(item.values()) if isinstance(item, Mapping) else item
    if not isinstance(parts, Sequence) or len(parts) < 2:
        return False
    if any(isinstance(part, Image.Image) for part in parts):
        return True
    label = parts[1]
    return isinstance(label, int | float | np.number) or (hasattr(label, "ndim") and label.ndim == 0)


def collate(items: list[Any]) -> Any:
    """torch's `default_collate`, for Pillow images as well: float32 (C, H, W) from 0 to 1.

    Raises DataError `data.sizes` where images differ in size.
    """
    items = [_with_tensors(item) for item in items]
    try:
        return default_collate(items)
    except RuntimeError as error:
        if "stack" not in str(error) and "resize" not in str(error):
            raise
        raise DataError(
            "data.sizes",
            f"The images of a batch differ in size: {error}",
            expected="images of one size",
            mend="resize them in the data set's transform, for example torchvision.transforms.v2.Resize((64, 64))",
        ) from error


def _with_tensors(item: Any) -> Any:
    if isinstance(item, Mapping):
        return {key: _tensor(value) for key, value in item.items()}
    return tuple(_tensor(value) for value in item) if isinstance(item, tuple | list) else item


def _tensor(value: Any) -> Any:
    if not isinstance(value, Image.Image):
        return value
    pixels = np.asarray(value if value.mode in ("L", "RGB") else value.convert("RGB"))
    tensor = torch.from_numpy(pixels.copy()).float() / 255
    return tensor[None] if tensor.ndim == 2 else tensor.permute(2, 0, 1).contiguous()
