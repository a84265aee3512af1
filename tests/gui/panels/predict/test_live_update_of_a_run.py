"""Answers on one's own images follow a run that really trains: an engine, a window and its helper."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot
from sklearn.datasets import load_digits

from gui.window.main_window import Window
from tests.gui.engine_processes import PATIENCE, REPOSITORY
from tests.gui.windows import opened
from trainer.store.folder import RunFolder
from trainer.store.summary import read

pytestmark = pytest.mark.slow
WAIT = int(1000 * PATIENCE)


@pytest.fixture
def digits(tmp_path: Path) -> list[Path]:
    """Handwritten digits as files."""
    (tmp_path / "digits").mkdir()
    made = [tmp_path / "digits" / f"{number}.png" for number in range(5)]
    for path, pixels in zip(made, load_digits().images, strict=False):
        Image.fromarray(np.uint8(pixels * 15.9)).save(path)
    return made


@pytest.fixture
def run(root: Path) -> Iterator[RunFolder]:
    """A run that becomes better in each of its very many epochs, and has begun."""
    command = [sys.executable, "-m", "trainer", "train", "digits", "--lr", "1e-5", "--epochs", "100000"]
    process = subprocess.Popen(
        [*command, "--runs", str(root), "--name", "it"], cwd=REPOSITORY, stdout=subprocess.DEVNULL
    )
    yield RunFolder(root / "it")
    process.kill()
    process.wait()


def test_answers_follow_the_run(window: Window, run: RunFolder, digits: list[Path], qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: run.summary.exists() and bool(read(run.summary).best_epoch), timeout=WAIT)
    opened(qtbot, window, run)
    window.show_tab("predict")
    panel = window.tabs.panel("predict")
    panel.classify(digits)
    qtbot.waitUntil(lambda: panel.job.images.done == len(digits), timeout=WAIT)
    first = [row.top[0] for row in panel.job.images.rows]
    assert panel.live.isVisibleTo(panel)
    panel.live.click()
    qtbot.waitUntil(lambda: "Updated with the weights" in panel.told.text(), timeout=WAIT)
    later = [row.top[0] for row in panel.job.images.rows]
    assert later != first
    assert len(later) == len(digits)
    panel.live.click()
    qtbot.waitUntil(lambda: not panel.job.busy, timeout=WAIT)
