"""Clocks that jump, folders of any name, secrets in the environment: none of them changes a run, or ends up in it."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from tests.reliability.harness import assert_same, at_step, history, train
from tests.reliability.scripted_losses import build
from trainer.launch import start
from trainer.settings import merge
from trainer.store.folder import RunFolder, list_runs
from trainer.store.journal import read_journal

NAMES = {
    "spaces": " a run ",
    "any script": "кот-猫-é-🐈",
    "a shell's signs": "$(rm) ';\"&|*?",
    "formats": "%s {0} \\n",
    "an option": "--resume",
    "a line feed": "two\nlines",
    "as long as can be": "x" * 255,
    "not UTF-8": os.fsdecode(b"run-\xff\xfe"),
}


@pytest.mark.parametrize("seed", range(2))
def test_a_clock_that_jumps_by_years_changes_nothing(
    seed: int, tmp_path: Path, whole_hills: dict[bool, RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(seed)
    monkeypatch.setattr(time, "time_ns", lambda: draw.randrange(4_000_000_000_000_000_000))
    monkeypatch.setattr(time, "time", lambda: draw.random() * 4e9)
    run = train(build, tmp_path / "run", [at_step(7)])
    walls = [record.wall for record in read_journal(run.journal).records]
    assert walls != sorted(walls), "it did jump"
    assert_same(run, whole_hills[False])
    assert history(run)[-1].t < 600, "seconds of training"


@pytest.mark.skipif(sys.platform != "linux", reason="names of Linux")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_in_a_folder_of_any_name_a_run_is_trained_and_resumed(
    name: str, tmp_path: Path, whole_hills: dict[bool, RunFolder]
) -> None:
    """Names of runs themselves are checked: see `test_names_that_some_platform_cannot_bear_are_refused`."""
    (tmp_path / name).mkdir()
    run = train(build, tmp_path / name / "run", [at_step(7)])
    assert_same(run, whole_hills[False])
    assert [entry.folder.path for entry in list_runs(tmp_path / name)] == [run.path]
    assert [path.name for path in tmp_path.iterdir()] == [name], "nothing lies beside it"


def test_no_secret_of_the_environment_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "canary-5f1d9"
    for name in ("AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "WANDB_API_KEY", "GIT_ASKPASS", "MY_PASSWORD"):
        monkeypatch.setenv(name, canary)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    start(merge({"train": {"epochs": 1, "device": "cpu"}}), tmp_path, name="run")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"OMP_NUM_THREADS" in path.read_bytes() for path in files), "variables are recorded"
    assert [path for path in files if canary.encode() in path.read_bytes()] == []
