"""One batch of a user's own loader, in whatever form it comes: images, class numbers and optional weights come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

import numpy as np
import torch
from torch import Tensor

from trainer.data.buffers import tensor_of
from trainer.data.inputs import Inputs, as_tensors, is_nested, trainable
from trainer.errors import DataError

Batch = tuple[Tensor, Tensor] | tuple[Tensor, Tensor, Tensor]
"""Images (B, ...) or `Inputs`, labels int64 (B,) and, if the loader gives them, weights of the images, float (B,)."""

B = TypeVar("B", bound=Batch)

PARTS = ("images", "labels", "weights")
IMAGES = ("image", "images", "pixel_values", "x", "input", "inputs", "img", "imgs", "data", "features")
LABELS = ("label", "labels", "target", "targets", "y", "class", "fine_label")
WEIGHTS = ("weight", "weights", "sample_weight", "sample_weights")
"""Keys of a batch that is a mapping; of each list, the first key that is there counts."""


def read_batch(split: str, number: int, batch: Any, *, whole: bool = False) -> Batch:
    """Turn a batch of a user's loader into tensors.

    A batch may be a pair (images, labels), a triple with floating-point weights of the images, or a mapping with one of
    the keys above for each. For a model with several inputs: a tuple, list or mapping of tensors in place of the
    images, (first, second, ..., labels), or a mapping of labels and other keys, which are then names of the model's
    arguments; the images are then an `Inputs`.

    Args:
        split: Name of the split, for errors.
        number: Number of the batch, from 1, for errors.
        batch: What the loader gave. Labels are whole numbers of any type, (B,) or (B, 1).
        whole: Keep all keys of a mapping, as `Inputs`, for a training step that is given the whole batch.

    Returns:
        Images, labels int64 (B,) and, if there are any, weights (B,).

    Raises:
        DataError: `data.batch`: it is in none of these forms; `data.labels`: a label is not a whole number;
            `data.weights`: a weight is negative or not finite, or the third part is not weights.
    """
    place = f"batch {number} of {split!r}"
    images, labels, weights = _several(place, batch, whole=whole) or _tensors(place, batch)
    labels = _class_numbers(place, images, labels)
    if weights is None:
        return images, labels
    return images, labels, _weights(place, weights, len(images))


def _several(place: str, batch: Any, *, whole: bool) -> tuple[Any, Tensor, Tensor | None] | None:
    """Inputs, labels and weights of a batch that is more than images, labels and weights; None where it is not."""
    if isinstance(batch, Mapping):
        return _several_by_key(place, batch, whole=whole)
    if not isinstance(batch, tuple | list) or len(batch) < 2:
        return None
    where: int | slice = 0
    if is_nested(batch[0]):
        label, *rest = batch[1:]
    elif len(batch) > 2 and is_nested(batch[:-1]) and not _is_column(batch[1], len(batch[0])):
        where, label, rest = slice(0, len(batch) - 1), batch[-1], []
    else:
        return None
    labels, *weights = (_numbers(place, name, part) for name, part in zip(PARTS[1:], (label, *rest), strict=False))
    inputs = Inputs(as_tensors(batch), where)
    return inputs, labels, weights[0] if weights else None


def _is_column(part: Any, count: int) -> bool:
    """Whether it holds one number for each image, as labels do."""
    shape = tuple(part.shape)
    return bool(shape) and shape[0] == count and all(side == 1 for side in shape[1:])


def _key(batch: Mapping[Any, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in batch), None)


def _several_by_key(place: str, batch: Mapping[Any, Any], *, whole: bool) -> tuple[Any, Tensor, Tensor | None] | None:
    image, label, weight = (_key(batch, names) for names in (IMAGES, LABELS, WEIGHTS))
    if label is None or (image is not None and not whole and not is_nested(batch[image])):
        return None
    labels = _numbers(place, "labels", batch[label])
    count = len(labels) if labels.ndim else 0
    others = tuple(
        key
        for key, part in batch.items()
        if key not in (label, weight) and is_nested([part]) and len(part) == count and isinstance(key, str)
    )
    if image is None and not others:
        return None
    inputs = Inputs(as_tensors(batch), others if image is None else image)
    return inputs, labels, None if weight is None else _numbers(place, "weights", batch[weight])


def _tensors(place: str, batch: Any) -> tuple[Tensor, Tensor, Tensor | None]:
    parts = _by_key(place, batch) if isinstance(batch, Mapping) else batch
    # a tensor or an array can be taken apart too, into two of its images
    if isinstance(parts, Tensor | str) or not isinstance(parts, Sequence) or not 2 <= len(parts) <= 3:
        size = f" of {len(parts)}" if isinstance(parts, Sequence) and not isinstance(parts, str) else ""
        raise _no_batch(place, f"it is a {type(batch).__name__}{size}")
    images, labels, *rest = (_numbers(place, name, part) for name, part in zip(PARTS, parts, strict=False))
    if not images.ndim:
        raise _no_batch(place, "the images are a single number")
    return images, labels, rest[0] if rest else None


def _numbers(place: str, name: str, part: Any) -> Tensor:
    try:
        return trainable(tensor_of(part) if isinstance(part, np.ndarray) else torch.as_tensor(part))
    except (TypeError, ValueError, RuntimeError) as error:
        example = part[0] if isinstance(part, Sequence) and len(part) else part
        what = f"text, such as {example!r}" if isinstance(example, str) else f"no numbers ({error})"
        raise _no_batch(place, f"the {name} are {what}") from error


def _by_key(place: str, batch: Mapping[Any, Any]) -> list[Any]:
    found = [next((batch[name] for name in names if name in batch), None) for names in (IMAGES, LABELS, WEIGHTS)]
    if found[0] is None or found[1] is None:
        raise _no_batch(place, f"it has the keys {', '.join(map(repr, batch))}")
    return found if found[2] is not None else found[:2]


def _no_batch(place: str, why: str) -> DataError:
    return DataError(
        "data.batch",
        f"{place.capitalize()} is not a pair (images, labels): {why}",
        expected="(images, labels), (images, labels, weights) or a mapping such as {'image': images, 'label': labels}, "
        "as tensors or arrays: images (B, ...), labels (B,)",
        fix="have the loader yield images and class numbers, for example with a collate_fn",
    )


def _class_numbers(place: str, images: Tensor, labels: Tensor) -> Tensor:
    """Labels as int64 (B,)."""
    if labels.dtype == torch.int64 and labels.ndim == 1 and len(labels) == len(images):
        return labels  # as nearly all are
    if labels.ndim > 1 and len(labels) == len(images) == labels.numel():
        labels = labels.reshape(-1)
    if labels.ndim != 1 or len(labels) != len(images):
        raise DataError(
            "data.batch",
            f"{place.capitalize()} has images {tuple(images.shape)} and labels {tuple(labels.shape)}.",
            expected="images (B, ...) and labels (B,): one class number per image",
            fix=_advice(images, labels),
        )
    if labels.is_complex():
        raise _not_whole(place, f"of type {labels.dtype}")
    if labels.is_floating_point():
        wrong = labels[~(torch.isfinite(labels) & (labels == labels.round()))]  # NaN is no whole number either
        if len(wrong):
            raise _not_whole(place, str(wrong[0].item()))
    return labels.long()


def _advice(images: Tensor, labels: Tensor) -> str:
    """How labels of this shape become class numbers; only what is right for them."""
    if not labels.ndim:
        return "have the loader yield batches, for example DataLoader(dataset, batch_size=64)"
    if labels.ndim == 2 and len(labels) == len(images) and labels.shape[1] > 1:
        numbers = labels.double()
        one_hot = bool(((numbers == 0) | (numbers == 1)).all())
        if one_hot and bool((numbers.sum(1) == 1).all()):
            return "the labels are one-hot: have the loader yield labels.argmax(1)"
        if one_hot:
            return "an image has one class here; several classes per image (multi-label) cannot be trained"
        if bool(((numbers.sum(1) - 1).abs() < 1e-3).all()):
            return "labels that are shares of classes come from mixing: have the loader yield class numbers, and use " \
                "mixup or cutmix of the Trainer"  # fmt: skip
    return "have the loader yield one class number per image, in the order of the images"


def _not_whole(place: str, found: str) -> DataError:
    return DataError(
        "data.labels",
        f"A label of {place} is {found}, which is not a class number.",
        expected="whole numbers from 0 to the number of classes - 1",
        fix="check where the labels come from; values to predict (regression) are not classes",
    )


def _weights(place: str, weights: Tensor, count: int) -> Tensor:
    if weights.is_floating_point() and len(weights.reshape(-1)) == count == len(weights):
        weights = weights.reshape(-1)
        if bool((torch.isfinite(weights) & (weights >= 0)).all()):
            return weights
        what = "a weight that is negative or not finite"
    else:
        what = f"{tuple(weights.shape)} {str(weights.dtype).removeprefix('torch.')} as its third part"
    raise DataError(
        "data.weights",
        f"{place.capitalize()} has {what}.",
        expected="only images and labels, or also image weights: floating-point numbers (B,), 0 or more",
        fix="have the loader yield (images, labels) only, for example with a collate_fn; or weights as floats",
    )


class PairsSingles(Generic[B]):
    """Batches without any of a single image, which BatchNorm cannot train on: such a batch joins the one before it, or
    the next one if it comes first.

    To do so, one batch is held back: the loader is one batch ahead of the training.

    Args:
        batches: The loader's batches.
        say: Called once as `say("single", text)` when a batch is merged.
    """

    def __init__(self, batches: Iterator[B], say: Callable[[str, str], object] = lambda what, text: None) -> None:
        self._batches = batches
        self._say = say
        self._held: B | None = None

    def __iter__(self) -> Iterator[B]:
        return self

    def __next__(self) -> B:
        for batch in self._batches:
            held = self._held
            if held is None:
                self._held = batch
            elif len(batch[1]) == 1 or len(held[1]) == 1:
                self._say(
                    "single",
                    "A batch of one image was merged with its neighbour: BatchNorm cannot train on one image.",
                )
                self._held = joined([held, batch])
            else:
                self._held = batch
                return held
        held, self._held = self._held, None
        if held is None:
            raise StopIteration
        return held


def counted(ignored: int, images: Tensor, labels: Tensor, *weights: Tensor) -> Batch:
    """Leave out images with the label that the loss ignores.

    Args:
        ignored: That label.
        images: Images (B, ...).
        labels: Labels int64 (B,).
        *weights: Weights of the images (B,), if there are any.

    Returns:
        The batch without these images.
    """
    which = labels != ignored
    parts = (images, labels, *weights)
    return cast(Batch, parts if bool(which.all()) else tuple(part[which] for part in parts))


def joined(batches: Sequence[B]) -> B:
    """Concatenate batches.

    Args:
        batches: One or more batches of the same form.

    Returns:
        One batch.
    """
    columns: Any = zip(*batches, strict=True)
    return cast(B, tuple(Inputs.joined(one) if isinstance(one[0], Inputs) else torch.cat(one) for one in columns))
