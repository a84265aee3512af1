"""Timing: its arithmetic, on a scripted sequence."""

from __future__ import annotations

from typing import Any

import pytest

from callbacks.timing import SMOOTHING, Timing
from tests.engine.test_rules_records import build
from trainer.events import BatchesReported, EpochEnded, EpochStarted, RunStarted, ValidationDone


def changed(event: type[Any], **fields: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(build(event), **fields)


def feed(timing: Timing, *events: Any) -> None:
    from trainer.events import HOOKS

    for event in events:
        getattr(timing, HOOKS[type(event)])(event, None)


def report(count: int, data: float, step: float, samples: int = 64) -> BatchesReported:
    found: BatchesReported = changed(
        BatchesReported, count=count, samples=samples, data_seconds=data, step_seconds=step
    )
    return found


def test_pace_throughput_share_and_time_left() -> None:
    timing = Timing()
    assert timing.remaining_seconds is None
    feed(timing, changed(RunStarted, epochs=3, steps_per_epoch=10), changed(EpochStarted, epoch=1, first_batch=0))
    assert timing.remaining_seconds is None
    feed(timing, report(4, data=1.0, step=3.0, samples=400))
    assert timing.samples_per_second == 100.0
    assert timing.data_share == 0.25
    assert timing.remaining_seconds == 26.0  # a second a step, 6 + 2 * 10 steps, validations not known yet
    feed(timing, report(6, data=0.0, step=12.0))
    pace = 1.0 + SMOOTHING * (2.0 - 1.0)
    assert timing.remaining_seconds == pytest.approx(20 * pace)
    feed(timing, changed(ValidationDone, seconds=5.0))
    assert timing.remaining_seconds == pytest.approx(20 * pace + 2 * 5.0)
    feed(timing, changed(EpochStarted, epoch=2, first_batch=0))
    assert timing.remaining_seconds == pytest.approx(20 * pace + 2 * 5.0)


def test_the_figures_of_a_whole_epoch_and_the_end() -> None:
    timing = Timing()
    feed(
        timing,
        changed(RunStarted, epochs=1, steps_per_epoch=4),
        changed(EpochStarted, epoch=1, first_batch=0),
        report(4, 1.0, 3.0),
    )
    ended = changed(
        EpochEnded,
        epoch=1,
        seconds=7.0,
        valid_seconds=2.0,
        train_seconds=5.0,
        data_seconds=1.0,
        samples_per_second=51.2,
    )
    feed(timing, changed(ValidationDone, seconds=2.0), ended)
    assert (timing.epoch_seconds, timing.validation_seconds) == (7.0, 2.0)
    assert (timing.samples_per_second, timing.data_share) == (51.2, 0.2)
    assert timing.remaining_seconds == 0.0


def test_a_resumed_epoch_counts_what_was_done() -> None:
    timing = Timing()
    feed(
        timing,
        changed(RunStarted, epochs=2, steps_per_epoch=10),
        changed(EpochStarted, epoch=2, first_batch=7),
        report(1, 0.0, 2.0),
    )
    assert timing.remaining_seconds == 4.0


def test_an_epoch_of_unknown_length_has_no_end() -> None:
    timing = Timing()
    feed(
        timing,
        changed(RunStarted, epochs=2, steps_per_epoch=0),
        changed(EpochStarted, epoch=1, first_batch=0),
        report(1, 0.0, 2.0),
    )
    assert timing.remaining_seconds is None


def test_reports_that_took_no_time_divide_nothing_by_zero() -> None:
    timing = Timing()
    feed(
        timing,
        changed(RunStarted, epochs=1, steps_per_epoch=2),
        changed(EpochStarted, epoch=1, first_batch=0),
        report(1, 0.0, 0.0),
    )
    assert timing.samples_per_second is None
    feed(timing, changed(EpochEnded, train_seconds=0.0, data_seconds=0.0))
    assert timing.data_share == 0.0
