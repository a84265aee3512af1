"""The run folder: its layout, how runs are found, and who works on one. [no torch]"""

from __future__ import annotations

import difflib
import os
import platform
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal, NamedTuple

import msgspec

from trainer.errors import DataError, NewerVersionError, UsageError
from trainer.home_path import expanded
from trainer.store import durable, heartbeat, lock, process
from trainer.store import summary as summaries
from trainer.store.heartbeat import Heartbeat
from trainer.store.journal import check_journal
from trainer.store.run_owner import Owner, decode_owner
from trainer.store.summary import ENDED, RunStatus, Summary
from trainer.text.natural_order import natural_key
from trainer.text.time_format import now_text

State = Literal[RunStatus, "lost"]
SUBFOLDERS = ("checkpoints", "predictions", "snapshots", "evaluation", "requests")
_MARKS = ("summary.json", "run.toml", "journal.jsonl")


class _Part:
    """A path in the run folder, joined on access: lists of thousands of runs need few of them."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, run: RunFolder, owner: object = None) -> Path:
        return run.path / self._name


class RunFolder:
    """Paths of the files of one run; nothing is opened or created. Run folders with equal paths are equal."""

    run_toml = _Part("run.toml")
    environment = _Part("environment.json")
    journal = _Part("journal.jsonl")
    metrics = _Part("metrics.csv")
    checkpoints = _Part("checkpoints")
    predictions = _Part("predictions")
    snapshots = _Part("snapshots")
    evaluation = _Part("evaluation")
    summary = _Part("summary.json")
    requests = _Part("requests")
    owner = _Part("owner.json")
    lock = _Part("lock")
    log = _Part("log.txt")
    viewer = _Part("viewer.json")

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = self.path.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunFolder) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"


class RunEntry(NamedTuple):
    """One line of a list of runs. `problem` says why `summary` is None."""

    folder: RunFolder
    state: State
    summary: Summary | None
    problem: str


def default_root() -> Path:
    """The default folder of runs: `$EPOCHSCOPE_RUNS`, else `~/epochscope/runs`."""
    named = os.environ.get("EPOCHSCOPE_RUNS")
    return expanded(named) if named else Path.home() / "epochscope" / "runs"


def runs_root(named: str | Path | None) -> Path:
    """The folder of runs that a person has named, else the default one."""
    return expanded(named) if named else default_root()


def find_run(root: str | Path, text: str) -> RunFolder:
    """The run with a name, a unique prefix of one, a path, or `last` (the one started last).

    Raises UsageError `run.unknown` with suggestions, or `run.ambiguous`.
    """
    root = Path(root)
    for path in (root / text, expanded(text)):
        if text not in ("", ".", "..") and is_run(path):
            return RunFolder(path)
    entries = list_runs(root, watched=False)
    if text == "last" and entries:
        return entries[0].folder
    names = [entry.folder.name for entry in entries]
    begin = [name for name in sorted(names, key=natural_key) if text and name.startswith(text)]
    if len(begin) == 1:
        return RunFolder(root / begin[0])
    if begin:
        fix = "Give more of the name: " + ", ".join(begin[:10])
        raise UsageError("run.ambiguous", f"{text!r} matches {len(begin)} runs.", where=str(root), fix=fix)
    near = difflib.get_close_matches(text, names, n=3, cutoff=0.5)
    fix = f"Did you mean {' or '.join(near)}?" if near else "See `epochscope runs`; --runs names another folder."
    what, similar = f"There is no run {text!r}.", ", ".join(near)
    raise UsageError("run.unknown", what, where=str(root), fix=fix, name=text, similar=similar)


def is_run(path: str | Path) -> bool:
    """Whether the folder `path` holds a run, whole or damaged."""
    return any(os.path.isfile(os.path.join(path, mark)) for mark in _MARKS)  # noqa: PTH113, PTH118 - of thousands


def list_runs(root: str | Path, *, watched: bool = True) -> list[RunEntry]:
    """All runs under `root`, the latest first, read quickly from each summary.json. Damaged ones are listed as such.

    Unfinished runs of other machines are watched for up to `heartbeat.WATCH_SECONDS`, all at once; unless `watched`,
    their state is a guess.
    """
    try:
        with os.scandir(root) as found:
            names = [entry.name for entry in found if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:
        return []
    looked_at = [pair for name in names if (pair := _entry(RunFolder(Path(root) / name)))]
    waiting = {entry.folder: heart for entry, heart in looked_at if watched and heart.undecided}
    heartbeat.watch(waiting.values())
    entries = [
        entry._replace(state=_state(entry.summary, heart.look)) if entry.folder in waiting else entry
        for entry, heart in looked_at
    ]
    # runs without a start time come last; names contain the time as well

    def order(entry: RunEntry) -> tuple[str, Any]:
        return entry.summary.started_at if entry.summary else "", natural_key(entry.folder.name)

    return sorted(entries, key=order, reverse=True)


def _entry(folder: RunFolder) -> tuple[RunEntry, Heartbeat] | None:
    """The run, and what its state was taken from; None where there is no run."""
    summary, problem = _summary(folder)
    if summary is None and not problem:
        if not is_run(folder.path):
            return None
        problem = "summary.json is missing"
    try:
        check_journal(folder.journal)
    except NewerVersionError as error:
        problem = f"{error.what} {error.fix}"
    if summary is None:
        summary = _from_journal(folder)
    heart = Heartbeat(folder.path)
    return RunEntry(folder, _state(summary, heart.look), summary, problem), heart


def _summary(folder: RunFolder) -> tuple[Summary | None, str]:
    try:
        return summaries.read(folder.summary), ""
    except NewerVersionError as error:
        return None, f"{error.what} {error.fix}"
    except ValueError as error:
        return None, str(error)


def _from_journal(folder: RunFolder) -> Summary | None:
    from trainer.store.journal_summary import journal_summary  # imports numpy, which lists do not need

    return journal_summary(folder.journal)


def state(folder: RunFolder) -> State:
    """The state of the run, from its summary and whether its engine is alive; unfinished and dead is `lost`."""
    summary = _summary(folder)[0] or _from_journal(folder)
    return _state(summary, lambda: is_alive(folder))


def _state(summary: Summary | None, alive: Callable[[], bool]) -> State:
    if summary is not None and summary.status in ENDED:
        return summary.status
    if not alive():
        return "lost"
    return summary.status if summary is not None else "preparing"


def current_owner(attempt: int) -> Owner:
    """This process as the owner of a run."""
    return Owner(
        pid=os.getpid(),
        host=platform.node(),
        started=process.process_started(os.getpid()),
        attempt=attempt,
        since=now_text(),
    )


def write_owner(folder: RunFolder, owner: Owner) -> None:
    """Replace owner.json. Raises DiskError. Touch it every 2 seconds with `durable.touch(folder.owner)`."""
    durable.write_bytes(folder.owner, msgspec.json.encode(owner))


def read_owner(folder: RunFolder) -> Owner | None:
    """The owner; None if there is no readable record."""
    try:
        return decode_owner(durable.read_bytes(folder.owner, 1 << 16))
    except (OSError, ValueError):
        return None


def is_alive(folder: RunFolder) -> bool:
    """Whether an engine is working on the run: its lock is held, or owner.json is being touched and its process, if on
    this machine, is still running. If the owner is on another machine and did not record an end, this waits up to
    `heartbeat.WATCH_SECONDS` for owner.json to change; `Heartbeat` checks without waiting."""
    heart = Heartbeat(folder.path)
    heart.look()
    heartbeat.watch([heart])
    return heart.look()


def acquire(folder: RunFolder) -> lock.RunLock:
    """Become the only writer of the run. Raises UsageError `run.busy`, naming the current one, and DiskError."""
    owner = read_owner(folder)
    return lock.RunLock(folder.lock, holder=str(owner) if owner else "another process")


def confined(folder: RunFolder, relative: str) -> Path:
    """Resolve a path with `/` that a file of the run contains. Raises DataError `run.outside` for a path that is
    absolute, goes up, or follows a link out of the folder."""
    parts = PurePosixPath(relative).parts
    suspicious = not parts or "\\" in relative or "\0" in relative or ".." in parts or relative.startswith("/")
    if not suspicious and not PureWindowsPath(relative).drive:
        path = folder.path.joinpath(*parts)
        if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder.path)):
            return path
    raise DataError(
        "run.outside",
        "A file in this run refers to a path outside its folder, which was not opened.",
        where=str(folder.path),
        expected="a relative path inside the run folder",
        path=relative,
    )
