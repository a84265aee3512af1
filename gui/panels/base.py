"""What the window knows of a panel."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun


class Panel(QWidget):
    """A tab of the window. It draws on these calls only, and only while it is visible: the window remembers what
    changed meanwhile and calls `refresh` with it once the panel is shown.

    `topics` are the changes it wants to hear of. The signals say what a person clicked.
    """

    topics: ClassVar[Set[Topic]] = frozenset()

    class_chosen = Signal(int)
    """A class was clicked: show its images."""
    cell_chosen = Signal(int, int)
    """A cell of the confusion matrix, (true, predicted): show the images in it."""
    epoch_chosen = Signal(int)
    """An epoch was clicked: move the cursor there."""

    cursor: EpochCursor  # type: ignore[assignment]  # Qt's own, the mouse's, is not asked for

    def __init__(self, cursor: EpochCursor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cursor = cursor
        self.run: OpenRun | None = None

    def show_run(self, run: OpenRun | None) -> None:
        """Another run, or none, is shown from now on."""
        self.run = run

    def set_overlays(self, runs: Sequence[OpenRun]) -> None:
        """Further runs, to draw beside the shown one or to compare it with."""

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw what has changed in the shown run."""

    def move_cursor(self) -> None:
        """The epoch cursor has moved: draw what depends on it."""

    def retranslate(self) -> None:
        """The language has changed: set all texts anew."""
