"""Errors: one screen each, in our words, with the exit codes of the design."""

from __future__ import annotations

from pathlib import Path

import pytest

import trainer.launch
from tests.cli.conftest import Cli
from trainer import errors

CODES = {
    errors.UsageError: 4,
    errors.DataError: 5,
    errors.DiskError: 6,
    errors.OutOfMemoryError: 7,
    errors.DivergedError: 8,
    errors.CallbackError: 9,
}


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=lambda value: getattr(value, "__name__", value))
def test_each_class_of_error_has_its_code(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, kind: type[errors.EpochscopeError], code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("x.y", "Something [red]went[/red] wrong.", where="here", expected="better", fix="try again")

    monkeypatch.setattr(trainer.launch, "start", fail)
    answer = cli("train", "digits")
    assert answer.code == code
    assert answer.out == ""
    assert answer.err == (
        "error: Something [red]went[/red] wrong.\n  where:    here\n  expected: better\n  fix:      try again\n"
    )


def test_the_fix_goes_by_its_old_name_too() -> None:
    old = errors.UsageError("x.y", "Wrong.", mend="try again", place="here")
    assert (old.fix, old.mend, old.parameters) == ("try again", "try again", {"place": "here"})


def test_a_bug_is_called_one_and_its_traceback_lies_in_the_cache(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(trainer.launch, "start", fail)
    answer = cli("train", "digits")
    assert answer.code == 1
    assert "bug in epochscope: ZeroDivisionError: oh" in answer.err
    assert "Traceback" not in answer.err
    assert "Traceback" in (tmp_path / "cache" / "errors.log").read_text("utf-8")
    assert "Traceback" in cli("train", "digits", "--debug").err


def test_ctrl_c_before_the_run_starts(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer.launch, "start", interrupt)
    assert cli("train", "digits").code == 130


SCREENS = {
    "trian": """\
error: There is no command 'trian', did you mean 'train'?
  fix:      `epochscope --help` shows what there is
""",
    "resume": """\
error: RUN is missing
  fix:      `epochscope resume --help` shows what there is
""",
    "runs shwo": """\
error: There is no command 'runs shwo', did you mean 'show'?
  fix:      `epochscope runs --help` shows what there is
""",
    "train --epohcs 3": """\
error: There is no flag --epohcs, did you mean '--epochs'?
  fix:      `epochscope train --help` shows what there is
""",
    "train --recipe sed": """\
error: There is no recipe 'sed', did you mean 'seed'?
  where:    recipe
  expected: the name of a recipe, or the path of a TOML file
""",
    "train digist": """\
error: unknown data source 'digist'
  where:    digist
  expected: one of digits, cifar10, cifar100, mnist, fashion-mnist, a folder
            with one sub-folder of images per class, a CSV file of paths and
            labels, or tar shards
  fix:      did you mean digits?
""",
    "train --epochs 3 --epochs 4": """\
error: --epochs is given twice
  fix:      `epochscope train --help` shows what there is
""",
    "resume x --epochs many": """\
error: --epochs: got 'many', expected a whole number
  fix:      `epochscope resume --help` shows what there is
""",
    "stop x --after never": """\
error: --after: got 'never', expected one of step, epoch
  fix:      `epochscope stop --help` shows what there is
""",
    "train digits more": """\
error: 'more' is an unexpected argument
  fix:      `epochscope train --help` shows what there is
""",
    "train --batch": """\
error: --batch needs a value
  fix:      `epochscope train --help` shows what there is
""",
    "train --epohcs 5 --lr -1 --batch x --recipe sed --model cn nosuch": """\
error: 6 problems
  There is no flag --epohcs, did you mean '--epochs'?
  There is no recipe 'sed', did you mean 'seed'?
  train.batch: got 'x', expected a whole number from 1 to 65536 (--batch)
  train.lr: got -1, expected a number > 0 (--lr)
  model: there is no 'cn', did you mean 'cnn'?
  unknown data source 'nosuch'
  fix:      `epochscope train --help` shows what there is
""",
}


@pytest.mark.parametrize("line", SCREENS)
def test_wrong_usage_is_told_on_one_screen(cli: Cli, runs: Path, line: str) -> None:
    answer = cli(*line.split())
    assert answer.err == SCREENS[line]
    assert (answer.code, answer.out) == (4, "")
    assert not runs.exists()


def test_recipe_file_and_flags_are_judged_together(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[train]\nlr = 0\nepochs = 3\n[agument]\nflip = 1\n", "utf-8")
    answer = cli("train", "--settings", tmp_path / "mine.toml", "--epochs", "0", "--recipe", "seed")
    assert answer.code == 4
    assert "train.lr: got 0, expected a number > 0 (mine.toml)" in answer.err
    assert "train.epochs: got 0, expected a whole number from 1 to 100000 (--epochs)" in answer.err
    assert "agument: unknown key, did you mean 'augment'?" in answer.err


@pytest.mark.parametrize("command", ["resume", "pause", "stop", "checkpoint", "evaluate", "runs show"])
def test_a_run_that_is_not_there(cli: Cli, done: str, command: str) -> None:
    answer = cli(*command.split(), "dome")
    assert answer.code == 4
    assert "There is no run 'dome'." in answer.err
    assert "Did you mean done?" in answer.err


@pytest.mark.parametrize("command", ["pause", "stop", "checkpoint"])
def test_a_run_that_has_ended_takes_no_requests(cli: Cli, done: str, command: str) -> None:
    answer = cli(command, done)
    assert answer.code == 4
    assert "done is not running: it is completed." in answer.err


def test_a_name_is_taken_once(cli: Cli, done: str) -> None:
    answer = cli("train", "digits", "--name", done)
    assert answer.code == 4
    assert "There is already a run named 'done'." in answer.err


def test_the_window_is_not_installed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.plugins._find", lambda group, name: ())
    answer = cli("gui", "last", "--anything")
    assert answer.code == 4
    assert "pip install 'epochscope[gui]'" in answer.err


def test_errors_of_a_run_name_its_log(cli: Cli, photos: Path, runs: Path) -> None:
    answer = cli("train", photos, "--name", "bad", "--epochs", 1)
    assert answer.code == 5
    assert "cats/cut[bold].png" in answer.err
    assert f"log:      {runs / 'bad' / 'log.txt'}" in answer.err
    assert "Traceback" not in answer.err
    assert (runs / "bad" / "journal.jsonl").exists()
