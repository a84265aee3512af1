"""How a criterion averages over images: known for torch's own, determined by experiment on random logits for others."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from trainer.errors import UsageError

Criterion = Callable[[Tensor, Tensor], Tensor]

IGNORED = -100
"""The default `ignore_index` of torch's losses."""
REDUCTIONS = ("mean", "sum", "none")
MOST_CLASSES = 1000
"""Number of classes a loss is tried on; each takes a call or two."""


@dataclass
class Averaging:
    """How a criterion behaves. Logits (B, C), labels int64 (B,).

    `mean`: gives the mean of a batch. `images`: gives the losses (B,), multiplied with the weights of their classes;
    None if they are not available. `class_weights`: gives the weights (C,); the mean is sum(images) over the sum of the
    weights of the labels. `splits`: whether that is so. `ignored`: the label of images that do not count;
    `takes_ignored`: whether `images` gives 0 for it.
    """

    mean: Criterion
    images: Criterion | None = None
    class_weights: Callable[[], Tensor | None] = lambda: None
    splits: bool = True
    ignored: int | None = None
    takes_ignored: bool = False
    notes: list[str] = field(default_factory=list)


def averaging(criterion: Criterion, classes: int, like: Tensor) -> Averaging:
    """See the module. `like`: a tensor of the type and on the device of the logits. Random generators and the state of
    an object are left as they are.

    Raises UsageError `loss.labels` where a loss of torch's own does not take logits and class numbers,
    `loss.class_weights` where its weights do not fit the classes.
    """
    if isinstance(criterion, nn.CrossEntropyLoss | nn.NLLLoss) and _is_torchs_own(criterion):
        return _cross_entropy(criterion, classes, like.dtype)
    try:
        return _tried(criterion, classes, like)
    except Exception as error:  # a custom loss may raise anything: it may expect other than random logits
        if isinstance(criterion, nn.Module) and _is_torchs_own(criterion):
            raise _misfit(criterion, error) from error
        return Averaging(_scalar(criterion), splits=False)


def name_of(criterion: Any) -> str:
    """Its name in messages."""
    return getattr(criterion, "__name__", type(criterion).__name__)


def _is_torchs_own(criterion: nn.Module) -> bool:
    return type(criterion).forward.__module__ == "torch.nn.modules.loss"


def _misfit(criterion: nn.Module, error: Exception) -> UsageError:
    return UsageError(
        "loss.labels",
        f"The loss {name_of(criterion)} does not take logits and class numbers: {error}",
        expected="a loss of logits (B, C) and class numbers (B,), as torch.nn.CrossEntropyLoss is",
        fix="wrap it in a function that converts the class numbers to what it expects, for example "
        "lambda logits, labels: loss(logits, torch.nn.functional.one_hot(labels, logits.shape[1]).float())",
        name=name_of(criterion),
    )


def _cross_entropy(criterion: Any, classes: int, dtype: torch.dtype) -> Averaging:
    weight = criterion.weight
    floats = weight is None or (weight.is_floating_point() and (weight.dtype, dtype) != (torch.float64, torch.float32))
    if weight is not None and (weight.shape != (classes,) or not floats):
        raise UsageError(
            "loss.class_weights",
            f"The weights of the classes are {tuple(weight.shape)} {str(weight.dtype).removeprefix('torch.')}.",
            expected=f"one weight per class, ({classes},) {str(dtype).removeprefix('torch.')}, of the logits' type",
            fix="give the loss one weight for each class, for example weight=torch.tensor(weights).float()",
        )
    mean, notes = _averaged(criterion)
    images, ignored = reduced(criterion, "none"), criterion.ignore_index
    return Averaging(mean, images, lambda: criterion.weight, ignored=ignored, takes_ignored=True, notes=notes)


def reduced(criterion: Any, reduction: str) -> Criterion:
    """The same criterion with another reduction; each call uses the original's weights, state and mode."""

    def call(logits: Tensor, labels: Tensor) -> Tensor:
        other = copy.copy(criterion)
        other.reduction = reduction
        losses: Tensor = other(logits, labels)
        return losses

    return call


def _averaged(criterion: Any) -> tuple[Criterion, list[str]]:
    if criterion.reduction == "mean":
        return criterion, []
    note = f"The loss {name_of(criterion)} has reduction={criterion.reduction!r}; it is averaged, as with 'mean'."
    return reduced(criterion, "mean"), [note]


def _scalar(criterion: Criterion) -> Criterion:
    """Its value, averaged if it is not a scalar."""
    return lambda outputs, labels: criterion(outputs, labels).mean()


def per_image(criterion: Criterion) -> Criterion:
    """Its values, averaged over trailing dimensions."""
    return lambda outputs, labels: criterion(outputs, labels).reshape(len(labels), -1).mean(1)


# -- trying a custom criterion --------------------------------------------------------------------------------------


def _tried(criterion: Criterion, classes: int, like: Tensor) -> Averaging:
    devices = [like.device] if like.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # on a GPU a label out of range would end the process, on the CPU it is an exception
            return _Trial(criterion, classes, like.cpu()).result()
        except Exception:
            if like.device.type == "cpu":
                raise
            return _Trial(criterion, classes, like).result()


class _Trial:
    def __init__(self, criterion: Criterion, classes: int, like: Tensor) -> None:
        self._criterion = criterion
        self._copy: Any = copy.deepcopy(criterion)  # a function is its own
        if isinstance(self._copy, nn.Module):
            self._copy.to(like.device).eval()  # as it is while figures are made
        self._classes = classes
        used = min(classes, MOST_CLASSES)
        count = 2 * used + 3  # so that classes do not occur equally often
        self._logits = (
            2 * torch.randn(count, classes, generator=torch.Generator().manual_seed(0), dtype=torch.float32)
        ).to(like)
        self._labels = (torch.arange(count) % used).to(like.device)
        self._tolerance = 2e-2 if like.dtype in (torch.float16, torch.bfloat16) else 1e-4

    def result(self) -> Averaging:
        """By its attribute `reduction` if that has an effect, else by its values for one image and for many."""
        if isinstance(self._criterion, nn.Module) and getattr(self._criterion, "reduction", "") in REDUCTIONS:
            found = self._by_reduction(self._criterion)
            if found is not None:
                return found
        value, again = (self._copy(self._logits, self._labels) for _ in range(2))
        if not self._close(value, again):  # it has state, or is random
            return Averaging(_scalar(self._criterion), splits=False)
        return self._by_value(value.reshape(())) if value.numel() == 1 else self._unreduced(value)

    def _close(self, one: Tensor, other: Tensor) -> bool:
        return bool(torch.isclose(one.double(), other.double(), rtol=self._tolerance, atol=self._tolerance / 100).all())

    def _by_reduction(self, criterion: Any) -> Averaging | None:
        plain = reduced(self._copy, "mean")
        losses, value = reduced(self._copy, "none")(self._logits, self._labels), plain(self._logits, self._labels)
        if not losses.ndim or len(losses) != len(self._labels) or value.ndim:
            return None
        mean, notes = _averaged(criterion)
        images = losses.reshape(len(losses), -1).mean(1)
        found = Averaging(mean, per_image(reduced(criterion, "none")), ignored=self._ignored(plain), notes=notes)
        if self._close(value, images.mean()):
            return found
        weight = getattr(self._copy, "weight", None)
        if isinstance(weight, Tensor) and weight.shape == (self._classes,):
            found.class_weights = lambda: criterion.weight
            if self._close(value, images.sum() / weight[self._labels].sum()):
                return found
        return None

    def _unreduced(self, value: Tensor) -> Averaging:
        if len(value) != len(self._labels):
            return Averaging(_scalar(self._criterion), splits=False)
        criterion, images, ignored = self._criterion, per_image(self._criterion), self._ignored(self._copy)
        note = f"The loss {name_of(criterion)} gives a loss for each image; it is averaged."
        mean = _over(lambda logits, labels: images(logits, labels).sum(), ignored)
        return Averaging(mean, images, ignored=ignored, takes_ignored=True, notes=[note])

    def _by_value(self, value: Tensor) -> Averaging:
        criterion = self._criterion
        single = one_by_one(self._copy)(self._logits, self._labels)
        images = all_at_once(criterion) if self._takes_vmap(single) else one_by_one(criterion)
        ignored = self._ignored(self._copy)
        if self._close(value, single.mean()):
            return Averaging(_scalar(criterion), images, ignored=ignored)
        if self._close(value, single.sum()):
            note = f"The loss {name_of(criterion)} is a sum over the images; it is divided by their number."
            return Averaging(_over(criterion, ignored), images, ignored=ignored, takes_ignored=True, notes=[note])
        weights = self._weights()
        used = weights.to(single)[self._labels]
        if self._close(value, (used * single.nan_to_num()).sum() / used.sum()):
            return Averaging(_scalar(criterion), _times(weights, images), lambda: weights, ignored=ignored)
        return Averaging(_scalar(criterion), splits=False)

    def _takes_vmap(self, single: Tensor) -> bool:
        """Whether torch can vectorise it over images; one by one, each takes 20 microseconds."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # it warns where it would call one by one, and more slowly
                found = all_at_once(self._copy)(self._logits, self._labels)
        except Exception:  # vmap does not support every function of torch
            return False
        return bool(torch.isclose(found, single, equal_nan=True).all())

    def _weights(self) -> Tensor:
        """Class weights (C,), inferred from means over two images: the mean of an easy image of one class and a hard
        image of another is between their losses, closer to the one with the larger weight."""
        easy = 4 * torch.eye(self._classes, dtype=self._logits.dtype, device=self._logits.device)
        classes = self._labels.unique()
        lowest, highest = (one_by_one(self._copy)(sign * easy[classes], classes) for sign in (1, -1))
        first = int(torch.isfinite(lowest).nonzero()[0])
        weights = torch.ones(self._classes, dtype=torch.float64)
        for label in classes.tolist():
            pair = torch.tensor([int(classes[first]), label], device=classes.device)
            both = self._copy(torch.stack([easy[pair[0]], -easy[label]]), pair)
            share = (both - lowest[first]).double() / (highest[label] - both).double()
            weights[label] = share.item() if bool(torch.isfinite(highest[label])) else 0.0
        return weights

    def _ignored(self, criterion: Criterion) -> int | None:
        """The label it ignores: by its attribute, or torch's default if that leaves the value unchanged."""
        label = getattr(self._criterion, "ignore_index", IGNORED)
        labels = self._labels.clone()
        labels[::3] = label
        try:
            all_of_them = criterion(self._logits, labels).sum()
            others = criterion(self._logits[labels != label], labels[labels != label]).sum()
        except Exception:  # it does not accept such a label
            return None
        return label if self._close(all_of_them, others) else None


def all_at_once(criterion: Criterion) -> Criterion:
    """The same as `one_by_one`, as one operation."""
    return torch.func.vmap(lambda row, label: criterion(row[None], label[None]).reshape(()))


def _over(total: Criterion, ignored: int | None) -> Criterion:
    """A sum divided by the number of images that count."""

    def mean(logits: Tensor, labels: Tensor) -> Tensor:
        if ignored is None or labels.ndim == 2:
            return total(logits, labels) / len(labels)
        return total(logits, labels) / (labels != ignored).sum().clamp(min=1)

    return mean


def _times(weights: Tensor, images: Criterion) -> Criterion:
    """Losses (B,) times the weights (C,) of their classes."""

    def weighted(logits: Tensor, labels: Tensor) -> Tensor:
        table = weights.to(logits)[labels]
        counted = table > 0  # an image with weight 0 has no mean
        losses = logits.sum(1) * 0
        if bool(counted.any()):
            losses[counted] = images(logits[counted], labels[counted]) * table[counted]
        return losses

    return weighted


def one_by_one(criterion: Criterion) -> Criterion:
    """Losses (B,) of a criterion that returns a scalar for any batch: each image is passed as its own batch."""

    def losses(logits: Tensor, labels: Tensor) -> Tensor:
        rows = zip(logits.split(1), labels.split(1), strict=True)
        return torch.stack([criterion(row, label).reshape(()) for row, label in rows])

    return losses
