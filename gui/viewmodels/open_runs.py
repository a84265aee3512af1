"""The run that is shown and those whose curves lie over it, read a slice at a time. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import Path

from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import OpenRun
from trainer.errors import EpochscopeError
from trainer.store.folder import RunFolder

SLICE_SECONDS = 0.01
"""A long journal is read in slices, one after the other while nothing else is to be done."""


@dataclass(frozen=True)
class NewLines:
    """What one reading has brought: `changed` in the shown run, whether an overlay `grew`, and the last `error`.
    `shown_anew`, `overlays_anew`: another run is in the place of the shown one, or of an overlay, and is read from its
    beginning."""

    changed: Set[Topic]
    grew: bool
    error: EpochscopeError | None
    shown_anew: bool = False
    overlays_anew: bool = False


class OpenRuns:
    """`shown` is the run all panels look at, or None; `overlays` are drawn over its curves."""

    def __init__(self) -> None:
        self.shown: OpenRun | None = None
        self.overlays: list[OpenRun] = []

    @property
    def catching_up(self) -> bool:
        """A journal was not read to its end yet."""
        runs = (self.shown, *self.overlays)
        return any(not run.follower.caught_up for run in runs if run is not None)

    def overlay(self, paths: Iterable[Path]) -> None:
        """Lay the runs in these folders over the shown one; of those that lie there already, what was read is kept."""
        known = {run.folder.path: run for run in self.overlays}
        self.overlays = [known.get(path) or open_run(RunFolder(path)) for path in paths]

    def read(self) -> NewLines:
        """Go on reading all of them."""
        error: EpochscopeError | None = None
        grew = False
        for run in self.overlays:
            try:
                grew |= bool(run.follower.tick(0.0 if run.follower.caught_up else SLICE_SECONDS))
                error = run.follower.newer or error
            except EpochscopeError as found:
                error = found
        overlays_anew = any(run.follower.replaced for run in self.overlays)
        if overlays_anew:
            self.overlays = [_still(run) for run in self.overlays]
        changed: Set[Topic] = frozenset()
        try:
            if self.shown is not None:
                changed = self.shown.follower.tick(SLICE_SECONDS)
                error = self.shown.follower.newer or error
        except EpochscopeError as found:
            error = found
        shown = _still(self.shown) if self.shown is not None else None
        shown_anew, self.shown = shown is not self.shown, shown
        return NewLines(frozenset() if shown_anew else changed, grew, error, shown_anew, overlays_anew)


def _still(run: OpenRun) -> OpenRun:
    """The run; what is in its place now, where it was replaced."""
    return open_run(run.folder) if run.follower.replaced else run


def open_run(folder: RunFolder) -> OpenRun:
    """A run whose journal is to be read from its beginning."""
    return OpenRun(folder, JournalFollower(folder))
