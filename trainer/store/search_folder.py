"""A search on disk: its plan, Optuna's own storage, and the small record that lists and windows read. [no torch]

runs/.searches/NAME/
  search.toml     what is searched: settings, space, number of trials
  study.db        Optuna's storage (SQLite), which Optuna alone writes
  search.json     how far it is; replaced after each validation, at most once a second
  lock            held by the process that searches
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from trainer.errors import UsageError
from trainer.store import durable, lock
from trainer.store.run_creation import check_name
from trainer.store.versions import check_json_version
from trainer.text.json_text import parse_json
from trainer.text.toml_text import parse_toml

if TYPE_CHECKING:
    from trainer.metrics.monitor import Monitor

FOLDER = ".searches"
MAX_BYTES = 64 << 20
MonitorName = Literal["loss", "accuracy", "macro_f1"]
SearchState = Literal["running", "completed", "stopped", "failed", "lost"]
TrialState = Literal["running", "completed", "pruned", "failed"]


class SearchFolder:
    """Names of the files of one search; nothing is opened or made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.plan = path / "search.toml"
        self.storage = path / "study.db"
        self.record = path / "search.json"
        self.lock = path / "lock"


class DimensionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that is varied. `low` and `high`: None where it is one of `choices`."""

    name: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()


class TrialRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One trial, which is the run `run`.

    `values`: of the settings that are varied, by dotted name; `history`: the monitored figure of each epoch;
    `value`: the best of it, None where there is none; `epoch`: the epoch (1-based) of that; `error`: code of what ended
    it.
    """

    number: int
    run: str
    state: TrialState
    values: dict[str, Any]
    history: tuple[float, ...] = ()
    value: float | None = None
    epoch: int | None = None
    seconds: float | None = None
    error: str = ""


class SearchRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How far a search is. `best`: number of the best trial; `importance`: share of each setting in the spread of the
    values, empty as long as there are too few trials."""

    name: str
    state: SearchState
    monitor: MonitorName
    wanted: int
    source: str
    model: str
    seed: int
    space: tuple[DimensionRecord, ...]
    trials: tuple[TrialRecord, ...] = ()
    best: int | None = None
    importance: dict[str, float] = {}
    started_at: str = ""
    format: int = 1

    @property
    def finished(self) -> int:
        """Trials that have ended, in whatever way."""
        return sum(one.state != "running" for one in self.trials)

    @property
    def best_trial(self) -> TrialRecord | None:
        """The best trial; None if none is completed."""
        return next((one for one in self.trials if one.number == self.best), None)


_decoder = msgspec.json.Decoder(SearchRecord)


def objective(name: MonitorName) -> Monitor:
    """What a search optimises, and in which direction."""
    from trainer.metrics.monitor import BUILT_IN, Monitor  # with numpy, which the command line's help does without

    return Monitor(name, BUILT_IN[name])


def ranked(trials: Iterable[TrialRecord], monitor: MonitorName) -> list[TrialRecord]:
    """Completed trials first, the best of them first; of both kinds, those without a value last, by number."""
    cost = objective(monitor).cost

    def order(one: TrialRecord) -> tuple[bool, float, int]:
        return one.state != "completed", math.inf if one.value is None else cost(one.value), one.number

    return sorted(trials, key=order)


def search_folder(root: Path, name: str) -> SearchFolder:
    """Of this name. Raises UsageError `run.name`: the names of its runs begin with it."""
    check_name(f"{name}-9999")
    return SearchFolder(root / FOLDER / name)


def list_searches(root: Path) -> list[SearchFolder]:
    """All searches under the root of all runs, by name."""
    try:
        names = sorted(entry.name for entry in os.scandir(root / FOLDER) if entry.is_dir())
    except OSError:
        return []
    found = [SearchFolder(root / FOLDER / name) for name in names]
    return [folder for folder in found if folder.record.is_file() or folder.plan.is_file()]


def make_search(folder: SearchFolder) -> None:
    """Make the folder where it is missing. Raises DiskError."""
    durable.ensure_folder(folder.path)


def write_plan(folder: SearchFolder, plan: Mapping[str, Any]) -> None:
    """Replace search.toml. Raises DiskError."""
    from trainer.settings.toml import dumps  # with all of pydantic, which readers do without

    durable.write_text(folder.plan, dumps(plan))


def read_plan(folder: SearchFolder) -> dict[str, Any] | None:
    """The tables of search.toml; None where there is none. Raises UsageError `search.plan` where it cannot be read."""
    try:
        return parse_toml(durable.read_bytes(folder.plan, MAX_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(
            "search.plan",
            f"The plan of this search cannot be read: {error}",
            where=str(folder.plan),
            fix="search again under another --name",
        ) from error


def write_record(folder: SearchFolder, record: SearchRecord) -> None:
    """Replace search.json. Raises DiskError."""
    durable.write_bytes(folder.record, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def read_record(folder: SearchFolder) -> SearchRecord | None:
    """The record, "lost" in place of "running" where no process works on it any more; None where there is none that
    can be read. Raises NewerVersionError."""
    try:
        text = durable.read_bytes(folder.record, MAX_BYTES)
        check_json_version("search", text, folder.record)
        record = parse_json(_decoder, text)
    except (OSError, ValueError):
        return None
    lost = record.state == "running" and lock.is_locked(folder.lock) is False
    return msgspec.structs.replace(record, state="lost") if lost else record


def hold(folder: SearchFolder) -> lock.RunLock:
    """Become the one process that works on the search. Raises UsageError `search.busy`, and DiskError."""
    try:
        return lock.RunLock(folder.lock)
    except UsageError:
        raise UsageError(
            "search.busy",
            f"Another process is running the search {folder.name!r}.",
            where=str(folder.path),
            fix="wait until it ends, or stop it there with Ctrl-C",
            name=folder.name,
        ) from None
