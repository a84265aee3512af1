"""How long it takes to decode a source's images: a few are timed, unless all are in the cache. [no torch]"""

from __future__ import annotations

import os
import time
from typing import NamedTuple

import numpy as np

from trainer.data.cache import find_cached
from trainer.data.decode import UnreadableError, located, no_warnings, read_image
from trainer.data.decode_pool import decoders
from trainer.data.folder_scan import Listing
from trainer.data.read_options import ReadOptions
from trainer.data.source_names import TABLE_SUFFIXES
from trainer.recommendation import SourceFacts
from trainer.settings.schema import Data

SECONDS = 0.8
"""Seconds spent on decoding a few images, and at most one image more."""
MOST = 64
"""Largest number of images decoded for the estimate."""


class ReadingTime(NamedTuple):
    """How long decoding takes.

    Attributes:
        seconds: Seconds until the images are decoded; 0 if they are in the cache.
        digest: Digest of their pixels; None if they are not in the cache.
        target: Height and width after decoding, in pixels.
    """

    seconds: float
    digest: str | None
    target: tuple[int, int]


def reading_time(facts: SourceFacts, data: Data, large: int) -> ReadingTime:
    """Estimate how long decoding takes. Built-in data sets take no time that matters; a download is not included.

    Args:
        facts: What is known of the source.
        data: Settings of the data.
        large: Side that images of more than 64 pixels are scaled to, as for `open_data`.

    Returns:
        The estimate.
    """
    options = ReadOptions(data.size, large=large)
    target = options.target(list(facts.heads) or [facts.size])
    listing = facts.listing
    if listing is None:
        return ReadingTime(0.0, None, target)
    table = data.source.lower().endswith(TABLE_SUFFIXES)
    kind = "shards" if listing.digests else "table" if table else "folder"
    entry = find_cached(os.path.realpath(listing.root), options.policy(kind), listing.state())
    if entry is not None:
        return ReadingTime(0.0, str(entry.meta["digest"]), target)
    return ReadingTime(_decoding(listing, target), None, target)


def _decoding(listing: Listing, target: tuple[int, int]) -> float:
    """Seconds for all images, from a few that lie all over the listing."""
    count = len(listing.paths)
    some = np.random.default_rng(0).permutation(np.unique(np.linspace(0, count - 1, MOST).astype(int))).tolist()
    source, places = os.path.realpath(listing.root), listing.files()
    taken: list[float] = []
    with no_warnings():
        for index in some:
            began = time.perf_counter()
            try:
                read_image(located(source, places[index]), target)
            except UnreadableError:
                continue  # training ends there, or leaves it out
            finally:
                taken.append(time.perf_counter() - began)
            if sum(taken) >= SECONDS:
                break
    one = float(np.mean(taken[1:] or taken))  # the first one loads Pillow's decoder
    return count * one / max(1, decoders(count, listing.bytes()))
