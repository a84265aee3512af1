"""Which images look the same: perceptual hashes, and all pairs of them that differ in a few bits. [no torch]

The hash is pHash (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010): which of the
64 lowest frequencies of the cosine transform are above their median. Saving as JPEG or resizing flips a few bits. Pairs
are found by multi-index hashing (M. Norouzi, A. Punjani, D. Fleet, "Fast Search in Hamming Space with Multi-Index
Hashing", CVPR 2012): in two hashes that differ in up to 7 bits, at least one of four bands of 16 bits differs in at
most one, so only images that share such a band are compared.

Written by hand: ImageHash hashes one image at a time and cannot search for pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RADIUS = 7
"""Bits in which the hashes of copies may differ; their number is even, as half of the 64 are set. All of 3,000 CIFAR-10
images stayed within it when saved as JPEG of quality 50, or scaled to 24x24 and back."""
SIDE = 8
BANDS, BITS = 4, 16
CHUNK_PIXELS = 1 << 20
"""Pixels processed together: intermediate results take some 20 MB."""
CHUNK_PAIRS = 1 << 20
NEAREST, ASKED, AMONG = 5, 256, 2048
"""How similar images of a source usually are: for 256 of them, the distance to the fifth nearest among 2,048."""
MOST_CANDIDATES = 60_000_000
"""Largest number of pairs compared: if all images look alike, like frames of a film, all pairs would be. CIFAR-10 has 3
million, 60,000 handwritten digits 30 million."""
PARTNERS = 16
"""Pairs kept per image, the closest ones, if there are more on average."""
FLAT = 4.0
"""Standard deviation in grey levels below which an image has nothing to recognise it by."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Hashes = NDArray[np.uint64]
Pairs = NDArray[np.int64]
"""(P, 2), the smaller number first, each pair once."""


def grey(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Compute luminance (ITU-R BT.601).

    Args:
        pixels: Packed pixels uint8 (N, H, W, C).

    Returns:
        Luminance float32 (N, H, W), 0 to 255.
    """
    if pixels.shape[3] == 1:
        return pixels[..., 0].astype(np.float32)
    light: NDArray[np.float32] = pixels[..., 0] * _LUMA[0]
    for channel in (1, 2):  # a product with all three at once takes three times as long
        light += pixels[..., channel] * _LUMA[channel]
    return light


def hashes(pixels: NDArray[np.uint8]) -> tuple[Hashes, NDArray[np.bool_]]:
    """Compute pHash.

    Args:
        pixels: Packed pixels uint8 (N, H, W, C).

    Returns:
        Hash of each image uint64 (N,), and whether the image has enough contrast for its hash to mean something, bool
        (N,).
    """
    light = grey(pixels)
    down, across = _cosines(light.shape[1]), _cosines(light.shape[2])
    # two large products: many small ones take several times as long
    rows = (light.reshape(-1, light.shape[2]) @ across.T).reshape(len(light), -1, SIDE)
    waves = np.ascontiguousarray(rows.transpose(0, 2, 1)).reshape(-1, light.shape[1]) @ down.T
    waves = waves.reshape(len(light), SIDE * SIDE)
    above = waves > np.median(waves[:, 1:], axis=1, keepdims=True)
    packed = np.packbits(above, axis=1).view(">u8")[:, 0].astype(np.uint64)
    return packed, light.reshape(len(light), -1).std(axis=1) >= FLAT


def _cosines(size: int) -> NDArray[np.float32]:
    """The first eight rows of the discrete cosine transform (type II) of `size` values, (8, size)."""
    angles = np.pi * (2 * np.arange(size) + 1)[None] * np.arange(SIDE)[:, None] / (2 * size)
    return np.cos(angles).astype(np.float32)


def close_pairs(codes: Hashes, radius: int = RADIUS) -> tuple[Pairs, int]:
    """Find pairs of hashes that differ in few bits.

    Args:
        codes: Hashes uint64 (N,).
        radius: Largest number of different bits, 0 to 7. Default: 7.

    Returns:
        The pairs int64 (P, 2), and the number of images for which pairs were dropped because too many look like them: 0
        means that no pair is missing.
    """
    keys = np.empty(0, np.int64)
    crowded = np.zeros(len(codes), bool)
    for band in _bands(codes):
        found = [keys]
        for first, second in _sharing(band, crowded):
            close = _ones(codes[first] ^ codes[second]) <= radius
            low, high = np.minimum(first[close], second[close]), np.maximum(first[close], second[close])
            found.append(low * len(codes) + high)
            if sum(map(len, found)) > 2 * CHUNK_PAIRS:
                found = [_fewer(found, codes, crowded)]
        keys = _fewer(found, codes, crowded)
    return np.stack(np.divmod(keys, max(1, len(codes))), axis=1), int(crowded.sum())


def _fewer(found: Sequence[NDArray[np.int64]], codes: Hashes, crowded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Each pair once, ascending, and where they are too many only the closest ones."""
    keys = np.unique(np.concatenate(found))
    return _closest(keys, codes, crowded) if len(keys) > PARTNERS * len(codes) else keys


def _closest(keys: NDArray[np.int64], codes: Hashes, crowded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Of the pairs that each image begins the PARTNERS closest, and mark the `crowded`."""
    first, second = np.divmod(keys, max(1, len(codes)))
    order = np.lexsort((second, _ones(codes[first] ^ codes[second]), first))
    begin = np.searchsorted(first, first[order])  # `first` is ascending, ordered or not
    kept = np.arange(len(keys)) - begin < PARTNERS
    crowded[first[order[~kept]]] = True
    return np.sort(keys[order[kept]])


_ONES_OF_16 = np.unpackbits(np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2), axis=1).sum(axis=1)


def _ones(codes: Hashes) -> NDArray[Any]:
    """How many bits are set, (N,). numpy 2 has a function for that."""
    count = getattr(np, "bitwise_count", None)
    if count is None:
        count = lambda codes: _ONES_OF_16[codes.view(np.uint16).reshape(-1, 4)].sum(axis=1)  # noqa: E731
    ones: NDArray[Any] = count(codes)
    return ones


def _bands(codes: Hashes) -> Iterator[NDArray[np.int64]]:
    """Four times 16 bits of each hash. Bits are dealt out by how evenly they divide the images, so that no band is
    left with those that all images share: its buckets would hold nearly everything."""
    bits = np.unpackbits(codes.astype(">u8").view(np.uint8).reshape(len(codes), 8), axis=1)
    order: Pairs = np.argsort(np.abs(bits.mean(axis=0) - 0.5) if len(codes) else np.zeros(64), kind="stable")
    weights = 1 << np.arange(BITS)
    for band in range(BANDS):
        yield bits[:, order[band::BANDS]] @ weights


def _sharing(band: NDArray[np.int64], crowded: NDArray[np.bool_]) -> Iterator[tuple[Pairs, Pairs]]:
    """Pairs of images whose bands differ in at most one bit, a bounded number at a time, and mark the `crowded`."""
    order = np.argsort(band, kind="stable")
    keys = band[order]
    starts = np.zeros((1 << BITS) + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=1 << BITS), out=starts[1:])
    rows = np.arange(len(keys))
    firsts, counts = [], []
    for mask in (0, *(1 << np.arange(BITS)).tolist()):
        if mask == 0:  # those behind it in its own bucket
            first, count = rows + 1, starts[keys + 1] - rows - 1
        else:  # those in the neighbouring bucket, seen from one side only
            first = starts[keys ^ mask]
            count = np.where(keys & mask, 0, starts[(keys ^ mask) + 1] - first)
        firsts.append(first)
        counts.append(count)
    begin, count = np.concatenate(firsts), np.concatenate(counts)
    seen = np.tile(rows, BITS + 1)
    most = _most_each(count, MOST_CANDIDATES // BANDS)
    crowded[order[np.unique(seen[count > most])]] = True
    count = np.minimum(count, most)
    kept = count > 0
    yield from _expand(order, seen[kept], begin[kept], count[kept])


def _most_each(count: NDArray[np.int64], most: int) -> int:
    """The largest number that none may exceed, so that all together are at most `most`."""
    low, high = 0, int(count.max(initial=0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if int(np.minimum(count, middle).sum()) <= most else (low, middle - 1)
    return low


def _expand(order: Pairs, seen: Pairs, begin: Pairs, count: Pairs) -> Iterator[tuple[Pairs, Pairs]]:
    """Image numbers of both sides: row `seen[i]` with each of the rows begin[i] ... begin[i] + count[i] - 1."""
    ends = np.cumsum(count)
    place = 0
    while place < len(count):
        done = ends[place - 1] if place else 0
        stop = max(place + 1, int(np.searchsorted(ends, done + CHUNK_PAIRS)))
        some = count[place:stop]
        inner = np.arange(int(some.sum())) - np.repeat(np.cumsum(some) - some, some)
        yield order[np.repeat(seen[place:stop], some)], order[np.repeat(begin[place:stop], some) + inner]
        place = stop


def differences(pixels: NDArray[np.uint8], pairs: Pairs) -> NDArray[np.float32]:
    """Compute how much the images of pairs differ: the distance of their pixels, all channels together, each image
    scaled to mean 0 and length 1.

    That is sqrt(2 - 2 r) with r the correlation: 0 for the same image, whatever its brightness, 1.4 for unrelated ones.

    Args:
        pixels: Packed pixels uint8 (N, H, W, C).
        pairs: Numbers of images int64 (P, 2).

    Returns:
        Differences float32 (P,).
    """
    found = np.empty(len(pairs), np.float32)
    step = max(1, CHUNK_PIXELS // (4 * pixels.shape[1] * pixels.shape[2]))
    for start in range(0, len(pairs), step):
        left, right = (_unit(pixels[pairs[start : start + step, side]]) for side in (0, 1))
        found[start : start + step] = np.linalg.norm(left - right, axis=1)
    return found


def _unit(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    values = pixels[..., : 1 if pixels.shape[3] == 1 else 3].reshape(len(pixels), -1).astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)
    return values


def usual_difference(pixels: NDArray[np.uint8], numbers: NDArray[np.int64]) -> float:
    """Estimate how little different images of a source differ: the lowest tenth of a sample, each compared with its
    fifth nearest, so that up to four copies do not count. About 0.8 for CIFAR-10, 0.3 for digits of 8x8.

    Args:
        pixels: Packed pixels uint8 (N, H, W, C).
        numbers: Numbers of the images that count, int64 (M,).

    Returns:
        The difference, as `differences` measures it; infinite for 5 images or fewer.
    """
    among = numbers[np.unique(np.linspace(0, len(numbers) - 1, AMONG).astype(np.int64))] if len(numbers) else numbers
    if len(among) <= NEAREST:
        return float("inf")
    asked = _unit(pixels[among[np.unique(np.linspace(0, len(among) - 1, ASKED).astype(np.int64))]])
    step = max(1, CHUNK_PIXELS // (4 * pixels.shape[1] * pixels.shape[2]))
    chunks = [asked @ _unit(pixels[among[start : start + step]]).T for start in range(0, len(among), step)]
    alike = np.sort(np.concatenate(chunks, axis=1), axis=1)[:, -1 - NEAREST]  # the last one is the picture itself
    return float(np.sqrt(np.maximum(0, 2 - 2 * np.quantile(alike, 0.9))))
