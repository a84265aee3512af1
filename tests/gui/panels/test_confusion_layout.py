"""The matrix is a square as large as helpful; its images get the rest of the panel, whatever its size."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.engine.rpc_client import RpcClient
from gui.panels.confusion.confusion_panel import ConfusionPanel
from gui.panels.confusion.matrix import LARGEST, SMALLEST
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.selection import EpochCursor
from tests.gui.sample_runs import SampleRun


def panel_of(qtbot: QtBot, root: Path, classes: int, size: tuple[int, int]) -> ConfusionPanel:
    names = tuple(f"class {number}" for number in range(classes))
    run = SampleRun(root, classes=names, per_class=4).make()
    panel = ConfusionPanel(EpochCursor(), Explanations(RpcClient()))
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show()
    panel.show_run(run)
    panel.refresh({"info", "epochs", "evaluation", "snapshots"})
    qtbot.wait(1)
    return panel


@pytest.mark.parametrize("classes", [2, 3, 10, 18])
@pytest.mark.parametrize("size", [(760, 560), (900, 700), (1500, 900), (560, 420)])
def test_cells_are_square_and_nothing_is_left_empty(
    qtbot: QtBot, tmp_path: Path, classes: int, size: tuple[int, int]
) -> None:
    panel = panel_of(qtbot, tmp_path, classes, size)
    matrix, grid = panel.matrix, panel.grid
    wide, high = matrix.columns.defaultSectionSize(), matrix.rows.defaultSectionSize()
    assert wide <= LARGEST
    if high > SMALLEST:
        assert wide == pytest.approx(high, abs=1)
    rows = matrix.matrix.rowCount()
    assert matrix.height() <= matrix.columns.height() + rows * high + 8 or high <= SMALLEST
    left = panel.splitter.sizes()[0]
    assert left <= 0.55 * panel.splitter.width() or size[0] < 700
    assert grid.width() >= 0.4 * size[0]
    assert panel.pairs.geometry().bottom() <= panel.splitter.height()


def test_more_room_never_makes_cells_smaller(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, tmp_path, 10, (600, 400))
    sides = []
    for width, height in ((600, 400), (800, 560), (1100, 700), (1500, 1000), (2400, 1500)):
        panel.resize(width, height)
        qtbot.wait(1)
        sides.append(panel.matrix.columns.defaultSectionSize())
    assert sides == sorted(sides)
    assert sides[-1] == LARGEST


def test_a_border_that_a_person_moved_stays(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, tmp_path, 3, (900, 600))
    panel.splitter.moveSplitter(300, 1)
    moved = panel.splitter.sizes()
    panel.move_cursor()
    panel.refresh({"epochs"})
    assert panel.splitter.sizes() == moved
