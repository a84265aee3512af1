"""How fast, and how long yet: judged by when pieces were heard of."""

from __future__ import annotations

import pytest

from trainer.pace import Pace, Speed


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_speed_is_the_mean_of_the_phase(clock: Clock) -> None:
    pace = Pace(clock)
    assert pace.follow("decode", 100, 1000) is None
    clock.now += 2.0
    assert pace.follow("decode", 300, 1000) == Speed(pytest.approx(100.0), pytest.approx(7.0))  # type: ignore[arg-type]
    clock.now += 2.0
    assert pace.follow("decode", 900, 1000) == Speed(pytest.approx(200.0), pytest.approx(0.5))  # type: ignore[arg-type]


def test_the_time_left_goes_down_between_two_reports(clock: Clock) -> None:
    pace = Pace(clock)
    pace.follow("extract", 0, 100)
    clock.now += 10.0
    found = []
    for _ in range(40):
        speed = pace.follow("extract", 20, 100)
        assert speed is not None
        assert speed.per_second == pytest.approx(2.0)
        found.append(speed.seconds_left)
        clock.now += 1.5
    assert found == pytest.approx([max(0.0, 40 - 1.5 * tick) for tick in range(40)])


@pytest.mark.parametrize("total", [0, 1])
def test_nothing_is_said_of_what_is_not_counted(clock: Clock, total: int) -> None:
    pace = Pace(clock)
    pace.follow("scan", 0, total)
    clock.now += 5.0
    assert pace.follow("scan", 1, total) is None


def test_nothing_is_said_within_the_first_second(clock: Clock) -> None:
    pace = Pace(clock)
    pace.follow("decode", 0, 10)
    clock.now += 0.9
    assert pace.follow("decode", 5, 10) is None
    clock.now += 0.2
    assert pace.follow("decode", 5, 10) is None  # those five came within 0.9 s
    assert pace.follow("decode", 6, 10) is not None


def test_it_begins_anew_with_each_phase_and_where_it_goes_back(clock: Clock) -> None:
    pace = Pace(clock)
    assert pace.follow("scan", 0, 10) is None
    clock.now += 5.0
    assert pace.follow("scan", 5, 10) == Speed(1.0, 5.0)
    assert pace.follow("decode", 5, 10) is None
    clock.now += 5.0
    assert pace.follow("decode", 5, 10) is None
    assert pace.follow("decode", 3, 10) is None
    clock.now += 2.0
    assert pace.follow("decode", 4, 10) == Speed(0.5, 12.0)
