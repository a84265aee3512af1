"""`--option NAME.KEY=VALUE`, and what `assist` says of callbacks and their options."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from trainer.store.folder import RunFolder
from trainer.store.run_files import settings_tables

TELLER = """
from pathlib import Path
from trainer import Callback, Phase

class Teller(Callback):
    phase = Phase.REPORT
    def __init__(self, out: Path, label: str, times: int = 1):
        self.out, self.label, self.times = out, label, times
    def on_epoch_ended(self, event, run):
        self.out.write_text(f"{self.label!r} {self.times!r} {event.epoch}")
"""


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A callback in a file."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "teller.py").write_text(TELLER, "utf-8")
    return f"{tmp_path / 'teller.py'}:Teller"


def test_options_reach_the_callback_and_stay_with_the_run(cli: Cli, runs: Path, teller: str, tmp_path: Path) -> None:
    options = [f"Teller.out={tmp_path / 'out.txt'}", 'Teller.label="5"', "Teller.times=3"]
    flags = [word for option in options for word in ("--option", option)]
    answer = cli("train", "digits", "--callback", teller, *flags, "--epochs", 1, "--name", "a")
    assert answer.code == 0, answer.err
    assert (tmp_path / "out.txt").read_text("utf-8") == "'5' 3 1"
    kept = {"out": str(tmp_path / "out.txt"), "label": "5", "times": 3}
    assert settings_tables(RunFolder(runs / "a"))["plugins"] == {"Teller": kept}
    (tmp_path / "out.txt").unlink()
    assert cli("resume", "a", "--callback", teller, "--epochs", 2).code == 0
    assert (tmp_path / "out.txt").read_text("utf-8") == "'5' 3 2"


def test_a_flag_wins_over_a_file(cli: Cli, runs: Path, teller: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(f"[plugins.Teller]\nout = {str(tmp_path / 'o')!r}\nlabel = 'a'\n", "utf-8")
    words = ("--settings", tmp_path / "s.toml", "--callback", teller, "--option", "Teller.label=b")
    assert cli("train", "digits", *words, "--epochs", 1, "--name", "a").code == 0
    assert (tmp_path / "o").read_text("utf-8") == "'b' 1 1"


def test_all_that_is_wrong_is_said_at_once(cli: Cli, runs: Path) -> None:
    answer = cli("train", "digits", "--option", "nothing", "--lr=-1")
    assert answer.code == 4
    assert "NAME.KEY=VALUE" in answer.err
    assert "train.lr" in answer.err
    answer = cli("train", "digits", "--option", "tensorbord.pictures=2", "--callbacks", "tensorboard")
    assert answer.code == 4
    assert "did you mean 'tensorboard'" in " ".join(answer.err.split())
    assert not runs.exists()


def test_assist_reads_constructors_without_torch() -> None:
    asks = [
        {"do": "callbacks", "settings": {"callbacks": ["tensorboard"], "plugins": {"tensorboard": {"pictures": -1}}}}
    ]
    lines = "".join(json.dumps(one) + "\n" for one in [*asks, {"do": "ping"}])
    command = [sys.executable, "-m", "trainer", "assist"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    found, ping = map(json.loads, done.stdout.splitlines())
    (tensorboard,) = [one for one in found["callbacks"] if one["name"] == "tensorboard"]
    assert {one["name"]: one["kind"] for one in tensorboard["options"]}["pictures"] == "integer"
    assert found["refused"][0]["code"] in ("tracker.options", "tracker.missing")
    assert not ping["torch"]
