"""Images as batches: one block of uint8 pixels, augmented and normalised several batches at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from trainer.data import augment
from trainer.data.batch import PairsSingles
from trainer.data.buffers import Recycler, Workspace
from trainer.data.decode import UnreadableError, fit, no_warnings, read_image
from trainer.data.image_set import Fault, ImageSet, pack
from trainer.data.prefetch import Prefetch, worthwhile
from trainer.data.split import Indices
from trainer.data.validation import FaultyDataError, left_out

CHUNK_PIXELS = 1 << 19
"""Pixels prepared at a time: 512 CIFAR images. What they need in between stays in the cache that the cores share, and
the thread that prepares them asks for Python's lock seldom enough: with a quarter of it a step takes a third longer."""
DEVICE_CHUNK_PIXELS = 1 << 21
"""The same on a device, where starting an operation costs more than the memory in between."""
AHEAD = 3
"""Chunks made in advance: enough to bridge a report, few enough to stay in the cache that the cores share."""
BLOCK = 16
"""Chunks whose coordinates are computed together: small operations cost their start, not their size."""


Batch = tuple[Tensor, Tensor]


class Augmentation(NamedTuple):
    """Largest angle in degrees, probability of a flip, pixels of padding before the crop."""

    rotation: float
    flip: float
    crop: int


class Normalization(NamedTuple):
    """Mean and standard deviation of each channel, of values in [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


class SplitView(NamedTuple):
    """One split for viewers."""

    pixels: PixelView
    labels: NDArray[np.int64]
    sizes: NDArray[np.int32]
    """(N, 2): width and height of the original."""
    paths: list[str]


class PixelView:
    """(N, H, W, 3) uint8 without a copy: slices and index arrays become arrays when asked for, so does `np.asarray`."""

    dtype = np.dtype(np.uint8)

    def __init__(self, pixels: NDArray[np.uint8], rows: Indices) -> None:
        self._pixels = pixels
        self._rows = rows
        self.shape = (len(rows), *pixels.shape[1:3], 3)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, which: Any) -> NDArray[np.uint8]:
        picked = self._pixels[self._rows[which]]
        return np.repeat(picked, 3, axis=-1) if picked.shape[-1] == 1 else np.ascontiguousarray(picked[..., :3])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self[:].astype(dtype or np.uint8, copy=False)


class ImageData:
    """Images of one size in up to three splits; see `open_data`. Batches depend on (seed, epoch, index) alone."""

    exact_resume: Literal["exact", "replayed"] = "exact"
    single_pass = False

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
    ) -> None:
        height, width = pictures.pixels.shape[1:3]
        self.name = pictures.name
        self.classes = pictures.classes
        self.input_shape = (pictures.channels, height, width)
        self.mean, self.std = normalization or _statistics(pictures, split["train"])
        self.sizes = {part: len(rows) for part, rows in split.items()}
        self.batch = batch
        full, rest = divmod(self.sizes["train"], batch)
        self._pairs = rest == 1 and full > 0
        self.steps_per_epoch = full if self._pairs else full + (rest > 0)
        self.notes = (*left_out(pictures), *pictures.notes)
        self.fingerprint = _fingerprint(pictures, split, seed, fractions)
        self._reopen = reopen
        self._pictures = pictures
        self._split = split
        self._seed = seed
        self._augmentation = augmentation
        self._balanced = balanced
        self._device = torch.device("cpu")
        self._normaliser = augment.Normaliser(self.mean, self.std)
        self._recycler = Recycler()
        self._place(packed(pictures.pixels))

    def of_run(self, fingerprint: str) -> ImageData | None:
        """The same source as a run of version 0.1.0 with this fingerprint read and divided it; None where the images
        are others."""
        return self._reopen(fingerprint) if self._reopen else None

    def to(self, device: torch.device | str) -> None:
        """Make batches on `device` from now on. Pixels move there if they take at most half of its free memory."""
        self._device = torch.device(device)
        pixels = packed(self._pictures.pixels)
        if self._device.type == "cuda":
            free, _ = torch.cuda.mem_get_info(self._device)
            if pixels.nbytes <= free // 2:
                pixels = pixels.to(self._device)
        self._place(pixels)

    def _place(self, pixels: Tensor) -> None:
        _, height, width = self.input_shape
        at_once = CHUNK_PIXELS if self._device.type == "cpu" else DEVICE_CHUNK_PIXELS
        self._chunk = self.batch * max(1, at_once // (self.batch * height * width))
        self._pixels = pixels
        self._labels = torch.from_numpy(self._pictures.labels).to(self._device)
        self._rows = {part: torch.from_numpy(rows).to(self._device) for part, rows in self._split.items()}

    def train_batches(self, epoch: int, first_batch: int = 0) -> Generator[Batch]:
        """Shuffled, augmented, normalised batches of an epoch, from `first_batch` on: float32 (B, C, H, W), int64 (B,).

        The last one may be smaller, or larger by one: a last batch of one image, which BatchNorm cannot train on, joins
        the one before. The same arguments give the same bits, whatever was computed before.
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
        """The chunks, made on a second thread where there is a core for it. A device works beside Python anyway."""
        return Prefetch(chunks, AHEAD) if self._device.type == "cpu" and worthwhile() else chunks

    def eval_batches(self, split: str, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """All images of a split in stored order, normalised but not augmented; shapes as in `train_batches`."""
        workspace = Workspace()
        for rows in torch.split(self._rows[split], batch):
            yield self._normalise(self._take(rows, workspace), workspace), self._labels[rows]

    def preview(self, n: int, epoch: int = 1) -> tuple[Tensor, Tensor, Tensor]:
        """The first `n` training images of an epoch as the engine gets them, their labels and stored indices."""
        n = min(n, self.sizes["train"])
        images, labels = (torch.cat(parts) for parts in zip(*self._train_chunks(epoch, 0, n), strict=True))
        return images, labels, self._rows["train"][self.order(epoch)[:n]]

    def flips(self, epoch: int) -> Tensor:
        """Which of the training images, in stored order, are mirrored in an epoch, bool."""
        drawn = self._parameters(epoch)
        return torch.zeros(self.sizes["train"], dtype=torch.bool) if drawn is None else drawn.flip

    def rows(self, split: str) -> Tensor:
        """Places of a split's images in the whole source, int64."""
        return self._rows[split]

    @property
    def labels(self) -> Tensor:
        """Of all images of the source, (N,) int64."""
        return self._labels

    @property
    def pixels_digest(self) -> str:
        """Hex SHA-256 of the pixels of all images of the source."""
        return self._pictures.digest

    def packed_pixels(self, rows: Tensor) -> NDArray[np.uint8]:
        """Images of the source by their places (n,), as `ImageSet.pixels` has them."""
        pixels: NDArray[np.uint8] = self._pictures.pixels[rows.cpu().numpy()]
        return pixels

    def normalized(self, rows: Tensor, *, mirrored: bool = False) -> Tensor:
        """Images of the source by their places (n,): float32 (n, C, H, W)."""
        workspace = Workspace()
        pixels = self._take(rows, workspace)
        return self._normalise(pixels.flip(2) if mirrored else pixels, workspace)

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """Training images of each class, (C,)."""
        return np.bincount(self._pictures.labels[self._split["train"]], minlength=len(self.classes))

    def published(self, split: str) -> SplitView:
        """What viewers get to see of a split, in the order of `eval_batches`."""
        rows = self._split[split]
        paths = [self._pictures.paths[row] for row in rows.tolist()]
        pixels = PixelView(self._pictures.pixels, rows)
        return SplitView(pixels, self._pictures.labels[rows], self._pictures.sizes[rows], paths)

    def prepare(self, images: Any) -> Tensor:
        """New images, by the policy of the training images, to normalised float32 (N, C, H, W).

        `images`: one of, or a sequence of, paths, Pillow images and uint8 arrays (H, W) or (H, W, 1, 3 or 4).
        Raises `DataError` naming every image that cannot be read.
        """
        single = isinstance(images, (str, Path, Image.Image)) or getattr(images, "ndim", 4) < 4
        decoded = self._decode([images] if single else images)
        if not len(decoded):
            return torch.empty(0, *self.input_shape, device=self._device)
        return self._normalise(packed(decoded).to(self._device), Workspace())

    def order(self, epoch: int) -> Tensor:
        """Places in the training split, in the order in which an epoch sees them, int64."""
        if self._balanced:
            labels = torch.from_numpy(self._pictures.labels[self._split["train"]])
            return augment.draw_balanced(labels, seed=self._seed, epoch=epoch).to(self._device)
        return augment.draw_order(self.sizes["train"], seed=self._seed, epoch=epoch).to(self._device)

    def _parameters(self, epoch: int) -> augment.Parameters | None:
        """Of all training images in stored order; None where nothing is asked for."""
        if not any(self._augmentation):
            return None
        drawn = augment.draw(self.sizes["train"], **self._augmentation._asdict(), seed=self._seed, epoch=epoch)
        return drawn.to(self._device)

    def _train_chunks(self, epoch: int, first: int, last: int) -> Generator[Batch]:
        """Images `first` (a multiple of the chunk) to `last` of an epoch in its order, a chunk of batches at a time."""
        order = self.order(epoch)
        drawn = self._parameters(epoch)
        workspace = Workspace()
        for start in range(first, last, self._chunk * BLOCK):
            block = order[start : min(start + self._chunk * BLOCK, last)]
            # an image that is drawn twice is changed in two ways
            which = slice(start, start + len(block)) if self._balanced else block
            change = None if drawn is None else self._change(drawn.pick(which), workspace)
            rows = self._rows["train"][block]
            for begin in range(0, len(block), self._chunk):
                some = slice(begin, begin + self._chunk)
                pixels = self._take(rows[some], workspace)
                if change is not None:
                    pixels = change(pixels, some)
                yield self._normalise(pixels, workspace), self._labels[rows[some]]

    def _change(self, drawn: augment.Parameters, workspace: Workspace) -> Callable[[Tensor, slice], Tensor]:
        """What is done to the packed pixels of some of the images that `drawn` is for."""
        if not (self._augmentation.rotation or self._augmentation.crop):
            return lambda pixels, some: augment.mirror(pixels, drawn.flip[some])
        where = augment.coordinates(drawn, *self.input_shape[1:])
        return lambda pixels, some: augment.apply(pixels, where.pick(some), workspace)

    def _take(self, rows: Tensor, workspace: Workspace) -> Tensor:
        """Packed pixels of some images, on the device where batches are made."""
        source = self._pixels
        out = workspace.get("taken", source, (len(rows), *source.shape[1:]), source.dtype)
        return torch.index_select(source, 0, rows.to(source.device), out=out).to(self._device)

    def _normalise(self, pixels: Tensor, workspace: Workspace) -> Tensor:
        out = self._recycler.empty((len(pixels), *self.input_shape), pixels.device)
        return self._normaliser(pixels, out, workspace)

    def _decode(self, images: Iterable[Any]) -> NDArray[np.uint8]:
        channels, height, width = self.input_shape
        decoded, faults = [], []
        for position, image in enumerate(images):
            try:
                with no_warnings():
                    decoded.append(_fit_any(image, (height, width), grey=channels == 1))
            except UnreadableError as error:
                name = str(image) if isinstance(image, (str, Path)) else f"image {position}"
                faults.append(Fault(name, error.code, error.reason))
        if faults:
            raise FaultyDataError("data.unreadable", "images cannot be read", faults, mend="leave them out")
        return pack(np.stack(decoded)) if decoded else np.empty(0, np.uint8)


def _fit_any(image: Any, target: tuple[int, int], *, grey: bool) -> NDArray[np.uint8]:
    if isinstance(image, (str, Path)):
        return read_image(str(image), target, grey=grey).pixels
    if isinstance(image, Image.Image):
        return fit(image, target, grey=grey)
    array = np.asarray(image)
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise UnreadableError("array", f"got {array.dtype} {array.shape}, expected uint8 (H, W) or (H, W, 1, 3 or 4)")
    return fit(Image.fromarray(array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array), target, grey=grey)


def packed(pixels: NDArray[np.uint8]) -> Tensor:
    """(N, H, W) int32 for colour, uint8 for grey; shares the memory of `pixels`."""
    tensor = torch.from_numpy(pixels)
    return (tensor if pixels.shape[3] == 1 else tensor.view(torch.int32)).squeeze(3)


def _statistics(pictures: ImageSet, rows: Indices) -> Normalization:
    """Mean and standard deviation of each channel over some images, values in [0, 1]; a spread of 0 counts as 1."""
    total, squares = pictures.sums[rows].sum(axis=0)
    count = len(rows) * pictures.pixels.shape[1] * pictures.pixels.shape[2]
    mean = total / count
    std = np.sqrt(np.maximum(squares / count - mean**2, 0))
    std[std == 0] = 255
    return Normalization(tuple((mean / 255).tolist()), tuple((std / 255).tolist()))


def _fingerprint(pictures: ImageSet, split: dict[str, Indices], seed: int, fractions: tuple[float, float]) -> str:
    """32 hex digits over pixels, labels, names, split and seed."""
    facts = [pictures.digest, pictures.classes, pictures.pixels.shape, seed, fractions]
    digest = hashlib.sha256(json.dumps(facts).encode())
    digest.update(pictures.labels.tobytes())
    for part, rows in split.items():
        digest.update(part.encode())
        digest.update(rows.tobytes())
    digest.update("\0".join(pictures.paths).encode())
    return digest.hexdigest()[:32]
