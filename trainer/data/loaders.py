"""The engine's view of data: ours, or any iterable of `(images, labels)`."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, TensorDataset

from trainer.data.batch import Batch, PairsSingles, read_batch
from trainer.data.seeding import seed_generators
from trainer.errors import DataError, UsageError
from trainer.events import SPLITS
from trainer.store.thumbnails import Pixels

logger = logging.getLogger("epochscope")


@runtime_checkable
class DataSource(Protocol):
    """What the engine needs of data. Images are float32 (B, C, H, W) or whatever the model takes, labels int64 (B,).

    What only some data can do has protocols of its own: `NormalizesImages`, `PreparesImages`, `PublishesImages`.
    """

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; empty where they are not known."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one image, without the batch."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Images per split that exists; 0 where the number is not known."""

    @property
    def batch(self) -> int:
        """Images in a training batch; the last one of an epoch may be smaller."""

    @property
    def steps_per_epoch(self) -> int:
        """Training batches in an epoch; 0 where the number is not known."""

    @property
    def single_pass(self) -> bool:
        """Whether the training data is used up after one epoch, as an iterator is."""

    @property
    def exact_resume(self) -> Literal["exact", "replayed"]:
        """Whether an epoch can begin in the middle, or the batches before must be drawn again."""

    @property
    def fingerprint(self) -> str:
        """The same for the same data, other data has another; empty where it is not known."""

    def to(self, device: torch.device) -> None:
        """Hand out batches on `device` from now on."""

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        """Batches of an epoch (1-based), the first `first_batch` of them left out."""

    def eval_batches(self, split: str, batch: int) -> Iterator[Batch]:
        """Batches of a split in stored order, not augmented; `batch` images each where the feed decides that."""


@runtime_checkable
class NormalizesImages(Protocol):
    """Data whose images were normalised channel by channel, from values in [0, 1]."""

    @property
    def mean(self) -> tuple[float, ...]: ...

    @property
    def std(self) -> tuple[float, ...]: ...


@runtime_checkable
class PreparesImages(Protocol):
    """Data that can bring images it has not seen to the model's size and normalise them as it did its own."""

    def prepare(self, images: Any) -> Tensor:
        """Float32 (N, C, H, W). Raises DataError naming every image that cannot be read."""


@runtime_checkable
class PublishesImages(Protocol):
    """Data that has its images in memory, for viewers."""

    def published(self, split: str) -> tuple[Pixels, NDArray[Any], NDArray[Any], list[str]]:
        """Pixels, labels, original sizes (N, 2) and paths of a split, in the order of `eval_batches`."""


@runtime_checkable
class Closeable(Protocol):
    """Batches that hold something, such as a thread, until they are closed."""

    def close(self) -> None: ...


def data_source(data: DataSource | Mapping[str, Iterable[Any]] | Iterable[Any], *, seed: int) -> DataSource:
    """`data` itself, or the caller's own loaders as a DataSource.

    Raises UsageError for a data source that is not complete, and what `LoaderSource` raises.
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
            mend="add what is missing, or pass loaders: {'train': loader, 'valid': other}",
            name=type(data).__name__,
            missing=", ".join(missing),
        )
    return LoaderSource(data, seed=seed)


def input_facts(feed: DataSource) -> dict[str, Any]:
    """What the model's input is made of, for whoever has the weights but not the data: `shape` (C, H, W); `mean` and
    `std` of each channel of values in [0, 1], None where the feed says nothing of them."""
    shape = [int(side) for side in feed.input_shape]
    # a source of the caller's own may mean something else by these names
    if not (isinstance(feed, NormalizesImages) and isinstance(feed.mean, tuple) and isinstance(feed.std, tuple)):
        return {"shape": shape, "mean": None, "std": None}
    return {"shape": shape, "mean": [float(value) for value in feed.mean], "std": [float(value) for value in feed.std]}


class LoaderSource:
    """The caller's own loaders. Global generators are seeded per epoch, `set_epoch` is called where there is one.

    `splits` maps train, and optionally valid and test, to iterables of (images, labels); a lone iterable is train.
    Raises UsageError on other keys and DataError where the first batch is no pair of tensors.
    """

    exact_resume: Literal["exact", "replayed"] = "replayed"
    fingerprint = ""

    def __init__(self, splits: Mapping[str, Iterable[Any]] | Iterable[Any], *, seed: int) -> None:
        self._splits: dict[str, Iterable[Any]] = dict(splits) if isinstance(splits, Mapping) else {"train": splits}
        unknown = set(self._splits) - set(SPLITS)
        if unknown or "train" not in self._splits:
            raise UsageError(
                "data.splits",
                f"The data has the splits {sorted(self._splits)}.",
                expected="a mapping with 'train', and optionally 'valid' and 'test'",
                mend="rename the keys, for example {'train': loader, 'valid': other}",
            )
        self._seed = seed
        self._device = torch.device("cpu")
        self._once: dict[str, Iterator[Any]] = {}
        self._labels: int | None = None
        self._ignored: int | None = None
        self._pairs = False
        self._floating: torch.dtype | None = None
        self._said: set[str] = set()
        self.say: Callable[[str], None] = logger.warning
        """Hears, once each, what is done about unusual batches."""
        if isinstance(self._splits.get("valid"), Iterator):
            raise UsageError(
                "data.single_pass",
                "The validation data is an iterator: it is used up after one pass.",
                expected="something that can be gone through again, such as a DataLoader or a list of batches",
                mend="pass the loader itself instead of iter(loader)",
            )
        images = self._peek()[0]
        self.input_shape = tuple(images.shape[1:])
        self.batch = len(images)
        self.dtype = images.dtype
        self.sizes = {split: _length(getattr(loader, "dataset", None)) for split, loader in self._splits.items()}
        train = self._splits["train"]
        self.steps_per_epoch = _length(train)
        self.classes = tuple(str(name) for name in getattr(getattr(train, "dataset", train), "classes", ()))

    @property
    def loaders(self) -> Mapping[str, Iterable[Any]]:
        """The caller's loaders by split."""
        return self._splits

    @property
    def looks_ahead(self) -> bool:
        """Whether a training batch is drawn before the one before it is used: what both draw from one generator, data
        and model, then comes in another order where batches are skipped."""
        loader = self._splits["train"]
        fixed = isinstance(loader, list | tuple) or isinstance(getattr(loader, "dataset", None), TensorDataset)
        return self._pairs and not fixed and not getattr(loader, "num_workers", 0)

    @property
    def single_pass(self) -> bool:
        """Whether the training data is an iterator that is used up after one epoch."""
        return "train" in self._once

    def to(self, device: torch.device) -> None:
        """Batches are moved to `device` as they come."""
        self._device = device

    def expect(
        self,
        classes: int,
        *,
        ignored: int | None = None,
        pairs: bool = False,
        floating: torch.dtype | None = None,
    ) -> None:
        """Refuse labels outside 0 ... classes - 1 from now on: on a device they would end the process.

        `ignored`: the label of images that do not count (`ignore_index` of the loss); it may occur, and a batch of
        nothing else is left out. `pairs`: a training batch of one image, too few for BatchNorm, joins the one before.
        `floating`: the type in which the model takes images of any floating-point type; None: as they are.
        """
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
        plain = isinstance(loader, DataLoader) and type(loader.batch_sampler) is BatchSampler
        if not plain or not hasattr(loader.sampler, "__len__"):
            return None
        batch = loader.batch_size or 1
        return batch if loader.drop_last else len(loader.sampler) % batch or batch

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        """The loader's batches; those to skip are drawn and thrown away before this returns."""
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
        """The loader's batches; their size is the loader's."""
        return self._moved(self._read(split))

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
            raise DataError("data.empty", f"The training data has {what}.", mend="check the length of the loader")
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
            batch = read_batch(split, number, given)
            if self._counts(split, number, batch[1]):
                usable += 1
                yield batch
        if not usable:
            what = "no images that count" if number else "no batches"
            raise DataError("data.empty", f"The data of {split!r} has {what}.", mend="check the length of the loader")

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
            raise DataError(
                "data.labels",
                f"A label of batch {number} of {split!r} is {low if low < 0 else high}.",
                expected=f"class numbers from 0 to {self._labels - 1}: the model gives {self._labels} outputs",
                mend="check the labels, or the number of the model's outputs; images to leave out have the loss's "
                "ignore_index as their label",
                split=split,
                batch=number,
            )
        return True

    def _say(self, what: str, text: str) -> None:
        if what not in self._said:
            self._said.add(what)
            self.say(text)


def _length(items: Any) -> int:
    return len(items) if hasattr(items, "__len__") else 0
