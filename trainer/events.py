"""The events an engine emits, declared where the loop is drawn.

    Preparing ...                      the first before torch is imported; at most 5 a second
    RunStarted                         once per attempt
      EpochStarted
        GradientsReady ...             between backward and optimiser step, for whoever subscribed
        BatchEnded ...                 one per optimiser step, for whoever subscribed
        BatchesReported ...            the same, merged: at most 20 a second, and before any other event
        ValidationDone                 says whether this epoch is the best so far
      EpochEnded                       one complete row: train and validation of this epoch
      CheckpointRequested CheckpointSaved ...
    EvaluationDone ...                 best weights on train, valid, test (a completed run)
    RunEnded                           the last one

At any point: Working, RequestHandled, RunPaused, RunUnpaused, StopRequested, SnapshotSaved, NonFiniteLoss,
CallbackFailed.

An event is a frozen record of plain values (numbers, strings, tuples, mappings with string keys): it can be logged,
sent to another process and replayed. Losses are means over samples (cross-entropy: nats); seconds are wall clock.
Scores (accuracy, precision, recall, F1) lie in [0, 1]; confusion matrices have the true class as row.
"""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct, field

from trainer.confusion_matrix import SparseMatrix

Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
Stage = Literal["import", "scan", "decode", "check", "extract", "compile", "validate", "evaluate", "save"]
CheckpointKind = Literal["best", "last", "manual"]
Status = Literal["completed", "stopped", "failed"]
Answer = Literal["done", "already", "refused", "stale"]
Matrix = tuple[tuple[int, ...], ...] | SparseMatrix
"""Counts (C, C), true class as row: rows, of more than a hundred classes usually cells, which read like rows."""


class Event(Struct, frozen=True, kw_only=True, tag=True):
    """What all events carry."""

    epoch: int
    """1-based; 0 before the first epoch."""
    step: int
    """Optimiser steps completed."""


class Preparing(Event, frozen=True, kw_only=True, tag=True):
    """Something is being made ready before the run starts; `done` of `total` (0: not known) pieces of work."""

    stage: Stage
    done: int
    total: int


class Working(Event, frozen=True, kw_only=True, tag=True):
    """Progress of validation, evaluation or saving; `done` of `total` samples or files. At most 5 a second."""

    stage: Stage
    done: int
    total: int


class RunStarted(Event, frozen=True, kw_only=True, tag=True):
    """An attempt begins. All a viewer needs to set up its axes."""

    run_id: str
    attempt: int
    resumed_step: int
    resumed_seq: int
    started_at: str
    epochs: int
    steps_per_epoch: int
    settings: dict[str, Any]
    classes: tuple[str, ...]
    split_sizes: dict[str, int]
    model: str
    parameters: int
    input_shape: tuple[int, ...]
    device: str
    seed: int
    threads: int
    callbacks: tuple[str, ...]
    versions: dict[str, str]
    exact_resume: Literal["exact", "replayed", "order", "approximate"]
    """exact: bit for bit (our data, CPU). order: same batches, rounding may differ (a device). replayed: the caller's
    own loader is reseeded and its first batches are skipped. approximate: something in it, named in log.txt, cannot be
    brought back to where it was, such as a loader's persistent workers."""
    compile_seconds: float = 0.0
    """What compiling the model took before the start; 0 where it was not asked for."""


class EpochStarted(Event, frozen=True, kw_only=True, tag=True):
    """`first_batch` is 0, or the number of batches an earlier attempt had finished in this epoch."""

    first_batch: int
    learning_rate: float


class GradientsReady(Event, frozen=True, kw_only=True, tag=True):
    """The gradients of a step are computed, not yet clipped or used; `batch` is 1-based, `step` those completed before.

    A hook may read and change `parameter.grad`. An optimiser with a closure computes gradients several times a step.
    """

    batch: int
    learning_rate: float


class BatchEnded(Event, frozen=True, kw_only=True, tag=True):
    """One optimiser step. `batch` is 1-based; `loss` is None on a device unless a subscriber reads it."""

    batch: int
    samples: int
    loss: float | None
    learning_rate: float
    data_seconds: float
    step_seconds: float


class BatchesReported(Event, frozen=True, kw_only=True, tag=True):
    """Steps `first_step` to `last_step`, merged. Seconds are sums; `loss_mean` is weighted by samples."""

    first_step: int
    last_step: int
    count: int
    samples: int
    correct: int
    loss_mean: float
    loss_min: float
    loss_max: float
    loss_last: float
    learning_rate: float
    data_seconds: float
    step_seconds: float


class ValidationDone(Event, frozen=True, kw_only=True, tag=True):
    """Figures of the validation split after this epoch; tuples are per class, all of them, in the order of
    RunStarted.classes. Macro-F1 is the mean over those that occur as true class or as an answer (before 0.2: all)."""

    loss: float
    accuracy: float
    macro_f1: float
    weighted_f1: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    support: tuple[int, ...]
    confusion: Matrix
    samples: int
    seconds: float
    improved: bool
    best_epoch: int | None
    best_loss: float | None


class EpochEnded(Event, frozen=True, kw_only=True, tag=True):
    """One complete row. Train figures are those seen while training, augmented; valid_* are None without a split."""

    train_loss: float
    train_accuracy: float
    train_macro_f1: float
    train_f1: tuple[float, ...]
    valid_loss: float | None
    valid_accuracy: float | None
    valid_macro_f1: float | None
    improved: bool
    learning_rate: float
    samples_per_second: float
    seconds: float
    train_seconds: float
    valid_seconds: float
    data_seconds: float


class CheckpointRequested(Event, frozen=True, kw_only=True, tag=True):
    """Somebody wants the state on disk. `source`: a callback's name, `request`, `stop`, ..."""

    kind: CheckpointKind
    source: str


class CheckpointSaved(Event, frozen=True, kw_only=True, tag=True):
    """A checkpoint is durable. `path` is relative to the run folder, with `/`."""

    kind: CheckpointKind
    path: str
    bytes: int
    sha256: str
    seconds: float


class EvaluationDone(Event, frozen=True, kw_only=True, tag=True):
    """Figures of one split, not augmented, with the named weights. The intervals (low, high) at 95 % are those of
    `trainer.metrics.significance.intervals`; None in journals older than they are."""

    split: Split
    weights: Literal["best", "last"]
    loss: float
    accuracy: float
    macro_f1: float
    weighted_f1: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    support: tuple[int, ...]
    confusion: Matrix
    samples: int
    seconds: float
    accuracy_interval: tuple[float, float] | None = None
    macro_f1_interval: tuple[float, float] | None = None


class SnapshotSaved(Event, frozen=True, kw_only=True, tag=True):
    """A file for viewers is complete: they open it only after this event."""

    kind: Literal["predictions", "weights", "images"]
    split: Split | None
    path: str
    bytes: int


class RequestHandled(Event, frozen=True, kw_only=True, tag=True):
    """The answer to the request with this `id`. `code` and `parameters` (`trainer.reasons`) say why it was not done,
    `path` is the checkpoint that was saved; `reason` is either, for readers older than these fields."""

    id: str
    result: Answer
    reason: str
    code: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    path: str = ""


class StopRequested(Event, frozen=True, kw_only=True, tag=True):
    """The run will end at the next boundary. `code` and `parameters` say why (`trainer.reasons`); `code` is empty where
    a callback gave a `reason` in its own words."""

    source: str
    reason: str
    code: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


class RunPaused(Event, frozen=True, kw_only=True, tag=True):
    """Training waits; everything stays in memory."""

    source: str
    reason: str


class RunUnpaused(Event, frozen=True, kw_only=True, tag=True):
    """Training goes on."""

    source: str
    reason: str


class NonFiniteLoss(Event, frozen=True, kw_only=True, tag=True):
    """A loss or gradient was NaN or infinite; the step was not taken. `batch` is 1-based."""

    batch: int
    where: Literal["loss", "gradient"]
    last_checkpoint: str | None


class CallbackFailed(Event, frozen=True, kw_only=True, tag=True):
    """A handler raised. `action`: what the engine did about it. `code` and `parameters` are those of the error, empty
    where it is not one of ours; `error` is its English text."""

    callback: str
    hook: str
    action: Literal["stop", "retry", "detach"]
    error: str
    code: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


class RunEnded(Event, frozen=True, kw_only=True, tag=True):
    """The last event of an attempt, always. `code` and `parameters` name the error of a failed run, or say why another
    one was stopped (`trainer.reasons`). Of an error, `error` is the whole English text, and `reason`, `where`,
    `expected` and `fix` are its parts. `seconds` is training time over all attempts; `callback_seconds` is what each
    callback cost in this attempt."""

    status: Status
    reason: str
    code: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    best_epoch: int | None = None
    best_loss: float | None = None
    best_checkpoint: str | None = None
    last_checkpoint: str | None = None
    seconds: float = 0.0
    callback_seconds: dict[str, float] = field(default_factory=dict)
    where: str = ""
    expected: str = ""
    fix: str = ""


class UnknownEvent(Struct, frozen=True):
    """A record written by a newer version. `epoch` and `step` are in `fields`."""

    type: str
    fields: dict[str, Any]

    @property
    def epoch(self) -> int:
        return int(self.fields.get("epoch", 0))

    @property
    def step(self) -> int:
        return int(self.fields.get("step", 0))


AnyEvent = (
    Preparing
    | Working
    | RunStarted
    | EpochStarted
    | GradientsReady
    | BatchEnded
    | BatchesReported
    | ValidationDone
    | EpochEnded
    | CheckpointRequested
    | CheckpointSaved
    | EvaluationDone
    | SnapshotSaved
    | RequestHandled
    | StopRequested
    | RunPaused
    | RunUnpaused
    | NonFiniteLoss
    | CallbackFailed
    | RunEnded
)

EVENTS: tuple[type[Event], ...] = get_args(AnyEvent)
"""Every event, once; hooks, journal and tests derive from this list."""


def hook_name(event: type[Event]) -> str:
    """The name of the callback method for an event: `ValidationDone` -> `on_validation_done`."""
    return "on_" + re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


HOOKS: dict[type[Event], str] = {event: hook_name(event) for event in EVENTS}

_SPELLED = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def spell_non_finite(value: Any) -> Any:
    """Replace NaN and infinities, at any depth, by the strings design section 2 fixes."""
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
    """One flat JSON object, its `type` first; non-finite floats as strings.

    Raises TypeError where a field holds something that is no plain value.
    """
    text = _encoder.encode(event)
    # msgspec writes NaN as null: only a text with a null in it can hide one, so the slow path is rare
    if b"null" in text:
        text = _encoder.encode(spell_non_finite(msgspec.to_builtins(event, order=None)))
    return text


def decode(text: bytes | str) -> Event | UnknownEvent:
    """The event in a JSON object; an unknown type becomes UnknownEvent, fields not known here are ignored.

    Raises `msgspec.DecodeError` on broken JSON and `msgspec.ValidationError` on a known type with wrong fields.
    """
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError:
        fields = msgspec.json.decode(text)
        if not isinstance(fields, dict) or not isinstance(fields.get("type"), str):
            raise
        if fields["type"] in {event.__name__ for event in EVENTS}:
            raise
        kind = fields.pop("type")
        return UnknownEvent(type=kind, fields=fields)
