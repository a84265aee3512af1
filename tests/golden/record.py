"""Record golden runs: `python -m tests.golden.record`.

Golden runs are run folders as users of a version have them on their disks, with what that version made of them. Every
later version must open, list, resume, evaluate, report and export them with the same results
(`tests/golden/test_golden.py`, `tests/gui/test_golden_runs.py`).

Record a new row when a version is released, and when the files of a run folder change. It goes to a folder named after
the version; an existing row is never replaced. If a row fails, fix the program, not the row. The exception is
`expected/faults.json`, which holds the parts that were wrong when they were recorded, see `FAULTS`.

The runs of 0.2.0 are of that version, their `expected` was written by the program after it: it had been forgotten.

    completed   trained, evaluated and mapped by the command line
    resumed     stopped in mid-epoch, then resumed twice, each time from an older checkpoint because the newer ones are
                damaged, with a callback that fails while the attempt prepares; stopped in mid-epoch again
    killed      ended by SIGKILL in mid-epoch: its status is `lost`
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.golden.rows import HERE, NAMES, copied, faults, take
from tests.golden.state import state_of
from trainer.store.folder import RunFolder
from trainer.version import __version__

REPOSITORY = HERE.parents[1]
STATUS = {"completed": "completed", "resumed": "stopped", "killed": "lost"}
STOPPED, KILLED = 3, -9
"""Exit codes."""

FAULTS: dict[str, str] = {}
"""What is wrong today, by part of the resumed run's state: when a row is recorded, these parts go to faults.json.
Whoever fixes a fault runs `python -m tests.golden.record --fixed VERSION PART`, which adds the state of today as `now`,
and reviews the difference; `recorded` stays. A fault that is fixed leaves this table."""

SETTINGS: dict[str, Any] = {
    "data": {"source": "digits"},
    "train": {"epochs": 6, "batch": 128, "lr": 0.01},
    "checkpoint": {"keep_best": 4},
}
"""12 steps per epoch. `keep_best` keeps the best checkpoint that is the latest once the newer epochs are discarded."""


def main() -> None:
    match sys.argv[1:]:
        case []:
            _record()
        case ["--fixed", version, part]:
            _fixed(version, part)
        case _:
            sys.exit(__doc__)


def _record() -> None:
    target = HERE / __version__
    if target.exists():
        sys.exit(f"{target} exists: a row is recorded once")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "recorded"
        _completed(root)
        _resumed(root)
        _killed(root)
        for run in NAMES:
            _impersonal(RunFolder(root / run), root)
        shutil.copytree(root, target)
        # read from a copy, as the tests do
        copy = copied(__version__, Path(name) / "copy")
        states = {run: state_of(copy, run, Path(name)) for run in NAMES}
    found = {run: recorded["listed"]["status"] for run, recorded in states.items()}
    if found != STATUS:
        sys.exit(f"{target}: expected {STATUS}, recorded {found}")
    _write_expected(target / "expected", states)
    print(f"{target}: {sum(file.stat().st_size for file in target.rglob('*') if file.is_file()):,} bytes")


# --- the runs


def _completed(root: Path) -> None:
    _run("trainer", "train", "digits", "--epochs", "3", "--batch", "32", "--name", "completed", "--runs", root)
    _run("trainer", "evaluate", "completed", "--map", "--no-tsne", "--runs", root)


def _resumed(root: Path) -> None:
    asked = {"4": ["pause", "unpause"], "18": ["checkpoint"]}
    _attempt(root, "resumed", STOPPED, settings=SETTINGS, requests=asked, end=52, signal="SIGINT")
    _damage(root / "resumed", 2)
    _attempt(root, "resumed", STOPPED, fails=True, requests={"30": ["checkpoint"]}, end=40, signal="SIGINT")
    _damage(root / "resumed", 2)
    _attempt(root, "resumed", STOPPED, fails=True, end=33, signal="SIGINT")


def _killed(root: Path) -> None:
    _attempt(root, "killed", KILLED, settings=SETTINGS, end=31, signal="SIGKILL")


def _attempt(root: Path, name: str, code: int, **script: Any) -> None:
    _run("tests.golden.attempt", root, name, json.dumps(script), code=code)


def _run(module: str, *arguments: object, code: int = 0) -> None:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    ended = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, check=False, timeout=300)
    if ended.returncode != code:
        sys.exit(f"{' '.join(command)} ended with {ended.returncode}, not with {code}")


def _damage(run: Path, count: int) -> None:
    """Truncate the newest checkpoints, as a failing disk would: the run falls back to an older one."""
    found = sorted(run.glob("checkpoints/last-*.safetensors"))
    if len(found) != count:
        sys.exit(f"{run}: expected {count} last checkpoints, found {len(found)}")
    for path in found:
        os.truncate(path, path.stat().st_size // 2)


def _impersonal(folder: RunFolder, root: Path) -> None:
    """Remove the names of this machine, its system and its folders."""
    _change(folder.owner, host="elsewhere")
    _change(folder.environment, platform=f"{platform.system()}-{platform.machine()}")
    text = folder.log.read_text("utf-8")
    for path, instead in ((root, "/runs"), (REPOSITORY, "/epochscope"), (Path(sys.prefix), "/python")):
        text = text.replace(str(path), instead)
    folder.log.write_text(text, "utf-8")


def _change(path: Path, **values: str) -> None:
    found = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(found | values, indent=1) + "\n", "utf-8")


# --- what is expected


def _write_expected(place: Path, states: dict[str, Any]) -> None:
    place.mkdir()
    wrong: list[dict[str, Any]] = [{"run": "resumed", "at": at, "fault": fault} for at, fault in FAULTS.items()]
    for entry in wrong:
        entry["recorded"] = take(states["resumed"], entry["at"])
    for name, state in states.items():
        _write(place / f"{name}.json", state)
    _write_faults(place, wrong)


def _write_faults(place: Path, entries: list[dict[str, Any]]) -> None:
    lines = ",\n".join(_text(entry) for entry in entries)
    (place / "faults.json").write_text(f"[\n{lines}\n]\n", "utf-8")


def _fixed(version: str, part: str) -> None:
    """Add today's state of a part that was wrong; where that has not changed, nothing is added."""
    known = faults(version)
    entry = next((one for one in known if one["at"] == part), None)
    if entry is None:
        sys.exit(f"{part} is not in the faults.json of {version}")
    with tempfile.TemporaryDirectory() as name:
        entry["now"] = take(state_of(copied(version, Path(name) / "copy"), entry["run"], Path(name)), part)
    kept = ({key: one[key] for key in one if key != "now" or one["now"] != one["recorded"]} for one in known)
    _write_faults(HERE / version / "expected", list(kept))


def _write(path: Path, state: dict[str, Any]) -> None:
    """One line per part, for readable diffs."""
    parts = []
    for name, part in state.items():
        if isinstance(part, dict):
            rows = ",\n".join(f"  {_text(key)}: {_text(value)}" for key, value in part.items())
            parts.append(f" {_text(name)}: {{\n{rows}\n }}")
        else:
            parts.append(f" {_text(name)}: {_text(part)}")
    body = ",\n".join(parts)
    path.write_text(f"{{\n{body}\n}}\n", "utf-8")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


if __name__ == "__main__":
    main()
