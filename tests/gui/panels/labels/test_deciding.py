"""Deciding by real keys and clicks: one, many, filtered; and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.panels.labels.class_chooser import ClassChooser
from gui.panels.labels.labels_view import LabelsView
from tests.gui.label_answers import CLASSES
from tests.gui.label_reviewer import Key, Mod, current, decided, press, saved
from tests.gui.panels.labels.conftest import KINDS


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ((Key.Key_C, "с"), ("relabel", "dog")),
        ((Key.Key_Return, Key.Key_Enter), ("relabel", "dog")),
        ((Key.Key_L, "д"), ("leave_out", "")),
        ((Key.Key_F, "а"), ("fine", "")),
        ((Key.Key_3,), ("relabel", CLASSES[2])),
        ((Key.Key_1,), ("fine", "")),
    ],
)
def test_single_keys_decide_on_any_keyboard(
    view: LabelsView, place: Path, keys: tuple[Key | str, ...], wanted: tuple[str, str]
) -> None:
    for key in keys:
        view.grid.go_to(0)
        press(view, key)
        assert decided(view) == saved(place) == {"cat/0.png": wanted}
        assert current(view) == 1, "the next one without a decision"
        press(view, "я" if isinstance(key, str) else Key.Key_Z, Mod.ControlModifier)
        assert decided(view) == saved(place) == {}


def test_what_is_proposed_may_be_to_leave_it_out(view: LabelsView, place: Path) -> None:
    for _ in KINDS[:4]:
        press(view, Key.Key_Return)
    assert [what for what, _ in saved(place).values()] == ["relabel", "relabel", "leave_out", "leave_out"]
    assert current(view) == 4


def test_many_are_decided_at_once_and_taken_back_at_once(view: LabelsView, place: Path) -> None:
    view.grid.go_to(1)
    for _ in range(2):
        QTest.keyClick(view.grid, Key.Key_Right, Mod.ShiftModifier)
    assert view.grid.chosen() == [1, 2, 3]
    assert "3 images" in view.detail.why.text()
    press(view, Key.Key_L)
    assert set(saved(place)) == {"cat/1.png", "cat/2.png", "cat/3.png"}
    assert current(view) == 4
    press(view, Key.Key_Z, Mod.ControlModifier)
    assert saved(place) == {}
    assert view.grid.chosen() == [1, 2, 3], "what the undone command was about"
    press(view, Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier)
    assert len(saved(place)) == 3
    press(view, Key.Key_A, Mod.ControlModifier)
    press(view, Key.Key_F)
    assert saved(place) == {f"cat/{number}.png": ("fine", "") for number in range(6)}
    press(view, Key.Key_Backspace)
    assert current(view) == 5
    view.undo_button.click()
    view.undo_button.click()
    assert len(saved(place)) == 3


def test_clicks_select_and_buttons_decide(view: LabelsView, place: Path) -> None:
    def click(row: int, held: Mod = Mod.NoModifier) -> None:
        spot = view.grid.visualRect(view.grid.pictures.index(row)).center()
        QTest.mouseClick(view.grid.viewport(), Qt.MouseButton.LeftButton, held, spot)

    click(0)
    click(2, Mod.ShiftModifier)
    assert view.grid.chosen() == [0, 1, 2]
    click(4, Mod.ControlModifier)
    click(1, Mod.ControlModifier)
    assert view.grid.chosen() == [0, 2, 4]
    QTest.mouseClick(view.detail.leave_button, Qt.MouseButton.LeftButton)
    assert set(saved(place)) == {"cat/0.png", "cat/2.png", "cat/4.png"}
    assert view.grid.hasFocus(), "keys go on working after a click"
    click(3)
    QTest.mouseClick(view.detail.class_buttons[2], Qt.MouseButton.LeftButton)
    assert saved(place)["cat/3.png"] == ("relabel", CLASSES[2])
    click(3)
    assert view.detail.clear_button.isEnabled()
    QTest.mouseClick(view.detail.clear_button, Qt.MouseButton.LeftButton)
    assert "cat/3.png" not in saved(place)
    click(1)
    assert not view.detail.clear_button.isEnabled()
    assert view.detail.accept_button.text() == "Change to cat (↵)"
    QTest.mouseClick(view.detail.accept_button, Qt.MouseButton.LeftButton)
    assert saved(place)["cat/1.png"] == ("relabel", "cat")


def test_a_press_between_the_cards_selects_nothing(view: LabelsView) -> None:
    below = QPoint(5, view.grid.viewport().height() - 3)
    view.grid.go_to(1)
    QTest.mouseClick(view.grid.viewport(), Qt.MouseButton.LeftButton, Mod.NoModifier, below)
    assert view.grid.selectedIndexes() == []
    assert view.grid.chosen() == [1], "keys are about the current one"


def test_a_class_is_found_by_typing(view: LabelsView, place: Path, qtbot: Any) -> None:
    press(view, "щ")  # O
    chooser = view.findChild(ClassChooser)
    assert chooser is not None
    qtbot.waitUntil(chooser.isVisible)
    chooser.text.setText("ЛИС")
    assert [chooser.list.item(row).text() for row in range(chooser.list.count())] == [CLASSES[2]]
    QTest.keyClick(chooser.text, Key.Key_Return)
    assert saved(place) == {"cat/0.png": ("relabel", CLASSES[2])}
    qtbot.waitUntil(lambda: view.findChild(ClassChooser) is None)


def test_the_chooser_moves_by_arrows_and_closes_without_a_choice(view: LabelsView, place: Path, qtbot: Any) -> None:
    view.detail.other_button.click()
    chooser = view.findChild(ClassChooser)
    assert chooser is not None
    QTest.keyClick(chooser.text, Key.Key_Down)
    assert chooser.list.currentRow() == 1
    QTest.keyClicks(chooser.text, "no such class")
    QTest.keyClick(chooser.text, Key.Key_Return)
    assert chooser.isVisible()
    QTest.keyClick(chooser, Key.Key_Escape)
    qtbot.waitUntil(lambda: view.findChild(ClassChooser) is None)
    assert saved(place) == {}


def test_other_keys_do_nothing_and_no_key_decides_in_a_box(view: LabelsView, place: Path) -> None:
    for key in (Key.Key_0, Key.Key_9, Key.Key_X, "ж"):
        press(view, key)
    press(view, Key.Key_L, Mod.AltModifier)
    QTest.keyClick(view.filter_bar.kind_box, Key.Key_L)
    QTest.keyClick(view.detail.leave_button, Key.Key_F)
    assert saved(place) == {}


def choose(view: LabelsView, box: str, data: str) -> None:
    combo = getattr(view.filter_bar, f"{box}_box")
    combo.setCurrentIndex(combo.findData(data))


def test_kinds_classes_and_states_are_filtered(view: LabelsView) -> None:
    choose(view, "kind", "label")
    assert [view.review.proposals[one].path for one in view.review.visible] == ["cat/0.png", "cat/4.png", "cat/5.png"]
    assert view.filter_bar.count.text() == "3 of 6"
    choose(view, "class", CLASSES[2])
    assert view.nothing.isVisibleTo(view)
    view.all_button.click()
    assert len(view.review.visible) == 6
    assert view.grid.isVisibleTo(view)
    assert view.filter_bar.kind_box.itemText(1) == "Wrong label (3)"


def test_what_is_decided_leaves_the_list_of_what_is_to_decide(view: LabelsView, place: Path) -> None:
    choose(view, "state", "undecided")
    for left in range(5, -1, -1):
        press(view, Key.Key_F)
        assert len(view.review.visible) == left
        assert len(saved(place)) == 6 - left
    assert view.nothing.isVisibleTo(view)
    press(view, Key.Key_Z, Mod.ControlModifier)
    assert view.grid.chosen() == [5]
    assert view.grid.isVisibleTo(view)
    choose(view, "state", "decided")
    assert len(view.review.visible) == 5
