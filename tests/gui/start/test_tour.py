"""The tour points at real parts of the window, blocks nothing, comes once by itself and whenever it is asked for."""

from __future__ import annotations

from itertools import product

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.preferences import Preferences
from gui.start.tour import Tour, beside
from gui.viewmodels.demo_run import demo_run
from gui.window.main_window import Window
from trainer.store.folder import RunFolder

ROOM = QRect(0, 0, 1280, 800)


def begun(window: Window) -> Tour:
    window.window_actions.actions["tour"].trigger()
    assert window.tour.tour is not None
    return window.tour.tour


def test_five_steps_show_the_list_the_tabs_of_a_run_and_the_start_page(qtbot: QtBot, window: Window) -> None:
    tour = begun(window)
    seen = []
    for number in range(5):
        assert tour.place == number
        assert tour.bubble.isVisible()
        assert f"{number + 1} of 5" == tour.bubble.where.text()
        assert tour.frame.rect().contains(tour.frame.place)
        assert not tour.frame.place.isEmpty()
        seen.append("start" if window.pages.on_start else window.tabs.current if window.run else "")
        tour.bubble.next.click()
    assert seen == ["start", "curves", "errors", "predict", "start"]
    assert window.tour.tour is None
    assert window.run is None, "the recorded run was lent"


def test_arrow_keys_go_on_and_back_and_escape_leaves(qtbot: QtBot, window: Window) -> None:
    tour = begun(window)
    assert not tour.bubble.back.isEnabled()
    qtbot.keyClick(tour.bubble.next, Qt.Key.Key_Right)
    qtbot.keyClick(tour.bubble.next, Qt.Key.Key_Right)
    qtbot.keyClick(tour.bubble.next, Qt.Key.Key_Left)
    assert tour.place == 1
    assert window.epoch_cursor.chosen is None, "its keys are its own"
    qtbot.keyClick(tour.bubble.next, Qt.Key.Key_Escape)
    assert window.tour.tour is None


def test_the_run_that_was_open_stays_open(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    window.open_run(finished.path)
    tour = begun(window)
    for _ in range(5):
        tour.bubble.next.click()
    assert window.run is not None
    assert window.run.folder == finished
    assert window.pages.on_run


def test_a_run_opened_meanwhile_stays_open(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    tour = begun(window)
    tour.bubble.next.click()
    assert window.run is not None
    assert window.run.folder.path == demo_run()
    window.open_run(finished.path)
    tour.bubble.skip.click()
    assert window.run.folder == finished


def test_it_is_offered_once_for_good(qtbot: QtBot, window: Window) -> None:
    preferences = Preferences()
    window.tour.offer()
    assert window.tour.tour is None, "tests know the window"
    preferences.tour_seen = False
    window.preferences.tour_seen = False
    window.tour.offer()
    assert window.tour.tour is not None
    window.tour.end()
    window.preferences.save()
    assert Preferences().tour_seen
    window.tour.offer()
    assert window.tour.tour is None


def test_mouse_and_keyboard_reach_what_lies_below(qtbot: QtBot, window: Window) -> None:
    tour = begun(window)
    QApplication.processEvents()
    search = window.start_place.page.drop.button
    at = search.mapTo(window, search.rect().center())
    assert tour.frame.geometry().contains(at)
    assert window.childAt(at) is search


def test_the_frame_follows_the_window(qtbot: QtBot, window: Window) -> None:
    tour = begun(window)
    window.resize(1300, 700)
    assert tour.frame.size() == window.size()
    assert window.rect().contains(tour.bubble.geometry())


@pytest.mark.parametrize("size", [QSize(300, 150), QSize(420, 260)])
def test_the_bubble_stays_in_the_window_and_beside_the_place_where_there_is_room(size: QSize) -> None:
    ends = (0, 1, 150, 400, 700, 1100)
    for x, y, width, height in product(ends, ends[:5], (1, 90, 500, 1280), (1, 90, 500, 800)):
        place = QRect(x, y, width, height).intersected(ROOM)
        taken = QRect(beside(place, size, ROOM), size)
        assert ROOM.contains(taken)
        if place.right() < ROOM.width() - size.width() - 60 and place.top() + size.height() < ROOM.height() - 60:
            assert not taken.intersects(place)
