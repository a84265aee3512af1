"""The list of runs on the screen: keyboard, boxes, notes, delete with undo, compare."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QInputDialog

from gui.runs.compare_dialog import CompareDialog
from gui.runs.run_text import groups, in_full, orders, shown
from gui.runs.runs_panel import RunsPanel
from gui.viewmodels.run_list import RunList
from gui.window import i18n
from tests.gui.viewmodels.test_run_list import make
from trainer.store import notes
from trainer.store.versions import VERSIONS


def texts(panel: RunsPanel, column: str = "name") -> list[str]:
    rows = [panel.items.row_at(panel.items.index(row, 0)) for row in range(panel.items.rowCount())]
    return [shown(row, column, QLocale()) for row in rows]  # type: ignore[arg-type]


def test_rows_say_what_is_known(panel: RunsPanel) -> None:
    assert texts(panel) == ["new", "middle", "old"]
    assert texts(panel, "state") == ["completed"] * 3
    assert texts(panel, "epoch")[0] == "5 / 5"
    assert texts(panel, "seconds")[0] == "1:05"
    assert texts(panel, "macro_f1")[0] == QLocale().toString(0.7, "f", 3)
    assert panel.count.text() == "3"
    spoken = panel.items.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert all(word in spoken for word in ("new", "completed", "macro-F1 0.7"))


def test_a_run_of_a_newer_version_is_said_to_be_one_in_the_language_of_the_window(
    root: Path, qapp: QApplication
) -> None:
    values = json.loads((root / "new" / "summary.json").read_text("utf-8"))
    assert values["format"] == VERSIONS["summary"]
    (root / "new" / "summary.json").write_text(json.dumps({**values, "format": values["format"] + 1}), "utf-8")
    model = RunList(root)
    model.refresh()
    row = next(row for row in model.rows if row.name == "new")
    assert "newer Epochscope" in in_full(row, False, QLocale())
    i18n.choose(qapp, "ru")
    try:
        told = in_full(row, False, QLocale())
    finally:
        i18n.choose(qapp, "en")
    assert "создан более новой версией Epochscope" in told
    assert "newer Epochscope" not in told
    assert "Доступны" not in told  # its parameters are not those of an unknown name


def test_no_runs_say_what_to_do(tmp_path: Path, qtbot: Any) -> None:
    panel = RunsPanel(tmp_path / "none")
    qtbot.addWidget(panel)
    panel.show()
    panel.tick()
    assert "New run" in panel.empty.text.text()
    assert not any(widget.isVisible() for widget in (panel.search, panel.count, panel.order_button, panel.bar))
    assert panel.empty.isVisible()
    make(tmp_path / "none", "first")
    panel.tick()
    assert panel.view.isVisible()
    panel.search.setText("zzz")
    assert panel.empty.title.text() == "Nothing found"
    panel.empty.button.click()
    assert panel.view.isVisible()


def test_a_folder_that_is_gone_is_named_until_it_is_back(panel: RunsPanel, root: Path) -> None:
    panel.view.select_row(1)
    name = panel.selected()[0].name
    away = root.rename(root.with_name("away"))
    panel.tick()
    assert panel.empty.isVisible()
    assert "not found" in panel.empty.title.text()
    assert str(root) in panel.empty.text.text().replace("\u200b", "")
    assert not any(widget.isVisible() for widget in (panel.search, panel.count, panel.order_button, panel.bar))
    assert not panel.notes.isVisible()
    away.rename(root)
    panel.tick()
    assert panel.view.isVisible()
    assert [row.name for row in panel.selected()] == [name], "nothing is lost"
    assert panel.bar.isVisible()


def test_a_selection_stays_with_its_run(panel: RunsPanel, root: Path) -> None:
    panel.view.select_row(2)
    panel.items.arrange("loss", False)
    assert texts(panel)[0] == "old"
    assert [row.name for row in panel.selected()] == ["old"]
    make(root, "newest", best_loss=0.1)
    panel.tick()
    assert [row.name for row in panel.selected()] == ["old"]
    panel.search.setText("new")
    assert (texts(panel), panel.selected()) == (["newest", "new"], [])


def test_the_keyboard_is_enough(panel: RunsPanel, root: Path, qtbot: Any) -> None:
    chosen: list[Path] = []
    panel.run_chosen.connect(chosen.append)
    overlaid: list[list[Path]] = []
    panel.overlays_changed.connect(overlaid.append)
    panel.view.setFocus()
    panel.view.select_row(0)
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert chosen == [root / "middle"]
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert overlaid[-1] == [root / "middle"]
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert overlaid[-1] == []
    panel.note_action.trigger()
    panel.notes.note.insert("заметка")
    panel.notes.note.editingFinished.emit()
    assert notes.read(root / "middle" / "viewer.json").note == "заметка"
    assert texts(panel, "note")[1] == "заметка"
    panel.delete_action.trigger()
    assert texts(panel) == ["new", "old"]
    panel.undo_action.trigger()
    assert texts(panel) == ["new", "middle", "old"]


def test_a_click_shows_a_run_but_not_with_control(panel: RunsPanel, root: Path, qtbot: Any) -> None:
    chosen: list[Path] = []
    panel.run_chosen.connect(chosen.append)
    place = panel.view.visualRect(panel.items.index(1, 0)).center()
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(panel.view.viewport(), left, pos=place)
    qtbot.mouseClick(panel.view.viewport(), left, Qt.KeyboardModifier.ControlModifier, place)
    assert chosen == [root / "middle"]
    panel.show_run(root / "middle")
    assert panel.items.current == "middle"
    assert [row.name for row in panel.selected()] == ["middle"]


def test_compare_takes_the_selected_or_the_overlaid(panel: RunsPanel, root: Path) -> None:
    wanted: list[list[Path]] = []
    panel.compare_wanted.connect(wanted.append)
    panel.view.select_row(0)
    assert panel.items.setData(panel.items.index(2, 0), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    panel._selected()
    panel.compare_action.trigger()
    assert wanted == [[root / "new", root / "old"]]
    panel.view.selectAll()
    panel.compare_action.trigger()
    assert wanted[1] == [root / "new", root / "middle", root / "old"]


def test_ticked_runs_are_compared_without_the_open_one(panel: RunsPanel, root: Path) -> None:
    wanted: list[list[Path]] = []
    panel.compare_wanted.connect(wanted.append)
    panel.show_run(root / "middle")
    panel.view.select_row(panel.items.index_of("middle").row())  # as a click that opens it does
    for name in ("old", "new"):
        place = panel.items.index_of(name)
        assert panel.items.setData(place, Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    panel.compare_action.trigger()
    panel.view.clearSelection()
    panel.compare_action.trigger()
    assert wanted == [[root / "old", root / "new"]] * 2


def test_continue_asks_for_epochs(panel: RunsPanel, root: Path) -> None:
    wanted: list[tuple[Path, int]] = []
    panel.continue_wanted.connect(lambda path, epochs: wanted.append((path, epochs)))
    asked: list[tuple[str, int]] = []

    def answer(given: int | None) -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QInputDialog)
        asked.append((dialog.windowTitle(), dialog.intValue()))
        if given is None:
            dialog.reject()
        else:
            dialog.setIntValue(given)
            dialog.accept()

    panel.view.select_row(0)
    for given in (9, 3, None):  # 3 is below the least
        QTimer.singleShot(0, partial(answer, given))
        panel.continue_action.trigger()
    assert asked == [("Continue new", 15)] * 3
    assert wanted == [(root / "new", 9), (root / "new", 6)]


def test_a_live_run_is_neither_deleted_nor_continued(panel: RunsPanel, root: Path, qapp: QApplication) -> None:
    make(root, "live", live=True, status="running", started_at="2027")
    panel.tick()
    panel.view.select_row(0)
    assert not panel.delete_action.isEnabled()
    assert not panel.continue_action.isEnabled()
    panel.view.selectAll()
    removed: list[list[Path]] = []
    panel.runs_removed.connect(removed.append)
    panel.delete_action.trigger()
    assert texts(panel) == ["live"]
    assert len(removed[0]) == 3
    assert "still training" in panel.notice.label.text()
    i18n.choose(qapp, "ru")
    try:
        panel.retranslate()
        assert "корзин" in panel.notice.label.text()
    finally:
        i18n.choose(qapp, "en")
        panel.retranslate()
    panel.notice.undo.click()
    assert len(texts(panel)) == 4


def test_texts_from_files_are_plain(panel: RunsPanel, root: Path) -> None:
    notes.write(root / "new" / "viewer.json", notes.ViewerNotes(note="<b>bold</b>\n" + "x" * 5000))
    for _ in range(4):
        panel.tick()
    assert texts(panel, "note")[0].startswith("<b>bold</b> xxx")
    assert "&lt;b&gt;" in panel.items.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_typing_a_note_is_not_disturbed_by_a_tick(panel: RunsPanel, root: Path) -> None:
    panel.view.select_row(0)
    panel.activateWindow()
    panel.notes.note.setFocus()
    panel.notes.note.insert("half a no")
    make(root, "new", started_at="2026-01-03T10:00:00+00:00", epoch=6)
    for _ in range(4):
        panel.tick()
    if panel.notes.note.hasFocus():
        assert panel.notes.note.text() == "half a no"


def test_the_copied_command_repeats_the_run(panel: RunsPanel, root: Path) -> None:
    panel.view.select_row(0)
    panel.copy_action.trigger()
    assert QGuiApplication.clipboard().text() == f"epochscope train --settings {root / 'new' / 'run.toml'}"


def test_the_menus_open(panel: RunsPanel) -> None:
    panel.view.select_row(0)
    panel._menu(panel.view.rect().center())
    choices = panel.order_button.choices
    choices.popup(panel.view.mapToGlobal(panel.view.rect().topLeft()))
    found = QGuiApplication.instance().topLevelWidgets()
    menus = [widget for widget in found if widget.inherits("QMenu") and widget.isVisible()]
    assert choices in menus
    offered = [action for action in choices.actions() if not action.isSeparator()]
    assert [action.text() for action in offered] == [
        *orders().values(), *groups().values(), "Group by setting",
    ]  # fmt: skip
    assert [action.text() for action in offered if action.isChecked()] == ["Newest first", "No groups"]
    for menu in menus:
        menu.close()


def test_comparison(root: Path, qtbot: Any) -> None:
    dialog = CompareDialog([root / "old", root / "new", root / "gone"])
    qtbot.addWidget(dialog)
    dialog.show()
    titles = [dialog.table.verticalHeaderItem(row).text() for row in range(dialog.table.rowCount())]
    cells = {title: [dialog.table.item(row, place).text() for place in range(3)] for row, title in enumerate(titles)}
    assert cells["Best F1"] == ["0.900 ★", "0.700", "–"]
    assert cells["Best loss"] == ["0.5000 ★", "2.5000", "–"]
    assert cells["Learning rate (train.lr)"] == ["0.1", "0.3", "–"]
    before = len(titles)
    dialog.all_settings.click()
    assert dialog.table.rowCount() >= before
    dialog.copy()
    assert QGuiApplication.clipboard().text().startswith("\told\tnew\tgone\n")


def test_a_click_on_the_box_lays_over_and_opens_nothing(panel: RunsPanel, root: Path, qtbot: Any) -> None:
    chosen: list[Path] = []
    overlaid: list[list[Path]] = []
    panel.run_chosen.connect(chosen.append)
    panel.overlays_changed.connect(overlaid.append)
    index = panel.items.index_of("middle")
    row = panel.view.visualRect(index)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row.left() + 14, row.center().y()))
    assert overlaid == [[root / "middle"]]
    assert chosen == []
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert chosen == [root / "middle"]


def test_one_run_is_compared_with_the_one_that_is_shown(panel: RunsPanel, root: Path) -> None:
    wanted: list[list[Path]] = []
    panel.compare_wanted.connect(wanted.append)
    panel.show_run(root / "old")
    panel.view.select_row(panel.items.index_of("new").row())
    panel.compare_action.trigger()
    assert wanted == [[root / "new", root / "old"]]


def test_painting_reads_no_file(panel: RunsPanel, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "new" / "metrics.csv").write_text("epoch,valid_macro_f1\n1,0.2\n2,0.6\n", "utf-8")
    panel.tick()
    make(root, "new", started_at="2026-01-03T10:00:00+00:00", epoch=2)
    for _ in range(4):
        panel.tick()
    assert panel.runs.curve("new") == (0.2, 0.6)
    monkeypatch.setattr("gui.viewmodels.run_list.validation_curve", lambda path: pytest.fail(f"read {path}"))
    monkeypatch.setattr("gui.viewmodels.run_list.summaries.read", lambda path: pytest.fail(f"read {path}"))
    assert not panel.grab().isNull()


def test_all_rows_have_one_height_and_follow_the_font(panel: RunsPanel, qtbot: Any) -> None:
    heights = {panel.view.visualRect(panel.items.index(row, 0)).height() for row in range(3)}
    assert len(heights) == 1
    font = panel.view.font()
    font.setPointSizeF(2 * font.pointSizeF())
    panel.view.setFont(font)
    larger = {panel.view.visualRect(panel.items.index(row, 0)).height() for row in range(3)}
    assert len(larger) == 1
    assert larger.pop() > heights.pop()
