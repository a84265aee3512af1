"""The log of a run that goes on can be read and copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from gui.panels.log import LogPanel
from gui.viewmodels.open_runs import open_run
from gui.viewmodels.run import ALL_TOPICS
from gui.viewmodels.selection import EpochCursor


def test_what_is_selected_stays_so_while_lines_are_added(qtbot: QtBot, scribe: Callable[..., Any]) -> None:
    one = scribe("live", alive=True)
    one.begin()
    file = one.folder.path / "log.txt"
    file.write_text("first line\nsecond line\n", encoding="utf-8")
    panel = LogPanel(EpochCursor())
    qtbot.addWidget(panel)
    panel.show()
    panel.show_run(open_run(one.folder))
    panel.refresh(ALL_TOPICS)
    assert panel.log.find("first") or panel.log.find("first", panel.log.document().FindFlag.FindBackward)
    assert panel.log.textCursor().selectedText() == "first"
    with file.open("a", encoding="utf-8") as more:
        more.write("third line\n")
    panel.refresh(ALL_TOPICS)
    assert panel.log.toPlainText() == "first line\nsecond line\nthird line\n"
    assert panel.log.textCursor().selectedText() == "first"
    file.write_text("another log\n", encoding="utf-8")
    panel.refresh(ALL_TOPICS)
    assert panel.log.toPlainText() == "another log\n"
