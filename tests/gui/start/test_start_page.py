"""The start page: the last runs, recipes, and the window's actions as cards; by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.viewmodels.test_run_list import make
from trainer.store.folder import RunFolder

Make = Callable[..., Any]


def listed(qtbot: QtBot, window: Window) -> list[str]:
    """Names on the cards, once the list has been looked at."""
    window.runs_side.tick()
    window.start_place.show_runs(window.runs_side.newest())
    return [card.run.row.name for card in window.start_place.page.recent.cards if card.run and not card.isHidden()]


def test_the_last_runs_are_offered_the_newest_first(qtbot: QtBot, window: Window, root: Path) -> None:
    assert listed(qtbot, window) == []
    page = window.start_place.page
    assert not page.recent_title.isVisible()
    assert len({card.x() for card in page.buttons.values()}) == 2, "the other cards have the whole width"
    for day in range(1, 7):
        make(root, f"day-{day}", started_at=f"2026-01-0{day}T10:00:00+00:00", best_macro_f1=day / 10)
    assert listed(qtbot, window) == ["day-6", "day-5", "day-4", "day-3"]
    assert page.recent_title.isVisible()
    qtbot.waitUntil(lambda: len({card.x() for card in page.buttons.values()}) == 1)
    names = [card.accessibleName() for card in window.start_place.page.recent.cards]
    assert "Highest macro-F1" in names[0]
    assert "Highest macro-F1" not in names[1]


def test_a_card_opens_its_run(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    assert listed(qtbot, window) == ["finished"]
    card = window.start_place.page.recent.cards[0]
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    assert window.run is not None
    assert window.run.folder == finished
    assert window.pages.on_run


def test_a_recipe_sets_up_a_run_with_it(qtbot: QtBot, window: Window) -> None:
    window.start_place.page.recipes["linear"].click()
    page = window.pages.new_run_page
    assert page is not None
    assert window.pages.on_new_run
    assert page.form.recipe is not None
    assert page.form.recipe.name == "linear"


def test_the_other_cards_are_the_actions_of_the_menu(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    actions, pressed = window.window_actions.actions, []
    for name, card in window.start_place.page.buttons.items():
        assert card.isEnabled() == actions[name].isEnabled()
        assert card.accessibleName()
        assert card.focusPolicy() == Qt.FocusPolicy.StrongFocus
        actions[name].triggered.disconnect()
        actions[name].triggered.connect(lambda *_, name=name: pressed.append(name))
        card.click()
    assert pressed == list(window.start_place.page.buttons)
    actions["demo"].setEnabled(False)
    assert not window.start_place.page.buttons["demo"].isEnabled()


def test_a_small_window_scrolls_and_cuts_nothing(qtbot: QtBot, window: Window) -> None:
    window.resize(768, 432)
    QApplication.processEvents()
    page = window.start_place.page
    inner = page.widget()
    assert inner is not None
    assert inner.width() <= page.viewport().width()
    for card in (*page.recipes.values(), *page.buttons.values()):
        assert card.height() >= card.heightForWidth(card.width())
