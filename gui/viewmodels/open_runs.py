"""The open run and those overlaid on its curves, read a slice at a time. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import Path

from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run import Topic
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.selection import OpenRun
from trainer.errors import EpochscopeError
from trainer.store.folder import RunFolder

SLICE_SECONDS = 0.01
"""A long journal is read in slices of this many seconds while the window is idle."""


@dataclass(frozen=True)
class NewLines:
    """What one reading brought.

    Attributes:
        changed: What has changed in the open run.
        grew: Whether an overlay has new records.
        error: The last error; None if there was none.
        shown_anew: Whether another run has replaced the open one and is read from its beginning.
        overlays_anew: The same for an overlay.
    """

    changed: Set[Topic]
    grew: bool
    error: EpochscopeError | None
    shown_anew: bool = False
    overlays_anew: bool = False


class OpenRuns:
    """The runs that are open.

    Attributes:
        overlays: Runs drawn over the curves of the shown one.
        colours: The colours of all of them.
    """

    def __init__(self) -> None:
        self._shown: OpenRun | None = None
        self.overlays: list[OpenRun] = []
        self.colours = RunColours()

    @property
    def shown(self) -> OpenRun | None:
        """The run that all panels show; None if there is none."""
        return self._shown

    @shown.setter
    def shown(self, run: OpenRun | None) -> None:
        self._shown = run
        self._colour()

    def _colour(self) -> None:
        runs = [self._shown, *self.overlays] if self._shown is not None else self.overlays
        self.colours.draw(run.folder.path for run in runs if run is not None)

    @property
    def catching_up(self) -> bool:
        """Whether a journal has not been read to its end yet."""
        runs = (self.shown, *self.overlays)
        return any(not run.follower.caught_up for run in runs if run is not None)

    def overlay(self, paths: Iterable[Path]) -> None:
        """Overlay the curves of other runs; what was already read of a run is kept.

        Args:
            paths: Their folders; others are no longer overlaid.
        """
        known = {run.folder.path: run for run in self.overlays}
        self.overlays = [known.get(path) or open_run(RunFolder(path)) for path in paths]
        self._colour()

    def read(self) -> NewLines:
        """Read the next records of all runs.

        Returns:
            What has changed.
        """
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
    """Open a run; its journal is read from the beginning.

    Args:
        folder: Folder of the run.

    Returns:
        The open run.
    """
    return OpenRun(folder, JournalFollower(folder))
