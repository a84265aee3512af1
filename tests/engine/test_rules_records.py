"""Design section 2, rule 3 (events are plain records) and the table of fields."""

from __future__ import annotations

import math
import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.confusion_matrix import SparseMatrix
from trainer.events import EVENTS, AnyEvent, EpochEnded, Event, RequestHandled, RunEnded, UnknownEvent, decode, encode

FIGURES = "loss accuracy macro_f1 weighted_f1 precision recall f1 support confusion samples seconds"
TABLE = {
    "Preparing": "stage done total",
    "Working": "stage done total",
    "RunStarted": "run_id attempt resumed_step resumed_seq started_at epochs steps_per_epoch settings classes"
    " split_sizes model parameters input_shape device seed threads callbacks versions exact_resume"
    " file_callbacks compile_seconds metrics monitor monitor_mode processes precision precision_reason"
    " bfloat16_speedup",
    "EpochStarted": "first_batch learning_rate",
    # an event of our own: the moment between backward and optimiser step, for callbacks
    "GradientsReady": "batch learning_rate",
    "BatchEnded": "batch samples loss learning_rate data_seconds step_seconds",
    "BatchesReported": "first_step last_step count samples correct loss_mean loss_min loss_max loss_last learning_rate"
    " data_seconds step_seconds",
    "ProcessesReported": "samples train_seconds data_seconds exchange_seconds",
    "ValidationDone": f"{FIGURES} improved best_epoch best_loss metrics",
    "EpochEnded": "train_loss train_accuracy train_macro_f1 train_f1 valid_loss valid_accuracy valid_macro_f1 improved"
    " learning_rate samples_per_second seconds train_seconds valid_seconds data_seconds valid_metrics",
    "CheckpointRequested": "kind source",
    "CheckpointSaved": "kind path bytes sha256 seconds",
    # the intervals, with a default, stand beside the design's fields: a viewer shows them and computes nothing
    "EvaluationDone": f"split weights {FIGURES} accuracy_interval macro_f1_interval metrics",
    "SnapshotSaved": "kind split path bytes",
    "ScalarReported": "name value",
    "PictureReported": "name path width height bytes",
    "MetricFailed": "name split error",
    # design.md says `id`; declared as `request`, with `do` beside it, both with a default: an id alone tells a viewer
    # with two requests under way nothing about what was answered
    "RequestHandled": "id result reason code parameters path",
    "StopRequested": "source reason code parameters",
    "RunPaused": "source reason",
    "RunUnpaused": "source reason",
    "NonFiniteLoss": "batch where last_checkpoint",
    "CallbackFailed": "callback hook action error code parameters",
    "RunEnded": "status reason code parameters error best_epoch best_loss best_checkpoint last_checkpoint seconds"
    " callback_seconds where expected fix",
}
"""Copied from design.md, and what came later, with defaults or as events of their own; all carry `epoch` and `step`."""

VALUES: dict[Any, Any] = {int: 7, float: 0.1, str: 'é"\n', bool: True, dict: {"a": 1}, type(None): None}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_fields_are_those_of_the_design(event: type[Event]) -> None:
    assert set(event.__struct_fields__) == {"epoch", "step", *TABLE[event.__name__].split()}


def test_the_table_and_the_events_are_the_same_list() -> None:
    assert {event.__name__ for event in EVENTS} == set(TABLE)
    assert typing.get_args(AnyEvent) == EVENTS


def example(hint: Any, number: float = 0.1) -> Any:
    """A value of a type; floats are `number`."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return inside[-1]
    if origin is tuple:
        return (example(inside[0], number),) * 2
    if origin is dict:
        return {"key": example(inside[1], number)}
    if inside:  # X | None
        return example(next(part for part in inside if part is not type(None)), number)
    return {int: 7, float: number, str: 'é "\n\u2028', bool: True}.get(hint, "anything")


def build(event: type[Event], number: float = 0.1) -> Event:
    return event(**{name: example(hint, number) for name, hint in typing.get_type_hints(event).items()})


def same(one: Any, other: Any) -> bool:
    """Equality with NaN equal to itself."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


@pytest.mark.parametrize("number", [0.1, 0.0, -0.0, 1e-300, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_rule_3_every_event_round_trips(event: type[Event], number: float) -> None:
    record = build(event, number)
    back = decode(encode(record))
    assert type(back) is event
    for name in event.__struct_fields__:
        assert same(getattr(back, name), getattr(record, name)), name


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_rule_3_none_round_trips_where_a_field_may_be_none(event: type[Event]) -> None:
    hints = typing.get_type_hints(event)
    empty = {name: None for name, hint in hints.items() if type(None) in typing.get_args(hint)}
    record = msgspec.structs.replace(build(event), **empty)
    assert decode(encode(record)) == record


def test_rule_3_non_finite_floats_are_spelled_as_the_design_says() -> None:
    text = encode(
        msgspec.structs.replace(build(EpochEnded), train_loss=math.nan, valid_loss=math.inf, seconds=-math.inf)
    )
    fields = msgspec.json.decode(text)
    assert fields["train_loss"] == "NaN"
    assert fields["valid_loss"] == "Infinity"
    assert fields["seconds"] == "-Infinity"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(), min_size=2, max_size=4), st.text())
def test_rule_3_any_floats_and_any_text_round_trip(numbers: list[float], text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "surrogates cannot be written"
    record = msgspec.structs.replace(build(EpochEnded), train_f1=tuple(numbers), train_loss=numbers[0])
    assert same(decode(encode(record)).train_f1, tuple(numbers))  # type: ignore[union-attr]
    handled = RequestHandled(epoch=1, step=2, id="a", result="done", reason=text)
    assert decode(encode(handled)) == handled


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_rule_3_records_are_frozen_flat_tagged_and_plain(event: type[Event]) -> None:
    record = build(event)
    with pytest.raises(AttributeError):
        record.epoch = 3  # type: ignore[misc]
    fields = msgspec.json.decode(encode(record))
    assert next(iter(fields)) == "type"
    assert fields["type"] == event.__name__
    # the cells of a large confusion matrix are a record of plain values themselves
    cells = typing.get_type_hints(SparseMatrix).items()
    plain = [hint for name, hint in cells if name in SparseMatrix.__struct_fields__]
    for hint in (*typing.get_type_hints(event).values(), *plain):
        assert "Tensor" not in str(hint)
        assert "trainer." not in str(hint).replace("trainer.confusion_matrix.SparseMatrix", "")


def test_rule_3_a_value_that_is_not_plain_is_refused() -> None:
    with pytest.raises(TypeError):
        encode(msgspec.structs.replace(build(EpochEnded), train_loss=object()))


def test_rule_3_an_unknown_type_is_read_as_such() -> None:
    record = decode(b'{"type":"Teleported","epoch":3,"step":4,"where":"Mars","far":[1,2]}')
    assert record == UnknownEvent("Teleported", {"epoch": 3, "step": 4, "where": "Mars", "far": [1, 2]})
    assert (record.epoch, record.step) == (3, 4)
    assert (UnknownEvent("X", {}).epoch, UnknownEvent("X", {}).step) == (0, 0)


def test_rule_3_fields_of_newer_versions_are_ignored_and_new_fields_have_defaults() -> None:
    old = b'{"type":"RunEnded","epoch":1,"step":2,"status":"stopped","reason":"","mood":"good"}'
    assert decode(old) == RunEnded(epoch=1, step=2, status="stopped", reason="")


@pytest.mark.parametrize(
    "text",
    [
        b'{"type":"EpochStarted"}',
        b'{"type":"EpochStarted","epoch":"x","step":1}',
        b'{"epoch":1}',
        b"[]",
        b"7",
        b'{"type":7}',
    ],
)
def test_rule_3_a_known_type_with_wrong_fields_is_no_unknown_event(text: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(text)


def test_rule_3_what_a_real_run_emits_is_plain(recorder: Any, tmp_path: Any) -> None:
    from tests.engine.fakes import make

    make(callbacks=[recorder], run_dir=tmp_path / "run").fit()
    for event in recorder.seen:
        assert decode(encode(event)) == event
        plain(msgspec.structs.asdict(event))


def plain(value: Any) -> None:
    assert type(value) in (int, float, str, bool, type(None), tuple, list, dict), value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else ():
        plain(item)
