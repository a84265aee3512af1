"""The finder of a learning rate: it asks once, shows what came, and hands over what is chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from gui.new_run.new_run_page import NewRunPage
from gui.new_run.rate_button import RATE
from gui.new_run.rate_finder import RateFinder
from tests.gui.new_run.pages import new_run_page
from tests.gui.rpc_clients import FakeRpcClient

RATES = np.geomspace(1e-6, 1.0, 61)
LOSSES = np.where(np.arange(61) < 50, 2 - np.arange(61) / 50, 40.0)
ANSWER: dict[str, Any] = {
    "ok": True, "rates": RATES.tolist(), "losses": LOSSES.tolist(), "smoothed": LOSSES.tolist(),
    "stopped": "exploded", "rule": "steepest", "proposal": 0.0123, "proposals": {"steepest": 0.0123, "valley": 0.00456},
    "present": 0.001, "settings": {}, "format": 1, "file": "x",
}  # fmt: skip


@pytest.fixture
def assist(tmp_path: Path) -> FakeRpcClient:
    return FakeRpcClient(tmp_path)


@pytest.fixture
def page(assist: FakeRpcClient, tmp_path: Path, qtbot: Any) -> NewRunPage:
    page = new_run_page(assist, tmp_path)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    return page


def opened(page: NewRunPage) -> RateFinder:
    page.rate_button.click()
    found = page.window().findChildren(RateFinder)
    assert len(found) == 1
    return found[0]


def test_what_is_found_is_taken_over(page: NewRunPage, assist: FakeRpcClient, qtbot: Any) -> None:
    finder = opened(page)
    do, fields = assist.asked[-1]
    assert (do, fields["settings"], fields["runs"]) == ("rates", page.form.tables(), str(page.form.root))
    assert not finder.use_button.isEnabled()
    assist.answer("rates", **ANSWER)
    assert finder.use_button.text() == "Use 0.012"
    assert finder.chart.scene.cursor == pytest.approx(np.log10(0.0123))
    qtbot.mouseClick(finder.use_button, Qt.MouseButton.LeftButton)
    editor = page.rows[RATE].editor
    assert isinstance(editor, QLineEdit)
    assert (page.form.text(RATE), editor.text()) == ("0.012", "0.012")
    assert "--lr 0.012" in page.command.text()


def test_another_rate_by_the_other_rule_or_by_a_click(page: NewRunPage, assist: FakeRpcClient) -> None:
    finder = opened(page)
    assist.answer("rates", **ANSWER)
    finder.rule_buttons["valley"].click()
    assert finder.use_button.text() == "Use 0.0046"
    finder.chart.clicked.emit(-1.0)
    assert finder.use_button.text() == "Use 0.1"
    finder.chart.hovered.emit(-6.0)
    assert finder.chart.readings[0].value == "1e-06 · 2.000"


def test_exploded_losses_do_not_flatten_the_curve(page: NewRunPage, assist: FakeRpcClient) -> None:
    finder = opened(page)
    assist.answer("rates", **ANSWER)
    assert finder.chart.y_range[1] < 3


def test_a_refusal_and_a_curve_without_a_proposal_are_said(page: NewRunPage, assist: FakeRpcClient) -> None:
    finder = opened(page)
    assist.answer("rates", ok=False, code="x", what="No such data.", parameters={}, where="", expected="", fix="")
    assert finder.stage.text() == "No such data."
    assert not finder.use_button.isEnabled()
    finder.reject()
    finder = RateFinder(assist, {}, page.form.root, page)  # type: ignore[arg-type]
    assist.answer("rates", **{**ANSWER, "proposal": None, "proposals": {"steepest": None, "valley": None}})
    assert "No proposal" in finder.stage.text()
    assert not any(button.isVisibleTo(finder) for button in finder.rule_buttons.values())
    finder.reject()


def test_closing_gives_up(page: NewRunPage, assist: FakeRpcClient) -> None:
    finder = opened(page)
    assert "rates" in assist.asking
    finder.reject()
    assert "rates" not in assist.asking


def test_there_is_nothing_to_find_for_wrong_settings(page: NewRunPage) -> None:
    page.form.set(("train", "batch"), "-1")
    page.name.setText("x")
    assert not page.rate_button.isEnabled()
    page.form.set(("train", "batch"), "32")
    page.name.setText("last")  # no name for a run: that does not matter here
    assert page.rate_button.isEnabled()
