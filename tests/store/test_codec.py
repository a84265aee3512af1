"""What goes in comes out, with its types; everything else is refused by name."""

from __future__ import annotations

import enum
import json
import math
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.store import codec

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(max_size=20)
    | st.sampled_from(["$tuple", "$", math.inf, -math.inf, -0.0, 2**200])
)
keys = st.recursive(scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=2), max_leaves=3)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(keys, inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    | st.dictionaries(keys, inner, max_size=2).map(OrderedDict)
    | st.dictionaries(keys, st.integers(), max_size=2).map(Counter)
    | st.sets(keys, max_size=3) | st.frozensets(keys, max_size=3),
    max_leaves=15,
)  # fmt: skip


def shape(value: Any) -> Any:
    """Value and types, dict order included, as something that compares."""
    if isinstance(value, dict):
        return type(value), [(shape(key), shape(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [shape(item) for item in value]
    if isinstance(value, set | frozenset):
        return type(value), sorted(map(repr, map(shape, value)))
    return type(value), repr(value)


@settings(max_examples=60, deadline=None)
@given(values)
def test_round_trip(value: Any) -> None:
    text, tensors = codec.dumps(value)
    assert tensors == {}
    json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert shape(codec.loads(text, {})) == shape(value)


def test_nan_numpy_and_subclasses() -> None:
    text, _ = codec.dumps([math.nan, np.float32(0.5), np.int64(3), np.bool_(True), torch.Size([2, 3])])
    nan, *rest = codec.loads(text, {})
    assert math.isnan(nan)
    assert shape(rest) == shape([0.5, 3, True, (2, 3)])
    state = defaultdict(list, {1: [2]})
    assert shape(codec.loads(codec.dumps(state)[0], {})) == shape({1: [2]})


def test_tensors_are_handed_out_and_in() -> None:
    shared = torch.ones(2)
    state = {0: {"exp_avg": shared, "again": (shared, torch.zeros(1))}}
    text, tensors = codec.dumps(state)
    assert list(tensors) == ["0", "1"]
    restored = codec.loads(text, tensors)
    assert restored[0]["exp_avg"] is shared
    assert restored[0]["again"][0] is shared
    with pytest.raises(ValueError, match="not a text"):
        codec.loads(text, {})


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize("bad", [object(), Colour.RED, Path("x"), torch.float32, np.zeros(2), print, 1j])
def test_other_types_are_refused_with_their_place(bad: Any) -> None:
    with pytest.raises(TypeError, match=r"^callbacks\.EarlyStopping\.best\[1\] is a "):
        codec.dumps({"callbacks": {"EarlyStopping": {"best": [0, bad]}}})
    with pytest.raises(TypeError, match=r"^the state is a "):
        codec.dumps(bad)


def test_depth_is_bounded() -> None:
    deep: Any = 0
    for _ in range(codec.MAX_DEPTH):
        deep = {1: deep}
    assert codec.loads(codec.dumps(deep)[0], {}) == deep, "what can be saved can be loaded"
    with pytest.raises(ValueError, match="deeper"):
        codec.dumps([deep])
    endless: dict[str, Any] = {}
    endless["self"] = endless
    with pytest.raises(ValueError, match="contains itself"):
        codec.dumps(endless)
    for text in ("[" * 300 + "]" * 300, "[" * 100_000 + "]" * 100_000, '{"$tuple":' * 300 + "[]" + "}" * 300):
        with pytest.raises(ValueError, match="deep"):
            codec.loads(text, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "[Infinity]",
        '{"$tuple":3}',
        '{"$set":[[1]]}',
        '{"$dict":[[[1],2]]}',
        '{"$dict":[[1,2,3]]}',
        '{"$float":"1.5"}',
        '{"$float":3}',
        '{"$bytes":"?"}',
        '{"$bytes":7}',
        '{"$tensor":[1]}',
        '{"$tensor":"9"}',
        '{"$eval":"print()"}',
        '{"$tuple":[],"$set":[]}',
        '{"$Counter":[1]}',
    ],
)
def test_texts_of_another_make_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        codec.loads(text, {})
