"""A folder that is dropped on the Predict tab of a real window, with a real engine: what the commands say of it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui.panels.predict.predict_panel import PredictPanel
from gui.viewmodels.predicted_images import COLUMNS
from gui.window.main_window import Window
from tests.gui.windows import drop, opened
from trainer.data.digits import load_digits
from trainer.data.read_options import USUAL
from trainer.store.folder import RunFolder

pytestmark = pytest.mark.slow


def epochscope(*arguments: object) -> Any:
    command = [sys.executable, "-m", "trainer", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """Sixty images in a folder per class."""
    found = load_digits(USUAL)
    for number in range(60):
        path = tmp_path / "цифры" / found.classes[found.labels[number]] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(found.pixels[number, ..., 0]).save(path)
    return tmp_path / "цифры"


def rows_of(path: Path) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    return sorted(rows, key=lambda row: row["image"])


def test_a_labelled_folder(
    window: Window, qtbot: QtBot, root: Path, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochscope("train", "digits", "--epochs", 2, "--name", "run", "--runs", root)
    opened(qtbot, window, RunFolder(root / "run"))
    window.show_tab("predict")
    panel = window.tabs.panel("predict")
    assert isinstance(panel, PredictPanel)
    drop(panel, digits)
    qtbot.waitUntil(lambda: panel.job.score is not None, timeout=60_000)
    assert not window.pages.on_new_run
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    answer = epochscope("evaluate", "run", "--data", digits, "--json", "--csv", theirs, "--runs", root)
    wanted = json.loads(answer.stdout)
    score = panel.job.score
    assert score is not None
    for name in ("accuracy", "macro_f1", "accuracy_interval", "macro_f1_interval"):
        assert score[name] == wanted[name], name
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(ours), ""))
    panel.view.sortByColumn(COLUMNS.index("confidence"), panel.view.horizontalHeader().sortIndicatorOrder())
    panel.export_action.trigger()
    for mine, other in zip(rows_of(ours), rows_of(theirs), strict=True):
        numbers = [name for name in mine if name.startswith("confidence")]
        assert {k: v for k, v in mine.items() if k not in numbers} == {
            k: v for k, v in other.items() if k not in numbers
        }
        for name in numbers:
            assert float(mine[name]) == pytest.approx(float(other[name]), abs=1e-6)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "sorted"))
    panel.filter_bar.unsure.setValue(0)
    panel.copy_action.trigger()
    qtbot.waitUntil(lambda: panel.job.copied == 60 and not panel.job.busy, timeout=60_000)
    copies = {path.relative_to(tmp_path / "sorted").as_posix() for path in (tmp_path / "sorted").rglob("*.png")}
    assert copies == {f"{row['class']}/{Path(row['image']).name}" for row in rows_of(theirs)}


def test_a_folder_that_is_dropped_elsewhere_is_data_for_a_new_run(
    window: Window, qtbot: QtBot, finished: RunFolder, digits: Path
) -> None:
    opened(qtbot, window, finished)
    drop(window, digits)
    qtbot.waitUntil(lambda: window.pages.on_new_run)
