"""A person's habits: dropping, menus and keys, the layout, light and dark, settings."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from gui.preferences import Preferences
from gui.style import theme
from gui.window import drag_drop, i18n
from gui.window.actions import ACTIONS, MENUS
from gui.window.main_window import Window
from tests.gui.windows import drop, opened
from trainer.store.folder import RunFolder

Make = Callable[..., Any]


# -- dropping --------------------------------------------------------------------------------------------------------


def test_what_a_drop_is_meant_as(tmp_path: Path, finished: RunFolder) -> None:
    image = tmp_path / "cat.JPG"
    image.touch()
    assert drag_drop.kind_of([finished.path]) == "run"
    assert drag_drop.kind_of([tmp_path]) == "data"
    assert drag_drop.kind_of([image, tmp_path / "dog.png"]) == "images"
    assert drag_drop.kind_of([image, tmp_path]) == "nothing"
    assert drag_drop.kind_of([]) == "nothing"
    notes = tmp_path / "notes.txt"
    assert drag_drop.sort_out([notes, image]) == ("images", [image], [notes])
    assert drag_drop.sort_out([finished.path, tmp_path]) == ("run", [finished.path], [tmp_path])
    assert drag_drop.sort_out([image, tmp_path]) == ("nothing", [], [image, tmp_path])


def test_a_run_is_opened_by_dropping_it(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    drop(window, finished.path)
    qtbot.waitUntil(lambda: window.run is not None)
    assert window.preferences.recent == [finished.path]
    assert [action.text() for action in window.window_actions.recent.actions()] == ["finished"]


def test_a_folder_of_images_is_taken_for_a_new_run(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    drop(window, tmp_path / "photos")
    qtbot.waitUntil(lambda: window.pages.new_run_page is not None)
    assert window.pages.currentWidget() is window.pages.new_run_page
    qtbot.waitUntil(window.window_actions.actions["start"].isEnabled)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.start_place


def test_what_is_not_taken_of_several_things_is_named(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    drop(window, tmp_path / "cat.png", tmp_path / "notes.txt", tmp_path / "dog.heic")
    qtbot.waitUntil(lambda: window.banner.text("left_out") is not None)
    assert "notes.txt, dog.heic" in str(window.banner.text("left_out"))
    assert "cat" not in str(window.banner.text("left_out"))


def test_images_need_a_run(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    drop(window, tmp_path / "cat.png")
    qtbot.waitUntil(lambda: window.banner.text("drop") is not None)


# -- the recorded run ------------------------------------------------------------------------------------------------


def test_the_recorded_run_plays(qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gui.widgets.epoch_slider.PLAY_SECONDS", 0.0)
    window.window_actions.actions["demo"].trigger()
    qtbot.waitUntil(lambda: window.epoch_bar.slider.value() > 3)
    assert window.epoch_bar.play.isChecked()
    assert not window.window_actions.actions["start"].isEnabled()
    window.epoch_bar.play.click()
    assert not window.epoch_bar.play.isChecked()


# -- menus, keys, looks ----------------------------------------------------------------------------------------------


def test_every_action_has_a_text_and_no_key_is_given_twice(window: Window) -> None:
    keys: list[str] = []
    for name in ACTIONS:
        action = window.window_actions.actions[name]
        assert action.text()
        keys += [key.toString() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert all(len(key) > 1 for key in keys)
    in_menus = {entry for menu in MENUS.values() for entry in menu} - {"", "recent"}
    assert in_menus == set(ACTIONS)


def test_controls_have_names(window: Window) -> None:
    for button in (window.run_toolbar.primary, window.run_toolbar.pause, window.run_toolbar.checkpoint):
        assert button.text()
        assert button.toolTip()
    assert window.epoch_bar.slider.accessibleName()
    assert window.epoch_bar.live.text()
    for button in (
        window.epoch_bar.first,
        window.epoch_bar.previous,
        window.epoch_bar.next,
        window.epoch_bar.last,
        window.epoch_bar.play,
    ):
        assert button.accessibleName()


def test_the_window_remembers_its_layout(qtbot: QtBot, root: Path) -> None:
    first = Window(root, Preferences())
    first.resize(1000, 700)
    first.show()
    qtbot.waitExposed(first)
    first.window_layout.toggle("facts")
    assert not first.preferences.shown("facts")
    first.close()
    first.deleteLater()
    second = Window(root, Preferences())
    second.show()
    assert second.height() == 700  # the screen is 800 wide, the window at least 960
    assert not second.preferences.shown("facts")
    second.window_actions.actions["reset_layout"].trigger()
    assert second.preferences.shown("facts")
    second.close()
    second.deleteLater()


def test_a_narrow_window_folds_the_list_of_runs(qtbot: QtBot, window: Window) -> None:
    assert window.runs_side.isVisible()
    window.resize(1092, 614)
    assert window.runs_side.isHidden()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.runs_side.isVisible()
    window.resize(1300, 700)
    assert window.runs_side.isVisible()
    assert window.minimumWidth() <= 768
    assert window.minimumHeight() <= 432


def test_a_remembered_full_screen_is_checked_in_the_menu(qtbot: QtBot, window: Window) -> None:
    item = window.window_actions.actions["full_screen"]
    window.showFullScreen()
    window.window_layout.save()
    window.showNormal()
    item.setChecked(False)
    window.window_layout.restore()
    assert window.isFullScreen()
    assert item.isChecked()


def test_layouts_fit_the_smallest_window(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    window.resize(840, 540)
    for name in window.tabs.names():
        window.show_tab(name)
        assert window.width() == 840, name
        qtbot.waitUntil(lambda: window.centralWidget().minimumSizeHint().width() <= 840)
        assert window.centralWidget().minimumSizeHint().height() <= 540, name


def test_a_narrow_window_has_room_for_one_side(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    opened(qtbot, window, finished)
    window.resize(840, 540)
    assert (window.runs_side.isVisible(), window.run_info.isVisible()) == (False, True)
    window.window_actions.actions["runs_panel"].trigger()
    assert (window.runs_side.isVisible(), window.run_info.isVisible()) == (True, False)
    window.window_actions.actions["facts_panel"].trigger()
    assert (window.runs_side.isVisible(), window.run_info.isVisible()) == (False, True)
    window.resize(1366, 768)
    assert (window.runs_side.isVisible(), window.run_info.isVisible()) == (True, True)


@pytest.mark.parametrize("chosen", ["en", "ru"])
def test_in_the_smallest_window_no_figure_and_no_button_is_cut(
    qtbot: QtBot, window: Window, finished: RunFolder, chosen: str
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = QLocale()
    try:
        i18n.choose(app, chosen)
        opened(qtbot, window, finished)
        window.resize(840, 540)
        for value in window.run_info.values.values():
            qtbot.waitUntil(lambda value=value: "…" not in value.text())
        for button in window.tabs.panel("curves").findChildren(QAbstractButton):
            qtbot.waitUntil(lambda one=button: not one.isVisible() or one.width() >= one.minimumSizeHint().width())
    finally:
        i18n.choose(app, "en")
        QLocale.setDefault(before)


@pytest.mark.parametrize("chosen", ["en", "ru"])
def test_no_letter_is_given_to_two_things_in_sight(
    qtbot: QtBot, window: Window, finished: RunFolder, chosen: str
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = QLocale()
    try:
        i18n.choose(app, chosen)
        opened(qtbot, window, finished)
        qtbot.waitUntil(lambda: window.runs_side.panel is not None and window.runs_side.panel.isVisible())
        for page in ("run", "new"):
            if page == "new":
                window.new_run()
            found = letters(window)
            assert len(found) >= 6
            assert len(found) == len(set(found)), found
    finally:
        i18n.choose(app, "en")
        QLocale.setDefault(before)


def letters(window: Window) -> list[str]:
    """What Alt is pressed with."""
    texts = [menu.title() for menu in window.window_actions.menus.values()]
    texts += [one.text() for one in window.findChildren(QLabel) if one.isVisible() and one.buddy() is not None]
    texts += [one.text() for one in window.findChildren(QAbstractButton) if one.isVisible()]
    return [key.lower() for text in texts for key in re.findall("&([^&])", text)]


def test_recent_runs_are_offered_after_a_start(qtbot: QtBot, root: Path, finished: RunFolder) -> None:
    preferences = Preferences()
    preferences.add_recent(finished.path)
    window = Window(root, preferences)
    assert [action.text() for action in window.window_actions.recent.actions()] == ["finished"]
    window.window_actions.recent.actions()[0].trigger()
    assert window.run is not None
    window.closing.quietly()
    window.deleteLater()


def test_light_and_dark(qtbot: QtBot, window: Window, finished: RunFolder) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    opened(qtbot, window, finished)
    try:
        for scheme in ("dark", "light"):
            theme.apply(app, scheme)  # type: ignore[arg-type]
            assert theme.Colours.current().dark == (scheme == "dark")
            qtbot.waitUntil(lambda: window.palette() == app.palette())
            shot = window.grab().toImage()
            corner = shot.pixelColor(QPoint(shot.width() // 2, 4))
            assert (corner.lightness() < 128) == (scheme == "dark")
    finally:
        theme.apply(app, "system")


def test_settings_hold_at_once(qtbot: QtBot, window: Window) -> None:
    window.window_actions.actions["settings"].trigger()
    from gui.window.preferences_dialog import PreferencesDialog

    (dialog,) = window.findChildren(PreferencesDialog)
    dialog.scheme.setCurrentIndex(2)
    assert window.preferences.scheme == "dark"
    assert theme.Colours.current().dark
    dialog.scheme.setCurrentIndex(0)
    dialog.python.setText(str(window.root / "none"))
    dialog.check()
    qtbot.waitUntil(lambda: "cannot" in dialog.verdict.text())
    assert window.preferences.python == sys.executable
    dialog.python.setText(sys.executable)
    dialog.check()
    qtbot.waitUntil(lambda: "torch" in dialog.verdict.text(), timeout=30_000)
    assert window.preferences.python == sys.executable
    dialog.close()
