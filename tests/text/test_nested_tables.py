"""Nested tables: each function against the other, and against dict."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trainer.text.nested_tables import dotted, nested, overlaid, table_of

NAMES = st.sampled_from("abc")
TREES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.dictionaries(NAMES, st.integers(), min_size=1),
    lambda inner: st.dictionaries(NAMES, inner | st.integers(), min_size=1),
    max_leaves=8,
)


@given(TREES)
def test_dotted_names_lead_back_to_the_tables(tree: dict[str, Any]) -> None:
    assert nested({tuple(name.split(".")): value for name, value in dotted(tree)}) == tree


@given(TREES, TREES)
def test_what_is_laid_over_counts_and_nothing_is_changed_in_place(below: dict[str, Any], above: dict[str, Any]) -> None:
    copies = repr((below, above))
    found, expected = overlaid(below, above), dict(dotted(below))
    for name, value in dotted(above):  # a value replaces a table of its name, and a table a value
        for other in list(expected):
            if other.startswith(f"{name}.") or name.startswith(f"{other}."):
                del expected[other]
        expected[name] = value
    assert dict(dotted(found)) == expected
    assert repr((below, above)) == copies


def test_a_table_that_is_none_is_empty() -> None:
    assert table_of({"data": {"size": 3}}, "data") == {"size": 3}
    assert table_of({"data": 3}, "data") == table_of({}, "data") == {}
