"""Record the runs that `callbacks.testing.recorded` offers: `python -m tests.callbacks.record_streams`.

Each is the journal of a real run on the embedded digits, in resources/recordings. Record them again when an event gets
a field, or a new kind of event comes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from callbacks.testing.recordings import RECORDINGS
from trainer.events import RunStarted
from trainer.resources import resource
from trainer.store.journal import read_journal

REPOSITORY = Path(__file__).parents[2]
STOPPED, KILLED, DIVERGED = 3, -9, 8
"""Exit codes."""
NEVER = 10**6
SETTINGS: dict[str, Any] = {
    "data": {"source": "digits"},
    "train": {"epochs": 3, "batch": 256, "lr": 0.01},
    "checkpoint": {"every_steps": 4},
}
"""6 steps per epoch, in two or three reports."""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        attempt(root, "completed")
        attempt(root, "early_stopped", early_stopping={"patience": 1, "min_delta": 10.0})
        attempt(root, "no_validation", data={"source": "digits", "valid": 0.0})
        attempt(root, "diverged", code=1, train={"epochs": 3, "batch": 256, "lr": 1e38, "optimizer": "sgd"})
        asked = {"2": ["pause", "unpause"], "8": ["checkpoint"]}
        attempt(root, "stopped", code=STOPPED, requests=asked, end=9)
        attempt(root, "resumed", code=STOPPED, end=9)
        again(root, "resumed", fails=True)
        attempt(root, "killed", code=KILLED, end=9, signal="SIGKILL")
        again(root, "killed")
        for recording in RECORDINGS:
            shutil.copyfile(root / recording / "journal.jsonl", resource("recordings") / f"{recording}.jsonl")
            records = read_journal(resource("recordings", f"{recording}.jsonl")).records
            attempts = sum(isinstance(record.event, RunStarted) for record in records)
            print(f"{recording}: {len(records)} events, attempts: {attempts}")


def attempt(root: Path, name: str, *, code: int = 0, **more: Any) -> None:
    """One start of a new run; settings are added to `SETTINGS`."""
    script = {key: more.pop(key) for key in ("requests", "end", "signal", "fails") if key in more}
    _run(root, name, {"settings": SETTINGS | more, **script}, code)


def again(root: Path, name: str, **script: Any) -> None:
    """The run is resumed, and completes."""
    _run(root, name, script, 0)


def _run(root: Path, name: str, script: dict[str, Any], code: int) -> None:
    text = json.dumps({"signal": "SIGINT", "end": NEVER, **script})
    command = [sys.executable, "-m", "tests.golden.attempt", str(root), name, text]
    ended = subprocess.run(command, cwd=REPOSITORY, check=False, timeout=300, capture_output=True, text=True)
    if ended.returncode != code:
        sys.exit(f"{name} ended with {ended.returncode}, not with {code}\n{ended.stderr}")


if __name__ == "__main__":
    main()
