"""Label edits from the command line: trained with, kept by the run, compared with the run before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from trainer.store.edits_file import LabelEdit, read_edits, write_edits
from trainer.store.evaluations import find
from trainer.store.folder import find_run

COUNT = 30
WRONG = [f"light/{number:03d}.png" for number in range(4)]
"""Dark images among the light ones."""


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Dark and light ones, a few of them in the wrong folder."""
    random = np.random.default_rng(0)
    for name, level in (("dark", 40), ("light", 200)):
        folder = tmp_path / "images" / name
        folder.mkdir(parents=True)
        for number in range(COUNT):
            right = f"{name}/{number:03d}.png" not in WRONG
            pixels = random.integers(0, 40, (8, 8, 3)) + (level if right else 40)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number:03d}.png")
    return tmp_path / "images"


@pytest.fixture
def edits(tmp_path: Path) -> Path:
    write_edits(
        tmp_path / "edits.csv",
        [*(LabelEdit(path, "", "relabel", "dark") for path in WRONG[:3]), LabelEdit(WRONG[3], "", "leave_out")],
    )
    return tmp_path / "edits.csv"


def train(cli: Cli, images: Path, name: str, *more: object) -> str:
    options = ("--data.valid", 0.2, "--data.test", 0.4, "--epochs", 4, "--batch", 8, "--name", name)
    answer = cli("train", images, *options, *more)
    assert answer.code == 0, answer.err
    return answer.out + answer.err


def test_a_run_keeps_its_edits_whatever_is_decided_later(cli: Cli, runs: Path, images: Path, edits: Path) -> None:
    train(cli, images, "edited", "--edits", edits)
    folder = find_run(runs, "edited")
    assert "3 labels changed, 1 image left out" in folder.log.read_text("utf-8")
    kept = read_edits(folder.path / "edits.csv")
    assert [(edit.path, edit.action) for edit in kept] == [(edit.path, edit.action) for edit in read_edits(edits)]
    assert "edited: 3 labels changed, 1 image left out" in cli("runs", "show", "edited").out
    report = cli("export", "edited", "--format", "report", "--out", folder.path / "page.html")
    assert report.code == 0, report.err
    assert "labels changed: 3, images left out: 1" in (folder.path / "page.html").read_text("utf-8")

    before = find(folder, "test")
    write_edits(edits, [])
    assert cli("evaluate", "edited").code == 0
    after = find(folder, "test")
    assert before is not None
    assert after is not None
    assert after.metrics.support == before.metrics.support
    edits.unlink()
    assert cli("evaluate", "edited").code == 0
    assert cli("resume", "edited", "--epochs", 5).code == 0


def test_both_runs_are_judged_by_the_edited_labels(cli: Cli, images: Path, edits: Path) -> None:
    train(cli, images, "plain")
    train(cli, images, "edited", "--edits", edits)
    for a, b in (("plain", "edited"), ("edited", "plain")):
        found = cli("runs", "diff", a, b, "--json").document
        assert found["same_images"], found["reason"]
        assert found["edited"]["relabelled"] + found["edited"]["left_out"] > 0
        assert found["a"]["samples"] == found["b"]["samples"] == found["images"]
    out = cli("runs", "diff", "plain", "edited").out
    assert "both judged by the edited labels" in out
    assert "nan" not in out


def test_a_difference_that_edits_do_not_account_for_is_not_compared(cli: Cli, images: Path, edits: Path) -> None:
    train(cli, images, "edited", "--edits", edits)
    train(cli, images, "other", "--seed", 7)
    assert not cli("runs", "diff", "edited", "other", "--json").document["same_images"]


def test_wrong_edits_end_the_command_before_training(cli: Cli, runs: Path, images: Path, tmp_path: Path) -> None:
    answer = cli("train", images, "--edits", tmp_path / "none.csv", "--name", "x")
    assert answer.code == 5
    assert "The file of edits does not exist" in answer.err
    assert "fix:" in answer.err
    data = cli("data", images, "--edits", tmp_path / "none.csv")
    assert data.code == 5


def test_the_data_command_says_what_the_edits_do(cli: Cli, images: Path, edits: Path) -> None:
    assert "3 labels changed, 1 image left out" in cli("data", images, "--edits", edits).out
