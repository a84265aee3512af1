"""`open_data`: from a source to batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Literal, NamedTuple

from trainer.data.augmentation import Augmentation
from trainer.data.folds import folds_of
from trainer.data.image_data import ImageData
from trainer.data.image_set import RULES, ImageSet, Progress, no_progress
from trainer.data.label_edits import apply_edits
from trainer.data.normalization import Normalization
from trainer.data.read_options import ReadOptions
from trainer.data.sources import load_pictures
from trainer.data.split import split_pictures
from trainer.data.validation import FaultyDataError, raise_problems
from trainer.errors import DataError, UsageError
from trainer.store.edits_file import LabelEdit, read_edits
from trainer.torch_modes import own_modes


@own_modes()
def open_data(
    source: Any,
    *,
    seed: int = 1234,
    valid: float = 0.1,
    test: float = 0.1,
    samples: int | None = None,
    size: int | None = None,
    skip_bad: bool = False,
    edits: str | None = None,
    batch: int = 64,
    rotation: float = 0.0,
    flip: float = 0.0,
    crop: int = 0,
    resized_crop: float = 0.0,
    jitter: float = 0.0,
    erasing: float = 0.0,
    randaugment: int = 0,
    sampling: Literal["shuffle", "balanced"] = "shuffle",
    root: str | None = None,
    progress: Progress = no_progress,
    fingerprint: str | None = None,
    large: int = 64,
    normalization: Normalization | None = None,
) -> ImageData:
    """Open a data set: check every image, split it, and measure the training images.

    Args:
        source: Name of a data set: "digits", "cifar10", ..., "hf:NAME" on the Hugging Face Hub, or one from a plugin
            (entry point in `epochscope.data`). Or a path: a folder with a sub-folder per class, a folder written by
            `save_to_disk` of Hugging Face's `datasets`, a CSV file of paths and labels, or tar shards (a folder, a
            file, or a pattern such as `train-{000000..000012}.tar`). Or data: a DataFrame with the columns of such a
            CSV file; a list of (path, label) or (Pillow image, label), or a pair of such lists (paths, labels); a pair
            (images uint8 (N, H, W) or (N, H, W, C), labels (N,)); a data set of `datasets`; or a mapping of "train",
            "valid" and "test" to data.
        seed: Seed of the split, the order and the augmentation.
        valid: Fraction of the training images kept for validation, in [0, 1), if the source has no validation images.
        test: Fraction kept for testing, in [0, 1), if the source has no test images.
        samples: At most this many training images, 1 or more, each class keeping its share. None: all.
        size: Side of the square images in pixels, 8 to 512. None: as the source has them; `large` if they are larger
            than 64.
        skip_bad: Leave unreadable images out instead of raising DataError.
        edits: CSV file of labels to change and images to leave out (`trainer.store.edits_file`). None: none.
        batch: Images per training batch, 1 or more.
        rotation: Largest angle of rotation to either side, in degrees; 0: off.
        flip: Probability of mirroring an image, in [0, 1]; 0: off.
        crop: Zero padding in pixels on each side, before an image is cropped back; 0: off.
        resized_crop: Smallest part of the area that is cut out and scaled back, in (0, 1]; 0: off.
        jitter: Largest relative change of brightness, contrast and saturation, in [0, 1]; 0: off.
        erasing: Probability of erasing a rectangle (Zhong et al., AAAI 2020), in [0, 1]; 0: off.
        randaugment: Magnitude of RandAugment (Cubuk et al., 2020), 0 to 30, two operations per image; 0: off.
        sampling: "shuffle": every training image once per epoch; "balanced": as many of each class, with repetition.
        root: Folder of downloaded data sets. None: the cache folder.
        progress: Called with the stage, the number done and the total.
        fingerprint: Fingerprint of a run whose classes and split are to be reproduced; if today's rules give another
            one, those of version 0.1.0 are tried. None: today's rules.
        large: Side in pixels of images that are larger than 64, if `size` is None.
        normalization: Mean and standard deviation of each channel, for values in [0, 1]. None: those of the training
            images.

    Returns:
        The images, in up to three splits.

    Raises:
        UsageError: `data.fractions`: `valid` and `test` leave nothing to train on; or an unknown source.
        DataError: Images or labels cannot be used; every fault is listed in its `faults`.
        DiskError: The cache or a download cannot be written.
    """
    if not (0 <= valid < 1 and 0 <= test < 1 and valid + test < 1):
        raise UsageError(
            "data.fractions",
            f"Validation ({valid:g}) and test ({test:g}) leave no images to train on.",
            expected="each at least 0, together below 1",
            fix="make them smaller",
            valid=valid,
            test=test,
        )
    about = Opening(
        source,
        seed,
        valid,
        test,
        samples,
        skip_bad,
        batch,
        Augmentation(rotation, flip, crop, resized_crop, jitter, erasing, randaugment),
        ReadOptions(size, progress, large, root),
        sampling == "balanced",
        normalization,
        edits,
    )
    try:
        data = about.open()
    except DataError as error:
        # today's rules may refuse what the run's allowed
        faulty = isinstance(error, FaultyDataError)
        if faulty and fingerprint is not None and (earlier := about.of_run(fingerprint)) is not None:
            return earlier
        error.leaves_run = isinstance(error, FaultyDataError) and error.unreadable
        raise
    if fingerprint is None or data.fingerprint == fingerprint:
        return data
    return about.of_run(fingerprint) or data


class Opening(NamedTuple):
    """The arguments of `open_data`, to open the same source again by other rules."""

    source: Any
    seed: int
    valid: float
    test: float
    samples: int | None
    skip_bad: bool
    batch: int
    augmentation: Augmentation
    reading: ReadOptions
    balanced: bool = False
    normalization: Normalization | None = None
    edits: str | None = None

    def open(self, rules: int = RULES) -> ImageData:
        """Open the source as `open_data` does, by the given rules only."""
        pictures = load_pictures(self.source, self.reading._replace(rules=rules))
        self.reading.progress("check", 0, 0)
        applied: tuple[LabelEdit, ...] = ()
        if self.edits is not None:
            pictures, found = apply_edits(pictures, read_edits(self.edits), self.edits)
            applied = found.edits
        return self._divided(pictures, applied, rules)

    def _divided(self, pictures: ImageSet, applied: tuple[LabelEdit, ...], rules: int = RULES) -> ImageData:
        split, too_small = split_pictures(
            pictures, valid=self.valid, test=self.test, seed=self.seed, samples=self.samples, rules=rules
        )
        raise_problems(pictures, too_small, skip_bad=self.skip_bad)
        return ImageData(
            pictures,
            split,
            seed=self.seed,
            fractions=(self.valid, self.test),
            batch=self.batch,
            augmentation=self.augmentation,
            balanced=self.balanced,
            normalization=self.normalization,
            reopen=self.of_run,
            refold=partial(self._folds, pictures, applied),
            edits=applied,
        )

    def _folds(self, pictures: ImageSet, applied: tuple[LabelEdit, ...], count: int) -> Iterator[ImageData]:
        """See `ImageData.folds`: a fold is a source that brings its test images."""
        held_out = folds_of(pictures, count, self.seed)
        return (self._divided(replace(pictures, parts=parts), applied) for parts in held_out)

    def of_run(self, fingerprint: str) -> ImageData | None:
        """Open the source by earlier rules that give this fingerprint; None if none do."""
        for rules in range(RULES - 1, 0, -1):
            try:
                data = self.open(rules)
            except DataError:
                continue
            if data.fingerprint == fingerprint:
                return data
        return None
