"""The status bar: the open run's folder, damage to its journal, other live runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QToolButton, QWidget

from gui.engine import processes
from gui.style.dimensions import MEDIUM, SMALL, TIGHT, space
from gui.text.formats import short_path, whole
from gui.viewmodels.selection import OpenRun
from gui.widgets.labels import Note
from gui.widgets.state_sign import sign_pixmap, state_colour
from trainer.store.folder import RunFolder

MOST_CHIPS = 3


class StatusBar(QStatusBar):
    """The status bar.

    Args:
        open_run: Called with the folder of a live run that was clicked.
    """

    def __init__(self, open_run: Callable[[Path], object]) -> None:
        super().__init__()
        self._open_run = open_run
        self._live: list[RunFolder] = []
        self._live_runs: processes.LiveRuns | None = None
        self._damaged = 0
        self.where, self.damage, self.also = Note(Qt.TextElideMode.ElideMiddle), QLabel(), QLabel()
        self.where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.chips = QWidget()
        row = self._row = QHBoxLayout(self.chips)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space(TIGHT))
        row.addWidget(self.also)
        self.setContentsMargins(space(SMALL), 0, 0, 0)  # below the list of runs
        self.addWidget(self.where, 1)
        for widget in (self.damage, self.chips):
            self.addPermanentWidget(widget)
        self.damage.hide()
        self.chips.hide()

    def show_run(self, run: OpenRun | None) -> None:
        """Show the folder of a run.

        Args:
            run: The run; None: none.
        """
        self.where.setText(short_path(str(run.folder.path)) if run else "")
        self.show_damage(0)

    def show_damage(self, lines: int) -> None:
        """Show the number of damaged journal lines.

        Args:
            lines: Lines that could not be read.
        """
        if lines != self._damaged:
            self._damaged = lines
            self.retranslate()

    def show_live(self, root: Path, run: OpenRun | None) -> None:
        """Show other runs in training, to open with a click.

        Args:
            root: Folder of all runs.
            run: The open run; None: none.
        """
        if self._live_runs is None or self._live_runs.root != root:
            self._live_runs = processes.LiveRuns(root)
        live = [folder for folder in self._live_runs.look() if run is None or folder != run.folder]
        if live == self._live:
            return
        self._live = live
        for button in self.chips.findChildren(QToolButton):
            button.hide()
            button.deleteLater()
        for folder in live[:MOST_CHIPS]:
            button = QToolButton()
            button.setIcon(sign_pixmap("running", state_colour("running"), space(MEDIUM), self.devicePixelRatio()))
            button.setText(folder.name.replace("&", "&&"))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setAutoRaise(True)
            button.clicked.connect(lambda *_, path=folder.path: self._open_run(path))
            self._row.addWidget(button)
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts."""
        more = len(self._live) - MOST_CHIPS
        text = self.tr("also training:")
        self.also.setText(text if more <= 0 else self.tr("also training, and {count} more:").format(count=whole(more)))
        self.chips.setVisible(bool(self._live))
        self.damage.setText(self.tr("%n damaged line(s) in the journal", "", self._damaged))
        self.damage.setVisible(self._damaged > 0)
