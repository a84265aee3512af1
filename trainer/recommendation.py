"""Which recipe fits a source of images: one rule for window and command line. [no torch]"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from trainer.backbones import WEIGHTS_PACKAGE
from trainer.data.decode import located, no_warnings, read_head
from trainer.data.folder_scan import Listing, scan
from trainer.data.hugging_face import is_saved
from trainer.data.image_folder import no_images
from trainer.data.image_set import Fault, no_progress
from trainer.data.image_table import read_table
from trainer.data.shard_names import is_shards
from trainer.data.shard_source import list_shards
from trainer.data.source_names import NAMES, TABLE_SUFFIXES, check_source, is_name
from trainer.data.split import too_small
from trainer.data.table_listing import table_listing
from trainer.errors import DataError
from trainer.home_path import expanded
from trainer.settings.schema import Data

CANDIDATES = ("photos", "cnn", "linear")
"""Recipes offered for any images, from the one best suited to photographs to the simplest."""
MANY = 1000
"""Images per class from which a small network trained from scratch does as well as pretrained features."""
LEAST_SIDE = 24
"""Pixels. Networks trained on photographs make little of smaller images."""
LARGEST_GREY = 64
"""Pixels. Grey images up to this size are digits, letters and the like, for which photographs are no preparation."""
HEADS = 64
"""Number of files whose size and mode are examined."""

Reason = Literal["few_images", "many_images", "not_photographs", "not_installed"]
_NAMED = {
    "digits": (1_797, 0, 10, 8, True),
    "cifar10": (50_000, 10_000, 10, 32, False),
    "cifar100": (50_000, 10_000, 100, 32, False),
    "mnist": (60_000, 10_000, 10, 28, True),
    "fashion-mnist": (60_000, 10_000, 10, 28, True),
}
"""Training and test images, classes, side, whether they are grey."""


@dataclass(frozen=True)
class SourceFacts:
    """The facts that determine recipe and time. `parts`: training, validation and test images; the last two only if the
    source has its own split. `size`: the most common height and width, in pixels. `problems`: what prevents the source
    from being used, as far as that shows without decoding. `listing`: None for built-in data sets."""

    classes: int
    parts: tuple[int, int, int]
    size: tuple[int, int]
    grey: bool
    problems: tuple[Fault, ...] = ()
    listing: Listing | None = None
    heads: tuple[tuple[int, int], ...] = ()
    """Height and width of a sample of the images."""

    @property
    def images(self) -> int:
        """All of them."""
        return sum(self.parts)


class Recommendation(NamedTuple):
    """The recipe that fits, and why: `few_images` per class, so a pretrained network helps; `many_images`, enough to
    train a network from scratch; `not_photographs`: small grey or tiny images; `not_installed`: few images, but the
    extra `pretrained` is missing."""

    recipe: str
    reason: Reason


def recommend(facts: SourceFacts, *, pretrained: bool) -> Recommendation:
    """`pretrained`: whether pretrained weights are installed. A single linear layer is never recommended."""
    side = max(facts.size)
    if side < LEAST_SIDE or (facts.grey and side <= LARGEST_GREY):
        return Recommendation("cnn", "not_photographs")
    if facts.images >= MANY * facts.classes:
        return Recommendation("cnn", "many_images")
    return Recommendation("photos", "few_images") if pretrained else Recommendation("cnn", "not_installed")


def pretrained_installed() -> bool:
    """Whether the weights that the recipe `photos` needs are installed."""
    return find_spec(WEIGHTS_PACKAGE) is not None


def source_facts(data: Data) -> SourceFacts:
    """Examine the source of these settings: every directory, and the headers of a few files.

    Raises `UsageError` for an unknown source, and `DataError` where there are no images.
    """
    check_source(data.source)
    if data.source in NAMES:
        train, test, classes, side, grey = _NAMED[data.source]
        return SourceFacts(classes, (train, 0, test), (side, side), grey)
    if is_name(data.source) or is_saved(expanded(data.source)):
        raise DataError("data.not_looked_at", "What is in this source is known once it is opened.", where=data.source)
    listing = list_images(expanded(data.source))
    if not listing.paths:
        raise no_images(listing)
    heads = _heads(listing)
    sizes = tuple((height, width) for height, width, _ in heads)
    grey = bool(heads) and all(mode in ("L", "LA", "1", "I;16") for *_, mode in heads)
    size = Counter(sizes).most_common(1)[0][0] if sizes else (0, 0)
    parts = np.bincount(listing.parts, minlength=3)
    counted = int(parts[0]), int(parts[1]), int(parts[2])
    return SourceFacts(len(listing.classes), counted, size, grey, _problems(listing, data), listing, sizes)


def list_images(path: Path) -> Listing:
    """List the images of a folder, of a table or of shards. Raises like `scan`, `read_table` and `list_shards`."""
    if is_shards(path):
        return list_shards(path, no_progress)
    return table_listing(read_table(path)) if path.suffix.lower() in TABLE_SUFFIXES else scan(path, no_progress)


def _heads(listing: Listing) -> list[tuple[int, int, str]]:
    """Height, width and mode of a few files, from the first to the last."""
    some = np.unique(np.linspace(0, len(listing.paths) - 1, HEADS).astype(int)).tolist()
    source, places = os.path.realpath(listing.root), listing.files()
    with no_warnings():
        found = (read_head(located(source, places[index])) for index in some)
        return [head for head in found if head is not None]


def _problems(listing: Listing, data: Data) -> tuple[Fault, ...]:
    problems = [*listing.problems]
    if len(listing.classes) < 2:
        reason = "a classifier needs images of at least two classes"
        problems.append(Fault(listing.classes[0] if listing.classes else listing.root.name, "one_class", reason))
    parts = np.array(listing.parts)
    counts = np.bincount(np.array(listing.labels)[parts == 0], minlength=len(listing.classes))
    problems += too_small(listing.classes, counts.tolist(), len(drawn_shares(data, parts.tolist())))
    return tuple(problems)


def drawn_shares(data: Data, parts: list[int]) -> dict[str, float]:
    """The splits drawn from the training images, and their shares, as in `split_pictures`; `parts`: 0, 1 or 2 for each
    image, or for at least one image of each split there is."""
    shares = {"valid": data.valid} if 1 not in parts else {}
    if 1 not in parts and 2 not in parts:
        shares["test"] = data.test
    return {part: share for part, share in shares.items() if share > 0}


def split_sizes(facts: SourceFacts, data: Data) -> dict[str, int]:
    """Approximate numbers of training, validation and test images."""
    there = [part for part, count in enumerate(facts.parts) if count]
    drawn = {part: round(share * facts.parts[0]) for part, share in drawn_shares(data, there).items()}
    train = facts.parts[0] - sum(drawn.values())
    return {
        "train": max(1, min(train, data.samples or train)),
        "valid": facts.parts[1] or drawn.get("valid", 0),
        "test": facts.parts[2] or drawn.get("test", 0),
    }
