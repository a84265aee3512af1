"""TOML from anywhere: what the standard library reads is read, unless it is too deep for anything."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.settings import toml
from trainer.text.toml_text import MOST_PARTS, parse_toml

VALUES = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_it_reads_what_the_standard_library_reads(tables: dict[str, object]) -> None:
    text = toml.dumps(tables)
    assert parse_toml(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 100_000 + " = 1",
        "[" + " 'a' . " * 100_000 + "a]",
        "a = {" + 'a."b".' * 1000 + "a = 1}",
        "a = " + "[" * 100_000,
        "a = " + "{a = " * 2_000 + "1" + "}" * 2_000,
        "a = " + "[" * 60 + "]" * 60,
        "a = " + "9" * 5_000,
    ],
)
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"too deeply|parts|digits|Exceeds"):
        parse_toml(text)


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * MOST_PARTS) + " = 1",
        "a = '" + "../" * 200 + "x'",
        "a = [" + "0.5, " * 1_000 + "]",
        "a = 'It is long. It has sentences. " + "And more. " * 100 + "'",
        "a" * 100_000 + " = 1",
    ],
)
def test_what_people_write_is_not(text: str) -> None:
    assert parse_toml(text) == tomllib.loads(text)
