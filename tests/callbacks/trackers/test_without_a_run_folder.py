"""Without a run folder a tracker writes where its documentation says, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from callbacks.trackers.tracker import Tracker
from trainer.plugins import callback_names, load_callback

PLACES = {
    "mlflow": "here/mlflow",
    "tensorboard": "here/tensorboard",
    "trackio": "TRACKIO_DIR",
    "wandb": "here/wandb",
}
"""By callback: `here` is the current folder, the others are named by environment variables."""
ELSEWHERE = {"wandb": ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR")}
"""Folders of the tool itself, whatever it records."""
SCRIPT = """
import sys
from tests.engine.fakes import make
from trainer.plugins import load_callback

result = make(callbacks=[load_callback(sys.argv[1])(patience=300)], epochs=1).fit()
assert result.run_dir is None
"""


def test_every_tracker_is_among_them() -> None:
    assert set(PLACES) == {name for name in callback_names() if issubclass(load_callback(name), Tracker)}


@pytest.mark.parametrize("name", PLACES)
def test_it_writes_there_and_nowhere_else(name: str, tmp_path: Path) -> None:
    """In a process of its own: some tools keep threads, or look where to write only once."""
    pytest.importorskip(load_callback(name).package, reason=f"the extra {name} is not installed")
    for folder in ("here", "home"):
        (tmp_path / folder).mkdir()
    own = {variable: str(tmp_path / variable) for variable in ("TRACKIO_DIR", *ELSEWHERE.get(name, ()))}
    home = str(tmp_path / "home")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name],
        cwd=tmp_path / "here",
        env={**kept, **own, "HOME": home, "USERPROFILE": home, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    written = {path for path in files if path.parts[0] not in ELSEWHERE.get(name, ())}
    assert written
    assert all(path.is_relative_to(PLACES[name]) for path in written), written
