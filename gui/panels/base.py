"""The interface of a panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from gui.viewmodels.copies import Copies
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun


@dataclass(frozen=True)
class FileOffer:
    """A file that a panel can write where a person wants it. `name`: proposed, with its ending; `title` and `kinds`: of
    the dialog; `write`: writes it there, or raises OSError or EpochscopeError."""

    name: str
    title: str
    kinds: str
    write: Callable[[Path], object]


class Panel(QWidget):
    """A tab of the window. It draws only in these calls and only while visible: the window collects changes meanwhile
    and passes them to `refresh` once the panel is shown.

    `topics` are the changes it needs. The signals report clicks.
    """

    topics: ClassVar[Set[Topic]] = frozenset()

    class_chosen = Signal(int)
    """A class was clicked: show its images."""
    cell_chosen = Signal(int, int)
    """A cell of the confusion matrix, (true, predicted): show the images in it."""
    slice_chosen = Signal(str, str, object)
    """A slice was chosen: its split, its name, and the indices of its images, a frozenset: show them."""
    epoch_chosen = Signal(int)
    """An epoch was clicked: move the cursor there."""
    train_wanted = Signal(object, str)
    """Set up a run with these settings, nested tables; and a sentence about what is new."""
    compare_wanted = Signal(list)
    """Show these runs, paths, side by side."""
    save_wanted = Signal(object)
    """Ask where to save a FileOffer, and save it."""

    cursor: EpochCursor  # type: ignore[assignment]  # Qt's own, the mouse's, is not asked for

    def __init__(self, cursor: EpochCursor) -> None:
        super().__init__()
        self.cursor = cursor
        self.run: OpenRun | None = None

    @property
    def unsaved(self) -> int:
        """Decisions that are only in memory, and lost when the window closes."""
        return 0

    @property
    def copies(self) -> Copies:
        """How far the copying of images is, which ends when the window closes."""
        return Copies()

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run, or none."""
        self.run = run

    def set_overlays(self, runs: Sequence[OpenRun]) -> None:
        """Other runs, to overlay or compare."""

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw what has changed in the shown run."""

    def move_cursor(self) -> None:
        """The selected epoch has changed: redraw what depends on it."""

    def look_again(self) -> None:
        """The user has returned to this tab or to the window: check for files that no event of the run announces."""

    def event(self, event: QEvent) -> bool:
        """They may have been made in a terminal meanwhile."""
        if event.type() == QEvent.Type.WindowActivate and self.isVisible() and self.run is not None:
            self.look_again()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The same when the user returns to this tab."""
        super().showEvent(event)
        if self.run is not None:
            self.look_again()

    def retranslate(self) -> None:
        """The language has changed: set all texts again."""
