"""The golden runs: a row for each version that recorded them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from trainer.store.folder import SUBFOLDERS, RunFolder

HERE = Path(__file__).parent
NAMES = ("completed", "resumed", "killed")
VERSIONS = sorted(path.parent.name for path in HERE.glob("*/expected"))
ROWS = [(version, name) for version in VERSIONS for name in NAMES]


def copied(version: str, root: Path) -> Path:
    """Copy the runs of a version to `root`, as they were when their processes ended."""
    shutil.copytree(HERE / version, root, ignore=shutil.ignore_patterns("expected"))
    for name in NAMES:
        folder = RunFolder(root / name)
        for part in SUBFOLDERS:
            (folder.path / part).mkdir(exist_ok=True)  # git keeps no empty folders
        # right after a checkout its time would say that an engine on another machine is alive
        os.utime(folder.owner, (0, 0))
    return root


def expected(version: str, name: str) -> dict[str, Any]:
    """The recorded state of a run, without the parts in faults.json."""
    found: dict[str, Any] = json.loads((HERE / version / "expected" / f"{name}.json").read_text("utf-8"))
    return found


def faults(version: str) -> list[dict[str, Any]]:
    """Recorded parts that are known to be wrong: `run`, `at` (part of its state), `fault`, `recorded`, and `now`, which
    equals `recorded` until the fault is fixed."""
    found: list[dict[str, Any]] = json.loads((HERE / version / "expected" / "faults.json").read_text("utf-8"))
    return [{"now": entry["recorded"], **entry} for entry in found]


def take(state: dict[str, Any], at: str) -> Any:
    """Remove a part of a state, and return it."""
    *parts, last = at.split("/")
    for part in parts:
        state = state[part]
    return state.pop(last)
