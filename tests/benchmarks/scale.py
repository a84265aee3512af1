"""Where a run of 1,000 machines and 10^9 images would stop scaling: a simulation, with what can be measured here.

    python -m tests.benchmarks.scale

Measured: the cost of an order of n images, drawn as a permutation and computed by a keyed one. Simulated, with seeds:
the time lost to waiting for the slowest process, and to failures. Computed: exchanges, by the usual model of latency
and bandwidth. What is assumed is printed beside each figure; `docs/design/scale.md` draws the conclusions.
"""

from __future__ import annotations

import math
import sys
import time

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.arguments import parser

MACHINES = (1, 8, 64, 1000)
IMAGES = 10**9
ROUNDS = 4


def feistel(index: NDArray[np.uint64], count: int, key: int) -> NDArray[np.uint64]:
    """Place of each index in a permutation of 0 ... count - 1 that needs no memory: Black and Rogaway 2002, "Ciphers
    with arbitrary finite domains", by walking along the cycle until the result is below `count`."""
    half = max(1, math.ceil(math.log2(count) / 2))
    mask = np.uint64((1 << half) - 1)
    found = _rounds(index, half, mask, key)
    while (outside := found >= count).any():
        found[outside] = _rounds(found[outside], half, mask, key)
    return found


def _rounds(index: NDArray[np.uint64], half: int, mask: np.uint64, key: int) -> NDArray[np.uint64]:
    left, right = index >> np.uint64(half), index & mask
    for turn in range(ROUNDS):
        mixed = (right + np.uint64(key + turn)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        left, right = right, left ^ ((mixed >> np.uint64(32)) & mask)
    return (left << np.uint64(half)) | right


def order() -> None:
    """A permutation drawn whole, and one that is computed where it is needed."""
    import torch

    print("order of an epoch, measured here on one core")
    torch.set_num_threads(1)
    for count in (10**6, 10**7, 3 * 10**7):
        start = time.perf_counter()
        torch.randperm(count, generator=torch.Generator().manual_seed(1))
        took = time.perf_counter() - start
        print(
            f"  drawn, {count:>12,} images: {took:7.2f} s, {count * 8 / 1e9:6.2f} GB, {took / count * 1e9:5.1f} ns each"
        )
    print(
        f"  drawn, {IMAGES:>12,} images: {took / count * IMAGES:7.0f} s, {IMAGES * 8 / 1e9:6.2f} GB, in every process"
    )
    places = np.arange(10**6, dtype=np.uint64)
    start = time.perf_counter()
    feistel(places, IMAGES, 7)
    took = time.perf_counter() - start
    print(
        f"  keyed, one process of 1,000: {took:7.2f} s, {0.024:6.3f} GB for its 10^6 places, {took * 1e3:5.1f} ns each"
    )


def stragglers() -> None:
    """A step takes as long as its slowest process: times are lognormal around 0.2 s."""
    print("share of the time spent computing, where the step of a process varies (lognormal, 20,000 steps)")
    source = np.random.default_rng(1)
    for spread in (0.02, 0.05, 0.1):
        shares = []
        for machines in MACHINES:
            steps = max(200, 20_000 // machines)
            times = source.lognormal(0.0, spread, (steps, machines))
            shares.append(times.mean() / times.max(1).mean())
        print(
            f"  spread {spread:4.0%}: "
            + ", ".join(f"{n:,}: {share:.1%}" for n, share in zip(MACHINES, shares, strict=True))
        )


def exchange() -> None:
    """Seconds to sum 100 MB of gradients: a ring, and a tree, 20 us a message and 12.5 GB/s (100 Gbit/s)."""
    print("seconds to sum 100 MB of gradients (20 us a message, 100 Gbit/s)")
    size, latency, speed = 100e6, 20e-6, 12.5e9
    for machines in MACHINES[1:]:
        ring = 2 * (machines - 1) * latency + 2 * (machines - 1) / machines * size / speed
        tree = 2 * math.ceil(math.log2(machines)) * latency + 2 * size / speed
        facts = (machines - 1) * latency + machines * 8 * (2 + 256) / speed
        print(
            f"  {machines:>5,} machines: ring {ring:.4f}, tree {tree:.4f}; predictions of 256 images each: {facts:.4f}"
        )


def failures() -> None:
    """What is lost to failures and checkpoints in 30 days."""
    print("30 days, a machine fails once in 50,000 h, a restart takes 10 min: share of the time that counts")
    source = np.random.default_rng(2)
    days, restart = 30 * 24 * 3600.0, 600.0
    for machines in MACHINES[1:]:
        between = 50_000 * 3600 / machines
        for save in (1.0, 60.0):
            best = math.sqrt(2 * save * between)  # Young 1974
            parts = [
                f"every {every / 60:,.0f} min {_useful(source, days, between, every, save, restart):.2%}"
                for every in (600.0, best, 86_400.0)
            ]
            print(f"  {machines:>5,} machines, {save:>2.0f} s to save: " + ", ".join(parts))


def _useful(
    source: np.random.Generator, days: float, between: float, every: float, save: float, restart: float
) -> float:
    """Of `days` seconds, over 200 runs."""
    found = []
    for _ in range(200):
        now = useful = 0.0
        while now < days:
            until = min(source.exponential(between), days - now)
            useful += int(until // (every + save)) * every
            now += until + restart
        found.append(useful / days)
    return float(np.mean(found))


def records() -> None:
    """Bytes that the one writer writes, by the sizes of our own records."""
    print("the one writer, per epoch")
    for machines in MACHINES[1:]:
        pace = machines * 4 * 18
        print(f"  {machines:>5,} machines: ProcessesReported {pace / 1e3:,.1f} kB, predictions of 10^7 images 80 MB")
    for parameters in (25e6, 1e9, 10e9):
        size = parameters * 12
        print(f"  {parameters:>14,.0f} parameters with Adam: {size / 1e9:6.1f} GB, {size / 1e9:6.1f} s at 1 GB/s")


def main() -> int:
    """All of it."""
    parser("scale", __doc__).parse_args()
    for part in (order, stragglers, exchange, failures, records):
        part()
    return 0


if __name__ == "__main__":
    sys.exit(main())
