"""Images that are already in memory: arrays, Pillow images, and data sets of Hugging Face. [no torch]"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from trainer.data.class_names import class_names
from trainer.data.decode import UnreadableError, as_picture, displayed_size, fit, no_warnings
from trainer.data.folder_notes import notes_of_names
from trainer.data.image_set import Fault, ImageSet, channel_sums, pack
from trainer.data.named_labels import in_order, label_text, split_problems
from trainer.data.new_images import CHANNELS, channels_last
from trainer.data.read_options import ReadOptions
from trainer.errors import DataError, UsageError
from trainer.events import SPLITS
from trainer.text.text_shortening import first_line

SAMPLED = 256
"""Images whose size and mode decide for all of them."""


class Collection(NamedTuple):
    """Images in memory and their labels."""

    name: str
    """Name of the source."""
    images: Any
    """A sequence of Pillow images or uint8 arrays (H, W) or (H, W, 1, 3 or 4)."""
    labels: Sequence[Any]
    """Label of each image."""
    classes: tuple[str, ...] = ()
    """Class names, if labels are numbers into them; empty if labels are names themselves."""


def collection_of_arrays(images: Any, labels: Any, name: str = "arrays") -> Collection:
    """Make a collection from arrays.

    Args:
        images: Pixels uint8 (N, H, W), (N, H, W, C) or (N, C, H, W), C 1, 3 or 4, as an array or a tensor.
        labels: Labels (N,).
        name: Name of the source. Default: "arrays".

    Returns:
        The collection.

    Raises:
        UsageError: `data.arrays`: the arrays are of another type or shape.
    """
    pixels, numbers = channels_last(np.asarray(images)), np.asarray(labels).squeeze()
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4) or (pixels.ndim == 4 and pixels.shape[3] not in CHANNELS):
        raise UsageError(
            "data.arrays",
            f"The images are {pixels.dtype} {pixels.shape}.",
            expected="uint8 (N, H, W), (N, H, W, C) or (N, C, H, W) with 1, 3 or 4 channels, values from 0 to 255",
            fix="convert them; Trainer itself takes arrays of any numbers as (X, y)",
        )
    if numbers.shape != (len(pixels),):
        raise UsageError(
            "data.arrays",
            f"There are {len(pixels)} images and labels {numbers.shape}.",
            expected="one label for each image, (N,)",
        )
    return Collection(name, pixels, numbers.tolist())


def is_hugging_face(data: Any) -> bool:
    """Check for the interface of a `datasets.Dataset`, without importing the package.

    Args:
        data: Anything.

    Returns:
        Whether it has that interface.
    """
    return all(hasattr(data, name) for name in ("features", "column_names", "__getitem__", "__len__"))


def has_transform(data: Any) -> bool:
    """Check whether a `datasets.Dataset` has a transform of the user's own (`set_transform`).

    Args:
        data: A data set.

    Returns:
        Whether it has.
    """
    form = getattr(data, "format", None)
    return isinstance(form, Mapping) and form.get("type") == "custom"


def collection_of_hugging_face(data: Any) -> Collection:
    """Make a collection from a `datasets.Dataset` with one column of images and one of labels.

    Args:
        data: The data set.

    Returns:
        The collection; images are read one at a time.

    Raises:
        UsageError: `data.columns`: the columns are not clear; `data.transform`: the data set has a transform, which
            would be lost.
    """
    if has_transform(data):
        raise UsageError(
            "data.transform",
            "The data set has its own transform, which would not be applied to the images opened here.",
            fix="call data.reset_format() to get the original images, or pass the data set to Trainer unchanged",
        )
    features = data.features
    images = _column(features, ("Image",), ("image", "img", "picture"))
    labels = _column(features, ("ClassLabel",), ("label", "labels", "fine_label", "target", "class"))
    if images is None or labels is None:
        raise UsageError(
            "data.columns",
            "The data set has no clear column of images and labels.",
            where=f"columns: {', '.join(map(str, features))}",
            expected="one column of the type Image, and one of the type ClassLabel or called label",
            fix="keep those two: data.select_columns([...]).rename_columns({...})",
        )
    names = getattr(features[labels], "names", None) or ()
    plain = data.with_format(None) if hasattr(data, "with_format") else data  # a format for torch gives tensors
    return Collection("dataset", _Column(plain, images), list(plain[labels]), tuple(map(str, names)))


class _Column:
    """One column of a data set, an item at a time: a whole column of images does not fit into memory."""

    def __init__(self, data: Any, name: str) -> None:
        self._data = data
        self._name = name

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: int) -> Any:
        try:
            return self._image(index)
        except Exception as error:  # the package decodes images itself, and raises what it likes
            raise UnreadableError("unreadable", first_line(error)) from error

    def _image(self, index: int) -> Any:
        found = self._data[index][self._name]
        if isinstance(found, Mapping) and found.get("bytes"):  # a column that is not decoded
            return Image.open(io.BytesIO(found["bytes"]))
        return Image.open(found["path"]) if isinstance(found, Mapping) else found


def _column(features: Mapping[str, Any], kinds: Sequence[str], names: Sequence[str]) -> str | None:
    """The only column of these types, else the first of these names."""
    typed = [name for name, one in features.items() if type(one).__name__ in kinds]
    if len(typed) == 1:
        return typed[0]
    return next((name for name in names if name in (typed or features)), None)


def load_collection(splits: Mapping[str, Collection], options: ReadOptions) -> ImageSet:
    """Bring images in memory to one size: grey if all images are grey, else colour.

    Args:
        splits: Collection of each split.
        options: How they are read.

    Returns:
        The images, with faults and problems.

    Raises:
        DataError: `data.class_lists`: a split has classes that the training data does not have.
    """
    first = splits.get("train", next(iter(splits.values())))
    _check_lists(first, splits)
    images = [(split, number, one) for split, one in splits.items() for number in range(len(one.images))]
    names = {split: _names(one) for split, one in splits.items()}
    classes = list(first.classes) or in_order({label_text(name) for found in names.values() for name in found} - {""})
    target, grey = _size_and_grey(images, options)
    pixels = np.zeros((len(images), *target) if grey else (len(images), *target, 3), np.uint8)
    sizes = np.zeros((len(images), 2), np.int32)
    faults: list[Fault] = []
    labels, unreadable = np.zeros(len(images), np.int64), []
    with no_warnings():
        for row, (split, number, one) in enumerate(images):
            if not row % 256:
                options.progress("decode", row, len(images))
            name = label_text(names[split][number])
            try:
                if name not in classes:
                    raise UnreadableError("no_label", f"its label is {one.labels[number]!r}, which is not a class")
                pixels[row], sizes[row] = fitted(one.images[number], target, grey=grey)
                labels[row] = classes.index(name)
            except UnreadableError as error:
                unreadable.append(row)
                faults.append(Fault(f"{split} {number}", error.code, error.reason))
    return _image_set(first.name, classes, pack(pixels), labels, sizes, splits, tuple(unreadable), tuple(faults))


def _check_lists(training: Collection, splits: Mapping[str, Collection]) -> None:
    """Raises DataError for a split that has classes which training has not."""
    for split, one in splits.items():
        unknown = [name for name in one.classes if name not in training.classes]
        if unknown and training.classes:
            raise DataError(
                "data.class_lists",
                f"The classes of {split!r} differ from those of the training data.",
                where=f"train: {', '.join(training.classes)}; {split}: {', '.join(one.classes)}",
                expected=f"only classes of the training data, unlike {', '.join(unknown[:20])}",
                fix="give every split the same list of classes",
                split=split,
            )


def _image_set(
    name: str,
    classes: list[str],
    pixels: NDArray[np.uint8],
    labels: NDArray[np.int64],
    sizes: NDArray[np.int32],
    splits: Mapping[str, Collection],
    unreadable: tuple[int, ...],
    faults: tuple[Fault, ...],
) -> ImageSet:
    counts = [len(one.images) for one in splits.values()]
    parts = np.repeat([SPLITS.index(split) for split in splits], counts).astype(np.uint8)
    used = set(np.delete(labels, unreadable).tolist())
    empty = [one for number, one in enumerate(classes) if number not in used]
    return ImageSet(
        name=name,
        classes=tuple(classes),
        pixels=pixels,
        labels=labels,
        parts=parts,
        sizes=sizes,
        sums=channel_sums(pixels),
        paths=[f"{split}/{number:06d}" for split, count in zip(splits, counts, strict=True) for number in range(count)],
        digest=hashlib.sha256(pixels.tobytes()).hexdigest(),
        unreadable=unreadable,
        faults=faults,
        problems=(
            *(Fault(one, "empty_class", "the class has no images") for one in empty),
            *split_problems(classes, *(np.delete(codes, unreadable).tolist() for codes in (labels, parts))),
        ),
        notes=tuple(notes_of_names(class_names({}, classes))),
    )


def _names(one: Collection) -> list[Any]:
    """The class each label names; what is no number of a class stays as it is."""
    if not one.classes:
        return list(one.labels)
    inside = range(len(one.classes))
    return [one.classes[label] if isinstance(label, Integral) and label in inside else None for label in one.labels]


def _size_and_grey(images: Sequence[tuple[str, int, Collection]], options: ReadOptions) -> tuple[tuple[int, int], bool]:
    some = np.unique(np.linspace(0, len(images) - 1, SAMPLED).astype(int)).tolist() if images else []
    opened = [picture for index in some if (picture := _opened(images[index][2].images, images[index][1])) is not None]
    grey = bool(opened) and all(picture.mode in ("1", "L") for picture in opened)
    sizes = [(height, width) for width, height in map(displayed_size, opened)]
    return options.target(sizes), grey


def _opened(images: Sequence[Any], number: int) -> Image.Image | None:
    try:
        return as_picture(images[number])
    except UnreadableError:
        return None


def fitted(image: Any, target: tuple[int, int], *, grey: bool) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Fit an image to a size, by the policy of folders.

    Args:
        image: A Pillow image or a uint8 array (H, W) or (H, W, 1, 3 or 4).
        target: (height, width) of the result, in pixels.
        grey: Convert to grey instead of RGB.

    Returns:
        Pixels uint8 (H, W, 3), or (H, W) if `grey`; and the original (width, height).

    Raises:
        UnreadableError: The image cannot be used.
    """
    picture = as_picture(image)
    try:
        return fit(picture, target, grey=grey), displayed_size(picture)
    except (OSError, ValueError, SyntaxError) as error:
        raise UnreadableError("unreadable", str(error)) from error


def pairs_of_images(pairs: Iterable[tuple[Any, Any]]) -> Collection:
    """Make a collection from pairs.

    Args:
        pairs: (image, label) of each image.

    Returns:
        The collection.
    """
    images, labels = zip(*pairs, strict=True)
    return Collection("images", images, labels)
