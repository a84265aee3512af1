"""A clock that is set, forwards and back, while the window waits for a run: nothing is seen of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.windows import opened

HOUR, YEAR = 3_600.0, 31_536_000.0


def test_a_clock_that_is_set_while_the_window_waits(
    qtbot: QtBot, window: Window, scribe: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, shift = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + shift[0])
    one = scribe("live", alive=True)
    one.begin()
    opened(qtbot, window, one.folder)

    def seen() -> tuple[str, str]:
        window.runs_side.tick()
        window.refresh_timer.tick()
        return window.run_controller.steering.state, window.run_toolbar.what.text()

    def beat(number: int) -> None:
        at = time.time() + number / 1000
        os.utime(one.folder.owner, (at, at))

    for number in range(3):
        beat(number)
        assert seen()[0] == "running"
    for epoch, jump in enumerate((HOUR, -YEAR, 10 * YEAR, -5 * HOUR), 1):
        shift[0] += jump
        for text in (seen(), seen()):  # the clock was set, and the heart has not beaten since
            assert text[0] == "running"
        beat(10 * epoch)
        one.epoch(epoch, 2.0 * epoch)
        state, text = seen()
        assert state == "running"
        assert "-" not in text, "no time runs backwards"
        assert "year" not in text
    one.end()
    qtbot.waitUntil(lambda: seen()[0] == "completed")
