"""`open_data`: from a source to batches."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from trainer.data.image_data import Augmentation, ImageData, Normalization
from trainer.data.image_set import RULES, Progress, no_progress
from trainer.data.sources import load_pictures
from trainer.data.split import split_pictures
from trainer.data.validation import FaultyDataError, raise_problems
from trainer.errors import DataError, UsageError


def open_data(
    source: Any,
    *,
    seed: int = 1234,
    valid: float = 0.1,
    test: float = 0.1,
    samples: int | None = None,
    size: int | None = None,
    skip_bad: bool = False,
    batch: int = 64,
    rotation: float = 0.0,
    flip: float = 0.0,
    crop: int = 0,
    sampling: Literal["shuffle", "balanced"] = "shuffle",
    root: str | None = None,
    progress: Progress = no_progress,
    fingerprint: str | None = None,
    large: int = 64,
    normalization: Normalization | None = None,
) -> ImageData:
    """Open a source, check all of it, divide it and measure its training part.

    `source`: the name of a data set; the path of a folder with a folder of images per class, or of a CSV file; a
    DataFrame, with a column of paths, one of labels and, if wanted, one of splits, as the CSV file; a list of (path,
    label) or of (Pillow image, label); a pair (images uint8 (N, H, W) or (N, H, W, C), labels (N,)) of arrays; a data
    set of Hugging Face's `datasets`; or a mapping of train, valid and test to such tables, lists, arrays or data sets.

    `valid`, `test`: fractions in [0, 1) of the images that the source does not divide itself. `samples`: at most so
    many training images, each class keeping its share; None for all. `size`: side of the square images, None for the
    source's own, or for `large` where its images have more than 64 pixels. `skip_bad`: leave out unreadable images
    instead of raising. `rotation`: largest angle in degrees;
    `flip`: probability; `crop`: pixels of zero padding. `sampling`:
    what an epoch draws, every training image once, or as many of each class, with repetition. `root`: for downloads.
    `normalization`: mean and standard deviation
    of each channel, of values in [0, 1], by which images are normalised; None for those of the training images.
    `fingerprint`: that of a run
    (see `ImageData.fingerprint`), to have its classes and its split: how folders are read and small classes divided
    has changed since version 0.1.0, and where today's rules give another fingerprint, the earlier ones are tried.
    Raises `UsageError`, `DataError` (every fault at once, all of them in its `faults`) and `DiskError`.
    """
    if not (0 <= valid < 1 and 0 <= test < 1 and valid + test < 1):
        raise UsageError(
            "data.fractions",
            f"the fractions of validation ({valid:g}) and test ({test:g}) images leave nothing to train on",
            expected="each at least 0, together below 1",
            mend="make them smaller",
            valid=valid,
            test=test,
        )
    about = Opening(
        source,
        seed,
        valid,
        test,
        samples,
        size,
        skip_bad,
        batch,
        (rotation, flip, crop),
        root,
        progress,
        sampling == "balanced",
        large,
        normalization,
    )
    try:
        data = about.open()
    except FaultyDataError:
        # today's rules may refuse what the run's allowed
        if fingerprint is None or (earlier := about.of_run(fingerprint)) is None:
            raise
        return earlier
    if fingerprint is None or data.fingerprint == fingerprint:
        return data
    return about.of_run(fingerprint) or data


class Opening(NamedTuple):
    """The arguments of `open_data`, to open the same again by other rules."""

    source: Any
    seed: int
    valid: float
    test: float
    samples: int | None
    size: int | None
    skip_bad: bool
    batch: int
    augmentation: tuple[float, float, int]
    root: str | None
    progress: Progress = no_progress
    balanced: bool = False
    large: int = 64
    normalization: Normalization | None = None

    def open(self, rules: int = RULES) -> ImageData:
        """As `open_data`, by these rules alone."""
        pictures = load_pictures(
            self.source, size=self.size, root=self.root, progress=self.progress, rules=rules, large=self.large
        )
        self.progress("check", 0, 0)
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
            augmentation=Augmentation(*self.augmentation),
            balanced=self.balanced,
            normalization=self.normalization,
            reopen=self.of_run,
        )

    def of_run(self, fingerprint: str) -> ImageData | None:
        """By the earlier rules that give this fingerprint; None where none do."""
        for rules in range(RULES - 1, 0, -1):
            try:
                data = self.open(rules)
            except DataError:
                continue
            if data.fingerprint == fingerprint:
                return data
        return None
