"""JSON from anywhere: what fits is read, and all else is a ValueError."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.text.json_text import parse_json

COUNTS = msgspec.json.Decoder(dict[str, int])


@given(st.dictionaries(st.text(), st.integers(-(2**63), 2**63 - 1), max_size=5))
def test_it_reads_what_the_standard_library_writes(counts: dict[str, int]) -> None:
    assert parse_json(COUNTS, json.dumps(counts).encode()) == counts


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"a": "b"}', b'{"a": 1} 2', b"\xff", b'{"\xff": 1}', b'{"a": ' + b"[" * 100_000]
)
def test_all_else_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(COUNTS, text)


def test_what_is_nested_too_deeply_is_told() -> None:
    with pytest.raises(ValueError, match="too deeply"):
        parse_json(msgspec.json.Decoder(), b"[" * 100_000)
