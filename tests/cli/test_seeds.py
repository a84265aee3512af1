"""`train --seeds N`: ordinary runs, their table, and what a stop, a failure or a name that is taken come to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, start
from trainer.cli import train as training
from trainer.errors import DivergedError
from trainer.metrics.significance import spread
from trainer.store.checkpoint import newest_valid, read
from trainer.store.folder import RunFolder, state


def same_results(one: RunFolder, other: RunFolder) -> bool:
    """Rows of the epochs but for their times, best weights, and every answer."""
    weights = [read(newest_valid(run.checkpoints, "best")[0])[0] for run in (one, other)]  # type: ignore[arg-type]
    if weights[0].keys() != weights[1].keys():
        return False
    equal = all(bool((weights[0][key] == weights[1][key]).all()) for key in weights[0])
    for path in ["evaluation/test.npz", "evaluation/train.npz", "predictions/epoch-0001.npz", "evaluation/test.txt"]:
        equal = equal and (one.path / path).read_bytes() == (other.path / path).read_bytes()
    return equal


def test_each_seed_is_an_ordinary_run(cli: Cli, runs: Path) -> None:
    answer = cli("train", "digits", "--epochs", 1, "--seed", 7, "--seeds", 3, "--name", "few", "--json")
    assert answer.code == 0
    found = answer.document
    assert [(one["name"], one["seed"]) for one in found["runs"]] == [("few-s7", 7), ("few-s8", 8), ("few-s9", 9)]
    for one in found["runs"]:
        assert state(RunFolder(runs / one["name"])) == "completed"
        assert cli("runs", "show", one["name"], "--json").document["settings"]["train"]["seed"] == one["seed"]
    for split in ("train", "valid", "test"):
        for key in ("accuracy", "macro_f1"):
            values = [one["evaluations"][split][key] for one in found["runs"]]
            kept = found["spread"][split][key]
            expected = spread(values, limits=(0, 1))
            assert (kept["mean"], kept["sd"], tuple(kept["interval"])) == (
                expected.mean,
                expected.sd,
                expected.interval,
            )
            assert len(set(values)) > 1
    # the second run is what it would have been on its own
    assert cli("train", "digits", "--epochs", 1, "--seed", 8, "--name", "alone").code == 0
    assert same_results(RunFolder(runs / "few-s8"), RunFolder(runs / "alone"))


def test_the_table(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    answer = cli("train", "digits", "--epochs", 1, "--seeds", 2, "--name", "few")
    lines = answer.out.split("2 of 2 runs are completed")[1].splitlines()
    assert " ".join(lines[1].split()) == "run train F1 train accuracy valid F1 valid accuracy test F1 test accuracy"
    assert [line.split("  ")[0] for line in lines[2:8]] == [
        *("few-s1234", "few-s1235", "mean", "standard deviation", "95 % of the mean, from", "to")
    ]
    first, second, mean = ([float(text) for text in line.split()[1:]] for line in lines[2:5])
    assert mean == pytest.approx([(a + b) / 2 for a, b in zip(first, second, strict=True)], abs=1e-4)
    assert "From run to run the seed changes the order of the images, the first weights, and the split" in answer.out
    assert answer.out.count("== seed ") == 2


def test_without_a_name_they_are_called_after_date_data_and_model(cli: Cli) -> None:
    found = cli("train", "digits", "--epochs", 1, "--seeds", 2, "--json").document
    names = [one["name"] for one in found["runs"]]
    assert [name.rpartition("-s")[2] for name in names] == ["1234", "1235"]
    assert len({name.rpartition("-s")[0] for name in names}) == 1
    assert names[0].endswith("-digits-softmax-s1234")


def test_a_name_that_is_taken_is_refused_before_anything_is_trained(cli: Cli, runs: Path) -> None:
    assert cli("train", "digits", "--epochs", 1, "--seed", 1235, "--name", "few-s1235").code == 0
    answer = cli("train", "digits", "--epochs", 1, "--seeds", 2, "--name", "few")
    assert answer.code == 4
    assert "few-s1235" in answer.err
    assert "--seed 1236" in answer.err
    assert not (runs / "few-s1234").exists()


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--seeds", "1"], "leaves nothing to compare"),
        (["--seeds", "0"], "leaves nothing to compare"),
        (["--seeds", "-3"], "leaves nothing to compare"),
        (["--seeds", "few"], "--seeds: got 'few', expected a whole number"),
        (["--seeds", "2", "--name", "x" * 63], "cannot be the name of a run"),
        (["--seeds", "2", "--lr", "-1"], "lr"),
    ],
)
def test_wrong_use_leaves_nothing(cli: Cli, runs: Path, flags: list[str], text: str) -> None:
    answer = cli("train", "digits", *flags)
    assert answer.code == 4
    assert text in answer.err
    assert not runs.exists()


def test_where_a_run_fails_the_others_are_reported(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    watched, calls = training.watch, []

    def fail_third(*arguments: object, **more: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise DivergedError("diverged.loss", "The loss is not finite.")
        return watched(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("trainer.cli.seeds.watch", fail_third)
    answer = cli("train", "digits", "--epochs", 1, "--seeds", 4, "--name", "few", "--json")
    assert answer.code == 8
    assert [one["seed"] for one in answer.document["runs"]] == [1234, 1235]
    assert "The loss is not finite." in answer.err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send to a single process")
def test_ctrl_c_stops_the_run_at_work_and_reports_the_others(cli: Cli, runs: Path) -> None:
    live = start("train", "digits", "--epochs", 40, "--seeds", 1000, "--name", "few", "--json")
    try:
        end = time.monotonic() + 60
        while not (runs / "few-s1235" / "metrics.csv").exists():
            assert time.monotonic() < end
            assert live.poll() is None
            time.sleep(0.02)
        live.send_signal(signal.SIGINT)
        out, _ = live.communicate(timeout=60)
    finally:
        live.kill()
    assert live.returncode == 3
    found = json.loads(out)
    stopped = Path(found["stopped"])
    assert state(RunFolder(stopped)) == "stopped"
    assert stopped.name == f"few-s{1234 + len(found['runs'])}"
    assert all(state(RunFolder(Path(one["path"]))) == "completed" for one in found["runs"])
    assert sorted(path.name for path in runs.glob("few-*")) == [*(one["name"] for one in found["runs"]), stopped.name]
    assert cli("resume", stopped.name).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("flags", [[], ["--recipe", "digits"], ["--model", "mlp", "--augment.rotation", "10"]])
def test_nothing_of_one_run_reaches_the_next(runs: Path, flags: list[str]) -> None:
    """Bit for bit what a process of its own comes to: threads, generators and kernels are as at a fresh start."""
    command = [sys.executable, "-m", "trainer", "train", "digits", *flags, "--epochs", "2"]
    for more in (["--seeds", "3", "--name", "few"], ["--seed", "1236", "--name", "alone"]):
        subprocess.run([*command, *more], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert same_results(RunFolder(runs / "few-s1236"), RunFolder(runs / "alone"))
    assert not same_results(RunFolder(runs / "few-s1235"), RunFolder(runs / "alone"))
