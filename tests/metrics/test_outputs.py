"""Predictions that come batch by batch are those of all batches, one behind the other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainer.metrics.outputs import SMALLEST, OutputColumns

SIZES = st.lists(st.sampled_from((0, 1, 7, SMALLEST - 1, SMALLEST, 3 * SMALLEST)), max_size=6)


@given(SIZES, st.integers(0, 2**32 - 1))
def test_columns_are_the_batches_in_their_order(sizes: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    batches = [
        (random.integers(0, 1000, size), random.integers(0, 1000, size), random.random(size), random.normal(size=size))
        for size in sizes
    ]
    columns = OutputColumns()
    for batch in batches:
        columns.append(*batch)
    found = columns.outputs()
    for place, (column, dtype) in enumerate(
        (
            (found.labels, np.int64),
            (found.predicted, np.uint16),
            (found.confidence, np.float16),
            (found.loss, np.float32),
        )
    ):
        whole = np.concatenate([batch[place] for batch in batches]) if batches else np.empty(0)
        assert column.dtype == dtype
        np.testing.assert_array_equal(column, whole.astype(dtype))
