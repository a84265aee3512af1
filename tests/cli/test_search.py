"""`search`: the table at the end, the command that trains the best, resuming by name, Ctrl-C."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("optuna", reason="Optuna is not installed: pip install 'epochscope[search]'")

from tests.cli.conftest import Cli, start
from trainer.store.folder import RunFolder, state
from trainer.store.run_files import dotted_settings

FEW = ("search", "digits", "--samples", 300, "--epochs", 1, "--name", "few")


def test_a_search_and_the_command_at_its_end(cli: Cli, runs: Path) -> None:
    answer = cli(*FEW, "--trials", 2, "--space", "lr=1e-3..1e-1:log", "--trial-epochs", 1, "--epochs", 2)
    assert answer.code == 4  # --epochs twice
    answer = cli(*FEW, "--trials", 2, "--space", "lr=1e-3..1e-1:log", "--trial-epochs", 1)
    assert answer.code == 0
    assert "2 of 2 trials have ended" in answer.out
    best = answer.out.split("best: ")[1].split(",")[0]
    command = shlex.split(answer.out.rstrip().splitlines()[-1].removeprefix("train it: "))
    assert command[:2] == ["epochscope", "train"]
    assert cli(*command[1:]).code == 0
    whole, trial = (dotted_settings(RunFolder(runs / name)) for name in ("few-best", best))
    assert whole == trial


def test_no_batch_above_the_training_set_is_proposed(cli: Cli) -> None:
    found = cli("search", "digits", "--samples", 60, "--epochs", 1, "--name", "small", "--trials", 1, "--json").document
    (batches,) = [one["choices"] for one in found["space"] if one["name"] == "train.batch"]
    assert max(batches) == 32


def test_it_goes_on_by_its_name_alone(cli: Cli, runs: Path) -> None:
    first = cli(*FEW, "--trials", 1, "--monitor", "accuracy", "--json").document
    more = cli("search", "--name", "few", "--trials", 2, "--json").document
    assert (first["wanted"], more["wanted"], more["monitor"], more["state"]) == (1, 2, "accuracy", "completed")
    assert more["trials"][0] == first["trials"][0]
    assert cli("search", "--name", "few", "--json").document["trials"] == more["trials"]
    for other in ((*FEW, "--batch", 32), ("search", "--name", "few", "--monitor", "loss")):
        refused = cli(*other)
        assert refused.code == 4
        assert "other settings" in refused.err


def test_a_misspelled_name_begins_no_other_search(cli: Cli, runs: Path) -> None:
    assert cli(*FEW, "--trials", 1).out.startswith("search few: 1 trial,")
    before = sorted(runs.rglob("*"))
    for words in ((), ("--trials", 2)):
        refused = cli("search", "--name", "fw", *words)
        assert refused.code == 4
        assert "There is no search 'fw' to continue." in refused.err
        assert "Did you mean few?" in refused.err
        assert "A new search names its data: epochscope search digits" in " ".join(refused.err.split())
    assert sorted(runs.rglob("*")) == before
    assert cli("search", "--name", "few", "--trials", 1).out.startswith("search few, continued: 1 trial,")


@pytest.mark.parametrize(
    "wrong",
    [("--space", "optim.lr=1..2"), ("--trials", 0), ("--monitor", "test"), ("--space", "train.lr=1..2", "--valid", 2)],
)
def test_wrong_use_leaves_nothing(cli: Cli, runs: Path, wrong: tuple[object, ...]) -> None:
    answer = cli(*FEW, *wrong)
    assert answer.code == 4
    assert answer.err.startswith("error:")
    assert not runs.exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_saves_and_the_name_goes_on(cli: Cli, runs: Path) -> None:
    process = start("search", "digits", "--epochs", 200, "--trials", 2, "--name", "long", "--space", "lr=1e-3,1e-2")
    checkpoints = runs / "long-1" / "checkpoints"
    until = time.monotonic() + 60
    while not (checkpoints.is_dir() and any(checkpoints.iterdir())):
        assert time.monotonic() < until
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "epochscope search --name long" in err
    assert state(RunFolder(runs / "long-1")) == "stopped"
    assert cli("search", "--name", "long", "--json").document["state"] == "completed"
    assert state(RunFolder(runs / "long-1")) == "completed"
