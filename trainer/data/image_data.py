"""Images as batches: one block of uint8 pixels, augmented and normalised several batches at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data import augment
from trainer.data.augmentation import Augmentation, ImageChanges
from trainer.data.batch import PairsSingles
from trainer.data.buffers import Recycler, Workspace
from trainer.data.fingerprint import fingerprint_of
from trainer.data.image_set import ImageSet
from trainer.data.new_images import decode_new
from trainer.data.normalization import Normalization, grey_normalization, image_statistics
from trainer.data.pixel_block import packed, pixel_block
from trainer.data.prefetch import Prefetch, worthwhile
from trainer.data.shares import batch_places, regrouped
from trainer.data.split import Indices
from trainer.data.split_view import PixelView, SplitView
from trainer.data.validation import left_out
from trainer.store.edits_file import LabelEdit

CHUNK_PIXELS = 1 << 19
"""Pixels prepared at a time: 512 CIFAR images. Intermediate results stay in the cache that the cores share, and the
thread that prepares them rarely asks for Python's lock: with a quarter of it a step takes a third longer."""
DEVICE_CHUNK_PIXELS = 1 << 21
"""The same on a device, where launching an operation costs more than memory for intermediate results."""
AHEAD = 3
"""Chunks prepared in advance: enough to bridge a report, few enough to stay in the cache that the cores share."""
BLOCK = 16
"""Chunks whose coordinates are computed together: small operations cost their launch, not their size."""


_PLACED = ("_device", "_block", "_labels", "_rows", "_recycler")

Batch = tuple[Tensor, Tensor]


class ImageData:
    """Images of the same size, in up to three splits, from `open_data`. Batches depend only on (seed, epoch, index).

    Attributes:
        name: Name of the source.
        classes: Class names (C,).
        input_shape: (channels, height, width) of an image.
        sizes: Images in each split.
        batch: Images per training batch.
        steps_per_epoch: Training batches in an epoch.
        mean: Mean of each channel of the training images, for values in [0, 1].
        std: Standard deviation of each channel.
        notes: What is worth knowing about the images, such as how many were left out; one sentence each.
        fingerprint: Digest of images, labels, split, seed and size.
        edits: Label edits that were applied.
    """

    exact_resume: Literal["exact", "replayed"] = "exact"
    """An epoch can be resumed in its middle, with the same batches."""
    single_pass = False
    """The training images can be iterated over again."""

    def __init__(
        self,
        pictures: ImageSet,
        split: dict[str, Indices],
        *,
        seed: int,
        fractions: tuple[float, float],
        batch: int,
        augmentation: Augmentation,
        balanced: bool = False,
        normalization: Normalization | None = None,
        reopen: Callable[[str], ImageData | None] | None = None,
        refold: Callable[[int], Iterator[ImageData]] | None = None,
        edits: tuple[LabelEdit, ...] = (),
    ) -> None:
        height, width = pictures.pixels.shape[1:3]
        self.name = pictures.name
        self.classes = pictures.classes
        self.input_shape = (pictures.channels, height, width)
        given = normalization if normalization is None or pictures.channels > 1 else grey_normalization(normalization)
        self.mean, self.std = given or image_statistics(pictures, split["train"])
        self.sizes = {part: len(rows) for part, rows in split.items()}
        self.batch = batch
        full, rest = divmod(self.sizes["train"], batch)
        self._pairs = rest == 1 and full > 0
        self.steps_per_epoch = full if self._pairs else full + (rest > 0)
        self.notes = (*left_out(pictures), *pictures.notes)
        self.fingerprint = fingerprint_of(pictures, split, seed, fractions)
        self.edits = edits
        """Decisions about its images that were applied."""
        self._reopen, self._refold = reopen, refold
        self._pictures = pictures
        self._split = split
        self._seed = seed
        self._augmentation = augmentation
        self._balanced = balanced
        self._device = torch.device("cpu")
        self._normaliser = augment.Normaliser(self.mean, self.std)
        self._recycler = Recycler()
        self._place()

    def __getstate__(self) -> dict[str, Any]:
        """Without what `_place` makes: a copy, or a pickle in another process, is on the CPU until `to` is called."""
        return {name: value for name, value in vars(self).items() if name not in _PLACED}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._device, self._recycler = torch.device("cpu"), Recycler()
        self._place()

    def of_run(self, fingerprint: str) -> ImageData | None:
        """Open the source by earlier rules that give this fingerprint; None if none do."""
        return self._reopen(fingerprint) if self._reopen else None

    def folds(self, count: int = 5) -> Iterator[ImageData]:
        """Divide all images into folds, for cross-validation. The data must come from `open_data`.

        Each class is spread evenly over the folds by scikit-learn's `StratifiedKFold`. Splits of the source are merged
        first. The pixels are shared.

        Args:
            count: How many folds, from 2 to the number of images of the smallest class.

        Yields:
            The images with one fold as the test split, and the rest as training and validation images (`valid` of
            `open_data`).

        Raises:
            UsageError: `folds.count`: there are too few images for so many folds.
            TypeError: The data does not come from `open_data`.
        """
        if self._refold is None:
            raise TypeError("only what open_data has opened can be divided again")
        return self._refold(count)

    def to(self, device: torch.device | str) -> None:
        """Make batches on `device` from now on. Pixels are moved there if they take at most half of its free memory."""
        self._device = torch.device(device)
        self._place()

    def _place(self) -> None:
        _, height, width = self.input_shape
        at_once = CHUNK_PIXELS if self._device.type == "cpu" else DEVICE_CHUNK_PIXELS
        self._chunk = self.batch * max(1, at_once // (self.batch * height * width))
        self._block = pixel_block(self._pictures.pixels, self._device)
        self._labels = torch.from_numpy(self._pictures.labels).to(self._device)
        self._rows = {part: torch.from_numpy(rows).to(self._device) for part, rows in self._split.items()}

    def train_batches(self, epoch: int, first_batch: int = 0) -> Generator[Batch]:
        """Shuffled, augmented and normalised batches of an epoch. The same arguments give the same bits.

        The last batch may be smaller, or larger by one: a last batch of one image, which BatchNorm cannot train on, is
        added to the one before.

        Args:
            epoch: Number of the epoch, from 1.
            first_batch: Batches to leave out at the start, 0 or more.

        Yields:
            Images float32 (B, C, H, W) and labels int64 (B,).
        """
        if first_batch >= self.steps_per_epoch:
            return
        batches = self._batches(epoch, first_batch)
        with closing(batches):
            yield from PairsSingles(batches) if self._pairs else batches

    def _batches(self, epoch: int, first_batch: int) -> Generator[Batch]:
        # chunks begin at the same images wherever one starts, so that each batch lies equally aligned in memory
        first = first_batch * self.batch
        skipped = first % self._chunk
        with closing(self._ahead(self._train_chunks(epoch, first - skipped, self.sizes["train"]))) as chunks:
            for images, labels in chunks:
                yield from zip(
                    torch.split(images[skipped:], self.batch), torch.split(labels[skipped:], self.batch), strict=True
                )
                skipped = 0

    def _ahead(self, chunks: Generator[Batch]) -> Prefetch[Batch] | Generator[Batch]:
        """The chunks, made on a second thread where there are cores for it. A device works beside Python anyway."""
        beside = self._device.type == "cpu" and worthwhile(torch.get_num_threads())
        return Prefetch(chunks, AHEAD) if beside else chunks

    def train_shares(self, epoch: int, first_batch: int, rank: int, size: int) -> Iterator[Batch]:
        """The share of one of several processes: positions `rank`, `rank + size`, ... of every batch, and nothing else
        is made. Image by image they are those of `train_batches`.

        Args:
            epoch: Number of the epoch, from 1.
            first_batch: Batches to leave out at the start, 0 or more.
            rank: Number of the process, from 0.
            size: How many processes there are.

        Yields:
            Images float32 of this process, and the labels int64 (B,) of the whole batch.
        """
        batches = batch_places(self.sizes["train"], self.batch, self.steps_per_epoch)[first_batch:]
        mine = [batch[rank::size] for batch in batches]
        places = torch.tensor([place for batch in mine for place in batch], dtype=torch.int64, device=self._device)
        labels = self._labels[self._rows["train"][self.order(epoch)]]
        with closing(self._ahead(self._train_chunks(epoch, 0, len(places), places))) as chunks:
            images = regrouped((images for images, _ in chunks), [len(batch) for batch in mine])
            for batch, own in zip(batches, images, strict=True):
                yield own, labels[batch.start : batch.stop]

    def eval_shares(self, split: str, batch: int, rank: int, size: int) -> Iterator[Batch | None]:
        """Of every `size` batches of `eval_batches` the one of process `rank`.

        Args:
            split: "train", "valid" or "test".
            batch: Images per batch, 1 or more.
            rank: Number of the process, from 0.
            size: How many processes there are.

        Yields:
            Images float32 (B, C, H, W) and labels int64 (B,); None where the last batches are fewer than processes.
        """
        pieces = torch.split(self._rows[split], batch)
        own = iter(self._normalized_batches(pieces[rank::size]))
        for _ in range(0, len(pieces), size):
            yield next(own, None)

    def eval_batches(self, split: str, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """All images of a split in stored order, normalised but not augmented.

        Args:
            split: "train", "valid" or "test".
            batch: Images per batch, 1 or more.

        Yields:
            Images float32 (B, C, H, W) and labels int64 (B,).
        """
        return self._normalized_batches(torch.split(self._rows[split], batch))

    def _normalized_batches(self, pieces: Iterable[Tensor]) -> Iterator[Batch]:
        workspace = Workspace()
        for rows in pieces:
            yield self._normalise(self._block.take(rows, workspace), workspace), self._labels[rows]

    def preview(self, n: int, epoch: int = 1) -> tuple[Tensor, Tensor, Tensor]:
        """The first training images of an epoch, exactly as the engine gets them.

        Args:
            n: How many, at most.
            epoch: Number of the epoch, from 1.

        Returns:
            Images float32 (n, C, H, W), labels int64 (n,), and their places in the source int64 (n,).
        """
        n = min(n, self.sizes["train"])
        images, labels = (torch.cat(parts) for parts in zip(*self._train_chunks(epoch, 0, n), strict=True))
        return images, labels, self._rows["train"][self.order(epoch)[:n]]

    def flips(self, epoch: int) -> Tensor:
        """Which training images are mirrored in an epoch, bool (N,), in stored order."""
        drawn = self._parameters(epoch)
        return torch.zeros(self.sizes["train"], dtype=torch.bool) if drawn is None else drawn.flip

    def rows(self, split: str) -> Tensor:
        """Places of a split's images in the whole source, int64 (N,)."""
        return self._rows[split]

    @property
    def labels(self) -> Tensor:
        """Labels of all images of the source, int64 (N,)."""
        return self._labels

    @property
    def pixels_digest(self) -> str:
        """Hex SHA-256 of the pixels of all images of the source."""
        return self._pictures.digest

    def packed_pixels(self, rows: Tensor) -> NDArray[np.uint8]:
        """Pixels of images of the source by their places (n,), in the layout of `ImageSet.pixels`."""
        pixels: NDArray[np.uint8] = self._pictures.pixels[rows.cpu().numpy()]
        return pixels

    def normalized(self, rows: Tensor, *, mirrored: bool = False) -> Tensor:
        """Normalised images of the source by their places (n,), float32 (n, C, H, W)."""
        workspace = Workspace()
        pixels = self._block.take(rows, workspace)
        return self._normalise(pixels.flip(2) if mirrored else pixels, workspace)

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """Training images of each class, int64 (C,)."""
        return np.bincount(self._pictures.labels[self._split["train"]], minlength=len(self.classes))

    def published(self, split: str) -> SplitView:
        """What viewers get of a split, in the order of `eval_batches`."""
        rows = self._split[split]
        paths = [self._pictures.paths[row] for row in rows.tolist()]
        pixels = PixelView(self._pictures.pixels, rows)
        return SplitView(pixels, self._pictures.labels[rows], self._pictures.sizes[rows], paths)

    def files(self, split: str) -> list[str]:
        """Full paths of a split's images, in stored order; empty if they are not files."""
        root = self._pictures.root
        return [] if root is None else [str(root / self._pictures.paths[row]) for row in self._split[split].tolist()]

    def prepare(self, images: Any) -> Tensor:
        """Resize and normalise new images as the training images were.

        Args:
            images: One of, or a sequence of, paths, Pillow images and uint8 arrays (H, W) or (H, W, 1, 3 or 4).

        Returns:
            Images float32 (N, C, H, W).

        Raises:
            DataError: Images cannot be read; it names every one.
        """
        decoded = decode_new(images, self.input_shape)
        if not len(decoded):
            return torch.empty(0, *self.input_shape, dtype=torch.float32, device=self._device)
        return self._normalise(packed(decoded).to(self._device), Workspace())

    def order(self, epoch: int) -> Tensor:
        """Places in the training split, in the order of an epoch, int64 (N,)."""
        if self._balanced:
            labels = torch.from_numpy(self._pictures.labels[self._split["train"]])
            return augment.draw_balanced(labels, seed=self._seed, epoch=epoch).to(self._device)
        return augment.draw_order(self.sizes["train"], seed=self._seed, epoch=epoch).to(self._device)

    def _parameters(self, epoch: int) -> augment.Parameters | None:
        """Of all training images in stored order; None where nothing is asked for."""
        if not self._augmentation.moves:
            return None
        rotation, flip, crop = self._augmentation[:3]
        count = self.sizes["train"]
        drawn = augment.draw(count, rotation=rotation, flip=flip, crop=crop, seed=self._seed, epoch=epoch)
        return drawn.to(self._device)

    def _further_changes(self, epoch: int, order: Tensor, places: Tensor | None) -> ImageChanges | None:
        """Those that an epoch makes beside rotation, flip and crop; None where none are asked for."""
        if not self._augmentation.more:
            return None
        return ImageChanges(
            self._augmentation,
            self.input_shape,
            self.sizes["train"],
            # an image that is drawn twice is changed in two ways
            (None if places is None else places.cpu()) if self._balanced else order.cpu(),
            self._device,
            seed=self._seed,
            epoch=epoch,
        )

    def _train_chunks(self, epoch: int, first: int, last: int, places: Tensor | None = None) -> Generator[Batch]:
        """Images `first` (a multiple of the chunk) to `last` of an epoch in its order, a chunk of batches at a time; of
        those at some `places` of it, where given."""
        order = self.order(epoch) if places is None else self.order(epoch)[places]
        drawn = self._parameters(epoch)
        further = self._further_changes(epoch, order, places)
        workspace = Workspace()
        for start in range(first, last, self._chunk * BLOCK):
            block = order[start : min(start + self._chunk * BLOCK, last)]
            # an image that is drawn twice is changed in two ways
            drawn_at = slice(start, start + len(block)) if places is None else places[start : start + len(block)]
            which = drawn_at if self._balanced else block
            change = None if drawn is None else self._change(drawn.pick(which), workspace)
            rows = self._rows["train"][block]
            for begin in range(0, len(block), self._chunk):
                some = slice(begin, begin + self._chunk)
                pixels = self._block.take(rows[some], workspace)
                if further is None:
                    images = self._normalise(pixels if change is None else change(pixels, some), workspace)
                else:
                    at = slice(start + begin, start + begin + len(pixels))
                    pixels = further.take_part(pixels, at)
                    pixels = further.recolor(pixels if change is None else change(pixels, some), at)
                    images = further.erase(self._normalise(pixels, workspace), at)
                yield images, self._labels[rows[some]]

    def _change(self, drawn: augment.Parameters, workspace: Workspace) -> Callable[[Tensor, slice], Tensor]:
        """What is done to the packed pixels of some of the images that `drawn` is for."""
        if not (self._augmentation.rotation or self._augmentation.crop):
            return lambda pixels, some: augment.mirror(pixels, drawn.flip[some])
        where = augment.coordinates(drawn, *self.input_shape[1:])
        return lambda pixels, some: augment.apply(pixels, where.pick(some), workspace)

    def _normalise(self, pixels: Tensor, workspace: Workspace) -> Tensor:
        out = self._recycler.empty((len(pixels), *self.input_shape), pixels.device)
        return self._normaliser(pixels, out, workspace)
