"""What the window says of a run of several processes."""

from __future__ import annotations

import pytest

from gui.text.formats import whole
from gui.text.run_facts import process_speeds
from trainer.events import ProcessesReported


def pace(samples: tuple[int, ...], train: tuple[float, ...], exchange: tuple[float, ...]) -> ProcessesReported:
    zeros = (0.0,) * len(samples)
    return ProcessesReported(
        epoch=1, step=1, samples=samples, train_seconds=train, data_seconds=zeros, exchange_seconds=exchange
    )


def test_the_time_of_waiting_for_the_others_is_left_out() -> None:
    # both took two seconds, of which the second waited one
    assert process_speeds(pace((1000, 1000), (2.0, 2.0), (0.0, 1.0))) == f"{whole(500)} · {whole(1000)}"


def test_of_many_the_slowest_and_the_fastest_are_shown() -> None:
    found = process_speeds(pace((100,) * 8, tuple(float(n) for n in range(1, 9)), (0.0,) * 8))
    assert found == f"{whole(12.5)}–{whole(100)}"


@pytest.mark.parametrize(
    ("samples", "train", "exchange"), [((), (), ()), ((5, 5), (1.0,), (1.0, 1.0)), ((1,), (0.0,), (0.0,))]
)
def test_a_damaged_record_ends_nothing(
    samples: tuple[int, ...], train: tuple[float, ...], exchange: tuple[float, ...]
) -> None:
    assert process_speeds(pace(samples, train, exchange)) == ""
