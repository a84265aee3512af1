"""The left side of the window: the list of runs, made once the window has been painted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.preferences import Preferences, RunOrder
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.selection import OpenRun

if TYPE_CHECKING:
    from gui.runs.runs_panel import RunsPanel
    from gui.start.recent_runs import RecentRun

LEAST_WIDTH = 220
"""Pixels, for name and status of a run."""


class RunsSide(QWidget):
    """Repeats its panel's signals: folders of runs to show, to overlay and to compare, a folder and the epochs to
    continue it to (0: as set up), folders that were removed."""

    run_chosen = Signal(Path)
    overlays_changed = Signal(list)
    continue_wanted = Signal(Path, int)
    compare_wanted = Signal(list)
    runs_removed = Signal(list)

    def __init__(self, root: Path, preferences: Preferences, colours: RunColours) -> None:
        super().__init__()
        self._root = root
        self._preferences = preferences
        self._colours = colours
        colours.recall(preferences.run_colours)
        self._shown: Path | None = None
        self.panel: RunsPanel | None = None
        self.setMinimumWidth(LEAST_WIDTH)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def tick(self) -> None:
        """Update the list of runs."""
        if self.panel is None:
            self.panel = self._make()
        self.panel.tick()

    def _make(self) -> RunsPanel:
        from gui.runs.runs_panel import RunsPanel

        before = any(path.parent == self._root for path in self._preferences.recent)
        panel = RunsPanel(self._root, self._colours, expected=before)
        self._layout.addWidget(panel)
        panel.show_order(self._preferences.run_order)
        panel.order_chosen.connect(self._remember_order)
        panel.show_run(self._shown)
        panel.run_chosen.connect(self.run_chosen)
        panel.overlays_changed.connect(self.overlays_changed)
        panel.overlays_changed.connect(self._keep_colours)  # once they are drawn, which the line above brings about
        panel.continue_wanted.connect(self.continue_wanted)
        panel.compare_wanted.connect(self.compare_wanted)
        panel.runs_removed.connect(self.runs_removed)
        return panel

    def _keep_colours(self) -> None:
        self._preferences.run_colours = self._colours.kept()

    def _remember_order(self, order: RunOrder) -> None:
        self._preferences.run_order = order

    def newest(self) -> list[RecentRun]:
        """The latest runs, for the start page; none while they cannot be opened."""
        from gui.start.recent_runs import MOST, RecentRun

        if self.panel is None or self.panel.runs.missing:
            return []
        runs = self.panel.runs
        rows = runs.newest(MOST)
        runs.read_curves(row.name for row in rows)
        return [RecentRun(runs.path(row.name), row, runs.curve(row.name), runs.is_best(row.name)) for row in rows]

    def show_run(self, run: OpenRun | None) -> None:
        """Mark the shown run."""
        self._shown = run.folder.path if run else None
        if self.panel is not None:
            self.panel.show_run(self._shown)

    def retranslate(self) -> None:
        """Set all texts."""
        self.setAccessibleName(self.tr("Runs"))
        if self.panel is not None:
            self.panel.retranslate()
