"""A search is set up and started where a new run is, followed, stopped and continued."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

import trainer.cli.search
from gui.new_run.search_setup import SearchSetup
from gui.search.search_dialog import SearchDialog
from gui.viewmodels.settings_form import SettingsForm
from gui.window.main_window import Window
from tests.gui.search.test_search_dialog import RECORD, written
from trainer.cli import main
from trainer.search.search_plan import IMPORTANCE_TRIALS, SearchPlan
from trainer.search.search_space import parse_space, with_values
from trainer.settings import merge
from trainer.store.search_folder import read_record, search_folder, write_plan

PATIENCE = 200_000
LR, BATCH = ("train", "lr"), ("train", "batch")


@pytest.fixture
def setup(tmp_path: Path, qtbot: QtBot) -> SearchSetup:
    setup = SearchSetup(SettingsForm(tmp_path))
    setup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(setup)
    setup.show()
    return setup


def type_over(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_what_is_typed_is_searched(setup: SearchSetup, qtbot: QtBot) -> None:
    setup.switches[BATCH].setChecked(False)
    type_over(qtbot, setup.ranges[LR], "0.001..0.1")
    type_over(qtbot, setup.trials, "3")
    setup.monitor.activated.emit(1)
    with qtbot.waitSignal(setup.start_wanted) as wanted:
        setup.start_button.click()
    arguments, name = wanted.args
    assert name == "digits-softmax-search-1"
    assert arguments[:2] == ["search", "digits"]
    assert arguments[2:8] == ["--trials", "3", "--monitor", "accuracy", "--space", "train.lr=0.001..0.1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x..1", "Expected: LOW..HIGH"),
        ("0.1..0.01", "LOW must be below HIGH."),
        ("0..1:log", "must start above 0"),
        ("0.1..0.2:1", "fit between"),
        ("0.1", "at least two"),
        ("-1..1", "a number > 0"),
    ],
)
def test_a_wrong_range_is_said_beside_it(setup: SearchSetup, qtbot: QtBot, text: str, said: str) -> None:
    type_over(qtbot, setup.ranges[LR], text)
    assert said in setup.problems[LR].text()
    assert not setup.start_button.isEnabled()
    setup.switches[LR].setChecked(False)
    assert not setup.problems[LR].isVisible()
    assert setup.start_button.isEnabled()
    setup.switches[BATCH].setChecked(False)
    assert "at least one" in setup.problems[("space",)].text()
    assert not setup.start_button.isEnabled()


def test_problems_squeeze_nothing(setup: SearchSetup, qtbot: QtBot) -> None:
    type_over(qtbot, setup.ranges[LR], "0.1..0.001")
    type_over(qtbot, setup.trials, "2")
    QApplication.processEvents()
    lines = [*setup.ranges.values(), setup.trials, setup.name]
    assert all(line.height() >= line.sizeHint().height() for line in lines)


def test_few_trials_are_said_to_tell_no_importance(setup: SearchSetup, qtbot: QtBot) -> None:
    for trials, said in ((IMPORTANCE_TRIALS - 1, True), (IMPORTANCE_TRIALS, False)):
        type_over(qtbot, setup.trials, str(trials))
        assert setup.few.isVisible() == said
    type_over(qtbot, setup.trials, "x")
    assert not setup.few.isVisible()


def test_every_control_has_a_name_of_its_own(setup: SearchSetup) -> None:
    kinds = (QLineEdit, QComboBox, QCheckBox)
    controls: list[Any] = [one for kind in kinds for one in setup.findChildren(kind)]
    names = [one.accessibleName() or one.text() for one in controls]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.slow
def test_a_search_is_started_stopped_and_continued(window: Window, root: Path, qtbot: QtBot) -> None:
    """At the window, with searches in processes of their own."""
    window.pages.show_new_run()
    page = window.pages.new_run_page
    assert page is not None
    page.form.set(("train", "epochs"), "1000")
    qtbot.waitUntil(page.search_button.isEnabled)
    page.search_button.click()
    setup = QApplication.activeModalWidget()
    assert isinstance(setup, SearchSetup)
    type_over(qtbot, setup.name, "tries")
    setup.start_button.click()
    (dialog,) = window.findChildren(SearchDialog)
    assert dialog.names.currentText() == "tries"
    assert "Starting" in dialog.empty.text()
    folder = search_folder(root, "tries")

    def state() -> str:
        record = read_record(folder)
        return record.state if record is not None else ""

    def training() -> bool:
        return state() == "running" and (root / "tries-1" / "journal.jsonl").exists()

    qtbot.waitUntil(training, timeout=PATIENCE)
    assert [one.folder.name for one in window.run_controller.working()] == ["tries"]
    qtbot.waitUntil(lambda: dialog.steer_button.text() == "Stop the search", timeout=PATIENCE)
    dialog.steer_button.click()
    qtbot.waitUntil(lambda: dialog.steer_button.text() == "Continue the search", timeout=PATIENCE)
    assert state() == "stopped"
    assert window.run_controller.working() == []
    dialog.steer_button.click()
    qtbot.waitUntil(lambda: state() == "running", timeout=PATIENCE)
    window.run_controller.stop_all()  # at once, before its run has begun again
    qtbot.waitUntil(lambda: not window.run_controller.working(), timeout=PATIENCE)
    assert state() == "stopped"
    dialog.close()


def test_a_search_that_cannot_begin_says_why(window: Window, root: Path, qtbot: QtBot) -> None:
    window.search_actions.begin(["search", "digits", "--nonsense", "1"], "tries")
    (dialog,) = window.findChildren(SearchDialog)
    qtbot.waitUntil(lambda: "--nonsense" in dialog.empty.text(), timeout=PATIENCE)
    dialog.close()


def test_what_comes_after_a_search_reaches_engine_and_form(
    window: Window, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More trials as the command line reads them; the best settings on the page of a new run."""
    started: list[list[str]] = []
    plans: list[SearchPlan] = []
    monkeypatch.setattr(window.run_controller, "start_search", lambda words, name: started.append(words) or True)
    monkeypatch.setattr(trainer.cli.search, "_search", lambda plan, *_, **__: plans.append(plan) or 0)
    written(root, RECORD)
    base = SearchPlan(merge({"model": "mlp"}), parse_space(["train.lr=1e-4..1e-1:log", "train.batch=32,64"]))
    write_plan(search_folder(root, "few"), base.tables())
    window.search_actions.show()
    (dialog,) = window.findChildren(SearchDialog)
    dialog.more_wanted.emit("few", 7)
    assert main(started[0]) == 0
    assert plans[0] == replace(base, trials=7)
    dialog.new_run_button.click()
    page = window.pages.new_run_page
    assert page is window.pages.currentWidget()
    assert page is not None
    assert page.form.settings() == with_values(base.settings, {"train.lr": 0.01, "train.batch": 64})
    assert "few-2" in page.check.news.text()


def test_what_changes_the_loss_is_ranked_by_a_score(setup: SearchSetup) -> None:
    smoothing = ("train", "label_smoothing")
    setup.switches[smoothing].setChecked(True)
    assert setup.problems[smoothing].text() == "⚠ It changes the loss itself: rank trials by accuracy or macro-F1."
    assert not setup.start_button.isEnabled()
    setup.monitor.activated.emit(1)
    assert not setup.problems[smoothing].text()
    assert setup.start_button.isEnabled()
    setup.monitor.activated.emit(0)
    assert not setup.start_button.isEnabled()
