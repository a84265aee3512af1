"""What the queue promises: order, no waiting, a bound, a count of what is lost, an end in time."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from callbacks.trackers.delivery import DirectDelivery, ThreadDelivery


class Gate:
    """A target whose calls wait until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered = threading.Event()
        self.made: list[int] = []

    def call(self, number: int) -> None:
        self.entered.set()
        assert self.opened.wait(20)
        self.made.append(number)


@pytest.fixture
def gate() -> Any:
    made = Gate()
    yield made
    made.opened.set()


def test_calls_are_made_in_order_on_one_thread_of_their_own() -> None:
    made: list[tuple[int, str]] = []
    line = ThreadDelivery("a line", lambda: made)
    for number in range(100):
        line.put(lambda target, number=number: target.append((number, threading.current_thread().name)))
    line.close(20)
    assert made == [(number, "a line") for number in range(100)]
    assert (line.given, line.dropped, line.error) == (100, 0, None)


def test_a_full_queue_drops_minor_calls_first(gate: Gate) -> None:
    line = ThreadDelivery("x", lambda: gate, capacity=4)
    line.put(lambda target: target.call(0), minor=True)
    assert gate.entered.wait(20)
    for number in range(1, 5):
        line.put(lambda target, number=number: target.call(number), minor=True)
    assert line.dropped == 3  # with the one under way, two are half of the room
    for number in range(5, 9):
        line.put(lambda target, number=number: target.call(number))
    assert line.dropped == 5
    gate.opened.set()
    line.close(20)
    assert gate.made == [0, 1, 5, 6]
    assert (line.given, line.dropped) == (9, 5)


def test_what_hangs_is_left_behind_and_all_that_waits_is_counted(gate: Gate) -> None:
    line = ThreadDelivery("x", lambda: gate)
    for number in range(7):
        line.put(lambda target, number=number: target.call(number))
    assert gate.entered.wait(20)
    line.close(0.0)
    assert (line.given, line.dropped) == (7, 7)
    line.put(lambda target: target.call(9))
    line.close(0.0)  # a second time does nothing
    assert (line.given, line.dropped) == (8, 8)


@pytest.mark.parametrize("error", [OSError("disk"), SystemExit(3)])
def test_after_an_error_nothing_is_called_any_more(error: BaseException) -> None:
    made: list[int] = []

    def fail(target: list[int]) -> None:
        raise error

    line = ThreadDelivery("x", lambda: made)
    line.put(lambda target: target.append(1))
    line.put(fail)
    line.put(lambda target: target.append(3))
    line.close(20)
    assert made == [1]
    assert line.error is error
    assert (line.given, line.dropped) == (3, 2)


def test_what_cannot_be_opened_fails_like_a_call() -> None:
    error = ValueError("no such place")

    def connect() -> int:
        raise error

    line = ThreadDelivery("x", connect)
    line.put(lambda target: None)
    line.close(20)
    assert line.error is error
    assert line.dropped == 1


def test_a_direct_line_calls_at_once_and_lets_errors_through() -> None:
    made: list[int] = []
    line = DirectDelivery(made)
    line.put(lambda target: target.append(1), minor=True)
    assert made == [1]
    with pytest.raises(ZeroDivisionError):
        line.put(lambda target: target.append(1 // 0))
    line.close(1.0)
    assert (line.given, line.dropped, line.error) == (2, 0, None)
