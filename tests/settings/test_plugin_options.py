"""`--option NAME.KEY=VALUE`: what is written is read as the same value, whatever it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.errors import UsageError
from trainer.settings.plugin_options import PluginOption, option_tables

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXTS | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=5,
)


@given(VALUES)
def test_a_value_survives_the_flag(value: Any) -> None:
    option = PluginOption("my-plugin.v2", "key", value)
    assert PluginOption.parse(str(option)) == option


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b=3", 3), ("a.b=0.5", 0.5), ("a.b=true", True), ("a.b=birds", "birds"), ('a.b="3"', "3"), ("a.b=", ""),
        ("a.b = x=y", "x=y"), ("a.b=[1, 2]", [1, 2]), ("a.b=3\nc=4", "3\nc=4"), ("a.b=C:\\new", "C:\\new"),
    ],
)  # fmt: skip
def test_a_person_types_values_as_in_toml_or_as_they_are(text: str, value: Any) -> None:
    assert option_tables([text]) == {"a": {"b": value}}


def test_the_later_one_counts_and_all_that_are_wrong_are_named() -> None:
    assert option_tables(["a.x=1", "b.x=2", "a.y=3", "a.x=4"]) == {"a": {"x": 4, "y": 3}, "b": {"x": 2}}
    with pytest.raises(UsageError) as caught:
        option_tables(["a.x=1", "nothing", "a.b", "x=1", "a.no key=1"])
    assert [line.split("'")[1] for line in caught.value.what.splitlines()] == ["nothing", "a.b", "x=1", "a.no key=1"]
