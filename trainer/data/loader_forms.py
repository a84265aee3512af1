"""Makes loaders of what is not one yet: arrays, data sets of single images, streams of single images."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, default_collate

from trainer.data.batch import LABELS
from trainer.data.buffers import tensor_of
from trainer.data.decode import UnreadableError, displayed_size, fit
from trainer.data.named_labels import in_order, label_text
from trainer.errors import DataError, UsageError
from trainer.text.text_shortening import short_line

BATCH = 64
"""Images in a batch, if the user has not made batches."""


class LabelledArrays(TensorDataset):
    """Images and labels as tensors."""

    classes: tuple[str, ...] = ()
    """Class names, if the labels were texts; else empty."""


class SingleImages(IterableDataset[Any]):
    """Single images from any iterable, for a DataLoader.

    Args:
        dataset: The iterable.

    Attributes:
        dataset: The iterable.
    """

    def __init__(self, dataset: Iterable[Any]) -> None:
        self.dataset = dataset

    def __iter__(self) -> Iterator[Any]:
        return iter(self.dataset)


def as_loader(split: str, data: Any, seed: int) -> Any:
    """Turn data of any supported form into an iterable of batches.

    Args:
        split: "train", "valid" or "test".
        data: An iterable of batches, which is returned as it is. Or a pair (X, y) of arrays or tensors, X (N, ...), y
            (N,) or (N, 1), which becomes batches of 64: uint8 images are divided by 255, (N, H, W, C) becomes (N, C, H,
            W). Lists do as well: a list of images, each an array, tensor, Pillow image or nested list, and one of their
            labels. Or a `Dataset`, list or iterator of single images with labels (Pillow images, arrays or tensors, as
            pairs or mappings), which is put into a DataLoader of 64; Pillow images become float32 in [0, 1].
        seed: Seed of the order of training images.

    Returns:
        An iterable of batches; an iterator if the data can be iterated over only once.

    Raises:
        UsageError: `data.no_loader`: the data is none of these.
        DataError: `data.arrays`: images and labels do not fit together; `data.image_list`: a list of images does not
            make an array.
    """
    if _is_lists(data):
        data = _array_of(split, data[0]), data[1]
    if _is_arrays(data):
        data = _arrays(split, *data)
    if isinstance(data, Dataset) and not isinstance(data, IterableDataset):
        return _batches(split, data, seed)
    if isinstance(data, DataLoader):
        once = not data.num_workers and isinstance(data.dataset, IterableDataset) and _is_one_pass(data.dataset)
        return iter(data) if once else data
    if not isinstance(data, IterableDataset) and hasattr(data, "__len__"):
        # to go through a loader only to look at it may cost an epoch's start, and change its order
        items = hasattr(data, "__getitem__") and len(data) and _is_single(_first(data))
        return _batches(split, data, seed) if items else data
    if hasattr(data, "__iter__"):
        return _stream(data)
    if not hasattr(data, "__getitem__"):
        raise UsageError(
            "data.no_loader",
            f"The data for {split!r} is a {type(data).__name__}, which cannot be iterated over.",
            expected="a DataLoader, another iterable of batches, a Dataset, or a pair (X, y) of arrays",
            split=split,
        )
    return data


def _batches(split: str, data: Any, seed: int) -> DataLoader[Any]:
    """A DataLoader of single images with numbers from 0."""
    if not hasattr(data, "__len__"):
        raise UsageError(
            "data.no_loader",
            f"The data for {split!r} is a {type(data).__name__} without a length.",
            expected="a Dataset with __len__ and __getitem__, or an IterableDataset",
            fix="add __len__ to it",
            split=split,
        )
    shuffle = split == "train" and len(data) > 0  # torch raises for a random order of nothing
    generator = torch.Generator().manual_seed(seed) if shuffle else None
    return DataLoader(data, BATCH, shuffle=shuffle, generator=generator, collate_fn=collate)


def _stream(data: Any) -> Any:
    """Batches of what can only be gone through from its beginning; an iterator where that can be done only once."""
    if _is_one_pass(data):
        items = iter(data)
        first = list(itertools.islice(items, 1))
        items = itertools.chain(first, items)
        return iter(_of_singles(items)) if first and _is_single(first[0]) else items
    return _of_singles(data) if _is_single(next(iter(data), None)) else data


def _of_singles(items: Iterable[Any]) -> DataLoader[Any]:
    stream = items if isinstance(items, IterableDataset) else SingleImages(items)
    return DataLoader(stream, BATCH, collate_fn=collate)


def _is_one_pass(data: Any) -> bool:
    """Whether going through it again would go on where the last time ended: each time it gives the same iterator. An
    `IterableDataset` that is its own iterator is expected to start again, as torch expects it."""
    if isinstance(data, Iterator):
        return not isinstance(data, IterableDataset)
    iterator = iter(data)
    return iterator is iter(data)


def _first(data: Any) -> Any:
    try:
        return data[0]
    except (KeyError, IndexError, TypeError, NotImplementedError):  # its keys are no numbers: it is no Dataset
        return None


def _is_arrays(data: Any) -> bool:
    """Whether it is (X, y), not a batch or two: a tuple, X with several images, y with one label for each."""
    if not isinstance(data, tuple) or len(data) != 2:
        return False
    images, labels = data
    return hasattr(images, "shape") and hasattr(labels, "__len__") and not isinstance(labels, str | Mapping)


def _is_lists(data: Any) -> bool:
    """Whether it is (X, y) with a list of images: a label is one value, while a second batch would be two."""
    if not isinstance(data, tuple) or len(data) != 2 or not isinstance(data[0], list) or not data[0]:
        return False
    labels = data[1]
    if not hasattr(labels, "__len__") or isinstance(labels, str | Mapping) or _is_number(labels) or not len(labels):
        return False  # an array of one number has a length, and none when asked
    each = hasattr(labels, "shape") or all(isinstance(one, str) or _is_number(one) for one in labels)
    return each and not _is_number(data[0][0])


def _array_of(split: str, images: list[Any]) -> Any:
    """A list of images, or of lists of numbers, as one array."""
    try:
        if isinstance(images[0], list):
            return torch.tensor(images)
        return torch.stack([torch.as_tensor(_tensor(image)) for image in images])
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(
            "data.image_list",
            f"The images for {split!r} do not make an array: {short_line(str(error))}",
            expected="a list of images of one size: arrays, tensors, Pillow images, or nested lists of numbers",
            fix="paths are opened by open_data((paths, labels))",
            split=split,
            error=short_line(str(error)),
        ) from error


def _arrays(split: str, images: Any, labels: Any) -> LabelledArrays:
    pixels = image_tensor(split, images)
    numbers, classes = _numbers(split, labels)
    if pixels.ndim < 2 or len(pixels) != len(numbers):
        raise DataError(
            "data.arrays",
            f"The data for {split!r} has images {tuple(pixels.shape)} and {len(numbers)} labels.",
            expected="X (N, ...) and y (N,): one label for each image",
            fix="check that images and labels are not swapped",
        )
    made = LabelledArrays(pixels, numbers)
    made.classes = classes
    return made


def image_tensor(split: str, images: Any) -> Tensor:
    """Convert images to what training on arrays uses.

    Args:
        split: Name of the data, for errors.
        images: An array or tensor of numbers (N, ...), such as (N, H, W, C).

    Returns:
        Floating-point tensor (N, ...), channels first; uint8 values are divided by 255.

    Raises:
        DataError: `data.arrays`: the array does not hold numbers.
    """
    pixels = _from_bytes(_channels_first(_as_tensor(split, images)))
    return pixels if pixels.is_floating_point() else pixels.float()


def _as_tensor(split: str, values: Any) -> Tensor:
    """Numbers of any array, whatever its strides, byte order and flags are. They are only read."""
    if isinstance(values, Tensor):
        return values
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise DataError(
            "data.arrays",
            f"The data for {split!r} has an array of {array.dtype}, which is not numeric.",
            expected="X (N, ...) of numbers and y (N,) of class numbers or names",
            fix="paths of images are opened by open_data((paths, labels))",
        )
    return tensor_of(np.ascontiguousarray(array))


def _channels_first(pixels: Tensor) -> Tensor:
    """Images (..., H, W, C) with 1, 3 or 4 channels as (..., C, H, W); others as they are."""
    if pixels.ndim == 4 and pixels.shape[3] in (1, 3, 4) and pixels.shape[1] not in (1, 3, 4):
        return pixels.permute(0, 3, 1, 2).contiguous()
    return pixels


def _from_bytes(pixels: Tensor) -> Tensor:
    return pixels.float() / 255 if pixels.dtype == torch.uint8 else pixels


def _numbers(split: str, labels: Any) -> tuple[Tensor, tuple[str, ...]]:
    """Labels as a tensor, and their names in order where they are texts."""
    if isinstance(labels, Tensor):
        return labels, ()
    array = np.asarray(labels)
    if array.dtype.kind == "O" and all(isinstance(one, Integral) for one in array.flat):
        array = array.astype(np.int64)
    if array.dtype.kind in "OUS" and array.ndim == 1:
        given = [label_text(one) for one in array.tolist()]
        if "" in given:
            raise DataError(
                "data.labels",
                f"Label {given.index('')} of {split!r} is {array.tolist()[given.index('')]!r}, which names no class.",
                expected="a text or a whole number for each image",
                fix="leave these images out",
            )
        places = {name: place for place, name in enumerate(in_order(set(given)))}
        return torch.tensor([places[name] for name in given]), tuple(places)
    return _as_tensor(split, array), ()


def _is_single(item: Any) -> bool:
    """Whether an item is one image with its label, not a batch."""
    parts = list(item.values()) if isinstance(item, Mapping) else item
    if not isinstance(parts, Sequence) or len(parts) < 2:
        return False
    if any(isinstance(part, Image.Image) for part in parts):
        return True
    if all(_is_number(part) for part in parts):  # no image among them
        return False
    label = next((item[key] for key in LABELS if key in item), parts[1]) if isinstance(item, Mapping) else parts[1]
    return _is_number(label)


def _is_number(part: Any) -> bool:
    return isinstance(part, int | float | np.number) or (hasattr(part, "ndim") and part.ndim == 0)


def collate(items: list[Any]) -> Any:
    """Collate a batch as PyTorch's `default_collate` does, but also Pillow images: float32 (C, H, W) in [0, 1]. uint8
    arrays and tensors (H, W, C), (C, H, W) or (H, W) are scaled likewise.

    Args:
        items: Images with their labels, as pairs or mappings.

    Returns:
        The batch.

    Raises:
        DataError: `data.sizes`: images differ in size or channels; `data.unreadable`: a Pillow image has 32 bits per
            channel.
    """
    items = [_with_tensors(item) for item in items]
    try:
        return default_collate(items)
    except RuntimeError as error:
        if "stack" not in str(error) and "resize" not in str(error):
            raise
        raise DataError(
            "data.sizes",
            f"The images of a batch differ in size or channels: {error}",
            expected="images of one size, all grey or all in colour",
            fix="convert them to one size and mode in the data set, for example image.convert('RGB').resize((64, 64))",
        ) from error


def _with_tensors(item: Any) -> Any:
    if isinstance(item, Mapping):
        return {key: _tensor(value) for key, value in item.items()}
    return tuple(_tensor(value) for value in item) if isinstance(item, tuple | list) else item


def _tensor(value: Any) -> Any:
    """Pillow images as folders have them: upright, on white, 16 bits scaled to 8."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        value = tensor_of(value)
    if not isinstance(value, Image.Image):
        of_bytes = isinstance(value, Tensor) and value.dtype == torch.uint8 and value.ndim > 1
        return _from_bytes(_channels_first(value[None])[0]) if of_bytes else value
    try:
        width, height = displayed_size(value)
        pixels = fit(value, (height, width), grey=value.mode in ("1", "L") or value.mode.startswith("I;16"))
    except UnreadableError as error:
        raise DataError("data.unreadable", f"An image cannot be used: {error.reason}.") from error
    tensor = torch.from_numpy(pixels.copy()).float() / 255
    return tensor[None] if tensor.ndim == 2 else tensor.permute(2, 0, 1).contiguous()
