"""A process that is stopped, or whose loader never returns, ends the run within the stated time, and is named."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.distributed.launcher import Launch, events, until
from trainer.distributed.placement import WAIT_MINUTES, wait_minutes
from trainer.events import CheckpointSaved, RunEnded
from trainer.launch import resume
from trainer.store.folder import RunFolder, state

torchrun = pytest.mark.skipif(sys.platform == "win32", reason="signals, and torchrun's launcher needs libuv there")
SHORT = "0.1"
"""Minutes."""
TRAIN = ("-m", "trainer", "train", "digits", "--model", "mlp", "--epochs", 100_000, "--seed", 5)
HANGS = """
import os, sys, threading
from trainer import Trainer, build_model, open_data
data = open_data("digits", batch=100)
model = build_model("mlp", data.input_shape, len(data.classes), seed=3)

class Loader:
    def __iter__(self):
        for number, item in enumerate(whole()):
            if number == 3 and os.environ["RANK"] == sys.argv[2]:
                threading.Event().wait()
            yield item

    def __len__(self):
        return sum(1 for _ in whole())

whole = lambda: data.train_batches(1)
Trainer(model, {"train": Loader()}, epochs=3, run_dir=sys.argv[1]).fit()
"""


@pytest.mark.parametrize("text", ["", "soon", "0", "-1", "inf", "nan"])
def test_what_is_no_time_is_the_default(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPOCHSCOPE_WAIT_MINUTES", text)
    assert wait_minutes() == WAIT_MINUTES
    monkeypatch.setenv("EPOCHSCOPE_WAIT_MINUTES", "0.5")
    assert wait_minutes() == 0.5


@torchrun
@pytest.mark.slow
@pytest.mark.parametrize("victim", [1, 0])
def test_a_stopped_process_is_named_and_the_run_can_be_resumed(victim: int, tmp_path: Path) -> None:
    run = tmp_path / "run"
    launching = Launch(
        *TRAIN, "--runs", tmp_path, "--name", "run", output=tmp_path / "out.txt", EPOCHSCOPE_WAIT_MINUTES=SHORT
    )
    with launching as launch:
        until(lambda: len([one for one in events(run) if isinstance(one.event, CheckpointSaved)]) > 2, launch)
        launch.send(victim, signal.SIGSTOP)
        until(lambda: not launch.alive(1 - victim), launch)
        launch.kill(victim)  # torchrun would, after waiting for half a minute: one of these tests lets it
        assert launch.wait() != 0
    told = " ".join(launch.text.split())
    assert f"Process {victim} of 2 has kept the others waiting for 0.1 minutes; its state is: stopped." in told
    ended = [one.event for one in events(run) if isinstance(one.event, RunEnded)]
    if victim:
        assert [(one.code, one.parameters["process"]) for one in ended] == [("distributed.stuck", 1)]
    else:
        assert state(RunFolder(run)) == "lost"
    saved = max(one.event.step for one in events(run) if isinstance(one.event, CheckpointSaved))
    epochs = saved // 20 + 3
    assert resume(RunFolder(run), epochs=epochs).status == "completed"


@torchrun
@pytest.mark.slow
@pytest.mark.parametrize("victim", [1, 0])
def test_a_loader_that_never_returns_is_named(victim: int, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(HANGS, encoding="utf-8")
    launching = Launch(script, tmp_path / "run", victim, output=tmp_path / "out.txt", EPOCHSCOPE_WAIT_MINUTES=SHORT)
    with launching as launch:
        if victim:
            until(lambda: launch.alive(1 - victim), launch)
            until(lambda: not launch.alive(1 - victim), launch)
            launch.kill(victim)
        assert launch.wait() != 0
    assert f"Process {victim} of 2 has kept the others waiting for 0.1 minutes" in launch.text
    assert "py-spy dump" in launch.text
