"""What every callback keeps, ours and installed ones: found through the entry points, made with defaults, run."""

from __future__ import annotations

import re
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.engine.fakes import Recorder, at_step, make
from trainer.callback import Callback, Phase, callback_name
from trainer.events import EVENTS, HOOKS, RunEnded
from trainer.plugins import callback_names, load_callback
from trainer.store import codec

NAMES = callback_names()
PHASES = {
    "early_stopping": Phase.DECIDE,
    "learning_rate": Phase.DECIDE,
    "metric_log": Phase.REPORT,
    "journal": Phase.REPORT,
    "timing": Phase.REPORT,
    "checkpoint": Phase.PERSIST,
    "progress": Phase.VIEW,
    "snapshots": Phase.VIEW,
}


TRACKERS = ("mlflow", "tensorboard", "trackio", "wandb")
"""Callbacks whose tools are extras. Each database or process takes seconds: one of them, the quickest, stands for all
here, and `tests/callbacks/trackers` has the rest."""


@pytest.fixture(params=[name for name in NAMES if name not in TRACKERS or name == "tensorboard"])
def name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param in TRACKERS:
        pytest.importorskip(request.param, reason=f"the extra {request.param} is not installed")
        # what its thread imports: on a busy machine that may take longer than a run waits
        for part in ("summary.writer.event_file_writer", "plugins.hparams.summary_v2", "plugins.text.metadata"):
            import_module(f"tensorboard.{part}")
    monkeypatch.chdir(tmp_path)  # where a tracker writes without a run folder
    return str(request.param)


def train(made: Callback, folder: Path | None, epochs: int = 2) -> Recorder:
    """Two batches an epoch; with everything a person may ask for on the way."""
    recorder = Recorder()
    trainer = make(callbacks=[made, recorder], run_dir=folder, epochs=epochs)
    at_step(trainer, 1, lambda: [trainer.checkpoint(), trainer.pause(), trainer.unpause()])
    assert trainer.fit().status == "completed"
    assert "CallbackFailed" not in recorder.kinds
    return recorder


def test_made_with_defaults_it_runs_twice_with_and_without_a_folder(name: str, tmp_path: Path) -> None:
    made = load_callback(name)()
    for folder in (tmp_path / "one", None, tmp_path / "two", None):
        recorder = train(made, folder, epochs=1)
        ended = recorder.seen[-1]
        assert isinstance(ended, RunEnded)
        assert callback_name(made) in ended.callback_seconds


def test_a_second_run_is_as_the_first(name: str, tmp_path: Path) -> None:
    """Nothing of an earlier run, which may have been on other data, decides anything in the next."""
    made = load_callback(name)()
    one, two = (train(made, tmp_path / folder).kinds for folder in ("one", "two"))
    assert one == two
    for folder in (tmp_path / "one", tmp_path / "two"):
        assert (folder / "journal.jsonl").read_bytes().count(b'"type":"RunEnded"') == 1
    files = [
        # TensorBoard's files are named after the time
        sorted(
            re.sub(r"tfevents.*", "tfevents", path.relative_to(tmp_path / folder).as_posix())
            for path in (tmp_path / folder).rglob("*")
        )
        for folder in ("one", "two")
    ]
    assert files[0] == files[1]


def test_it_ends_twice_without_harm(name: str, tmp_path: Path) -> None:
    made = load_callback(name)()
    hook = getattr(made, HOOKS[RunEnded])
    ended = RunEnded(epoch=1, step=1, status="completed", reason="")
    trainer = make(callbacks=[made], epochs=1)
    trainer.on(RunEnded, lambda event: None)
    trainer.fit()
    run: Any = trainer._bus.run
    hook(ended, run)
    hook(ended, run)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del made, hook


def test_its_state_survives_the_codec(name: str, tmp_path: Path) -> None:
    made = load_callback(name)()
    train(made, tmp_path / "run")
    text, tensors = codec.dumps(made.state_dict())
    back = codec.loads(text, tensors)
    assert back == made.state_dict()
    again = load_callback(name)()
    again.load_state_dict(back)
    assert again.state_dict() == back


def test_phase_and_behaviour_on_errors_are_those_of_the_design(name: str) -> None:
    made = load_callback(name)()
    assert made.phase == PHASES.get(name, made.phase)
    if made.phase is Phase.DECIDE:
        assert made.on_error == "stop"
    if name in ("journal", "checkpoint"):
        assert made.on_error == "retry"
    if made.phase is Phase.VIEW:
        assert made.on_error == "detach"


def test_only_those_that_must_hear_of_every_step(name: str) -> None:
    """A hook on BatchEnded costs something at every step."""
    hooks = make(callbacks=[load_callback(name)()])._bus.order()[0][3]
    assert ("on_batch_ended" in hooks) == (name == "learning_rate")
    assert set(hooks) <= {HOOKS[event] for event in EVENTS}


def test_it_is_documented_and_its_hooks_are(name: str) -> None:
    kind = load_callback(name)
    assert (kind.__doc__ or "").strip()
    assert (__import__(kind.__module__, fromlist=["x"]).__doc__ or "").strip()
