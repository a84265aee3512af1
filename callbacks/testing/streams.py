"""Variants of a recorded run: stopped, or resumed, after any of its events. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from msgspec import structs

from trainer.errors import UsageError
from trainer.events import (
    BatchEnded,
    BatchesReported,
    CheckpointRequested,
    EpochEnded,
    EpochStarted,
    Event,
    GradientsReady,
    Preparing,
    RunEnded,
    RunStarted,
    StopRequested,
    ValidationDone,
)

SOURCE = "replay"
"""Who requests a stop."""


def stopped(events: Sequence[Event], after: int) -> list[Event]:
    """End a run as Ctrl-C would: it is stopped after an event, and its state is saved.

    Args:
        events: Events of one run.
        after: Index of the event in `events`, from 0: one of the training, from the first EpochStarted to the last
            EpochEnded.

    Returns:
        The events up to there, then StopRequested, CheckpointRequested and RunEnded. No run stops between
        ValidationDone and EpochEnded: then the events continue up to EpochEnded.

    Raises:
        UsageError: `testing.not_training`: the event is not one of the training.
    """
    kept = _until(events, after)
    place: dict[str, Any] = {"epoch": kept[-1].epoch, "step": kept[-1].step}
    stop = StopRequested(**place, source=SOURCE, reason="after this step", code="stop.request")
    saved: list[Event] = []
    if not isinstance(kept[-1], EpochEnded):  # its own checkpoint is the state
        saved.append(CheckpointRequested(**place, kind="last", source="stop"))
    return [*kept, stop, *saved, RunEnded(**place, status="stopped", reason=SOURCE, code="stop.request")]


def resumed(events: Sequence[Event], after: int) -> list[Event]:
    """Interrupt a run after an event, and resume it from there: two attempts instead of one.

    Args:
        events: Events of one run.
        after: Index of the event in `events`, from 0, as for `stopped`.

    Returns:
        The events of `stopped`, then the start of a second attempt and the rest of the run. What a callback sees and
        decides should be the same as without the interruption.

    Raises:
        UsageError: `testing.not_training`: the event is not one of the training.
    """
    first = _until(events, after)
    rest = list(events[len(first) :])
    started = next(event for event in reversed(first) if isinstance(event, RunStarted))
    last = first[-1]
    again = structs.replace(
        started, epoch=last.epoch, step=last.step, attempt=started.attempt + 1, resumed_step=last.step
    )
    opening: list[Event] = [Preparing(epoch=0, step=0, stage="import", done=0, total=1), again]
    if not isinstance(last, EpochEnded):
        epoch = next(event for event in reversed(first) if isinstance(event, EpochStarted))
        batches = epoch.first_batch + last.step - epoch.step
        opening.append(structs.replace(epoch, step=last.step, first_batch=batches))
    return [*stopped(events, after), *opening, *rest]


def training(events: Sequence[Event]) -> list[int]:
    """Find the events after which a run can be stopped or resumed.

    Args:
        events: Events of a run.

    Returns:
        Indices of those of the last attempt, from its first EpochStarted to its last EpochEnded, without those between
        ValidationDone and EpochEnded.
    """
    start = max((number for number, event in enumerate(events) if isinstance(event, RunStarted)), default=len(events))
    ends = [number for number, event in enumerate(events) if isinstance(event, EpochEnded) and number > start]
    found, begun, validated = [], False, False
    for number in range(start, (ends[-1] if ends else len(events) - 1) + 1):
        event = events[number]
        begun = begun or isinstance(event, EpochStarted)
        validated = (validated or isinstance(event, ValidationDone)) and not isinstance(event, EpochEnded)
        if begun and not validated and not isinstance(event, RunEnded | StopRequested):
            found.append(number)
    return found


def _until(events: Sequence[Event], after: int) -> list[Event]:
    """The events up to this one, or to the EpochEnded that follows a validation."""
    numbers = training(events)
    reached = next((number for number in numbers if number >= after), None)
    if reached is None or after < numbers[0]:
        raise UsageError(
            "testing.not_training",
            f"A run cannot be resumed after event {after}.",
            expected=f"a number from {numbers[0]} to {numbers[-1]}" if numbers else "the events of a run that trains",
            fix="choose one of training(events)",
        )
    return list(events[: reached + 1])


def attempts(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Split events into attempts. A new one begins with Preparing, or with RunStarted if there is none.

    Args:
        events: Events of a run.

    Yields:
        The events of each attempt.
    """
    rest = list(events)
    while rest:
        begun = len(list(takewhile(lambda event: not isinstance(event, RunStarted), rest))) + 1
        length = next(
            (n for n in range(begun, len(rest)) if isinstance(rest[n], Preparing | RunStarted)),
            len(rest),
        )
        yield rest[:length]
        rest = rest[length:]


def steps(report: BatchesReported, first_batch: int) -> Iterator[tuple[GradientsReady, BatchEnded]]:
    """Make the single steps of a report, which no journal holds: images, losses and seconds are spread evenly.

    Args:
        report: The report.
        first_batch: Number of its first batch within the epoch, from 1.

    Yields:
        The two events of each step.
    """
    images, more = divmod(report.samples, report.count)
    for number in range(report.count):
        step, batch = report.first_step + number, first_batch + number
        rate = report.learning_rate
        yield (
            GradientsReady(epoch=report.epoch, step=step - 1, batch=batch, learning_rate=rate),
            BatchEnded(
                epoch=report.epoch,
                step=step,
                batch=batch,
                samples=images + (number < more),
                loss=report.loss_last if step == report.last_step else report.loss_mean,
                learning_rate=rate,
                data_seconds=report.data_seconds / report.count,
                step_seconds=report.step_seconds / report.count,
            ),
        )
