"""The tabs: panels made when they are first looked at, drawn only while they are."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Set
from functools import partial
from typing import get_args

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from gui.panels.base import Panel
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.window.theme import icon

ALL: frozenset[Topic] = frozenset(get_args(Topic))

# name, module, class, icon
PANELS = (
    ("curves", "gui.panels.curves.curves_panel", "CurvesPanel", "curve"),
    ("classes", "gui.panels.classes.classes_panel", "ClassesPanel", "classes"),
    ("errors", "gui.panels.confusion.confusion_panel", "ConfusionPanel", "matrix"),
    ("weights", "gui.panels.weights", "WeightsPanel", "weights"),
    ("map", "gui.panels.embedding", "EmbeddingPanel", "map"),
    ("predict", "gui.panels.predict.predict_panel", "PredictPanel", "predict"),
    ("log", "gui.panels.log", "LogPanel", "log"),
)
_OVERLAID = {"curves": "set_overlays", "errors": "set_others"}
"""Panels that are told of overlaid runs, and how."""


class _Place(QWidget):
    """Where a panel will be, what it has not drawn yet."""

    def __init__(self, make: Callable[[], Panel]) -> None:
        super().__init__()
        self._make = make
        self.panel: Panel | None = None
        self.changed: set[Topic] = set()
        self.moved = False
        self.run: OpenRun | None = None
        self._broken = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def made(self) -> Panel:
        """The panel."""
        if self.panel is None:
            self.panel = self._make()
            self._layout.addWidget(self.panel)
        return self.panel

    def draw(self) -> None:
        """Bring the panel up to date. One that raises is left alone until another run is shown."""
        if not self._broken:
            self._broken = True
            self._draw()
            self._broken = False

    def show_run(self, run: OpenRun | None) -> None:
        """Another run, or none, to be drawn from now on."""
        self.run, self._broken = run, False

    def _draw(self) -> None:
        panel = self.made()
        if panel.run is not self.run:
            panel.show_run(self.run)
            self.changed, self.moved = set(ALL), False
        if self.run is None:
            return
        changed, self.changed = self.changed & panel.topics, set()
        if changed:
            panel.refresh(changed)
        if self.moved:
            self.moved = False
            panel.move_cursor()


class Tabs(QTabWidget):
    """All panels; `extras` are what some are given beside the cursor.

    `class_chosen`, `cell_chosen` and `epoch_chosen` repeat what a panel says.
    """

    class_chosen = Signal(int)
    cell_chosen = Signal(int, int)
    epoch_chosen = Signal(int)

    def __init__(self, cursor: EpochCursor, extras: dict[str, tuple[object, ...]]) -> None:
        super().__init__()
        self._cursor = cursor
        self._extras = extras
        self._overlays: list[OpenRun] = []
        self._places: dict[str, _Place] = {}
        for name, module, kind, sign in PANELS:
            place = self._places[name] = _Place(partial(self._make, name, module, kind))
            self.addTab(place, icon(sign), "")
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)
        self.currentChanged.connect(self._drawn)
        self.retranslate()

    def _make(self, name: str, module: str, kind: str) -> Panel:
        panel: Panel = getattr(importlib.import_module(module), kind)(self._cursor, *self._extras.get(name, ()))
        panel.class_chosen.connect(self.class_chosen)
        panel.cell_chosen.connect(self.cell_chosen)
        panel.epoch_chosen.connect(self.epoch_chosen)
        self._hand_overlays(name, panel)
        return panel

    def set_overlays(self, runs: list[OpenRun]) -> None:
        """Further runs, to draw their curves and to compare with."""
        self._overlays = runs
        for name in _OVERLAID:
            if (panel := self._places[name].panel) is not None:
                self._hand_overlays(name, panel)

    def _hand_overlays(self, name: str, panel: Panel) -> None:
        if name in _OVERLAID:
            getattr(panel, _OVERLAID[name])(self._overlays)

    def panel(self, name: str) -> Panel:
        """A panel, up to date with the shown run, whether it is looked at or not."""
        place = self._places[name]
        place.draw()
        return place.made()

    def made(self, name: str) -> Panel | None:
        """A panel, if it was looked at before."""
        return self._places[name].panel

    def names(self) -> list[str]:
        """In the order of the tabs."""
        return list(self._places)

    def show_tab(self, name: str) -> None:
        """Bring it to the front."""
        self.setCurrentWidget(self._places[name])

    @property
    def current(self) -> str:
        """Name of the tab in front."""
        return self.names()[self.currentIndex()]

    def show_run(self, run: OpenRun | None) -> None:
        """Another run, or none: the tab in front now, others when they are looked at."""
        for place in self._places.values():
            place.show_run(run)
        self.draw()

    def note(self, changed: Set[Topic]) -> None:
        """Remember what has changed until it is drawn."""
        for place in self._places.values():
            place.changed |= changed

    def move_cursor(self) -> None:
        """The cursor has moved."""
        for place in self._places.values():
            place.moved = True
        self.draw()

    def draw(self) -> None:
        """Bring the tab in front up to date, if it can be seen."""
        if self.isVisible():
            self._places[self.current].draw()

    def _drawn(self, index: int) -> None:
        self.draw()

    def retranslate(self) -> None:
        """Set all texts."""
        titles = {
            "curves": self.tr("Curves"),
            "classes": self.tr("Classes"),
            "errors": self.tr("Errors"),
            "weights": self.tr("Weights"),
            "map": self.tr("Map"),
            "predict": self.tr("Predict"),
            "log": self.tr("Log"),
        }
        for number, name in enumerate(self._places):
            self.setTabText(number, titles[name])
            self.setTabToolTip(number, f"{titles[name]} (Ctrl+{number + 1})")
            if (panel := self._places[name].panel) is not None:
                panel.retranslate()
