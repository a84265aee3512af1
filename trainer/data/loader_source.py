"""A user's own data in the form that the engine needs: loaders of any kind, and what is made into one."""

from __future__ import annotations

import copy
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, TensorDataset

from trainer.data.batch import Batch, PairsSingles, counted, read_batch
from trainer.data.buffers import tensor_of
from trainer.data.class_lists import class_list, label_map
from trainer.data.inputs import Inputs
from trainer.data.loader_forms import LabelledArrays, as_loader, image_tensor
from trainer.data.loaders import DataSource
from trainer.data.named_labels import splits_of
from trainer.data.opening import open_data
from trainer.data.seeding import seed_generators
from trainer.data.sources import is_image_source
from trainer.errors import DataError, UsageError

logger = logging.getLogger("epochscope")


def data_source(data: Any, *, seed: int) -> DataSource:
    """Turn data of any supported form into a data source.

    Args:
        data: A data source, which is returned as it is; a source of images for `open_data`; or loaders.
        seed: Seed of the run.

    Returns:
        The data source.

    Raises:
        UsageError: `data.source`: the data source is not complete; or as `open_data` and `LoaderSource`.
        DataError: As `open_data` and `LoaderSource`.
    """
    if isinstance(data, DataSource):
        return data
    if hasattr(data, "train_batches"):
        members = (name for name in vars(DataSource) if not name.startswith("_"))
        missing = [name for name in members if not hasattr(data, name)]
        raise UsageError(
            "data.source",
            f"{type(data).__name__} is not a complete data source: it lacks {', '.join(missing)}.",
            expected="everything that trainer.data.loaders.DataSource declares",
            fix="add what is missing, or pass loaders: {'train': loader, 'valid': other}",
            name=type(data).__name__,
            missing=", ".join(missing),
        )
    if is_image_source(data):
        return open_data(data, seed=seed)
    return LoaderSource(data, seed=seed)


class LoaderSource:
    """A user's own loaders. Global generators are seeded for every epoch, and `set_epoch` is called where it exists.

    Args:
        splits: "train" and optionally "valid" and "test" (or another usual name of them) -> an iterable of batches (see
            `read_batch`), or what `as_loader` makes into one. A single one is the training data.
        seed: Seed of the run.

    Raises:
        UsageError: `data.splits`: there are other keys; `data.single_pass`: the validation data is an iterator.
        DataError: The first batch cannot be read, a split is empty, or the class lists of splits differ (see
            `label_map`).
    """

    exact_resume: Literal["exact", "replayed"] = "replayed"
    """Batches before the place of resumption must be drawn again."""
    fingerprint = ""
    """Not known."""

    def __init__(self, splits: Mapping[str, Iterable[Any]] | Iterable[Any], *, seed: int) -> None:
        named = dict(splits_of(splits)) if isinstance(splits, Mapping) else {"train": splits}
        if "train" not in named or (isinstance(splits, Mapping) and len(named) < len(splits)):
            raise UsageError(
                "data.splits",
                f"The data has the splits {sorted(map(str, splits))}.",
                expected="a mapping with 'train', and optionally 'valid' and 'test', one of each",
                fix="rename the keys, for example {'train': loader, 'valid': other}",
            )
        self._splits = {split: as_loader(split, one, seed) for split, one in named.items()}
        _check_lengths(self._splits)
        self._seed = seed
        self._device = torch.device("cpu")
        self._once: dict[str, Iterator[Any]] = {}
        self._labels: int | None = None
        self._ignored: int | None = None
        self._pairs = False
        self._floating: torch.dtype | None = None
        self._whole = False
        self._said: set[str] = set()
        self.say: Callable[[str], None] = logger.warning
        """Hears, once each, what is done about unusual batches."""
        if isinstance(self._splits.get("valid"), Iterator):
            raise UsageError(
                "data.single_pass",
                "The validation data is an iterator: it is used up after one pass.",
                expected="something that can be iterated over again, such as a DataLoader or a list of batches",
                fix="pass the loader itself instead of iter(loader)",
            )
        images: Any = self._peek()[0]
        self.example = images[:2] if isinstance(images, Inputs) else None
        """Of data with several inputs: those of the first two images."""
        self.input_shape = tuple(images.shape[1:])
        self.batch = len(images)
        self.dtype = images.dtype
        self.sizes = {split: _length(getattr(loader, "dataset", None)) for split, loader in self._splits.items()}
        self.steps_per_epoch = _length(self._splits["train"])
        # an iterator of batches has no names any more, arrays have them only as a data set
        lists = _class_lists(named) | _class_lists(self._splits)
        self.classes = lists.pop("train", ())
        self._maps = _label_maps(self.classes, lists, self._splits)

    @property
    def loaders(self) -> Mapping[str, Iterable[Any]]:
        """The loaders by split."""
        return self._splits

    @property
    def looks_ahead(self) -> bool:
        """Whether a training batch is drawn before the previous one is used: if data and model draw from the same
        generator, skipping batches then changes the order of their draws."""
        loader = self._splits["train"]
        fixed = isinstance(loader, list | tuple) or isinstance(getattr(loader, "dataset", None), TensorDataset)
        return self._pairs and not fixed and not getattr(loader, "num_workers", 0)

    @property
    def single_pass(self) -> bool:
        """Whether the training data is an iterator that is used up after one epoch."""
        return "train" in self._once

    def to(self, device: torch.device) -> None:
        """Move batches to `device` as they come."""
        self._device = device

    def expect(
        self,
        classes: int,
        *,
        ignored: int | None,
        pairs: bool,
        floating: torch.dtype | None,
        whole: bool,
    ) -> None:
        """Prepare for a model and a loss. From now on, labels outside 0 ... classes - 1 are refused: on a device they
        would end the process.

        Args:
            classes: Number of the model's outputs.
            ignored: Label of images that do not count (`ignore_index` of the loss); a batch of nothing else is left
                out.
            pairs: Merge a training batch of one image, too few for BatchNorm, with the previous one.
            floating: Floating-point type that the model takes. None: images keep their type.
            whole: Pass on a batch that is a mapping as a whole, for a user's own training step.
        """
        self._whole = whole
        self._floating = floating
        self._labels = classes
        self._ignored = ignored
        # a batch size of one is a choice; where all batches are full but the last, that one alone is looked at
        self._pairs = pairs and self.batch > 1 and self._last_batch() in (None, 1)
        if self._pairs and self._last_batch() == 1:
            self.steps_per_epoch = max(self.steps_per_epoch - 1, 1)

    def _last_batch(self) -> int | None:
        """Images in the last training batch; None where that is not known beforehand."""
        loader = self._splits["train"]
        if not isinstance(loader, DataLoader) or type(loader.batch_sampler) is not BatchSampler:
            return None
        images = _length(loader.sampler)
        if not images:
            return None
        batch = loader.batch_size or 1
        return batch if loader.drop_last else images % batch or batch

    def as_trained(self, images: Any) -> Tensor | None:
        """Prepare new images as training does: arrays as `as_loader` does, floats for loaders unchanged. None for
        anything else: what a loader did to its images is not known."""
        if not isinstance(images, np.ndarray | Tensor):
            return None
        if isinstance(getattr(self._splits["train"], "dataset", None), LabelledArrays):
            return image_tensor("predict", images)
        if isinstance(images, np.ndarray) and images.dtype.kind == "f":
            return tensor_of(images)
        return images if isinstance(images, Tensor) and images.is_floating_point() else None

    def batches_of(self, name: str, data: Any) -> Iterator[Batch]:
        """Read other labelled images, in any form that `as_loader` takes, as a split of this source.

        Args:
            name: Name of the data, for errors.
            data: The images.

        Returns:
            Batches, with labels numbered as in training.
        """
        other = copy.copy(self)
        loader = as_loader(name, data, self._seed)
        names = class_list(data) or class_list(loader)
        maps = _label_maps(self.classes, {name: names} if names else {}, {name: loader})
        other._splits, other._once, other._maps = {name: loader}, {}, maps  # noqa: SLF001  # it is a copy of this one
        return other.eval_batches(name, self.batch)

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        """Get the training batches of an epoch; those to skip are drawn and dropped before this returns.

        Args:
            epoch: Number of the epoch, from 1.
            first_batch: Batches to skip, 0 or more.

        Returns:
            Images and labels int64 (B,).
        """
        seed_generators(self._seed, epoch)
        loader = self._splits["train"]
        own = getattr(loader, "generator", None)
        if isinstance(own, torch.Generator):  # it would go on from where an interrupted attempt left it
            own.manual_seed(torch.initial_seed())
        for owner in (loader, getattr(loader, "sampler", None), getattr(loader, "batch_sampler", None)):
            set_epoch = getattr(owner, "set_epoch", None)
            if set_epoch is not None:
                set_epoch(epoch)
        batches = self._read("train")
        if self._pairs:
            batches = PairsSingles(batches, self._say)
        for _ in range(first_batch):
            next(batches, None)
        return self._moved(batches)

    def eval_batches(self, split: str, batch: int) -> Iterator[Batch]:
        """Get the images of a split that count, in batches of the loader's size, whatever `batch` is."""
        batches = self._read(split)
        return self._moved(batches if self._ignored is None else (counted(self._ignored, *one) for one in batches))

    def _peek(self) -> Batch:
        """The first training batch with images."""
        loader = self._splits["train"]
        iterator = iter(loader)
        drawn = []
        for number, given in enumerate(iterator, 1):
            drawn.append(given)
            batch = read_batch("train", number, given)
            if len(batch[1]):
                break
        else:
            what = "only empty batches" if drawn else "no batches"
            raise DataError("data.empty", f"The training data has {what}.", fix="check the length of the loader")
        if iterator is loader:  # an iterator cannot be asked again: put the batches back
            self._once["train"] = itertools.chain(drawn, iterator)
        return batch

    def _iterate(self, split: str) -> Iterator[Any]:
        return self._once[split] if split in self._once else iter(self._splits[split])

    def _moved(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            images, labels, *weights = (part.to(self._device, non_blocking=True) for part in batch)
            if self._floating is not None and images.is_floating_point():
                images = images.to(self._floating)
            yield (images, labels, weights[0]) if weights else (images, labels)

    def _read(self, split: str) -> Iterator[Batch]:
        """The batches that count; raises DataError where there is none."""
        number = usable = 0
        for number, given in enumerate(self._iterate(split), 1):
            batch = self._by_training_list(split, number, read_batch(split, number, given, whole=self._whole))
            if self._counts(split, number, batch[1]):
                usable += 1
                yield batch
        if not usable:
            what = "no images that count" if number else "no batches"
            raise DataError("data.empty", f"The data for {split!r} has {what}.", fix="check the length of the loader")

    def _by_training_list(self, split: str, number: int, batch: Batch) -> Batch:
        """The same batch with labels that number the classes as training does."""
        table = self._maps.get(split)
        if table is None:
            return batch
        images, labels, *weights = batch
        inside = (labels >= 0) & (labels < len(table))
        stray = labels[~inside & (labels != self._ignored)] if self._ignored is not None else labels[~inside]
        if len(stray):
            raise _wrong_label(split, number, int(stray[0]), len(table))
        labels = torch.where(inside, table[labels.clamp(0, len(table) - 1)], labels)
        return (images, labels, weights[0]) if weights else (images, labels)

    def _counts(self, split: str, number: int, labels: Tensor) -> bool:
        """Whether a batch has images that count; raises DataError for labels that are no class numbers."""
        if not len(labels):
            self._say("empty", f"Batch {number} of {split!r} is empty and is skipped, as are others like it.")
            return False
        if self._labels is None:
            return True
        low, high = (int(bound) for bound in labels.aminmax())
        ignored = self._ignored
        if ignored is not None and low <= ignored <= high:
            rest = labels[labels != ignored]
            if len(rest) < len(labels):
                text = "Images with the label {}, which the loss ignores, count neither in the loss nor in the figures."
                self._say("ignored", text.format(ignored))
            if not len(rest):
                return False
            low, high = (int(bound) for bound in rest.aminmax())
        if low < 0 or high >= self._labels:
            raise _wrong_label(split, number, low if low < 0 else high, self._labels)
        return True

    def _say(self, what: str, text: str) -> None:
        if what not in self._said:
            self._said.add(what)
            self.say(text)


def _wrong_label(split: str, number: int, label: int, classes: int) -> DataError:
    return DataError(
        "data.labels",
        f"A label of batch {number} of {split!r} is {label}.",
        expected=f"class numbers from 0 to {classes - 1}: that is how many classes there are",
        fix="check the labels, or the number of the model's outputs; to leave images out, give them the loss's "
        "ignore_index as label",
        split=split,
        batch=number,
    )


def _class_lists(splits: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {split: found for split, one in splits.items() if (found := class_list(one)) is not None}


def _label_maps(
    classes: tuple[str, ...], lists: Mapping[str, tuple[str, ...]], splits: Mapping[str, Any]
) -> dict[str, Tensor | None]:
    """How the labels of each split are translated, see `label_map`. Raises DataError also for arrays with names as
    labels where the training data has numbers: which number a name stands for is not known."""
    if classes:
        return {split: label_map(classes, names, split) for split, names in lists.items()}
    for split, loader in splits.items():
        arrays = getattr(loader, "dataset", None)
        if isinstance(arrays, LabelledArrays) and arrays.classes:
            raise DataError(
                "data.class_lists",
                f"The labels of {split!r} are names, those of the training data are numbers.",
                where=f"{split}: {', '.join(arrays.classes[:20])}",
                expected="labels of one kind in all data",
                fix="give class numbers here too, or names to the training data",
                split=split,
            )
    return {}


def _check_lengths(splits: Mapping[str, Any]) -> None:
    """Raises DataError for a split that is known to be empty, before anything is trained."""
    for split, loader in splits.items():
        if _is_empty(split, loader):
            images = _length(getattr(loader, "dataset", None))
            dropped = bool(images) and getattr(loader, "drop_last", False)
            raise DataError(
                "data.empty",
                f"The data for {split!r} has no batches"
                + (f": its {images} images are fewer than a batch, and drop_last=True drops them." if dropped else "."),
                fix="set drop_last=False, or a smaller batch" if dropped else "check the length of the loader",
                split=split,
            )


def _is_empty(split: str, loader: Any) -> bool:
    length = _length(loader, unknown=-1) if hasattr(loader, "__len__") else -1
    if length >= 0 or split == "train" or isinstance(loader, Iterator):  # the first training batch is looked at anyway
        return length == 0
    return next(iter(loader), None) is None


def _length(items: Any, unknown: int = 0) -> int:
    """Its length; `unknown` where it has none, as data that is read from a stream."""
    try:
        return len(items)
    except (TypeError, NotImplementedError, AttributeError):
        return unknown
