"""Images as the features that a frozen network gives for them: each goes through the network once, for all runs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.data.batch import PairsSingles
from trainer.data.buffers import as_read_only
from trainer.data.image_data import ImageData
from trainer.data.image_set import Progress, no_progress
from trainer.data.split_view import SplitView
from trainer.pretrained.extraction import CHUNK, Extract, features_of
from trainer.pretrained.feature_file import FeatureFile, image_digests

Batch = tuple[Tensor, Tensor]
PIECE = 8 * CHUNK
"""Images after which features are written to disk: half a second of work is lost if the process is killed."""
VIEWS = ("plain", "mirrored")


class FeatureData:
    """The data source `images` with features in place of images, float32 (N, width).

    Features are kept in folders under `store`, by the content of the images and by `identity`. If `images` flips images
    at random, so does this source: an image then has a second set of features.

    Args:
        images: Source of the images.
        extract: Makes the function from normalised images to features; called only if features are missing.
        width: Number of features per image.
        store: Folder of all features.
        identity: Plain values that identify the network, its weights and the size of the images.
        mirrored: Whether the features of mirrored training images are needed too. Default: False.
        progress: Called with "extract", the images done and all images.

    Attributes:
        single_pass: Always False: the source can be read again for each epoch.

    Raises:
        DiskError: The features could not be written.
    """

    single_pass = False

    def __init__(
        self,
        images: ImageData,
        extract: Callable[[], Extract],
        width: int,
        store: Path,
        identity: Mapping[str, Any],
        *,
        mirrored: bool = False,
        progress: Progress = no_progress,
    ) -> None:
        self.images = images
        self.name, self.classes, self.sizes = images.name, images.classes, images.sizes
        self.input_shape = (width,)
        self.image_shape = images.input_shape
        self.batch, self.steps_per_epoch = images.batch, images.steps_per_epoch
        self.mean, self.std = images.mean, images.std
        self.notes, self.fingerprint = images.notes, images.fingerprint
        self.exact_resume = images.exact_resume
        self._make_extract = extract
        self._extract: Extract | None = None
        self._device = torch.device("cpu")
        self._features = {
            view: as_read_only(self._filled(view, store, identity, progress))
            for view in (VIEWS if mirrored else VIEWS[:1])
        }

    def _filled(self, view: str, store: Path, identity: Mapping[str, Any], progress: Progress) -> NDArray[np.float32]:
        images, mirrored = self.images, view == "mirrored"
        network = {**identity, "view": view}
        file = FeatureFile(store, images.pixels_digest, network, len(images.labels), self.input_shape[0])
        rows = torch.cat([images.rows(split) for split in (("train",) if mirrored else tuple(self.sizes))]).cpu()
        missing = rows[~torch.from_numpy(file.there)[rows]].sort().values
        if len(missing):
            # a piece at a time: the pixels of all may be more than fits into memory
            digests = np.concatenate([self._digests(some) for some in missing.split(PIECE)])
            missing = torch.from_numpy(file.borrow(missing.numpy(), digests))
            for start in range(0, len(missing), PIECE):
                progress("extract", start, len(missing))
                piece = missing[start : start + PIECE]
                found = [self._features_of(images.normalized(some, mirrored=mirrored)) for some in piece.split(CHUNK)]
                file.write(piece.numpy(), np.concatenate(found), self._digests(piece))
            progress("extract", len(missing), len(missing))
            file.finish()
        return file.read()

    def _digests(self, rows: Tensor) -> NDArray[np.uint8]:
        return image_digests(self.images.packed_pixels(rows))

    def _features_of(self, images: Tensor) -> NDArray[np.float32]:
        if self._extract is None:
            self._extract = self._make_extract()
        return self._extract(images)

    @property
    def plain(self) -> NDArray[np.float32]:
        """Features of all images of the source (R, width), float32, memory-mapped; `images.rows` gives the rows of a
        split."""
        features: NDArray[np.float32] = self._features["plain"].numpy()
        return features

    def statistics(self) -> tuple[Tensor, Tensor]:
        """Compute mean and standard deviation of each feature over the training images.

        Returns:
            Mean (width,) and standard deviation (width,), both float32.
        """
        rows = self.images.rows("train").cpu().sort().values.split(PIECE)
        count, width = self.sizes["train"], self.input_shape[0]
        total, squares = torch.zeros(width, dtype=torch.float64), torch.zeros(width, dtype=torch.float64)
        for some in rows:  # a piece at a time: all of them would be copied into memory
            values = self._features["plain"][some].double()  # what cancels of single precision is still there in double
            total += values.sum(0)
            squares += values.square_().sum(0)
        mean = total / count
        return mean.float(), (squares / count - mean.square()).clamp_min_(0).sqrt_().float()

    def of_run(self, fingerprint: str) -> None:
        """Do nothing: no run of an earlier version was trained on features.

        Args:
            fingerprint: Fingerprint of the data in a run.
        """

    def to(self, device: torch.device | str) -> None:
        """Put batches on `device` from now on.

        Args:
            device: Where the model is.
        """
        self._device = torch.device(device)
        self.images.to(device)

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        """Return the shuffled batches of an epoch, as `ImageData.train_batches`.

        Args:
            epoch: Number of the epoch, from 1.
            first_batch: Batches to skip. Default: 0.

        Returns:
            Batches of features (B, width) float32 and labels (B,) int64.
        """
        if first_batch >= self.steps_per_epoch:
            return iter(())
        batches = self._batches(epoch, first_batch)
        return iter(PairsSingles(batches)) if self.sizes["train"] % self.batch == 1 else batches

    def _batches(self, epoch: int, first_batch: int) -> Generator[Batch]:
        order = self.images.order(epoch)
        rows = self.images.rows("train")[order].cpu()
        flips = self.images.flips(epoch)[order].cpu() if "mirrored" in self._features else None
        for start in range(first_batch * self.batch, len(rows), self.batch):
            some = rows[start : start + self.batch]
            features = self._features["plain"][some]
            if flips is not None:
                turned = flips[start : start + self.batch]
                features[turned] = self._features["mirrored"][some[turned]]
            yield features.to(self._device), self.images.labels[some]

    def eval_batches(self, split: str, batch: int) -> Iterator[Batch]:
        """Yield all images of a split in stored order.

        Args:
            split: `train`, `valid` or `test`.
            batch: Images per batch.

        Yields:
            Features (B, width) float32 and labels (B,) int64.
        """
        for rows in self.images.rows(split).split(batch):
            yield self._features["plain"][rows.cpu()].to(self._device), self.images.labels[rows]

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """Training images of each class (C,), int64."""
        return self.images.class_counts

    def published(self, split: str) -> SplitView:
        """Return what viewers see of a split, as `ImageData.published`.

        Args:
            split: `train`, `valid` or `test`.

        Returns:
            The images of the split, in the order of `eval_batches`.
        """
        return self.images.published(split)

    def files(self, split: str) -> list[str]:
        """Return the full paths of a split's images, as `ImageData.files`.

        Args:
            split: `train`, `valid` or `test`.

        Returns:
            A path per image, in the order of `eval_batches`.
        """
        return self.images.files(split)

    def prepare(self, images: Any) -> Tensor:
        """Turn new images into features, as `ImageData.prepare`.

        Args:
            images: Paths, Pillow images or arrays.

        Returns:
            Features (N, width), float32.
        """
        return features_of(self.images.prepare(images), self._features_of, self.input_shape[0])
