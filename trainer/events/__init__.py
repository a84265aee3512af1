"""The events an engine emits, declared where the loop is drawn.

    Preparing ...                      the first before torch is imported; at most 5 a second
    RunStarted                         once per attempt
      EpochStarted
        GradientsReady ...             between backward and optimiser step, if a callback listens
        BatchEnded ...                 one per optimiser step, if a callback listens
        BatchesReported ...            the same, merged: at most 20 a second, and before any other event
        ProcessesReported              how long each process took, where there are several
        ValidationDone                 says whether this epoch is the best so far
      EpochEnded                       one complete row: train and validation of this epoch
      CheckpointRequested CheckpointSaved ...
    EvaluationDone ...                 best weights on train, valid, test (a completed run)
    RunEnded                           the last one

At any point: Working, RequestHandled, RunPaused, RunUnpaused, StopRequested, SnapshotSaved, ScalarReported,
PictureReported, NonFiniteLoss, MetricFailed, CallbackFailed.

An event is a frozen record of plain values (numbers, strings, tuples, mappings with string keys): it can be logged,
sent to another process and replayed. Losses are means over samples (cross-entropy: nats); seconds are wall clock.
Scores (accuracy, precision, recall, F1) lie in [0, 1]; confusion matrices have the true class as row.
"""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec
from msgspec import Struct

from trainer.events.epoch_events import EpochEnded, EvaluationDone, ProcessesReported, ValidationDone
from trainer.events.event import SPLITS, Answer, CheckpointKind, Event, Matrix, Split, Stage, Status
from trainer.events.file_events import CheckpointRequested, CheckpointSaved, SnapshotSaved
from trainer.events.reported_events import PictureReported, ScalarReported
from trainer.events.run_events import (
    CallbackFailed,
    MetricFailed,
    Preparing,
    RequestHandled,
    RunEnded,
    RunPaused,
    RunStarted,
    RunUnpaused,
    StopRequested,
    Working,
)
from trainer.events.step_events import BatchEnded, BatchesReported, EpochStarted, GradientsReady, NonFiniteLoss

__all__ = [
    "EVENTS",
    "HOOKS",
    "SPLITS",
    "Answer",
    "AnyEvent",
    "BatchEnded",
    "BatchesReported",
    "CallbackFailed",
    "CheckpointKind",
    "CheckpointRequested",
    "CheckpointSaved",
    "EpochEnded",
    "EpochStarted",
    "EvaluationDone",
    "Event",
    "GradientsReady",
    "Matrix",
    "MetricFailed",
    "NonFiniteLoss",
    "PictureReported",
    "Preparing",
    "ProcessesReported",
    "RequestHandled",
    "RunEnded",
    "RunPaused",
    "RunStarted",
    "RunUnpaused",
    "ScalarReported",
    "SnapshotSaved",
    "Split",
    "Stage",
    "Status",
    "StopRequested",
    "UnknownEvent",
    "ValidationDone",
    "Working",
    "decode",
    "encode",
    "hook_name",
    "spell_non_finite",
]


class UnknownEvent(Struct, frozen=True):
    """A record written by a newer version, which this one does not know."""

    type: str
    """Its name."""
    fields: dict[str, Any]
    """Everything else it says, `epoch` and `step` included."""

    @property
    def epoch(self) -> int:
        """Number of the epoch, from 1; 0 if it does not tell."""
        return int(self.fields.get("epoch", 0))

    @property
    def step(self) -> int:
        """Optimiser steps completed; 0 if it does not tell."""
        return int(self.fields.get("step", 0))


AnyEvent = (
    Preparing
    | Working
    | RunStarted
    | EpochStarted
    | GradientsReady
    | BatchEnded
    | BatchesReported
    | ProcessesReported
    | ValidationDone
    | EpochEnded
    | CheckpointRequested
    | CheckpointSaved
    | EvaluationDone
    | SnapshotSaved
    | ScalarReported
    | PictureReported
    | RequestHandled
    | StopRequested
    | RunPaused
    | RunUnpaused
    | NonFiniteLoss
    | MetricFailed
    | CallbackFailed
    | RunEnded
)

EVENTS: tuple[type[Event], ...] = get_args(AnyEvent)
"""Every event, once; hooks, journal and tests derive from this list."""


def hook_name(event: type[Event]) -> str:
    """The name of the callback method for an event: `ValidationDone` -> `on_validation_done`.

    Args:
        event: Class of the event.

    Returns:
        `on_`, then the class name in snake case.
    """
    return "on_" + re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


HOOKS: dict[type[Event], str] = {event: hook_name(event) for event in EVENTS}
"""Name of the hook of each event."""

_SPELLED = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def spell_non_finite(value: Any) -> Any:
    """Replace NaN and infinities, at any depth, by the strings that represent them in JSON.

    Args:
        value: A plain value; mappings, lists and tuples may be nested.

    Returns:
        The same value with "NaN", "Infinity" and "-Infinity" for what JSON has no number for; tuples become lists.
    """
    if isinstance(value, float):
        return _SPELLED.get(str(value), value)
    if isinstance(value, dict):
        return {key: spell_non_finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [spell_non_finite(item) for item in value]
    return value


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(AnyEvent, strict=False)


def encode(event: Event) -> bytes:
    """Write an event as one flat JSON object, its `type` first; NaN and infinities become strings.

    Args:
        event: The event.

    Returns:
        UTF-8 text without a line break.

    Raises:
        TypeError: A field holds something other than a plain value.
    """
    text = _encoder.encode(event)
    # msgspec writes NaN as null: only a text with a null in it can hide one, so the slow path is rare
    if b"null" in text:
        text = _encoder.encode(spell_non_finite(msgspec.to_builtins(event, order=None)))
    return text


def decode(text: bytes | str) -> Event | UnknownEvent:
    """Read an event from a JSON object. Fields that this version does not know are ignored.

    Args:
        text: The object, as `encode` writes it.

    Returns:
        The event; UnknownEvent if its type is not known to this version.

    Raises:
        msgspec.DecodeError: The text is not valid JSON.
        msgspec.ValidationError: The fields do not fit a known type.
    """
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError:
        fields = msgspec.json.decode(text)
        kind = fields.pop("type", None) if isinstance(fields, dict) else None
        if not isinstance(kind, str) or kind in {event.__name__ for event in EVENTS}:
            raise
        return UnknownEvent(type=kind, fields=fields)
