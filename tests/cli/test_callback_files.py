"""`--callback FILE.py:NAME`: shown before it runs, with options and state; no run folder has it run by itself."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, start

COUNTER = """
import os, signal
from pathlib import Path
from trainer import Callback, Phase

Path(__file__).with_name("ran.txt").write_text("it has run", "utf-8")

class Counter(Callback):
    '''Counts epochs into a file; kills the process at one of them.'''
    phase = Phase.REPORT
    def __init__(self, kill_at: int = 0, label: str = "epoch") -> None:
        self.kill_at, self.label, self.epochs = kill_at, label, 0
    def state_dict(self):
        return {"epochs": self.epochs}
    def load_state_dict(self, state):
        self.epochs = state["epochs"]
    def on_epoch_started(self, event, run):
        if event.epoch == self.kill_at and run.attempt == 1:
            os.kill(os.getpid(), signal.SIGKILL)
    def on_epoch_ended(self, event, run):
        self.epochs += 1
        run.log(f"{self.label} {self.epochs} of attempt {run.attempt}")

class Other:
    pass
"""


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a callback, beside which it leaves a trace when it is run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])  # the folder of the file is added to it
    (tmp_path / "counter.py").write_text(COUNTER, "utf-8")
    return tmp_path / "counter.py"


def ran(counter: Path) -> bool:
    return counter.with_name("ran.txt").exists()


def test_it_is_shown_first_then_run_with_its_options(cli: Cli, runs: Path, counter: Path, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[plugins.Counter]\nlabel = 'round'\n", "utf-8")
    words = ("--settings", "s.toml", "--callback", "counter.py:Counter", "--epochs", 2, "--name", "a")
    answer = cli("train", "digits", *words)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[0] == f"callback Counter: runs {counter}"
    assert "round 2 of attempt 1" in (runs / "a" / "log.txt").read_text("utf-8")
    as_json = cli("train", "digits", "--callback", "counter.py:Counter", "--epochs", 1, "--name", "b", "--json")
    assert as_json.document["status"] == "completed"
    assert as_json.err.splitlines()[0] == f"callback Counter: runs {counter}"


def test_killed_and_resumed_it_goes_on_counting(cli: Cli, runs: Path, counter: Path, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[plugins.Counter]\nkill_at = 3\nlabel = 'round'\n", "utf-8")
    words = ("--settings", "s.toml", "--callback", f"{counter}:Counter", "--epochs", 4, "--name", "a")
    process = start("train", "digits", *words)
    process.communicate(timeout=200)
    assert process.returncode == -signal.SIGKILL
    for path in (runs / "a").rglob("*"):
        assert not path.is_file() or b"counter.py" not in path.read_bytes(), f"{path.name} names the file"
    counter.with_name("ran.txt").unlink()

    refused = cli("resume", "a")
    said = " ".join(refused.err.split())
    assert refused.code == 4
    assert "resume a --callback FILE.py:Counter" in said
    assert "resume a --without Counter" in said
    assert not ran(counter)

    assert cli("resume", "a", "--callback", f"{counter}:Counter").code == 0
    log = (runs / "a" / "log.txt").read_text("utf-8")
    assert "round 2 of attempt 1" in log
    assert "round 3 of attempt 2" in log, "its state and its options are those of the run"
    assert "round 4 of attempt 2" in log


def test_a_run_of_a_file_goes_on_with_the_class_of_the_package(cli: Cli, runs: Path, counter: Path) -> None:
    words = ("--callback", "counter.py", "--option", "Counter.label=round", "--epochs", 2, "--name", "a")
    assert cli("train", "digits", *words).code == 0
    module = counter.with_name("package") / "src" / "counter" / "__init__.py"
    module.parent.mkdir(parents=True)
    counter.rename(module)
    assert cli("resume", "a", "--epochs", 3, "--callback", f"{module}:Counter").code == 0
    assert "round 3 of attempt 2" in (runs / "a" / "log.txt").read_text("utf-8")


def test_an_installed_callback_of_that_name_takes_its_place(
    cli: Cli, runs: Path, counter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--callback", "counter.py", "--option", "Counter.label=round", "--epochs", 2, "--name", "a")
    assert cli("train", "digits", *words).code == 0
    folder = counter.with_name("packages")
    about = folder / "epoch_counter-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: epoch-counter\nVersion: 1.0\n", "utf-8")
    (about / "entry_points.txt").write_text("[epochscope.callbacks]\ncounting = epoch_counter:Counter\n", "utf-8")
    counter.rename(folder / "epoch_counter.py")
    monkeypatch.syspath_prepend(str(folder))
    answer = cli("resume", "a", "--epochs", 3)
    assert answer.code == 0, answer.err
    log = (runs / "a" / "log.txt").read_text("utf-8")
    assert "round 3 of attempt 2" in log, "its state and its options are those of the run"
    assert "Counter came from a file; the installed callback of that name takes its place" in log
    assert cli("resume", "a", "--epochs", 4, "--without", "Counter").code == 0
    assert "round 4" not in (runs / "a" / "log.txt").read_text("utf-8")


def test_a_run_goes_on_without_it_where_that_is_asked_for(cli: Cli, counter: Path) -> None:
    assert cli("train", "digits", "--callback", "counter.py:Counter", "--epochs", 1, "--name", "a").code == 0
    assert cli("resume", "a", "--epochs", 2).code == 4
    assert cli("resume", "a", "--epochs", 2, "--without", "Counter").code == 0
    assert cli("resume", "a", "--epochs", 3).code == 0, "the attempt before had it no more"


@pytest.mark.parametrize(
    ("text", "says", "runs_it"),
    [
        ("three.py", "three.py has 2 callbacks: First, Second", False),
        ("none.py", "none.py has 0 callbacks", False),
        ("broken.py", "broken.py:2", False),
        ("counter:Counter", "FILE.py:NAME", False),
        ("counter.py:a.b", "FILE.py:NAME", False),
        ("nowhere.py:Counter", "There is no file", False),
        ("counter.py:Countr", "did you mean 'Counter'", True),
        ("counter.py:Other", "derived from trainer.Callback", True),
    ],
)
def test_what_cannot_be_found_is_refused(
    cli: Cli, runs: Path, counter: Path, text: str, says: str, runs_it: bool
) -> None:
    first, second = (f"class {name}({base}): pass" for name, base in (("First", "a.Callback"), ("Second", "Callback")))
    counter.with_name("three.py").write_text(f"{first}\n{second}\nclass Rate(float): pass\n", "utf-8")
    counter.with_name("none.py").write_text("class Plain: pass\n", "utf-8")
    counter.with_name("broken.py").write_text("x = 1\nclass (\n", "utf-8")
    answer = cli("train", "digits", "--callback", text)
    assert answer.code == 4
    assert says in " ".join(answer.err.split())
    assert ran(counter) is runs_it
    assert not runs.exists()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def (", "line 1"),
        ("x = 1\nimport no_such_module", "counter.py:2"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("1/0", "ZeroDivisionError"),
    ],
)
def test_a_file_that_raises_is_told_without_a_traceback(
    cli: Cli, runs: Path, counter: Path, code: str, says: str
) -> None:
    counter.write_text(code, "utf-8")
    answer = cli("train", "digits", "--callback", "counter.py:Counter")
    assert answer.code == 4
    assert says in " ".join(answer.err.split())
    assert "Traceback" not in answer.err
    assert not runs.exists()


def test_a_file_with_one_callback_needs_no_name(cli: Cli, runs: Path, counter: Path) -> None:
    refused = cli("train", "digits", "--callback", "counter.py", "--option", "counter.label=round")
    assert (refused.code, ran(counter)) == (4, False)
    said = " ".join(refused.err.split())
    assert "did you mean 'Counter'?" in said
    assert "FILE.py:" not in said
    words = ("--callback", "counter.py", "--option", "Counter.label=round", "--epochs", 1, "--name", "a")
    answer = cli("train", "digits", *words)
    assert answer.code == 0, answer.err
    assert "round 1 of attempt 1" in (runs / "a" / "log.txt").read_text("utf-8")
    shown = cli("runs", "show", "a").out
    assert "callbacks = []  # from a file: Counter" in shown
    assert cli("runs", "show", "a", "--json").document["attempts"][0]["file_callbacks"] == ["Counter"]


def test_options_that_do_not_fit_and_tables_without_a_callback(cli: Cli, counter: Path, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[plugins.Counter]\ncolour = 1\n", "utf-8")
    answer = cli("train", "digits", "--settings", "s.toml", "--callback", "counter.py:Counter")
    assert (answer.code, "colour" in answer.err) == (4, True)
    answer = cli("train", "digits", "--settings", "s.toml")
    assert "--callback FILE.py:Counter" in " ".join(answer.err.split())


def test_what_lies_beside_it_can_be_imported(cli: Cli, runs: Path, counter: Path) -> None:
    counter.with_name("beside_counter.py").write_text("LABEL = 'beside'\n", "utf-8")
    counter.write_text("from beside_counter import LABEL\n" + COUNTER.replace('"epoch"', "LABEL"), "utf-8")
    assert cli("train", "digits", "--callback", "counter.py:Counter", "--epochs", 1, "--name", "a").code == 0
    assert "beside 1" in (runs / "a" / "log.txt").read_text("utf-8")


def test_every_seed_has_a_callback_of_its_own(cli: Cli, runs: Path, counter: Path) -> None:
    words = ("--callback", "counter.py:Counter", "--epochs", 1, "--seeds", 2, "--name", "s")
    assert cli("train", "digits", *words).code == 0
    for seed in (1234, 1235):
        assert "epoch 1 of attempt 1" in (runs / f"s-s{seed}" / "log.txt").read_text("utf-8")
