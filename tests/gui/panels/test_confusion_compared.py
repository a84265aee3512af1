"""Errors compared with another run: the one that was chosen, whichever others are ticked beside it."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from gui.panels.confusion.confusion_panel import EPOCHS
from gui.viewmodels.selection import EpochCursor
from tests.gui.panels.test_confusion import choose, panel_of
from tests.gui.sample_runs import SampleRun


def test_the_run_that_is_compared_with_stays_while_others_come_and_go(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, SampleRun(tmp_path).make(), EpochCursor())
    a, b, c = (SampleRun(tmp_path, name=name).make() for name in "abc")
    panel.set_overlays([a, b, c])
    choose(panel.mode, panel.mode.findData("difference"))
    choose(panel.compare, len(EPOCHS) + 1)
    assert panel.compare.currentText() == "to b"
    panel.set_overlays([b, c])
    assert panel.compare.currentText() == "to b"
    panel.set_overlays([c, a, b])
    assert panel.compare.currentText() == "to b"
    panel.set_overlays([a, c])
    assert panel.compare.currentText() == "to the previous epoch", "it is not ticked any more"


def test_an_epoch_that_is_compared_with_stays_too(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, SampleRun(tmp_path).make(), EpochCursor())
    choose(panel.mode, panel.mode.findData("difference"))
    choose(panel.compare, EPOCHS.index("first"))
    panel.set_overlays([SampleRun(tmp_path, name="a").make()])
    assert panel.compare.currentText() == "to the first epoch"
