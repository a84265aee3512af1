"""A run without an evaluation is evaluated from the window: asked of the helper, told, cancelled, done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.rpc_clients import RecordingRpcClient
from tests.gui.sample_runs import SampleRun
from trainer.store.folder import RunFolder


@pytest.fixture
def helper() -> RecordingRpcClient:
    return RecordingRpcClient()


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return SampleRun(tmp_path).make().folder


@pytest.fixture
def offer(qtbot: QtBot, helper: RecordingRpcClient, folder: RunFolder) -> Any:
    from gui.widgets.evaluation_offer import EvaluationOffer

    made = EvaluationOffer(helper)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.offer(folder)
    return made


def test_a_run_is_evaluated_and_the_end_is_told_once(offer: Any, helper: RecordingRpcClient, folder: RunFolder) -> None:
    ends: list[int] = []
    offer.evaluated.connect(lambda: ends.append(1))
    offer.button.click()
    (asked,) = helper.asked
    assert (asked["do"], asked["run"]) == ("evaluate", str(folder.path))
    asked["progress"]("evaluate", 0, 0)
    assert "Evaluating" in offer.note.text()
    offer.offer(RunFolder(folder.path))  # the panel is drawn again meanwhile
    asked["callback"]({"ok": True})
    assert (ends, offer.note.text()) == ([1], "")


def test_a_refusal_is_said_and_it_can_be_tried_again(offer: Any, helper: RecordingRpcClient) -> None:
    offer.button.click()
    helper.asked[0]["callback"]({"ok": False, "code": "x", "parameters": {}, "what": "It is being trained."})
    assert offer.note.isVisible()
    assert "trained" in offer.note.text()
    offer.button.click()
    assert len(helper.asked) == 2


def test_it_is_cancelled_by_its_button_and_by_another_run(
    offer: Any, helper: RecordingRpcClient, tmp_path: Path
) -> None:
    offer.button.click()
    offer.button.click()
    assert (helper.cancelled, offer.note.text()) == (["evaluate"], "")
    offer.button.click()
    offer.offer(SampleRun(tmp_path, name="another").make().folder)
    assert len(helper.cancelled) == 2
    offer.offer(None)
    assert not offer.isVisible()


def test_an_offer_whose_question_another_tab_took_over_can_be_pressed_again(
    qtbot: QtBot, offer: Any, helper: RecordingRpcClient, folder: RunFolder
) -> None:
    from gui.widgets.evaluation_offer import EvaluationOffer

    other = EvaluationOffer(helper)  # type: ignore[arg-type]
    qtbot.addWidget(other)
    other.offer(folder)
    offer.button.click()
    other.button.click()
    offer.offer(folder)
    assert offer.button.text() == "Cancel", "it is being evaluated"
    other.button.click()
    assert helper.cancelled == ["evaluate"]
    offer.offer(folder)
    assert (offer.button.text(), offer.note.text()) == ("Evaluate", "")
