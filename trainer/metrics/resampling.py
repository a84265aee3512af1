"""Bootstrap samples of a confusion matrix, drawn cell by cell. [no torch]

Metrics depend on an image only through its cell, so drawing N images is one multinomial draw over the cells: no image
is touched, and equal tables give equal samples.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trainer.metrics.classification import Counts, Scores

_CHUNK = 1 << 20
"""Counts held at a time, so that a thousand classes do not fill the memory."""


def resampled_counts(cells: Scores | Counts, images: int, samples: int, seed: int) -> Iterator[Counts]:
    """Resample a table by its cells.

    Args:
        cells: Images in each cell (K,); fractions are allowed.
        images: Images in each sample.
        samples: Number of samples n.
        seed: Seed of the draws.

    Yields:
        Counts (m, K) int64 of some samples at a time, n in all.
    """
    random = np.random.default_rng(seed)
    # a multinomial draw costs about as much per cell as ten images drawn one by one
    cell_of: Counts | None = None
    if images < 10 * len(cells) and cells.dtype == np.int64:
        cell_of = np.repeat(np.arange(len(cells)), cells.astype(np.int64))
    step = max(1, _CHUNK // max(len(cells), 0 if cell_of is None else images))
    chances = cells / cells.sum()
    for start in range(0, samples, step):
        count = min(step, samples - start)
        if cell_of is None:
            yield random.multinomial(images, chances, size=count)
        else:
            drawn = cell_of[random.integers(0, images, (count, images), dtype=np.int32)]
            drawn += np.arange(count)[:, None] * len(cells)
            yield np.bincount(drawn.ravel(), minlength=count * len(cells)).reshape(count, -1)


def class_sums(drawn: Counts, true: Counts, taken: Counts, classes: int) -> tuple[Counts, Counts, Counts]:
    """Sum resampled cells by class.

    Args:
        drawn: Counts (n, K) of the cells.
        true: True class of each cell (K,).
        taken: Predicted class of each cell (K,).
        classes: Number of classes C.

    Returns:
        Images classified correctly, images and predictions of each class, (n, C) each.
    """
    same = true == taken
    return (
        _by_class(drawn[:, same], true[same], classes),
        _by_class(drawn, true, classes),
        _by_class(drawn, taken, classes),
    )


def _by_class(drawn: Counts, numbers: Counts, classes: int) -> Counts:
    """Counts (n, K) summed over the cells of each class, (n, C); `numbers` (K,) is the class of each cell."""
    summed = np.zeros((len(drawn), classes), np.int64)
    if len(numbers):
        order = np.argsort(numbers, kind="stable")
        present, starts = np.unique(numbers[order], return_index=True)
        summed[:, present] = np.add.reduceat(drawn[:, order], starts, axis=1)
    return summed


def f1_scores(right: Counts, support: Counts, predicted: Counts) -> Scores:
    """Compute F1.

    Args:
        right: Images classified correctly, of any shape.
        support: Images of the true class, of that shape.
        predicted: Images predicted as the class, of that shape.

    Returns:
        F1 float64, in [0, 1]; 0 for a class that neither occurs nor is predicted.
    """
    below = support + predicted
    scores: Scores = np.divide(2 * right, below, out=np.zeros(below.shape), where=below > 0)
    return scores


def macro_f1_scores(right: Counts, support: Counts, predicted: Counts, *, all_classes: bool = False) -> Scores:
    """Compute macro-F1 of each sample.

    Args:
        right: Images classified correctly (n, C).
        support: Images of the true class (n, C).
        predicted: Images predicted as the class (n, C).
        all_classes: Average over all classes instead of those that occur in the sample.

    Returns:
        Macro-F1 (n,) float64, in [0, 1].
    """
    f1 = f1_scores(right, support, predicted)
    occurring = f1.shape[1] if all_classes else np.count_nonzero(support + predicted, axis=1)
    mean: Scores = f1.sum(axis=1) / np.maximum(1, occurring)
    return mean
