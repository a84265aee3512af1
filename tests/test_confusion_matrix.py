"""A matrix that holds only what is not 0: whatever it is made from, it is the same table."""

from __future__ import annotations

import json
import pickle
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trainer.confusion_matrix import ConfusionMatrix, SparseMatrix

tables = st.integers(1, 9).flatmap(lambda size: arrays(np.int64, (size, size), elements=st.integers(0, 3)))


@st.composite
def large(draw: st.DrawFn) -> np.ndarray:
    """Of many classes, nearly all cells 0."""
    size = draw(st.integers(101, 130))
    cells = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.sampled_from((1, 1, 1, 2, 7, 1 << 40)))
    table = np.zeros((size, size), np.int64)
    for row, column, count in draw(st.lists(cells, max_size=60)):
        table[row, column] = count
    return table


@settings(max_examples=60)
@given(st.one_of(tables, large()))
def test_it_is_the_table_it_was_made_from(table: np.ndarray) -> None:
    matrix = ConfusionMatrix.of(table)
    np.testing.assert_array_equal(np.asarray(matrix), table)
    np.testing.assert_array_equal(matrix.support, table.sum(axis=1))
    np.testing.assert_array_equal(matrix.predictions, table.sum(axis=0))
    np.testing.assert_array_equal(matrix.hits, np.diag(table))
    rows = tuple(map(tuple, table.tolist()))
    assert (matrix, len(matrix), matrix[0], matrix[-1], matrix[:2]) == (rows, len(rows), rows[0], rows[-1], rows[:2])
    assert hash(matrix) == hash(rows)
    for again in (ConfusionMatrix.of(rows), pickle.loads(pickle.dumps(matrix))):
        assert again == matrix
    plain = matrix.plain()
    assert ConfusionMatrix.of(plain) == ConfusionMatrix.from_plain(json.loads(msgspec.json.encode(plain))) == matrix
    assert (len(table) > 100) == isinstance(plain, SparseMatrix)
    assert (tuple(plain), plain[0], len(plain)) == (rows, rows[0], len(rows))
    np.testing.assert_array_equal(np.array(plain), table)


def test_a_full_matrix_of_many_classes_is_written_as_rows() -> None:
    assert isinstance(ConfusionMatrix.of(np.ones((120, 120), int)).plain(), tuple)


def cells(count: Any, gaps: list[Any]) -> dict[str, Any]:
    return {"classes": 2, "cells": [[count, gaps]]}


@pytest.mark.parametrize(
    "plain",
    [
        None, 3, "rows", [1, 2], [[1, 2]], [[1, 2], [3]], [[1, "2"], [3, 4]], [[1, 0.5], [3, 4]], [[1, -1], [0, 0]],
        {}, {"classes": 2}, {"classes": 0, "cells": []}, {"classes": 1 << 17, "cells": []},
        {"classes": True, "cells": []}, {"classes": 2, "cells": 3}, {"classes": 2, "cells": [3]},
        cells(1, [4]), cells(1, [3, 1]), cells(1, [-1]), cells(0, [1]), cells(1, [1, 0]), cells(1, [0.5]),
        cells(1, ["1"]), cells(1.0, [1]), cells(1 << 41, [1]), cells(1, [1 << 70]), cells(1, [[1]]), cells(1, [[1], 2]),
        {"classes": 2, "cells": [[1, [1]], [2, [1]]]},
    ],
)  # fmt: skip
def test_what_is_no_matrix_is_refused(plain: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|negative or oversized"):
        ConfusionMatrix.from_plain(plain)


def test_it_cannot_be_changed() -> None:
    matrix = ConfusionMatrix.of([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="read-only"):
        matrix.counts[0] = 5
