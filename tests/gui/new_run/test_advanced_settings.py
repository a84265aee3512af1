"""The settings that few people change: folded, counted, found, and unfolded where one of them is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.new_run.new_run_page import FIRST, NewRunPage
from gui.viewmodels.settings_form import MODEL
from tests.gui.new_run.pages import new_run_page
from tests.gui.new_run.test_new_run_page import line, type_into
from tests.gui.rpc_clients import FakeRpcClient

ROTATION = ("augment", "rotation")


@pytest.fixture
def page(tmp_path: Path, qtbot: QtBot) -> NewRunPage:
    (tmp_path / "files").mkdir()
    page = new_run_page(FakeRpcClient(tmp_path / "files"), tmp_path)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return page


def seen(page: NewRunPage) -> set[tuple[str, ...]]:
    """Paths of the settings whose editors can be seen."""
    return {path for path, row in page.rows.items() if row.editor.isVisible()}


def test_at_first_only_what_most_people_change_is_seen(page: NewRunPage) -> None:
    assert seen(page) == set(FIRST)
    page.advanced.fold.click()
    assert {("augment", "rotation"), ("train", "optimizer")} <= seen(page)
    page.advanced.fold.click()
    assert seen(page) == set(FIRST)


def test_what_was_changed_is_counted_while_it_is_folded(page: NewRunPage, qtbot: QtBot) -> None:
    assert page.advanced.fold.text() == "Advanced"
    type_into(page, ROTATION, "9", qtbot)
    type_into(page, ("train", "lr"), "0.5", qtbot)  # stands above
    assert page.advanced.fold.text() == "Advanced, changed: 1"
    page.form.set(("cnn", "width"), "48")  # of another model
    page.form.set(ROTATION, "")
    page.advanced.show_groups()
    assert page.advanced.fold.text() == "Advanced"


@pytest.mark.parametrize("words", ["Rotation", "augment.rotation", "--augment.rotation", "rotat degrees"])
def test_a_setting_is_found_by_title_path_flag_and_explanation(page: NewRunPage, words: str) -> None:
    words = words.replace("degrees", page.rows[ROTATION].editor.accessibleDescription().split()[0])
    page.advanced.search.setText(words)
    assert ROTATION in seen(page)
    assert ("train", "optimizer") not in seen(page)
    page.advanced.search.clear()
    assert seen(page) == set(FIRST)


def test_options_of_other_models_are_not_found(page: NewRunPage) -> None:
    page.advanced.search.setText("cnn.")
    assert seen(page) == set(FIRST)
    assert page.advanced.nothing.isVisible()
    page.form.set(MODEL, "cnn")
    page.advanced.show_groups()
    assert any(path[0] == "cnn" for path in seen(page))
    assert not page.advanced.nothing.isVisible()


def test_fixing_a_setting_unfolds_it(page: NewRunPage, qtbot: QtBot) -> None:
    type_into(page, ROTATION, "-5", qtbot)
    page.advanced.search.setText("optimizer")
    page.mend_button.click()
    assert ROTATION in seen(page)
    assert page.rows[ROTATION].problem.isVisible()


def test_ctrl_f_leads_to_the_search(page: NewRunPage, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.advanced.search.hasFocus)
    assert line(page, ROTATION) is not None


def test_what_was_searched_keeps_units_and_problems_apart(page: NewRunPage, qtbot: Any) -> None:
    page.advanced.search.setText("rotation")
    row = page.rows[ROTATION]
    assert row.unit.isVisible() == bool(row.unit.text())
    assert not row.problem.isVisible()
