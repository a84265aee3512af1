"""Callbacks of a new run: read and tried by a helper, switched on, set up, and heard of once the run has ended."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gui.engine.rpc_client import Answer
from gui.new_run.new_run_page import NewRunPage
from gui.text import settings
from gui.viewmodels.callback_catalog import PATIENCE_SECONDS, CallbackCatalog
from gui.viewmodels.settings_form import SettingsForm
from gui.window.main_window import Window
from tests.gui.new_run.pages import new_run_page
from tests.gui.rpc_clients import FakeRpcClient
from tests.installed_callbacks import installed
from trainer.store.folder import RunFolder, state
from trainer.store.run_files import settings_tables

PATIENCE = 200_000


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed(tmp_path / "site", monkeypatch):
        yield


def option(key: str, *, name: str = "notes", kind: str = "integer", **more: Any) -> Answer:
    return {"name": key, "kind": kind, "required": False, "default": 1, "choices": [], "about": "", **more}


NOTES: Answer = {
    "name": "notes", "package": "their-notes", "about": "Writes lines.", "left_out": [{"name": "hook", "type": "Hook"}],
    "options": [option("every", about="1 or more."), option("sure", kind="switch", default=None),
                option("log_folder", kind="path", default=""),
                option("path", kind="path", required=True, default=None)],
}  # fmt: skip
FOLLOWER: Answer = {"name": "follower", "about": "", "obstacles": [{"name": "schedule", "type": "Callable"}]}
GONE: Answer = {"name": "gone", "problem": {"code": "x.y", "what": "It cannot be loaded."}}


class FakeHelper(FakeRpcClient):
    """A helper that is asked of nothing else."""

    def tell(self, *refused: Answer) -> None:
        self.answer("callbacks", ok=True, callbacks=[NOTES, FOLLOWER, GONE], refused=list(refused))


@pytest.fixture
def helper(tmp_path: Path) -> FakeHelper:
    return FakeHelper(tmp_path)


@pytest.fixture
def page(helper: FakeHelper, tmp_path: Path, qtbot: QtBot) -> NewRunPage:
    """Unfolded, and it is known which callbacks there are."""
    page = new_run_page(FakeRpcClient(tmp_path), tmp_path, make_client=lambda: helper)
    qtbot.addWidget(page)
    page.resize(1000, 900)
    page.show()
    assert helper.asked == [], "no foreign code is run before someone looks"
    page.advanced.fold.click()
    helper.tell()
    return page


def editor(page: NewRunPage, key: str, name: str = "notes") -> QWidget:
    return page.callbacks.rows[name].rows["plugins", name, key].editor


def type_over(qtbot: QtBot, widget: QWidget, text: str) -> None:
    assert isinstance(widget, QLineEdit)
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def problem(page: NewRunPage, key: str) -> str:
    label = page.callbacks.rows["notes"].rows["plugins", "notes", key].problem
    return label.text() if label.isVisible() else ""


def test_a_switch_shows_the_options_and_start_waits_for_the_constructor(
    page: NewRunPage, helper: FakeHelper, qtbot: QtBot
) -> None:
    row = page.callbacks.rows["notes"]
    assert not row.options.isVisible()
    row.switch.setFocus()
    qtbot.keyClick(row.switch, Qt.Key.Key_Space)
    assert row.options.isVisible()
    assert "Needs a value" in problem(page, "path")
    type_over(qtbot, editor(page, "path"), "/tmp/notes")
    assert problem(page, "path") == ""
    assert not page.start_button.isEnabled(), "the constructor is still to be heard"
    asked = helper.asked[-1][1]["settings"]
    assert asked == {"callbacks": ["notes"], "plugins": {"notes": {"path": str(Path("/tmp/notes").absolute())}}}
    refused = {"name": "notes", "option": "every", "code": "x.y", "what": "every: got 1.", "expected": "2 or more"}
    helper.tell(refused)
    assert problem(page, "every") == "⚠ every: got 1.\nExpected: 2 or more"
    assert "notes: every" in page.mend_button.text()
    page.advanced.fold.click()
    page.mend_button.click()
    assert editor(page, "every").hasFocus()
    type_over(qtbot, editor(page, "every"), "2")
    helper.tell()
    assert page.start_button.isEnabled()
    assert "--callbacks notes --option notes.path=" in page.command.text()
    assert page.advanced.fold.text() == "Advanced, changed: 3"
    qtbot.keyClick(row.switch, Qt.Key.Key_Space)
    assert page.start_button.isEnabled()
    assert "notes" not in page.command.text()


def test_an_answer_is_about_the_values_that_were_asked_about(
    page: NewRunPage, helper: FakeHelper, qtbot: QtBot
) -> None:
    page.callbacks.rows["notes"].switch.click()
    type_over(qtbot, editor(page, "path"), "/tmp/notes")
    type_over(qtbot, editor(page, "every"), "1")
    refused = {"name": "notes", "option": "every", "code": "x.y", "what": "every: got 7.", "expected": "2 or more"}
    type_over(qtbot, editor(page, "every"), "7")
    late = helper.callbacks["callbacks"]
    type_over(qtbot, editor(page, "every"), "lots")
    assert "lots" not in str(helper.asked[-1]), "the form refuses it"
    assert "Expected: a whole number" in problem(page, "every")
    type_over(qtbot, editor(page, "every"), "8")
    late({"ok": True, "callbacks": [NOTES, FOLLOWER, GONE], "refused": [refused]})
    assert problem(page, "every") == ""
    assert not page.start_button.isEnabled(), "the answer about 8 is still to come"
    helper.tell({**refused, "what": "every: got 8."})
    assert "got 8" in problem(page, "every")
    type_over(qtbot, editor(page, "every"), "9")
    assert problem(page, "every") == "", "what was said of 8"
    helper.tell()
    assert page.start_button.isEnabled()


def test_what_cannot_be_set_up_is_listed_with_the_reason(page: NewRunPage) -> None:
    rows = page.callbacks.rows
    assert [rows[name].switch.isEnabled() for name in ("notes", "follower", "gone")] == [True, False, False]
    assert "schedule (Callable)" in rows["follower"].note.text()
    assert rows["gone"].note.text() == "It cannot be loaded."
    rows["notes"].switch.click()
    assert "hook (Hook)" in rows["notes"].note.text()
    assert rows["notes"].note.isVisible()


def test_each_control_has_a_name_of_its_own(page: NewRunPage) -> None:
    page.callbacks.rows["notes"].switch.click()
    kinds = (QCheckBox, QLineEdit, QComboBox)
    controls = [one for kind in kinds for one in page.callbacks.findChildren(kind) if one.isVisible()]
    controls += list(page.callbacks.rows["notes"].browse_buttons.values())
    names = [one.accessibleName() for one in controls]
    assert len(set(names)) == len(names) == 9
    assert all(names)
    assert "Writes lines." in page.callbacks.rows["notes"].switch.accessibleDescription()
    assert "1 or more." in editor(page, "every").accessibleDescription()


def test_neither_yes_nor_no_is_a_choice(page: NewRunPage) -> None:
    page.callbacks.rows["notes"].switch.click()
    box = editor(page, "sure")
    assert isinstance(box, QComboBox)
    assert [box.itemText(place) for place in range(box.count())] == ["not set", "yes", "no"]
    box.setCurrentIndex(2)
    assert "notes.sure=false" in page.command.text()
    box.setCurrentIndex(0)
    assert "notes.sure" not in page.command.text()


def test_files_and_folders_are_chosen_by_a_dialog(page: NewRunPage, monkeypatch: pytest.MonkeyPatch) -> None:
    page.callbacks.rows["notes"].switch.click()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("/tmp/a file", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "/tmp/folder")
    for button in page.callbacks.rows["notes"].browse_buttons.values():
        button.click()
    values = [editor(page, key) for key in ("path", "log_folder")]
    assert [one.text() for one in values if isinstance(one, QLineEdit)] == ["/tmp/a file", "/tmp/folder"]


def test_a_callback_is_found_by_name_and_text(page: NewRunPage) -> None:
    for words, found in (("lines", {"notes"}), ("follow", {"follower"}), ("callbacks", {"notes", "follower", "gone"})):
        page.advanced.search.setText(words)
        assert {name for name, row in page.callbacks.rows.items() if row.isVisible()} == found
    page.advanced.search.setText("rotation")
    assert not page.callbacks.isVisible()


def test_what_is_not_installed_can_be_switched_off(page: NewRunPage, helper: FakeHelper) -> None:
    page.take_settings({"callbacks": ["elsewhere"], "plugins": {"elsewhere": {"a": 1}}}, "")
    helper.tell({"name": "elsewhere", "option": "", "code": "callback.unknown", "what": "There is no callback."})
    assert "elsewhere" in page.mend_button.text()
    page.callbacks.rows["elsewhere"].switch.click()
    helper.tell()
    assert page.start_button.isEnabled()
    assert "elsewhere" not in page.command.text()


@pytest.mark.parametrize(("language", "quoted"), [("en", "“x show”"), ("ru", "«x show»")])
def test_backticks_of_docstrings_become_quotes(language: str, quoted: str) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(language))
    try:
        assert settings.callback_text("Where `x show` finds it.") == f"Where {quoted} finds it."
    finally:
        QLocale.setDefault(before)


def test_why_it_cannot_be_loaded_is_said_once(page: NewRunPage, helper: FakeHelper) -> None:
    row = page.callbacks.rows["gone"]
    assert (row.note.isVisible(), row.problem.isVisible()) == (True, False)
    page.take_settings({"callbacks": ["gone"]}, "")
    helper.tell({"name": "gone", "option": "", "code": "x.y", "what": "It cannot be loaded."})
    row = page.callbacks.rows["gone"]
    assert row.problem.text() == "⚠ It cannot be loaded."
    assert (row.note.isVisible(), row.problem.isVisible()) == (False, True)


def test_a_helper_that_dies_is_told_and_holds_nothing_up(page: NewRunPage, helper: FakeHelper) -> None:
    page.callbacks.rows["notes"].switch.click()
    type_into: Any = editor(page, "path")
    type_into.setText("/tmp/x")
    type_into.textEdited.emit("/tmp/x")
    helper.answer("callbacks", ok=False, code="x.y", what="The helper ended unexpectedly.")
    assert page.callbacks.status.text() == "The helper ended unexpectedly."
    assert page.start_button.isEnabled()


def test_a_constructor_that_hangs_does_not_hold_up_for_ever(helper: FakeHelper, tmp_path: Path) -> None:
    form, now = SettingsForm(tmp_path), [0.0]
    catalog: Any = CallbackCatalog(form, lambda: helper, lambda: now[0])  # type: ignore[arg-type, return-value]
    catalog.look()
    assert (catalog.loading, catalog.pending) == (True, False)
    helper.tell()
    assert not catalog.loading
    form.switch_callback("notes", True)
    form.plugins.set(("plugins", "notes", "path"), "/tmp/notes")
    catalog.look()
    assert catalog.pending
    now[0] = PATIENCE_SECONDS
    told: list[bool] = []
    catalog.changed = lambda: told.append(catalog.pending)
    catalog.poll()
    assert told == [False]
    form.plugins.set(("plugins", "notes", "every"), "3")
    catalog.look()
    assert catalog.pending, "other options, another try"


@pytest.mark.slow
def test_a_run_hears_what_was_switched_on(own: None, window: Window, root: Path, tmp_path: Path, qtbot: QtBot) -> None:
    """At the window, with a helper and an engine in processes of their own."""
    written = tmp_path / "my notes.txt"
    window.pages.show_new_run()
    page = window.pages.new_run_page
    assert page is not None
    page.advanced.search.setText("notes")
    qtbot.waitUntil(lambda: "notes" in page.form.plugins.offers, timeout=PATIENCE)
    switch = page.callbacks.rows["notes"].switch
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(8, switch.height() // 2))
    type_over(qtbot, editor(page, "path"), str(written))
    type_over(qtbot, editor(page, "label"), "round")
    type_over(qtbot, editor(page, "every"), "0")
    qtbot.waitUntil(lambda: "every: got 0" in problem(page, "every"), timeout=PATIENCE)
    assert not page.start_button.isEnabled()
    type_over(qtbot, editor(page, "every"), "2")
    page.form.set(("train", "epochs"), "2")
    page.name.setText("noted")
    qtbot.waitUntil(page.start_button.isEnabled, timeout=PATIENCE)
    assert "their_notes" not in sys.modules, "the window runs no code of a callback"
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    run = RunFolder(root / "noted")
    qtbot.waitUntil(lambda: run.path.is_dir() and state(run) == "completed", timeout=PATIENCE)
    assert written.read_text("utf-8") == "round 2\n"
    options = {"path": str(written), "label": "round", "every": 2}
    assert settings_tables(run)["plugins"] == {"notes": options}
    qtbot.waitUntil(lambda: not window.run_controller.working(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: "notes: every" in window.run_info.model.more.toolTip(), timeout=PATIENCE)
