"""The real thing: torchrun with two processes, killed, restarted, stopped and resumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.distributed.launcher import SECONDS, Launch, environment, events, until
from trainer.events import CheckpointSaved, EpochEnded, RunEnded, RunPaused, RunStarted, RunUnpaused
from trainer.store import requests
from trainer.store.folder import RunFolder, state

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="torchrun's launcher needs libuv there"),
]
SCRIPT = Path(__file__).parent / "shared_script.py"
GROUP_THREADS = """
from pathlib import Path

import torch
from torch import nn

from trainer.distributed.joined_group import process_group


def threads():
    return [name for path in Path("/proc/self/task").glob("*/comm") if "gloo" in (name := path.read_text())]


group = process_group()
torch.optim.Adam(nn.Linear(2, 2).parameters())
assert threads()
group._close()  # as at the end of a process
assert not threads()
"""
TRAIN = ("-m", "trainer", "train", "digits", "--model", "mlp", "--epochs", 100_000, "--seed", 5)


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """One process, alone."""
    line = [sys.executable, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=SECONDS, env=environment(), check=False)


def of(kind: type[Any], run: Path) -> list[Any]:
    return [record.event for record in events(run) if isinstance(record.event, kind)]


def test_two_processes_see_the_images_of_one_and_come_to_its_weights(tmp_path: Path) -> None:
    done = command(SCRIPT, tmp_path / "one", tmp_path / "one.json")
    assert done.returncode == 0, done.stderr
    for name in ("two", "again"):
        with Launch(SCRIPT, tmp_path / name, tmp_path / f"{name}.json", output=tmp_path / f"{name}.txt") as launch:
            assert launch.wait() == 0, launch.text
    one, two, again = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("one", "two", "again"))
    assert two == again  # bit for bit
    assert two["order"] == one["order"]
    np.testing.assert_allclose(two["weights"], one["weights"], rtol=1e-3, atol=1e-5)
    for name in ("train_loss", "valid_loss", "test"):
        np.testing.assert_allclose(two[name], one[name], rtol=1e-3)
    assert two["samples"] == one["samples"]
    started = of(RunStarted, tmp_path / "two")
    assert [event.processes for event in started] == [2]
    saved = [sorted(path.name for path in (tmp_path / name / "checkpoints").iterdir()) for name in ("one", "two")]
    assert saved[0] == saved[1]


def test_two_processes_read_shards_in_the_order_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(tmp_path / "cache"))
    done = command("-m", "trainer", "data", "digits", "--shards", tmp_path / "shards", "--shard-mb", 1)
    assert done.returncode == 0, done.stderr
    done = command(SCRIPT, tmp_path / "one", tmp_path / "one.json", tmp_path / "shards")
    assert done.returncode == 0, done.stderr
    with Launch(
        SCRIPT, tmp_path / "two", tmp_path / "two.json", tmp_path / "shards", output=tmp_path / "two.txt"
    ) as launch:
        assert launch.wait() == 0, launch.text
    one, two = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("one", "two"))
    assert two["order"] == one["order"]
    np.testing.assert_allclose(two["weights"], one["weights"], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(two["test"], one["test"], rtol=1e-3)
    assert not list((tmp_path / "cache").rglob("pixels"))


@pytest.mark.parametrize("victim", [1, 0])
def test_a_killed_process_is_named_first_and_the_run_goes_on_with_another_number(victim: int, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with Launch(*TRAIN, "--runs", tmp_path, "--name", "run", output=tmp_path / "out.txt") as launch:
        until(lambda: len(of(CheckpointSaved, run)) > 2, launch)
        killed = launch.kill(victim)
        assert launch.wait() != 0
        assert time.monotonic() - killed < 10 + SECONDS * 0.1  # within 10 s where the machine is free
    told = launch.text.index(f"Process {victim} of 2 was lost")
    assert told < launch.text.index("ChildFailedError")  # before the launcher's own account
    if victim:
        ended = of(RunEnded, run)[0]
        assert (ended.code, ended.parameters["process"]) == ("distributed.lost", victim)
    else:
        assert state(RunFolder(run)) == "lost"
    saved = max(event.step for event in of(CheckpointSaved, run) if event.kind == "last")
    epochs = max(event.epoch for event in of(EpochEnded, run)) + 2
    resume = ("-m", "trainer", "resume", run, "--epochs", epochs)
    if victim:
        done = command(*resume)
        assert done.returncode == 0, done.stderr
    else:
        with Launch(*resume, output=tmp_path / "resumed.txt") as launch:
            assert launch.wait() == 0, launch.text
    again = of(RunStarted, run)[-1]
    assert (again.resumed_step, again.processes) == (saved, 1 if victim else 2)
    assert of(RunEnded, run)[-1].status == "completed"


def test_the_launcher_starts_a_run_again_which_then_hears_requests(tmp_path: Path) -> None:
    run = tmp_path / "run"
    launching = Launch(*TRAIN, "--runs", tmp_path, "--name", "run", restarts=1, output=tmp_path / "out.txt")
    with launching as launch:
        until(lambda: len(of(CheckpointSaved, run)) > 2, launch)
        launch.kill(1)
        until(lambda: len(of(RunStarted, run)) == 2 and of(EpochEnded, run)[-1].step > 0, launch)
        again = of(RunStarted, run)[-1]
        assert (again.attempt, again.resumed_step > 0) == (2, True)
        folder = RunFolder(run)
        requests.post(folder, "pause", source="test")
        until(lambda: of(RunPaused, run), launch)
        steps = of(RunPaused, run)[-1].step
        requests.post(folder, "checkpoint", source="test")
        until(lambda: [event for event in of(CheckpointSaved, run) if event.kind == "manual"], launch)
        assert [event.step for event in of(CheckpointSaved, run) if event.kind == "manual"] == [steps]
        requests.post(folder, "unpause", source="test")
        until(lambda: of(RunUnpaused, run), launch)
        requests.post(folder, "stop", source="test")
        # a stop is no crash: it is not started a third time
        assert launch.wait() == 0, launch.text
    ended = of(RunEnded, run)[-1]
    assert (ended.status, len(of(RunStarted, run))) == ("stopped", 2)
    assert (run / ended.last_checkpoint).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the threads")
def test_no_thread_of_the_group_outlives_it(tmp_path: Path) -> None:
    """Also where an optimiser is made after the processes have joined: one that lets go of a tensor while Python ends
    aborts the process."""
    script = tmp_path / "script.py"
    script.write_text(GROUP_THREADS, encoding="utf-8")
    with Launch(script, output=tmp_path / "out.txt") as launch:
        assert launch.wait() == 0, launch.text


def test_ctrl_c_stops_and_saves(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with Launch(*TRAIN, "--runs", tmp_path, "--name", "run", output=tmp_path / "out.txt") as launch:
        until(lambda: of(EpochEnded, run), launch)
        launch.process.terminate()  # as a scheduler does; the launcher hands it on
        launch.wait()
    ended = of(RunEnded, run)[-1]
    assert (ended.status, ended.code) == ("stopped", "stop.request")
    assert ended.step == of(CheckpointSaved, run)[-1].step


def test_a_sharded_model_of_the_command_line_is_trained_as_a_whole_one(tmp_path: Path) -> None:
    train = ("-m", "trainer", "train", "digits", "--model", "mlp", "--epochs", 2, "--seed", 5, "--mlp.dropout", 0)
    given = (*train, "--optimizer", "sgd", "--runs", tmp_path)
    for name, more in {"whole": (), "sharded": ("--shard",)}.items():
        with Launch(*given, "--name", name, *more, output=tmp_path / f"{name}.txt") as launch:
            assert launch.wait() == 0, launch.text
        assert "FutureWarning" not in launch.text
    whole, sharded = (of(EpochEnded, tmp_path / name) for name in ("whole", "sharded"))
    for name in ("train_loss", "valid_loss", "valid_macro_f1"):
        found = [[getattr(event, name) for event in run] for run in (sharded, whole)]
        np.testing.assert_allclose(*found, rtol=1e-3, err_msg=name)


def test_wrong_usage_is_said_once(tmp_path: Path) -> None:
    with Launch("-m", "trainer", "train", "digits", "--lr", "-1", output=tmp_path / "out.txt") as launch:
        assert launch.wait() != 0
    assert launch.text.count("error: train.lr: got -1") == 1


def test_wrong_usage_is_said_even_if_the_first_process_is_the_last_to_notice(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, time\nif os.environ.get('RANK') == '0':\n    time.sleep(3)\n", "utf-8"
    )
    paths = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    arguments = ("-m", "trainer", "train", "digits", "--lr", "-1")
    with Launch(*arguments, output=tmp_path / "out.txt", PYTHONPATH=paths) as launch:
        assert launch.wait() != 0
    assert launch.text.count("error: train.lr: got -1") == 1


def test_batch_norm_is_refused_on_processors_and_leaves_no_folder(tmp_path: Path) -> None:
    arguments = ("-m", "trainer", "train", "digits", "--model", "cnn", "--runs", tmp_path / "runs")
    with Launch(*arguments, output=tmp_path / "out.txt") as launch:
        assert launch.wait() != 0
    assert launch.text.count("error: BatchNorm cannot be trained by several CPU processes") == 1
    assert "leave out torchrun" in launch.text
    assert not [one for one in (tmp_path / "runs").iterdir() if not one.name.startswith(".")]
