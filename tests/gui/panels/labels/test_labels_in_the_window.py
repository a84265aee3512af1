"""The review as a tab of a run, and before there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from gui.panels.labels.labels_page import LabelsPage
from gui.panels.labels.labels_panel import LabelsPanel
from gui.preferences import Preferences
from gui.runs.compare_dialog import CompareDialog
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.window.main_window import Window
from tests.gui.conftest import Scribe
from tests.gui.label_answers import answer, proposal
from tests.gui.label_reviewer import Key
from tests.gui.rpc_clients import FakeRpcClient
from tests.gui.windows import opened
from trainer.settings import merge
from trainer.store import summary
from trainer.store.edits_file import LabelEdit, write_edits
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run
from trainer.store.run_files import write_settings
from trainer.store.summary import Summary


def run_of(root: Path, name: str, source: Path, edits: str | None = None, *, ended: bool = True) -> OpenRun:
    folder = RunFolder(root / name)
    run = OpenRun(folder, JournalFollower(folder))
    told = {"data": {"source": str(source), "edits": edits}, "model": "softmax", "train": {"epochs": 7}}
    run.model.info = SimpleNamespace(settings=told, split_sizes={"train": 30, "valid": 3})  # type: ignore[assignment]
    run.model.ended = SimpleNamespace(status="completed") if ended else None  # type: ignore[assignment]
    return run


def record(root: Path, name: str, day: int, edits: str | None) -> None:
    """What is on disk of a run."""
    folder = RunFolder(root / name) if (root / name).exists() else create_run(root, name)
    write_settings(folder, merge({"data": {"edits": edits}}).model_dump())
    summary.write(folder.summary, Summary(started_at=f"2026-01-{day:02}T00:00:00Z"))


@pytest.fixture
def panel(assist: FakeRpcClient, qtbot: Any) -> LabelsPanel:
    panel = LabelsPanel(EpochCursor(), assist, Preferences())  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.show()
    return panel


def test_the_data_of_the_shown_run_are_looked_through(
    panel: LabelsPanel, assist: FakeRpcClient, source: Path, root: Path, qtbot: Any
) -> None:
    assert "Open a run" in panel.view.search_page.title.text()
    panel.show_run(run_of(root, "a", source, edits="old.csv"))
    assert "33 images" in panel.view.search_page.text.text()
    panel.view.search_page.button.click()
    assert assist.asked[0][1]["runs"] == str(root)
    assert assist.asked[0][1]["settings"]["data"] == {"source": str(source)}
    assist.answer("labels", **answer(assist.folder / "a", [proposal()]))
    with qtbot.waitSignal(panel.train_wanted) as wanted:
        panel.view.train_wanted.emit("/new.csv", "so many")
    tables, news = wanted.args
    assert tables["data"] == {"source": str(source), "edits": "/new.csv"}
    assert tables["train"] == {"epochs": 7}
    assert news == "so many"
    edits = root / "new.csv"
    write_edits(edits, [LabelEdit("cat/a.png", "", "leave_out")])
    panel.show_run(run_of(root, "same data", source, edits=str(edits)))
    assert panel.view.search.state == "found", "the same images need not be looked through again"
    assert panel.view.review.counts().leave_out == 1, "with the decisions of that run"
    panel.show_run(None)
    assert "Open a run" in panel.view.search_page.title.text()
    assert panel.view.search_page.isVisibleTo(panel)
    panel.show_run(run_of(root, "same data", source, edits=str(edits)))
    assert panel.view.grid.isVisibleTo(panel)
    panel.show_run(run_of(root, "other data", source / "other"))
    assert panel.view.search.state == "idle"


def test_a_run_without_files_has_none_to_check(panel: LabelsPanel, source: Path, root: Path) -> None:
    run = run_of(root, "a", source)
    run.model.info.settings.clear()  # type: ignore[union-attr]
    panel.show_run(run)
    assert "your own data loaders" in panel.view.search_page.title.text()
    run.model.info = None
    panel.refresh({"info"})
    assert "not recorded its images yet" in panel.view.search_page.title.text()


def test_a_run_with_edits_is_compared_with_the_one_before(
    panel: LabelsPanel, source: Path, root: Path, qtbot: Any
) -> None:
    record(root, "before", 1, None)
    record(root, "after", 2, "a.csv")
    panel.show_run(run_of(root, "after", source, "a.csv", ended=False))
    assert panel.edited.text().endswith("a.csv")
    assert not panel.compare_button.isVisibleTo(panel)
    panel.show_run(run_of(root, "after", source, "a.csv"))
    with qtbot.waitSignal(panel.compare_wanted) as wanted:
        panel.compare_button.click()
    assert wanted.args == [[root / "before", root / "after"]]
    panel.show_run(run_of(root, "before", source))
    assert not panel.edited.isVisibleTo(panel)
    panel.show_run(run_of(root, "before", source, "b.csv"))
    panel.compare_button.click()
    assert "no earlier run" in panel.edited.accessibleName()


def test_a_run_is_set_up_like_the_shown_one_with_the_decisions(window: Window, finished: RunFolder, qtbot: Any) -> None:
    opened(qtbot, window, finished)
    tables = merge({"data": {"source": "digits", "edits": "/a b.csv"}, "model": "mlp", "train": {"lr": 0.02}})
    window.tabs.train_wanted.emit(tables.model_dump(), "labels changed: 3")
    page = window.pages.new_run_page
    assert page is not None
    assert window.pages.on_new_run
    assert page.form.settings() == tables
    assert page.check.news.text() == "labels changed: 3"
    assert "--data.edits '/a b.csv'" in page.form.command_line("linux")
    page.form.choose_recipe("seed")
    page.take_settings(tables.model_dump(), "")
    assert page.form.settings() == tables, "whatever recipe is chosen"


def test_labels_are_checked_before_there_is_a_run(window: Window, source: Path, qtbot: Any) -> None:
    window.new_run()
    page = window.pages.new_run_page
    assert page is not None
    page.rows[("train", "lr")].typed.emit(("train", "lr"), "-1")
    page.rows[("data", "size")].typed.emit(("data", "size"), "-1")
    page.check.labels_button.click()
    assert "marked settings" in page.check.verdict.text()
    page.rows[("data", "size")].typed.emit(("data", "size"), "16")
    page.check.labels_button.click()
    labels = window.pages.currentWidget()
    assert isinstance(labels, LabelsPage)
    assert window.pages.on_new_run
    assert labels.title.text() == "digits"
    labels.view.train_wanted.emit("/mine.csv", "images left out: 2")
    assert window.pages.currentWidget() is page
    assert page.form.text(("data", "edits")) == "/mine.csv"
    assert page.form.text(("data", "size")) == "16"
    assert page.check.news.text() == "images left out: 2"
    page.check.labels_button.click()
    window.pages.press_start()
    assert window.pages.currentWidget() is page, "Start leads back to the settings first"
    page.check.labels_button.click()
    QTest.keyClick(window, Key.Key_Escape)
    assert window.pages.currentWidget() is page
    page.check.labels_button.click()
    labels.back_button.click()
    assert window.pages.currentWidget() is page


@pytest.mark.parametrize("edits", [None, "a.csv"])
def test_at_the_end_of_a_watched_run_with_edits_it_is_offered_to_compare(
    window: Window, root: Path, scribe: Callable[..., Scribe], edits: str | None, qtbot: Any
) -> None:
    record(root, "before", 1, None)
    one = scribe("after", alive=True)
    record(root, "after", 2, edits)
    one.begin(settings={"data": {"source": "digits", "edits": edits}})
    opened(qtbot, window, one.folder)
    qtbot.waitUntil(lambda: window.run is not None and window.run.follower.caught_up)
    window.refresh_timer.tick()
    assert window.banner.text("edits") is None
    one.end()
    qtbot.waitUntil(lambda: window.run is not None and window.run.model.ended is not None)
    if edits is None:
        assert window.banner.text("edits") is None
        return
    qtbot.waitUntil(lambda: window.banner.text("edits") is not None)
    buttons = [one for one in window.banner.findChildren(QPushButton) if "Compare" in one.text()]
    with qtbot.waitSignal(window.run_notices.compare_wanted) as wanted:
        buttons[0].click()
    assert wanted.args == [[root / "before", root / "after"]]
    dialog = window.findChild(CompareDialog)
    assert dialog is not None
    dialog.close()
    window.open_run(root / "before")
    opened(qtbot, window, one.folder)
    assert window.banner.text("edits") is None, "told once"
