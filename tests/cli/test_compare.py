"""`epochscope compare`, from the command line to every file."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, start
from trainer.baselines.outcome import COLUMNS

IMAGES = os.environ.get("EPOCHSCOPE_CIFAR10", "")


def test_wrong_usage_is_told_before_anything_is_started(cli: Cli, runs: Path) -> None:
    for wrong, text in (
        (("--only", "nunpy"), "did you mean 'numpy'"),
        (("--model", "nosuch"), "there is no 'nosuch'"),
        (("--seconds", "0"), "expected: a number > 0"),
        (("--epochs", "0"), "a whole number of at least 1"),
        (("--samples", "0"), "data.samples: got 0"),
        (("--seed", "x", "--data.valid", "2"), "data.valid: got 2"),
        (("--lr", "1"), "There is no flag --lr"),
    ):
        answer = cli("compare", "digits", *wrong)
        assert (answer.code, answer.out) == (4, "")
        assert text in " ".join(answer.err.split())
    assert not runs.exists()


@pytest.mark.slow
def test_digits_in_one_table(cli: Cli, runs: Path) -> None:
    answer = cli("compare", "digits", "--json", "--threads", 1)
    assert answer.code == 0
    rows = answer.document["rows"]
    assert [row["algorithm"] for row in rows] == ["numpy", "sklearn", "pytorch"]
    for row in rows:
        assert tuple(row) == COLUMNS
        assert row["f1_test"] > 0.9
        assert row["training_seconds"] > 0
        assert row["samples_per_second"] > 0
        assert sys.platform != "linux" or row["peak_memory_mb"] > 50
    folder = Path(answer.document["folder"])
    with (folder / "compare.csv").open(encoding="utf-8", newline="") as file:
        assert [row["algorithm"] for row in csv.DictReader(file)] == ["numpy", "sklearn", "pytorch"]
    assert len({one["settings"]["data"]["source"] for one in answer.document["contestants"]}) == 1
    prints = {
        json.loads((runs / one["run"] / "environment.json").read_text("utf-8"))["data_fingerprint"]
        for one in answer.document["contestants"]
    }
    assert len(prints) == 1  # the same images, split and seed
    listed = cli("runs", "--json").document
    assert {run["status"] for run in listed} == {"completed"}
    assert len(listed) == 3
    numpy_run = answer.document["contestants"][0]["run"]
    assert cli("resume", numpy_run).out == f"{numpy_run} is completed\n"
    refused = cli("resume", numpy_run, "--epochs", 99)
    assert refused.code == 4
    assert "cannot be continued" in refused.err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process there")
def test_ctrl_c_keeps_what_is_finished(runs: Path) -> None:
    process = start("compare", "digits", "--only", "numpy", "--only", "pytorch", "--threads", 1)
    deadline = time.monotonic() + 100
    # while the second one still imports torch: it is asked as soon as it can be
    while not any(runs.glob("*-pytorch/owner.json")) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert "stopped early: no row" in out
    (table,) = runs.glob("*-digits/compare.csv")
    assert [row["algorithm"] for row in csv.DictReader(table.read_text("utf-8").splitlines())] == ["numpy"]


@pytest.mark.slow
@pytest.mark.cifar10
@pytest.mark.timeout(900)
@pytest.mark.skipif(not IMAGES, reason="EPOCHSCOPE_CIFAR10 names no folder with the CIFAR-10 images")
def test_all_three_work_on_cifar10(cli: Cli) -> None:
    """The published table had 0.300, 0.315 and 0.312 on test."""
    found = {}
    for names, budget in ((["sklearn"], ["--epochs", 25]), (["numpy", "pytorch-seed", "pytorch-linear"], [])):
        answer = cli("compare", IMAGES, "--json", *(f"--only={name}" for name in names), *budget)
        assert answer.code == 0
        found |= {row["algorithm"]: row["f1_test"] for row in answer.document["rows"]}
    assert found["numpy"] > 0.39
    assert found["sklearn"] > 0.38
    assert found["pytorch-linear"] > 0.39
    assert 0.28 < found["pytorch-seed"] < 0.34
