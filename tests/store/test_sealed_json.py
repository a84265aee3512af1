"""What is sealed comes back as it was, or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.store.sealed_json import seal, unseal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
).map(lambda value: json.dumps(value).encode())


@given(JSON)
def test_it_comes_back_and_is_json_itself(content: bytes) -> None:
    assert unseal(seal(content)) == content
    assert json.loads(seal(content))["content"] == json.loads(content)


@given(JSON, st.data())
def test_any_changed_byte_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(content))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != sealed[place]))
    with pytest.raises(ValueError, match="changed"):
        unseal(bytes(sealed))


@given(JSON, st.data())
def test_any_other_length_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = seal(content)
    for other in (sealed[: data.draw(st.integers(0, len(sealed) - 1))], sealed + b"}"):
        with pytest.raises(ValueError, match="changed"):
            unseal(other)
