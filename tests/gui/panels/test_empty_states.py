"""What panels say of a run that has nothing for them: while it runs, after its end, after its process was killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.panels.base import Panel
from gui.preferences import Preferences
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.run import ALL_TOPICS
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.window.panel_factory import make_panel
from tests.gui.explained_images import ExplainingAssist
from tests.gui.sample_runs import SampleRun

BY_EPOCH = ("classes", "errors", "weights")
AFTER_THE_END = ("slices", "confidence", "map")
OVER = "This run ended before its first epoch"


def shown(name: str, run: OpenRun, tmp_path: Path, qtbot: QtBot) -> Panel:
    assist: Any = ExplainingAssist(tmp_path)
    panel = make_panel(name, EpochCursor(), assist, Preferences(), Explanations(assist), RunColours())
    qtbot.addWidget(panel)
    panel.resize(900, 600)
    panel.show()
    panel.show_run(run)
    panel.refresh(set(ALL_TOPICS))
    return panel


def unevaluated(root: Path, *, epochs: int, ended: bool) -> OpenRun:
    return SampleRun(root, epochs=epochs, splits=("valid",), ended=ended).make()


def said(panel: Any) -> str:
    assert panel.empty.isVisible()
    return str(panel.empty.text())


@pytest.mark.parametrize("name", [*BY_EPOCH, *AFTER_THE_END, "predict"])
def test_of_a_run_that_ended_before_its_first_epoch_nothing_is_promised(
    name: str, tmp_path: Path, qtbot: QtBot
) -> None:
    panel: Any = shown(name, unevaluated(tmp_path, epochs=0, ended=True), tmp_path, qtbot)
    assert said(panel).startswith(OVER)
    if name in ("slices", "confidence"):
        assert not panel.evaluation.isVisible()
    if name == "map":
        assert not panel.make_button.isVisible()
    if name == "predict":
        assert not panel.drop_area.isVisible()


@pytest.mark.parametrize("name", [*BY_EPOCH, *AFTER_THE_END])
def test_while_it_runs_it_is_said_when_there_will_be_something_and_so_is_its_end(
    name: str, tmp_path: Path, qtbot: QtBot
) -> None:
    run = unevaluated(tmp_path, epochs=0, ended=False)
    run.follower.alive = True
    panel = shown(name, run, tmp_path, qtbot)
    assert not said(panel).startswith(OVER)
    assert "\n" in said(panel), "a heading, and what to wait for"
    run.follower.alive = False
    assert "state" in panel.topics
    panel.refresh({"state"})
    assert said(panel).startswith(OVER)


@pytest.mark.parametrize("name", AFTER_THE_END)
def test_a_run_whose_process_was_killed_can_be_evaluated(name: str, tmp_path: Path, qtbot: QtBot) -> None:
    panel: Any = shown(name, unevaluated(tmp_path, epochs=2, ended=False), tmp_path, qtbot)
    assert "terminal" in said(panel)
    assert (panel.make_button if name == "map" else panel.evaluation.button).isVisible()


@pytest.mark.parametrize("name", AFTER_THE_END)
def test_the_one_thing_to_do_has_the_accent_until_it_is_under_way(name: str, tmp_path: Path, qtbot: QtBot) -> None:
    panel: Any = shown(name, unevaluated(tmp_path, epochs=2, ended=True), tmp_path, qtbot)
    button = panel.make_button if name == "map" else panel.evaluation.button
    assert (button.isVisible(), button.property("kind")) == (True, "primary")
    button.click()
    assert (button.text(), button.property("kind")) == ("Cancel", "")
