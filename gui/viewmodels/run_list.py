"""The list of all runs: cheap updates, filter, order, groups, notes, trash and undo. No Qt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nlargest
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from gui.viewmodels.validation_curve import validation_curve
from trainer.errors import EpochscopeError, NewerVersionError
from trainer.store import notes, trash
from trainer.store import summary as summaries
from trainer.store.change_stamp import Stamp, change_stamp
from trainer.store.folder import RunFolder, State, is_run
from trainer.store.heartbeat import Heartbeat
from trainer.store.journal_summary import journal_summary
from trainer.store.notes import ViewerNotes
from trainer.store.summary import Summary
from trainer.text.natural_order import natural_key
from trainer.text.text_shortening import last_part, short_line
from trainer.text.time_format import local_time

Column = Literal[
    "name", "state", "macro_f1", "loss", "epoch", "data", "model", "seconds", "started", "tags", "note"
]  # fmt: skip
Group = Literal["", "data", "model", "day"]
"""What runs are grouped by; "": nothing. The day is the local one on which a run was started."""
LIVE = ("preparing", "running", "paused")
_ENDED = ("completed", "stopped", "failed")
_SLICES = 4
"""Idle runs are checked in turn, a quarter each time: within 2 s at two checks per second."""
_FRESH_SECONDS = 10.0


def _summary_stamp(base: str) -> Stamp:
    """Stamp of the file a row is read from: the journal, if there is no summary.json."""
    return change_stamp(base + "summary.json") or change_stamp(base + "journal.jsonl")


@dataclass(slots=True)
class Row:
    """One run. `summary` is from the journal if summary.json cannot be read, and `problem` says why; None if the
    journal does not help either."""

    name: str
    state: State
    summary: Summary | None
    notes: ViewerNotes
    problem: str = ""
    stamps: tuple[Stamp, Stamp] = ((), ())
    """Of summary.json and viewer.json."""
    folder: Stamp = ()
    owner: Stamp = ()
    """Of owner.json, if the run has not ended."""

    @property
    def live(self) -> bool:
        """Whether an engine is working on it."""
        return self.state in LIVE

    def value(self, column: Column) -> Any:
        """What a column shows and sorts by; None if there is nothing."""
        return _VALUES[column](self, self.summary or _NOTHING)

    def group(self, by: Group) -> str | None:
        """The group of this run: the data as named in its settings, the model, or the day, ISO 8601; None if that is
        unknown."""
        summary = self.summary or _NOTHING
        if by == "day":
            started = local_time(summary.started_at)
            return None if started is None else started.date().isoformat()
        return {"": "", "data": summary.data, "model": summary.model}[by] or None


_NOTHING = Summary()
_VALUES: dict[Column, Callable[[Row, Summary], Any]] = {
    "name": lambda row, summary: row.name,
    "state": lambda row, summary: row.state,
    "macro_f1": lambda row, summary: summary.best_macro_f1,
    "loss": lambda row, summary: summary.best_loss,
    "epoch": lambda row, summary: summary.epoch,
    "data": lambda row, summary: short_line(last_part(summary.data)) or None,
    "model": lambda row, summary: short_line(summary.model) or None,
    "seconds": lambda row, summary: summary.elapsed or None,
    "started": lambda row, summary: short_line(summary.started_at) or None,
    "tags": lambda row, summary: ", ".join(short_line(tag) for tag in row.notes.tags) or None,
    "note": lambda row, summary: short_line(row.notes.note) or None,
}


@dataclass
class Changes:
    """What a refresh found: `listed` if rows were added, removed or reordered, else the indices of `rows` that
    changed."""

    listed: bool = False
    rows: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Discarded:
    """A run in the trash, for undo: its folder, and where it is now."""

    folder: RunFolder
    lies: Path


class RunList:
    """All runs under `root`; `rows` are those that pass the filter, in order.

    `words` are the displayed names of the states, for the filter. The first `refresh` reads everything (5,000 runs:
    about a quarter of a second), later ones only what has changed.
    """

    def __init__(self, root: Path, words: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.words: Mapping[str, str] = words or {}
        self.rows: list[Row] = []
        self.overlaid: list[str] = []
        """Names of the runs whose curves are overlaid, in the order they were chosen."""
        self.filter_text = ""
        self.sort_column: Column = "started"
        self.descending = True
        self.grouped_by: Group = ""
        self.group_sizes: dict[int, int] = {}
        """Number of runs in each group, by the index of its first one in `rows`; empty without groups."""
        self._all: dict[str, Row] = {}
        self._slice = 0
        self._scanned: int | None = None
        self._hearts: dict[str, Heartbeat] = {}
        self._curves: dict[str, tuple[Stamp, tuple[float, ...]]] = {}
        self._best: frozenset[str] = frozenset()
        self._best_of_groups: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        """Number of all runs, whatever the filter."""
        return len(self._all)

    def path(self, name: str) -> Path:
        """Folder of a run."""
        return self.root / name

    def get(self, name: str) -> Row | None:
        """A run by its name, whatever the filter."""
        return self._all.get(name)

    def newest(self, count: int) -> list[Row]:
        """The most recently started runs, at most `count`, whatever the filter."""
        return nlargest(count, self._all.values(), key=lambda row: (row.summary or _NOTHING).started_at)

    def is_best(self, name: str) -> bool:
        """Whether no run on the same data has a higher macro-F1, and some have a lower one."""
        return name in self._best

    def is_best_of_group(self, name: str) -> bool:
        """The same among the runs of its group; without groups, among all."""
        return name in self._best_of_groups

    def curve(self, name: str) -> tuple[float, ...]:
        """Validation macro-F1 by epoch, in [0, 1], as last read by `read_curves`; () before."""
        return self._curves[name][1] if name in self._curves else ()

    def read_curves(self, names: Iterable[str], most: int = 24) -> set[str]:
        """Read the curves of these runs if they may have grown, at most `most` of them: a list asks for the visible
        ones. Returns the names of those that have changed."""
        due = [name for name in names if name in self._all and self._grown(name)][:most]
        before = {name: self.curve(name) for name in due}
        for name in due:
            found = validation_curve(f"{self.root}{os.sep}{name}{os.sep}metrics.csv")
            self._curves[name] = self._all[name].stamps[0], found
        return {name for name in due if self.curve(name) != before[name]}

    def _grown(self, name: str) -> bool:
        return name not in self._curves or self._curves[name][0] != self._all[name].stamps[0]

    # -- what is on the disk ---------------------------------------------------------------------------------------

    def refresh(self) -> Changes:
        """Look at the disk: new and live runs every time, the others in turn."""
        changed = {name for name in self._scan() if self.look(name)}
        gone = [name for name in self._due() if not self._look_again(name, changed)]
        for name in gone:
            del self._all[name]
            self._hearts.pop(name, None)
            self._curves.pop(name, None)
        self.overlaid = [name for name in self.overlaid if name in self._all]
        if not changed and not gone:
            return Changes()
        before = [row.name for row in self.rows], self.group_sizes
        self._arrange()
        after = [row.name for row in self.rows]
        if before != (after, self.group_sizes):
            return Changes(listed=True)
        return Changes(rows={place for place, name in enumerate(after) if name in changed})

    def _scan(self) -> list[str]:
        """New names."""
        stamp = change_stamp(self.root)
        if not stamp:
            self._scanned = None
            return []
        if stamp[0] == self._scanned:
            return []
        try:
            with os.scandir(self.root) as found:
                names = [entry.name for entry in found if not entry.name.startswith(".") and entry.is_dir()]
        except OSError:
            return []
        # for a while, look again: a new folder is no run until its first file is written
        self._scanned = stamp[0] if abs(time.time() - stamp[0] / 1e9) > _FRESH_SECONDS else None
        return [name for name in names if name not in self._all]

    def _due(self) -> list[str]:
        self._slice = (self._slice + 1) % _SLICES
        return [
            name for place, (name, row) in enumerate(self._all.items()) if row.live or place % _SLICES == self._slice
        ]

    def _look_again(self, name: str, changed: set[str]) -> bool:
        """Whether the run still exists."""
        if name in changed:
            return True
        if self.look(name):
            changed.add(name)
        return self._all[name].summary is not None or is_run(f"{self.root}{os.sep}{name}")

    def look(self, name: str) -> bool:
        """Read what is new in one run, and return whether anything was. Folders that are not runs are ignored."""
        base = f"{self.root}{os.sep}{name}{os.sep}"
        old = self._all.get(name)
        folder = change_stamp(base)
        owner: Stamp = ()
        if old is not None and not old.live and folder == old.folder:
            # engines replace all files but owner.json, which is touched: that changes the folder; a backup may not
            unowned = old.state == "lost" and change_stamp(base + "owner.json") == old.owner
            if (unowned or old.state in _ENDED) and _summary_stamp(base) == old.stamps[0]:
                return False
        stamps = _summary_stamp(base), change_stamp(base + "viewer.json")
        if old is None and not stamps[0] and not is_run(f"{self.root}{os.sep}{name}"):
            return False
        row = self._read(name, base, stamps) if old is None or stamps != old.stamps else replace(old)
        if row.summary is not None and row.summary.status in _ENDED:
            row.state = row.summary.status
        else:
            owner = change_stamp(base + "owner.json")
            row.state = self._unfinished(row)
        row.folder, row.owner = folder, owner
        self._all[name] = row
        return old is None or (row.state, row.stamps) != (old.state, old.stamps)

    def _unfinished(self, row: Row) -> State:
        if row.name not in self._hearts:
            self._hearts[row.name] = Heartbeat(self.path(row.name))
        if not self._hearts[row.name].look():
            return "lost"
        return row.summary.status if row.summary is not None else "preparing"

    def _read(self, name: str, base: str, stamps: tuple[Stamp, Stamp]) -> Row:
        summary, problem, newer = None, "", False
        if stamps[0]:
            try:
                summary = summaries.read(base + "summary.json")
            except NewerVersionError as error:
                problem, newer = short_line(f"{error.what} {error.fix}"), True
            except ValueError as error:
                problem = short_line(str(error))
        if summary is None and not newer:
            summary = journal_summary(self.path(name) / "journal.jsonl")
        found = notes.read(base + "viewer.json") if stamps[1] else ViewerNotes()
        return Row(name, "lost", summary, found, problem, stamps)

    # -- filter, order and groups ----------------------------------------------------------------------------------

    def filter(self, text: str) -> None:
        """Show only runs that contain each word of the text in name, state, data, model, tags or note."""
        self.filter_text = text
        self._arrange()

    def arrange(self, column: Column, descending: bool, by: Group = "") -> None:
        """Sort by a column, and put the runs of a group one below the other: groups by name, the latest day first. Runs
        without a value, and of no group, come last."""
        self.sort_column, self.descending, self.grouped_by = column, descending, by
        self._arrange()

    def _arrange(self) -> None:
        words = self.filter_text.casefold().split()
        rows = [row for row in self._all.values() if not words or self._matches(row, words)]
        rows.sort(key=lambda row: natural_key(row.name), reverse=True)
        rows = _ordered(rows, lambda row: row.value(self.sort_column), self.descending)
        by = self.grouped_by
        self.rows = _ordered(rows, lambda row: row.group(by), by == "day") if by else rows
        self.group_sizes = _group_sizes(row.group(by) for row in self.rows) if by else {}
        self._best = _best_of(self._all.values())
        self._best_of_groups = _best_of(self._all.values(), by) if by else self._best

    def _matches(self, row: Row, words: Sequence[str]) -> bool:
        summary = row.summary or Summary()
        parts = (row.name, row.state, self.words.get(row.state, ""), summary.data, summary.model, row.notes.note)
        text = "\n".join((*parts, *row.notes.tags)).casefold()
        return all(word in text for word in words)

    # -- what a person does ----------------------------------------------------------------------------------------

    def overlay(self, name: str, wanted: bool) -> None:
        """Overlay a run's curves, or stop doing so."""
        self.overlaid = [other for other in self.overlaid if other != name] + [name] * wanted

    def annotate(self, name: str, *, note: str | None = None, tags: str | None = None) -> None:
        """Write a note, or tags separated by commas. Raises DiskError."""
        row = self._all[name]
        wanted = ViewerNotes(
            note=row.notes.note if note is None else note,
            tags=row.notes.tags if tags is None else tuple(tags.split(",")),
        )
        path = RunFolder(self.path(name)).viewer
        written = notes.write(path, wanted)
        self._all[name] = replace(row, notes=written, stamps=(row.stamps[0], change_stamp(path)))
        self._arrange()

    def discard(self, names: Iterable[str]) -> tuple[list[Discarded], list[EpochscopeError]]:
        """Move runs to the trash; those that cannot be moved, such as live ones, stay and are reported."""
        moved, errors = [], []
        for name in names:
            folder = RunFolder(self.path(name))
            try:
                moved.append(Discarded(folder, trash.discard(folder)))
            except EpochscopeError as error:
                errors.append(error)
        for one in moved:
            self._all.pop(one.folder.name, None)
        self.overlaid = [name for name in self.overlaid if name in self._all]
        self._arrange()
        return moved, errors

    def restore(self, discarded: Iterable[Discarded]) -> list[EpochscopeError]:
        """Restore runs from the trash; returns what prevents it for some."""
        errors = []
        for one in discarded:
            try:
                trash.restore(one.lies, one.folder)
                self.look(one.folder.name)
            except EpochscopeError as error:
                errors.append(error)
        self._arrange()
        return errors


def look_at(path: Path) -> Row | None:
    """One run as the list shows it; None if there is no run."""
    model = RunList(path.parent)
    model.look(path.name)
    return model.get(path.name)


def _best_of(rows: Iterable[Row], by: Group = "") -> frozenset[str]:
    """Of all runs on the same data, and in the same group, those with the highest macro-F1, unless all have the same
    one. A mean over some of the classes only is not compared."""
    compared: dict[tuple[str, str | None], list[tuple[float, str]]] = {}
    for row in rows:
        summary = row.summary
        if summary is not None and summary.best_macro_f1 is not None and not summary.best_macro_f1_of:
            compared.setdefault((summary.data, row.group(by)), []).append((summary.best_macro_f1, row.name))
    found = set()
    for scores in compared.values():
        top = max(scores)[0]
        if min(scores)[0] < top:
            found |= {name for score, name in scores if score == top}
    return frozenset(found)


def _ordered(rows: Iterable[Row], value: Callable[[Row], Any], descending: bool) -> list[Row]:
    """By a value; runs without one last, either way. What is equal stays in order."""
    keyed = [(value(row), row) for row in rows]
    present = [pair for pair in keyed if pair[0] is not None]
    present.sort(key=lambda pair: _order(pair[0]), reverse=descending)
    return [row for _, row in present] + [row for found, row in keyed if found is None]


def _group_sizes(groups: Iterable[str | None]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    first = 0
    for _, members in groupby(groups):
        sizes[first] = sum(1 for _ in members)
        first += sizes[first]
    return sizes


def _order(value: Any) -> Any:
    return natural_key(value) if isinstance(value, str) else value
