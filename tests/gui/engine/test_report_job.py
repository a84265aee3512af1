"""The report from the window: written off its thread, in its language, with an honest word about how it went."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui.engine.report_job import ReportJob
from gui.window.main_window import Window
from tests.gui.explained_images import ExplainingAssist
from tests.gui.sample_runs import SampleRun
from tests.gui.windows import opened


@pytest.fixture
def shown(qtbot: QtBot, window: Window, root: Path) -> Window:
    """A window with a finished run."""
    made = SampleRun(root)
    made.make()
    return opened(qtbot, window, made.folder)


def export(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: Path) -> str:
    """What the banner says in the end."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.window_actions.actions["export_report"].trigger()
    assert window.file_actions._report is not None
    qtbot.waitUntil(lambda: window.file_actions._report is None, timeout=30_000)
    return " ".join(label.text() for label in window.banner.findChildren(QLabel))


@pytest.mark.parametrize(("locale", "word"), [("en_GB", "Training"), ("ru_RU", "Обучение")])
def test_the_report_is_in_the_language_of_the_window(
    shown: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, locale: str, word: str
) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(locale))
    try:
        said = export(shown, qtbot, monkeypatch, tmp_path / "report")
    finally:
        QLocale.setDefault(before)
    assert str(tmp_path / "report.html") in said
    page = (tmp_path / "report.html").read_text("utf-8")
    assert f'<html lang="{locale[:2]}">' in page
    assert word in page
    opened_urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened_urls.append(url.toLocalFile()))
    next(button for button in shown.banner.findChildren(QPushButton) if button.text() == "Open").click()
    assert [Path(url) for url in opened_urls] == [tmp_path / "report.html"]


def test_a_report_that_cannot_be_written_says_so(
    shown: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = export(shown, qtbot, monkeypatch, tmp_path / "missing" / "report.html")
    assert "Not exported" in said
    assert "missing" in said


def test_nothing_is_written_where_nobody_chose_a_place(
    shown: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    shown.window_actions.actions["export_report"].trigger()
    assert shown.file_actions._report is None
    assert not list(tmp_path.glob("*.html"))


class AnsweringAssist(ExplainingAssist):
    """Answers whatever is asked, or refuses."""

    closed, refused = False, ""

    def poll(self) -> None:
        if self.refused:
            self.refuse("explain", self.refused)
        else:
            self.explain(label=self.last["label"])

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("refused", ["", "There is no model."])
def test_heat_maps_come_from_a_helper(tmp_path: Path, refused: str) -> None:
    folder, assist = SampleRun(tmp_path).make().folder, AnsweringAssist(tmp_path)
    assist.refused = refused
    job = ReportJob(folder, tmp_path / "report.html", "en", [], assist)  # type: ignore[arg-type]
    assert job.error() is None
    assert assist.closed
    page = (tmp_path / "report.html").read_text("utf-8")
    assert ("Where the model looked in the first 16 of them" in page) == (not refused)
    assert ("There is no model." in page) == bool(refused)
    splits = {about["split"] for _, about in assist.asked}
    assert splits <= {"test", "valid"}
    assert len(assist.asked) == (1 if refused else 16 * len(splits))
