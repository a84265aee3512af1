"""The metrics kept of every epoch: the same as those they were made of, in less memory."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trainer.metrics.classification import Metrics
from trainer.metrics.compact_metrics import CompactMetrics

tables = st.integers(1, 9).flatmap(lambda size: arrays(np.int64, (size, size), elements=st.integers(0, 50)))


@settings(max_examples=60)
@given(tables)
def test_nothing_is_lost(table: np.ndarray) -> None:
    metrics = Metrics.from_confusion(table, 1.0)
    kept = CompactMetrics.of(metrics)
    np.testing.assert_array_equal(kept.confusion, table)
    for name in ("precision", "recall", "f1", "support"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(metrics, name))


def test_of_many_classes_little_is_kept() -> None:
    kept = CompactMetrics.of(Metrics.from_confusion(np.eye(1_000, dtype=int), 1.0))
    parts = [kept.precision, kept.recall, kept.f1, kept.support, kept.matrix.places, kept.matrix.counts]
    size = sum(part.base.nbytes if part.base is not None else part.nbytes for part in parts)
    assert size <= 6 * 8 * 1_000, "six numbers for each class; the whole matrix has a million"
