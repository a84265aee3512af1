"""What stands below the images of the error grid: two lines, whatever the names are."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.engine.rpc_client import RpcClient
from gui.panels.confusion.confusion_panel import ConfusionPanel
from gui.panels.confusion.image_grid import SIDE
from gui.text.class_text import ARROW
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.selection import EpochCursor
from tests.gui.sample_runs import SampleRun

SHORT, LONG = ("cat", "dog", "frog"), "a very long name" * 4


def panel_of(qtbot: QtBot, root: Path, classes: tuple[str, ...]) -> ConfusionPanel:
    run = SampleRun(root, classes=classes, per_class=8).make()
    panel = ConfusionPanel(EpochCursor(), Explanations(RpcClient()))
    qtbot.addWidget(panel)
    panel.resize(1000, 600)
    panel.show()
    panel.show_run(run)
    panel.refresh({"info", "epochs", "evaluation", "snapshots"})
    return panel


@pytest.mark.parametrize(
    "classes", [("cat", "dog", "frog"), ("a very long name " * 4 + "a", "a very long name " * 4 + "b", "c")]
)
def test_class_and_prediction_on_one_line_the_share_on_the_other(
    qtbot: QtBot, tmp_path: Path, classes: tuple[str, ...]
) -> None:
    panel = panel_of(qtbot, tmp_path, classes)
    grid = panel.grid
    cards = [grid.view.pictures.card(row) for row in range(grid.view.pictures.rowCount())]
    kinds = set()
    for card in cards:
        assert card is not None
        first, second = card.lines
        assert second.endswith("%")
        assert grid.view.fits(first)
        assert (ARROW in first) == (not card.right)
        assert "loss" in card.tip
        kinds.add(card.right)
    assert kinds == {True, False}


def test_short_names_stand_whole(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, tmp_path, SHORT)
    grid = panel.grid
    cards = [grid.view.pictures.card(row) for row in range(grid.view.pictures.rowCount())]
    names = {word for card in cards if card for word in card.lines[0].split(f" {ARROW}")}
    assert names == {"cat", "dog", "frog"}


def test_the_list_gives_way_to_one_image_down_to_a_row(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, tmp_path, SHORT)
    grid = panel.grid
    qtbot.waitUntil(lambda: grid.splitter.sizes()[1] > 0)
    before = grid.splitter.sizes()
    grid.detail.room_wanted.emit(before[1])
    assert grid.splitter.sizes() == before, "there is room"
    grid.detail.room_wanted.emit(before[1] + 20)
    assert abs(grid.splitter.sizes()[1] - before[1] - 20) <= 1
    grid.detail.room_wanted.emit(10_000)
    assert SIDE < grid.splitter.sizes()[0] < 2 * SIDE


def test_title_number_and_button_stand_side_by_side(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, tmp_path, SHORT)
    grid = panel.grid
    panel.choose_cell(0, 0)
    qtbot.wait(1)
    assert grid.note.text() == grid.note.accessibleName(), "whole"
    title, note, button = (part.geometry() for part in (grid.title, grid.note, grid.show_all))
    assert title.right() < note.left()
    assert note.right() < button.left()
