"""Wrong labels found: 5 % of CIFAR-10's training labels are flipped at random, and the proposals are counted.

    EPOCHSCOPE_CIFAR10=... python -m tests.benchmarks.labels [--runs DIR] [--seeds 3] [--size 128] [--pixels]

Only flipped labels count as wrong, though CIFAR-10 has wrong labels of its own. Features are kept in DIR (by default in
a folder that goes away); they take two minutes on 2 cores.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks import arguments
from trainer.analysis.image_features import NETWORK, FeatureSource, ImageFeatures, image_features
from trainer.analysis.label_errors import find_label_errors
from trainer.analysis.out_of_fold import out_of_fold
from trainer.analysis.outliers import find_outliers
from trainer.data.inspection import Report, inspect_source
from trainer.settings import merge

FLIPPED = 0.05
FIRST = 1_000


class Found(NamedTuple):
    """`precision` of the first thousand proposals and of all, `recall` of the flips, whether what is suggested for a
    flip is the label it had, numbers of flips, by estimate and proposed, and seconds."""

    precision: float
    precision_of_all: float
    recall: float
    right_class: float
    flips: int
    estimated: float
    proposed: int
    agreement: float
    seconds: float


def find(features: ImageFeatures, labels: Any, classes: int, seed: int) -> Found:
    generator = np.random.default_rng(seed)
    flipped = generator.random(len(labels)) < FLIPPED
    given = np.where(flipped, (labels + generator.integers(1, classes, len(labels))) % classes, labels)
    start = time.perf_counter()
    judged = out_of_fold(features.values, given, classes, penalty=features.penalty, seed=seed)
    errors = find_label_errors(judged.probabilities, given)
    seconds = time.perf_counter() - start
    hits = flipped[errors.rows]
    right = errors.suggested[hits] == labels[errors.rows[hits]]
    return Found(
        precision=float(hits[:FIRST].mean()),
        precision_of_all=float(hits.mean()),
        recall=float(hits.sum() / flipped.sum()),
        right_class=float(right.mean()),
        flips=int(flipped.sum()),
        estimated=errors.estimated,
        proposed=len(errors.rows),
        agreement=float((judged.probabilities.argmax(axis=1) == given).mean()),
        seconds=seconds,
    )


def training_features(given: argparse.Namespace, source: str, root: Path) -> tuple[Report, ImageFeatures]:
    """The report on all images, and features of the training images; says how long each took."""
    start = time.perf_counter()
    report = inspect_source(source, valid=0)
    print(f"looking at {len(report.pictures.labels):,} images, copies included: {time.perf_counter() - start:.1f} s")
    settings = merge({"model": NETWORK, "data": {"source": source, "valid": 0}, "backbone": {"size": given.size}})
    start = time.perf_counter()
    source_of = FeatureSource("", "not_installed") if given.pixels else FeatureSource(NETWORK)
    features = image_features(source_of, settings, report, root)
    print(f"{features.values.shape[1]} features an image: {time.perf_counter() - start:.1f} s")
    train = report.parts[features.rows] == 0
    return report, features._replace(rows=features.rows[train], values=features.values[train])


def main() -> int:
    parser = arguments.parser("labels", __doc__)
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", type=int, default=None, help="of the images that the network looks at")
    parser.add_argument("--pixels", action="store_true", help="judge by pixels, as without a pretrained network")
    given = parser.parse_args()
    source = arguments.cifar10(parser)
    with tempfile.TemporaryDirectory() as folder:
        report, features = training_features(given, source, given.runs or Path(folder))
        labels = report.pictures.labels[features.rows]
        tries = [find(features, labels, len(report.classes), seed) for seed in range(given.seeds)]
        start = time.perf_counter()
        outliers = find_outliers(features.values)
        print(f"{len(outliers.places):,} outliers: {time.perf_counter() - start:.1f} s")
    print(f"{len(labels):,} training images, {FLIPPED:.0%} flipped, mean of {len(tries)} seeds")
    for name in Found._fields:
        values = [getattr(one, name) for one in tries]
        print(f"  {name:<16} {statistics.mean(values):>10,.3f}   {min(values):,.3f} to {max(values):,.3f}")
    print(f"aims: precision of the first {FIRST:,} >= 0.8, recall >= 0.7")
    return 0


if __name__ == "__main__":
    sys.exit(main())
