"""A callback that raises is left behind; the run says so where it ends, where it is shown and where it goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

TREND = """
from trainer import Callback, Phase

class Trend(Callback):
    phase = Phase.REPORT
    def __init__(self) -> None:
        self.epochs = 0
    def state_dict(self):
        return {"epochs": self.epochs}
    def load_state_dict(self, state):
        self.epochs = state["epochs"]
    def on_validation_done(self, event, run):
        self.epochs += 1
        if event.epoch == 2:
            raise RuntimeError("no trend")
"""


@pytest.fixture
def trend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "trend.py").write_text(TREND, "utf-8")
    return f"{tmp_path / 'trend.py'}:Trend"


def test_of_several_seeds_each_says_so(cli: Cli, runs: Path, trend: str) -> None:
    answer = cli("train", "digits", "--callback", trend, "--epochs", 2, "--seeds", 2, "--name", "s")
    told = "Trend failed in on_validation_done at epoch 2; the run went on without it: RuntimeError: no trend"
    lines = answer.out.splitlines()
    assert [line for line in lines if line.endswith(told)] == [f"warning: s-s{seed}: {told}" for seed in (1234, 1235)]


def test_a_callback_that_failed_is_told_at_the_end_in_the_run_and_when_it_comes_back(
    cli: Cli, runs: Path, trend: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = cli("train", "digits", "--callback", trend, "--epochs", 3, "--name", "a")
    assert answer.code == 0
    told = "Trend failed in on_validation_done at epoch 2; the run went on without it: RuntimeError: no trend"
    lines = answer.out.splitlines()
    assert f"warning: {told}" in lines[-5:]
    assert told in cli("runs", "show", "a").out.splitlines()
    (failure,) = cli("runs", "show", "a", "--json").document["detached"]
    assert (failure["callback"], failure["epoch"]) == ("Trend", 2)

    back = cli("resume", "a", "--callback", trend, "--epochs", 4, "--json")
    text = f"Trend was detached at step {failure['step']}, after an error; it takes part again, and its state is from"
    assert [text in line for line in caplog.text.splitlines()] == [True]
    assert text in (runs / "a" / "log.txt").read_text("utf-8")
    assert back.document["detached"] == []
    caplog.clear()
    assert cli("resume", "a", "--callback", trend, "--epochs", 5).code == 0
    assert not caplog.text, "it has not failed again"
