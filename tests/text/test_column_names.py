"""Columns named after classes beside other columns: as the class is called, unless that name is taken."""

from __future__ import annotations

import pytest

from trainer.text.column_names import distinct_columns


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["cat", "dog"], ["cat", "dog"]),
        (["cat", "class"], ["cat", "class_"]),
        (["class", "class_", "class__"], ["class___", "class_", "class__"]),
        (["a", "a", "a_"], ["a", "a__", "a_"]),
    ],
)
def test_a_taken_name_gets_a_mark(names: list[str], expected: list[str]) -> None:
    assert distinct_columns(names, ["class", "confidence"]) == expected
