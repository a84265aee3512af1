"""A run without an evaluation is evaluated from the window: asked of the helper, told, cancelled, done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.sample_runs import SampleRun
from trainer.store.folder import RunFolder


class FakeHelper:
    """Keeps what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.cancelled: list[str] = []

    def ask(self, do: str, callback: Any, *, progress: Any = None, **fields: Any) -> None:
        self.asked.append({"do": do, "callback": callback, "progress": progress, **fields})

    def cancel(self, do: str) -> None:
        self.cancelled.append(do)


@pytest.fixture
def helper() -> FakeHelper:
    return FakeHelper()


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return SampleRun(tmp_path).make().folder


@pytest.fixture
def offer(qtbot: QtBot, helper: FakeHelper, folder: RunFolder) -> Any:
    from gui.widgets.evaluation_offer import EvaluationOffer

    made = EvaluationOffer(helper)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.offer(folder)
    return made


def test_a_run_is_evaluated_and_the_end_is_told_once(offer: Any, helper: FakeHelper, folder: RunFolder) -> None:
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


def test_a_refusal_is_said_and_it_can_be_tried_again(offer: Any, helper: FakeHelper) -> None:
    offer.button.click()
    helper.asked[0]["callback"]({"ok": False, "code": "x", "parameters": {}, "what": "It is being trained."})
    assert offer.note.isVisible()
    assert "trained" in offer.note.text()
    offer.button.click()
    assert len(helper.asked) == 2


def test_it_is_cancelled_by_its_button_and_by_another_run(offer: Any, helper: FakeHelper, tmp_path: Path) -> None:
    offer.button.click()
    offer.button.click()
    assert (helper.cancelled, offer.note.text()) == (["evaluate"], "")
    offer.button.click()
    offer.offer(SampleRun(tmp_path, name="another").make().folder)
    assert len(helper.cancelled) == 2
    offer.offer(None)
    assert not offer.isVisible()


def test_without_a_helper_there_is_the_command_only(qtbot: QtBot, folder: RunFolder) -> None:
    from gui.widgets.evaluation_offer import EvaluationOffer

    made = EvaluationOffer(None)
    qtbot.addWidget(made)
    made.offer(folder)
    assert not made.button.isVisible()
    assert made.command.text().startswith("epochscope evaluate")
