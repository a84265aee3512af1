"""Compare with a single run chosen: proposals, a list to pick from, keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, Qt

from gui.runs import comparison_choice
from gui.runs.comparison_choice import ComparisonChoice
from gui.runs.runs_panel import RunsPanel
from tests.gui.viewmodels.test_run_list import make


@pytest.fixture
def panel(tmp_path: Path, qtbot: Any) -> RunsPanel:
    for day, (name, data, score) in enumerate(
        [("best", "digits", 0.9), ("before", "digits", 0.7), ("mine", "digits", 0.8), ("apart", "mnist", 0.99)], 1
    ):
        make(tmp_path, name, data=data, best_macro_f1=score, started_at=f"2026-01-0{day}T10:00:00+00:00")
    panel = RunsPanel(tmp_path)
    qtbot.addWidget(panel)
    panel.show()
    panel.tick()
    panel.show_run(tmp_path / "mine")  # as a click on it does
    return panel


def asked(panel: RunsPanel) -> ComparisonChoice:
    panel.compare_action.trigger()
    found = panel.findChild(ComparisonChoice)
    assert found is not None
    return found


def names(dialog: ComparisonChoice) -> list[str]:
    return [dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())]


def test_one_run_asks_with_which_and_enter_takes_the_best(panel: RunsPanel, qtbot: Any) -> None:
    wanted: list[list[Path]] = []
    panel.compare_wanted.connect(wanted.append)
    assert panel.compare_action.isEnabled()
    dialog = asked(panel)
    assert "mine" in dialog.windowTitle()
    assert names(dialog) == ["best", "before", "apart"]
    last = dialog.table.columnCount() - 1
    assert [dialog.table.item(row, last).text() for row in range(3)] == [
        "best on the same data", "the one before", "other data",
    ]  # fmt: skip
    assert dialog.table.item(0, 1).text() == QLocale().toString(0.9, "f", 3)
    spoken = dialog.table.item(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "best on the same data" in spoken
    assert "digits" in spoken
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert wanted == [[panel.runs.path("mine"), panel.runs.path("best")]]


def test_any_and_several_can_be_picked(panel: RunsPanel, qtbot: Any) -> None:
    wanted: list[list[Path]] = []
    panel.compare_wanted.connect(wanted.append)
    dialog = asked(panel)
    dialog.search.setText("mnist")
    assert names(dialog) == ["apart"]
    dialog.search.setText("nothing of the kind")
    assert (names(dialog), dialog.compare_button.isEnabled()) == ([], False)
    assert "No run" in dialog.note.text()
    dialog.search.clear()
    dialog.table.selectAll()
    dialog.compare_button.click()
    assert wanted == [[panel.runs.path(name) for name in ("mine", "best", "before", "apart")]]


def test_cancel_compares_nothing(panel: RunsPanel, qtbot: Any) -> None:
    panel.compare_wanted.connect(lambda _: pytest.fail("compared"))
    qtbot.keyClick(asked(panel).table, Qt.Key.Key_Escape)


def test_a_run_alone_cannot_be_compared(tmp_path: Path, qtbot: Any) -> None:
    make(tmp_path, "only")
    panel = RunsPanel(tmp_path)
    qtbot.addWidget(panel)
    panel.tick()
    panel.show_run(tmp_path / "only")
    assert not panel.compare_action.isEnabled()
    make(tmp_path, "second")
    panel.tick()
    assert panel.compare_action.isEnabled()


def test_a_long_list_is_cut_and_says_so(panel: RunsPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison_choice, "MOST", 2)
    dialog = asked(panel)
    assert names(dialog) == ["best", "before"]
    assert "2 of 3" in dialog.note.text()
    dialog.search.setText("apart")
    assert (names(dialog), dialog.note.text()) == (["apart"], "")
