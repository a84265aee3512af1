"""Exports from the menu: the name that is written to is the name that was asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from tests.gui.sample_runs import SampleRun
from tests.gui.windows import answer, opened

KINDS = {"export_csv": "csv", "export_png": "png", "export_report": "html"}


@pytest.fixture
def shown(qtbot: QtBot, window: Window, root: Path) -> Window:
    made = SampleRun(root)
    made.make()
    return opened(qtbot, window, made.folder)


def choose(window: Window, monkeypatch: pytest.MonkeyPatch, action: str, path: Path) -> None:
    """A person types this name, which the dialog itself asks about where it is there."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.window_actions.actions[action].trigger()


@pytest.mark.parametrize(("action", "kind"), KINDS.items())
def test_a_file_is_replaced_only_after_a_question(
    shown: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, action: str, kind: str
) -> None:
    there = tmp_path / f"curves.{kind}"
    there.write_text("mine")
    answer(qtbot, "No")
    choose(shown, monkeypatch, action, tmp_path / "curves")
    assert there.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("curves")] == [there.name]
    assert shown.file_actions._report is None


def test_yes_replaces_and_a_new_name_is_not_asked_about(
    shown: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = tmp_path / "curves.csv"
    there.write_text("mine")
    answer(qtbot, "Yes")
    choose(shown, monkeypatch, "export_csv", tmp_path / "curves")
    assert there.read_text().startswith("run,row,step")
    choose(shown, monkeypatch, "export_csv", there)  # the dialog has asked
    for name, made in (("v1.5", "v1.5.csv"), ("model-0.5", "model-0.5.csv"), ("x.CSV", "x.CSV")):
        choose(shown, monkeypatch, "export_csv", tmp_path / name)
        assert (tmp_path / made).read_text().startswith("run,row,step")
        assert made == name or not (tmp_path / name).exists()
