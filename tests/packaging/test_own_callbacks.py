"""A callback of one's own: a file outside of the repository, or an installed package. Each hears every event once."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trainer.errors import UsageError
from trainer.events import EVENTS, BatchEnded, RunStarted
from trainer.launch import resume, start
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.store.journal import read_journal

TEN_LINES = """
from trainer import Callback
from trainer.events import HOOKS

class Listener(Callback):
    def __init__(self, path):
        self.path, self.seen = path, []
    def note(self, event, run):
        self.seen.append((type(event).__name__, event.epoch, event.step))
    def on_run_ended(self, event, run):
        self.note(event, run)
        __import__("pathlib").Path(self.path).write_text(__import__("json").dumps(self.seen), "utf-8")

for hook in set(HOOKS.values()) - {"on_run_ended"}:
    setattr(Listener, hook, Listener.note)
"""


def settings(**more: Any) -> Any:
    # every kind of event that a calm run has: checkpoints inside the epochs, early stopping's request
    return merge(
        {
            "train": {"epochs": 3, "batch": 128},
            "checkpoint": {"every_steps": 4},
            "early_stopping": {"patience": 1, "min_delta": 100.0},
        },
        more,
    )


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of modules that Python finds."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "their_listener.py").write_text(TEN_LINES, "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("their_listener", None)


def assert_each_event_once(path: Path, run: RunFolder) -> None:
    seen = [tuple(item) for item in json.loads(path.read_text("utf-8"))]
    records = read_journal(run.journal).records
    written = [(type(record.event).__name__, record.event.epoch, record.event.step) for record in records]
    assert [item for item in seen if item[0] not in ("GradientsReady", "BatchEnded")] == written
    started = next(record.event for record in records if isinstance(record.event, RunStarted))
    steps = [step for kind, _, step in seen if kind == "BatchEnded"]
    last = max(step for _, _, step in seen)
    assert steps == list(range(1, last + 1))
    assert last == 2 * started.steps_per_epoch, "early stopping ended it after two epochs"
    rare = {"RunPaused", "RunUnpaused", "RequestHandled", "NonFiniteLoss", "CallbackFailed", "BatchEnded"}
    rare |= {"MetricFailed", "ScalarReported", "PictureReported", "ProcessesReported"}
    assert {kind for kind, *_ in seen} | rare == {event.__name__ for event in EVENTS}
    assert BatchEnded.__name__ in {kind for kind, *_ in seen}


def test_a_callback_in_a_file_of_ones_own(elsewhere: Path, tmp_path: Path) -> None:
    assert len([line for line in TEN_LINES.splitlines() if line.strip()]) <= 13
    listener = importlib.import_module("their_listener").Listener(tmp_path / "seen.json")
    start(settings(), tmp_path, name="run", callbacks=[listener])
    assert_each_event_once(tmp_path / "seen.json", RunFolder(tmp_path / "run"))


def install(folder: Path, value: str = "their_listener:Listener") -> None:
    """What an installer leaves of a package with one entry point."""
    info = folder / "their_package-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-package\nVersion: 1.2\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[epochscope.callbacks]\nlistener = {value}\n", "utf-8")
    (info / "RECORD").write_text("", "utf-8")
    importlib.invalidate_caches()


def test_a_callback_of_an_installed_package(elsewhere: Path, tmp_path: Path) -> None:
    """By name in the settings, with options of its own; resumed from run.toml alone."""
    install(elsewhere)
    chosen = {"callbacks": ["listener"], "plugins": {"listener": {"path": str(tmp_path / "seen.json")}}}
    start(settings(**chosen), tmp_path, name="run")
    run = RunFolder(tmp_path / "run")
    assert_each_event_once(tmp_path / "seen.json", run)
    started = next(r.event for r in read_journal(run.journal).records if isinstance(r.event, RunStarted))
    assert started.callbacks[-1] == "Listener"
    (tmp_path / "seen.json").unlink()
    resume(run)
    assert json.loads((tmp_path / "seen.json").read_text("utf-8"))[-1][0] == "RunEnded"


@pytest.mark.parametrize(
    ("value", "chosen", "expected"),
    [
        ("their_listener:Missing", {"callbacks": ["listener"]}, "their-package 1.2"),
        ("no_such_module:Listener", {"callbacks": ["listener"]}, "no_such_module"),
        ("their_listener:Listener", {"callbacks": ["listner"]}, "did you mean 'listener'"),
        ("their_listener:Listener", {"callbacks": ["listener"]}, "path"),
    ],
    ids=["no such class", "no such module", "misspelt", "an option is missing"],
)
def test_what_cannot_be_loaded_is_named_before_anything_is_written(
    value: str, chosen: Any, expected: str, elsewhere: Path, tmp_path: Path
) -> None:
    install(elsewhere, value)
    with pytest.raises(UsageError) as caught:
        start(settings(**chosen), tmp_path / "runs", name="run")
    assert caught.value.exit_code == 4
    assert expected in str(caught.value)
    assert not (tmp_path / "runs").exists()
