"""A process that is killed while it computes features leaves what it has, and the run goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from trainer.launch import load_trained
from trainer.pretrained.feature_file import THERE
from trainer.pretrained.weights import PACKAGE
from trainer.store.folder import find_run

ROOT = Path(__file__).parents[2]
IMAGES = 3_000
PATIENCE = 240.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX"),
]


def command(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "trainer", *words], cwd=ROOT, stdout=subprocess.DEVNULL)


def filled(root: Path) -> int:
    """Rows of features that are there."""
    found = [np.fromfile(path, np.uint64) for path in (root / ".data" / "features").glob("*/rows")]
    return sum(int((marks >= THERE).sum()) for marks in found)


def test_killed_in_extraction_and_resumed_equals_unbroken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(PACKAGE)
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    generator = np.random.default_rng(0)
    for number in range(IMAGES):
        path = tmp_path / "images" / f"class {number % 3}" / f"{number:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(60 * (number % 3), 256, (16, 16, 3), dtype=np.uint8)).save(path)
    options = [str(tmp_path / "images"), "--recipe", "photos", "--epochs", "2", "--name", "run", "--runs"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = command("train", *options, str(killed))
    end = time.monotonic() + PATIENCE
    while not 0 < filled(killed) < IMAGES:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before = filled(killed)
    assert 0 < before < IMAGES
    assert command("resume", str(killed / "run")).wait(PATIENCE) == 0
    assert command("train", *options, str(whole)).wait(PATIENCE) == 0
    one, other = (load_trained(find_run(root, "run"))[0].model.state_dict() for root in (killed, whole))
    assert all(torch.equal(one[name], other[name]) for name in one)
