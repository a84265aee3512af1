"""A process that is killed, while it computes features or trains on them, leaves what it has, and the run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from trainer.inference import load_trained
from trainer.pretrained.feature_file import THERE
from trainer.pretrained.published_weights import PACKAGE
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


def make_images(place: Path, count: int) -> Path:
    """Images of three classes, which their brightness tells apart."""
    generator = np.random.default_rng(0)
    for number in range(count):
        path = place / f"class {number % 3}" / f"{number:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(60 * (number % 3), 256, (16, 16, 3), dtype=np.uint8)).save(path)
    return place


def kill_when(process: subprocess.Popen[bytes], reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def journal(root: Path) -> bytes:
    path = root / "run" / "journal.jsonl"
    return path.read_bytes() if path.exists() else b""


def same_weights(one: Path, other: Path) -> bool:
    states = [load_trained(find_run(root, "run")).trainer.model.state_dict() for root in (one, other)]
    return all(torch.equal(states[0][name], tensor) for name, tensor in states[1].items())


def test_killed_in_extraction_and_resumed_equals_unbroken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(PACKAGE)
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    images = make_images(tmp_path / "images", IMAGES)
    options = [str(images), "--recipe", "photos", "--epochs", "2", "--name", "run", "--runs"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    kill_when(command("train", *options, str(killed)), lambda: 0 < filled(killed) < IMAGES)
    before = filled(killed)
    assert 0 < before < IMAGES
    assert command("resume", str(killed / "run")).wait(PATIENCE) == 0
    assert command("train", *options, str(whole)).wait(PATIENCE) == 0
    assert same_weights(killed, whole)


@pytest.mark.parametrize(
    ("where", "options"),
    [
        (b'"type":"EpochEnded","epoch":3', ("--epochs", "100")),
        (b'"stage":"head"', ("--tune", "top", "--epochs", "2")),
        (b'"type":"EpochEnded","epoch":1', ("--tune", "all", "--epochs", "2", "--checkpoint.every-steps", "2")),
    ],
    ids=["head", "head before fine-tuning", "fine-tuning"],
)
def test_killed_in_training_and_resumed_equals_unbroken(
    where: bytes, options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(PACKAGE)
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    words = [str(make_images(tmp_path / "images", 90)), "--recipe", "photos", "--backbone.size", "32", *options]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    kill_when(command("train", *words, "--name", "run", "--runs", str(killed)), lambda: where in journal(killed))
    assert b"RunEnded" not in journal(killed)
    assert command("resume", str(killed / "run")).wait(PATIENCE) == 0
    assert command("train", *words, "--name", "run", "--runs", str(whole)).wait(PATIENCE) == 0
    assert same_weights(killed, whole)
