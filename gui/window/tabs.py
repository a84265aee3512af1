"""The tabs: panels made when they are first looked at, drawn only while they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args, overload

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from gui.engine.rpc_client import RpcClient
from gui.panels.base import Panel
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.window.preferences import Preferences
from gui.window.theme import icon

if TYPE_CHECKING:
    from gui.panels.confusion.confusion_panel import ConfusionPanel
    from gui.panels.curves.curves_panel import CurvesPanel
    from gui.panels.predict.predict_panel import PredictPanel

ALL: frozenset[Topic] = frozenset(get_args(Topic))
PANELS = {
    "curves": "curve",
    "classes": "classes",
    "errors": "matrix",
    "weights": "weights",
    "map": "map",
    "predict": "predict",
    "log": "log",
}
"""Name and icon, from left to right."""


def make_panel(name: str, cursor: EpochCursor, rpc_client: RpcClient, preferences: Preferences) -> Panel:
    """The panel of a tab. Its module is imported here: what nobody looks at takes no time at the start."""
    match name:
        case "curves":
            from gui.panels.curves.curves_panel import CurvesPanel

            return CurvesPanel(cursor)
        case "classes":
            from gui.panels.classes.classes_panel import ClassesPanel

            return ClassesPanel(cursor)
        case "errors":
            from gui.panels.confusion.confusion_panel import ConfusionPanel

            return ConfusionPanel(cursor)
        case "weights":
            from gui.panels.weights import WeightsPanel

            return WeightsPanel(cursor)
        case "map":
            from gui.panels.embedding import EmbeddingPanel

            return EmbeddingPanel(cursor, rpc_client)
        case "predict":
            from gui.panels.predict.predict_panel import PredictPanel

            return PredictPanel(cursor, rpc_client, preferences)
        case "log":
            from gui.panels.log import LogPanel

            return LogPanel(cursor)
    raise ValueError(f"there is no panel {name!r}")


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
    """All panels. A class or a cell that is chosen in one is shown among the errors; `epoch_chosen` repeats what a
    panel says."""

    epoch_chosen = Signal(int)

    def __init__(self, cursor: EpochCursor, rpc_client: RpcClient, preferences: Preferences) -> None:
        super().__init__()
        self._cursor = cursor
        self._rpc_client = rpc_client
        self._preferences = preferences
        self._overlays: Sequence[OpenRun] = ()
        self._places: dict[str, _Place] = {}
        for name, sign in PANELS.items():
            place = self._places[name] = _Place(partial(self._make, name))
            self.addTab(place, icon(sign), "")
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)
        self.currentChanged.connect(lambda _: self.draw())
        self.retranslate()

    def _make(self, name: str) -> Panel:
        panel = make_panel(name, self._cursor, self._rpc_client, self._preferences)
        panel.class_chosen.connect(self._show_class)
        panel.cell_chosen.connect(self._show_cell)
        panel.epoch_chosen.connect(self.epoch_chosen)
        panel.set_overlays(self._overlays)
        return panel

    def _show_class(self, number: int) -> None:
        self.show_tab("errors")
        self.panel("errors").choose_class(number)

    def _show_cell(self, true: int, predicted: int) -> None:
        self.show_tab("errors")
        self.panel("errors").choose_cell(true, predicted)

    def set_overlays(self, runs: Sequence[OpenRun]) -> None:
        """Further runs, to draw their curves and to compare with."""
        self._overlays = runs
        for place in self._places.values():
            if place.panel is not None:
                place.panel.set_overlays(runs)

    @overload
    def panel(self, name: Literal["curves"]) -> CurvesPanel: ...
    @overload
    def panel(self, name: Literal["errors"]) -> ConfusionPanel: ...
    @overload
    def panel(self, name: Literal["predict"]) -> PredictPanel: ...
    @overload
    def panel(self, name: str) -> Panel: ...
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
