"""Runs side by side: long values are cut in their middle, and whole where one points at them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from gui.runs.compare_dialog import CompareDialog
from tests.gui.viewmodels.test_run_list import make
from trainer.store.run_files import write_environment

EDITS = "/home/someone/" + "photographs/" * 12 + "decisions-{}.csv"


def test_a_long_path_does_not_widen_its_column(qtbot: QtBot, tmp_path: Path) -> None:
    paths = []
    for number in range(3):
        folder = make(tmp_path, f"run-{number}", epoch=5, epochs=5, best_macro_f1=0.5)
        text = f'model = "cnn"\n[data]\nedits = "{EDITS.format(number)}"\n'
        folder.run_toml.write_text(text, encoding="utf-8")
        paths.append(folder.path)
    dialog = CompareDialog(paths)
    qtbot.addWidget(dialog)
    dialog.show()
    table = dialog.table
    qtbot.wait(1)
    assert not table.horizontalScrollBar().maximum(), "nothing is out of sight"
    assert sum(table.columnWidth(place) for place in range(3)) <= table.viewport().width()
    assert table.textElideMode() == Qt.TextElideMode.ElideMiddle
    last = table.rowCount() - 1
    item = table.item(last, 1)
    assert item.text() == EDITS.format(1)
    assert "decisions-1.csv" in item.toolTip()
    narrow = table.columnWidth(0)
    dialog.resize(1600, 560)
    qtbot.waitUntil(lambda: table.columnWidth(0) > narrow)
    dialog.copy_button.click()
    assert EDITS.format(2) in QGuiApplication.clipboard().text()


@pytest.mark.parametrize(
    ("facts", "comparable"),
    [
        ([("digits", "a"), ("digits", "b")], True),  # the split was drawn with another seed
        ([("/here/photos", "a"), ("/moved/photos", "a")], True),
        ([("digits", "a"), ("mnist", "b")], False),
        ([("digits", ""), ("mnist", "")], False),
        ([("/here/photos", "a"), ("/other", "b"), ("/here/photos", "b")], True),  # by way of the third
        ([("digits", "a"), ("digits", "a"), ("mnist", "b")], False),
    ],
)
def test_the_best_is_marked_among_runs_on_the_same_data_only(
    qtbot: QtBot, tmp_path: Path, facts: list[tuple[str, str]], comparable: bool
) -> None:
    paths = []
    for number, (source, fingerprint) in enumerate(facts):
        folder = make(tmp_path, f"run-{number}", data=source, best_macro_f1=0.5 + number / 10, best_loss=1.0)
        write_environment(folder, {"data_fingerprint": fingerprint})
        paths.append(folder.path)
    paths.append(make(tmp_path, "without-metrics", data="").path)
    dialog = CompareDialog(paths)
    qtbot.addWidget(dialog)
    texts = [item.text() for row in range(dialog.table.rowCount()) if (item := dialog.table.item(row, len(facts) - 1))]
    assert any("★" in text for text in texts) == comparable
    assert ("different data" in dialog.hint.text()) == (not comparable)


def test_a_heading_has_one_cell_over_all_runs(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [make(tmp_path, f"run-{number}", best_macro_f1=0.5).path for number in range(2)]
    dialog = CompareDialog(paths)
    qtbot.addWidget(dialog)
    for _ in range(2):
        rows = range(dialog.table.rowCount())
        spans = {dialog.table.verticalHeaderItem(row).text(): dialog.table.columnSpan(row, 0) for row in rows}
        assert spans["Best metrics"] == 2
        assert spans["Best F1"] == 1
        dialog.retranslate()
