"""The list of all runs: cheap updates, filter, order, groups, notes, trash and undo. No Qt."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from heapq import nlargest
from pathlib import Path

from gui.viewmodels.run_order import best_of, group_order, group_sizes, ordered
from gui.viewmodels.run_row import NOTHING, Column, Group, Row
from gui.viewmodels.settings_comparison import read_row_settings
from gui.viewmodels.validation_curve import validation_curve
from trainer.errors import EpochscopeError, NewerVersionError
from trainer.store import notes, trash
from trainer.store import summary as summaries
from trainer.store.change_stamp import Stamp, change_stamp
from trainer.store.folder import RunFolder, State, is_run
from trainer.store.heartbeat import Heartbeat
from trainer.store.journal_summary import journal_summary
from trainer.store.notes import ViewerNotes
from trainer.store.run_search import RunSearch
from trainer.store.summary import ENDED, Summary
from trainer.text.natural_order import natural_key
from trainer.text.text_shortening import short_line

_SLICES = 4
"""Idle runs are checked in turn, a quarter each time: within 2 s at two checks per second."""
_FRESH_SECONDS = 10.0


def _summary_stamp(base: str) -> Stamp:
    """Stamp of the file a row is read from: the journal, if there is no summary.json."""
    return change_stamp(base + "summary.json") or change_stamp(base + "journal.jsonl")


def _device(folder: Path) -> int:
    return folder.stat().st_dev


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

    `words` are the displayed names of the states, for the filter; `expected`: runs were there before, so that a folder
    that is not there is missing. The first `refresh` reads everything (5,000 runs: about a quarter of a second), later
    ones only what has changed.
    """

    def __init__(self, root: Path, words: Mapping[str, str] | None = None, *, expected: bool = False) -> None:
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
        self.missing = False
        """The folder of the runs is not there, or its disk: the rows are what was last known."""
        self._expected = expected
        self._device: int | None = None
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
        return nlargest(count, self._all.values(), key=lambda row: (row.summary or NOTHING).started_at)

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

    def read_settings(self, seconds: float) -> bool:
        """Read the settings of runs, the newest first, for about so long; whether any were new. Those of a run that is
        continued may change."""
        due = [row for row in self._all.values() if row.live or row.settings_stamp is None]
        end, new = time.monotonic() + seconds, False
        for row in sorted(due, key=lambda row: (row.summary or NOTHING).started_at, reverse=True):
            new |= read_row_settings(row, self.path(row.name))
            if time.monotonic() > end:
                break
        if new:
            self._arrange()
        return new

    # -- what is on the disk ---------------------------------------------------------------------------------------

    def refresh(self) -> Changes:
        """Look at the disk: new and live runs every time, the others in turn. Nothing is read while their folder is
        missing."""
        was, self.missing = self.missing, self._is_missing()
        if self.missing:
            self._scanned = None
            return Changes(listed=not was)
        changed = {name for name in self._scan() if self.look(name)}
        gone = [name for name in self._due() if not self._look_again(name, changed)]
        for name in gone:
            del self._all[name]
            self._hearts.pop(name, None)
            self._curves.pop(name, None)
        self.overlaid = [name for name in self.overlaid if name in self._all]
        if not changed and not gone:
            return Changes(listed=was)
        before = [row.name for row in self.rows], self.group_sizes
        self._arrange()
        after = [row.name for row in self.rows]
        if was or before != (after, self.group_sizes):
            return Changes(listed=True)
        return Changes(rows={place for place, name in enumerate(after) if name in changed})

    def _is_missing(self) -> bool:
        """Where a disk was mounted, an empty folder of another one may be left."""
        try:
            device = _device(self.root)
            if self._all and device != self._device and not any(map(is_run, self.root.iterdir())):
                return True
        except OSError:
            return bool(self._all) or self._expected
        self._device = device
        return False

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
            if (unowned or old.state in ENDED) and _summary_stamp(base) == old.stamps[0]:
                return False
        stamps = _summary_stamp(base), change_stamp(base + "viewer.json")
        if old is None and not stamps[0] and not is_run(f"{self.root}{os.sep}{name}"):
            return False
        row = self._read(name, base, stamps) if old is None or stamps != old.stamps else replace(old)
        if row.summary is not None and row.summary.status in ENDED:
            row.state = row.summary.status
        else:
            owner = change_stamp(base + "owner.json")
            row.state = self._unfinished(row)
        row.folder, row.owner = folder, owner
        if old is not None:
            row.settings, row.settings_stamp = old.settings, old.settings_stamp
        self._all[name] = row
        return old is None or (row.state, row.stamps) != (old.state, old.stamps)

    def _unfinished(self, row: Row) -> State:
        if row.name not in self._hearts:
            self._hearts[row.name] = Heartbeat(self.path(row.name))
        if not self._hearts[row.name].look():
            return "lost"
        return row.summary.status if row.summary is not None else "preparing"

    def _read(self, name: str, base: str, stamps: tuple[Stamp, Stamp]) -> Row:
        summary: Summary | None = None
        problem: str | NewerVersionError = ""
        if stamps[0]:
            try:
                summary = summaries.read(base + "summary.json")
            except NewerVersionError as error:
                problem = error
            except ValueError as error:
                problem = short_line(str(error))
        if summary is None and not isinstance(problem, NewerVersionError):
            summary = journal_summary(self.path(name) / "journal.jsonl")
        found = notes.read(base + "viewer.json") if stamps[1] else ViewerNotes()
        return Row(name, "lost", summary, found, problem, stamps)

    # -- filter, order and groups ----------------------------------------------------------------------------------

    def filter(self, text: str) -> None:
        """Show only the runs that `RunSearch` finds."""
        self.filter_text = text
        self._arrange()

    def arrange(self, column: Column, descending: bool, by: Group = "") -> None:
        """Sort by a column, and put the runs of a group one below the other: groups by name, the latest day first. Runs
        without a value, and of no group, come last."""
        self.sort_column, self.descending, self.grouped_by = column, descending, by
        self._arrange()

    def _arrange(self) -> None:
        search = RunSearch(self.filter_text)
        rows = [row for row in self._all.values() if search.finds(row.name, self._states(row), row.summary, row.notes)]
        rows.sort(key=lambda row: natural_key(row.name), reverse=True)
        rows = ordered(rows, lambda row: row.value(self.sort_column), self.descending)
        by = self.grouped_by
        self.rows = ordered(rows, lambda row: group_order(row, by), by == "day") if by else rows
        self.group_sizes = group_sizes(row.group(by) for row in self.rows) if by else {}
        self._best = best_of(self._all.values())
        self._best_of_groups = best_of(self._all.values(), by) if by else self._best

    def _states(self, row: Row) -> str:
        return f"{row.state}\n{self.words.get(row.state, '')}"

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
