"""The nearest training images of an image: seconds until the index is there, and milliseconds a query.

    python -m tests.benchmarks.neighbors [--images 45000] [--width 1280] [--queries 50]

The features lie in a file that is mapped into memory, standardised as a head on a frozen network has them; the query
finds the 12 nearest and the nearest of a class. Beside it the brute force of scikit-learn on a copy in memory, whose
answers are compared.

    python -m tests.benchmarks.neighbors --run RUN [--runs DIR]

The same of a run, asked as the window asks: a helper process, requests by lines of JSON, answers in files.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks import arguments
from trainer.analysis.neighbors import NeighborIndex

WANTED = 12


def figures(seconds: list[float]) -> str:
    """Median and the largest, in milliseconds."""
    return f"median {1_000 * statistics.median(seconds):.1f} ms, largest {1_000 * max(seconds):.1f} ms"


def drawn(path: Path, images: int, width: int) -> np.ndarray:
    """Features in a file, mapped."""
    random = np.random.default_rng(0)
    spread = random.uniform(0.05, 3, width).astype(np.float32)
    found = np.lib.format.open_memmap(path, "w+", np.float32, (images, width))
    for start in range(0, images, 4_096):
        part = found[start : start + 4_096]
        part[:] = random.standard_normal(part.shape, np.float32) * spread + 1
    return found


def measure(images: int, width: int, queries: int, folder: Path) -> None:
    """Ours and scikit-learn's."""
    from sklearn.neighbors import NearestNeighbors

    features = drawn(folder / "features.npy", images, width)
    mean, scale = features.mean(0), 1 / features.std(0)
    labels = np.arange(images) % 10
    start = time.perf_counter()
    index = NeighborIndex(features, np.arange(images), labels, mean, scale)
    print(f"index of {images:,} x {width:,}: {time.perf_counter() - start:.2f} s")
    places = np.random.default_rng(1).integers(0, images, queries).tolist()
    found, seconds = [], []
    for place in places:
        start = time.perf_counter()
        distances = index.distances(index.feature(place))
        found.append(distances.nearest(WANTED, without=place))
        distances.nearest(1, label=3, without=place)
        seconds.append(time.perf_counter() - start)
    print(f"a query of {queries}: {figures(seconds)}")
    copied = (features - mean) * scale
    oracle = NearestNeighbors(n_neighbors=WANTED + 1, algorithm="brute").fit(copied)
    seconds, same = [], True
    for place, one in zip(places, found, strict=True):
        start = time.perf_counter()
        nearest = oracle.kneighbors(copied[place : place + 1], return_distance=False)[0]
        seconds.append(time.perf_counter() - start)
        same &= set(one.places.tolist()) == set(nearest.tolist()) - {place}
    print(f"scikit-learn, brute force: {figures(seconds)}; the same images: {'yes' if same else 'no'}")


def ask_as_a_window(run: Path, queries: int) -> None:
    """From a request to the picture's pixels, as in the window."""
    from gui.engine.rpc_client import RpcClient
    from gui.viewmodels.explanations import Explanations, Failure, ImageKey

    client = RpcClient()
    asked = Explanations(client)
    kinds: dict[str, Callable[..., None]] = {
        "similar": asked.similar,
        "heat map": lambda owner, key, then: asked.heat_map(owner, key, -1, then),
    }
    try:
        for kind, ask in kinds.items():
            seconds = []
            for place in range(queries + 1):
                answers: list[Any] = []
                start = time.perf_counter()
                ask("benchmark", ImageKey(run, (), "valid", place), answers.append)
                while not answers:
                    client.poll()
                    time.sleep(0.001)
                seconds.append(time.perf_counter() - start)
                if isinstance(answers[0], Failure):
                    raise SystemExit(str(answers[0].answer["what"]))
            print(f"{kind}: first {seconds[0]:.2f} s, then {figures(seconds[1:])}")
    finally:
        client.close()


def main() -> None:
    """The command."""
    parser = arguments.parser("neighbors", __doc__)
    parser.add_argument("--images", type=int, default=45_000)
    parser.add_argument("--width", type=int, default=1_280)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--run", default="")
    parser.add_argument("--runs", type=Path, default=None)
    given = parser.parse_args()
    if given.run:
        from trainer.store.folder import default_root, find_run

        ask_as_a_window(find_run(given.runs or default_root(), given.run).path, given.queries)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(given.images, given.width, given.queries, Path(folder))


if __name__ == "__main__":
    main()
