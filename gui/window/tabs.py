"""The tabs: panels are created on first view, drawn only while visible, and can be torn off and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import partial
from typing import TYPE_CHECKING, Literal, overload

import msgspec
from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QTabBar, QToolButton

from gui.engine.rpc_client import RpcClient
from gui.panels.base import Panel
from gui.preferences import Preferences
from gui.style.theme import icon
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.image_index import Split
from gui.viewmodels.run import Topic
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.fitting_tabs import FittingTabs, TabName
from gui.window.beside_panel import BesidePanel
from gui.window.floating_panel import FloatingPanel
from gui.window.panel_factory import make_panel
from gui.window.panel_place import PanelPlace

if TYPE_CHECKING:
    from gui.panels.confusion.confusion_panel import ConfusionPanel
    from gui.panels.curves.curves_panel import CurvesPanel
    from gui.panels.predict.predict_panel import PredictPanel

PANELS = {
    "curves": "curve",
    "classes": "classes",
    "errors": "matrix",
    "slices": "slices",
    "confidence": "confidence",
    "weights": "weights",
    "map": "map",
    "predict": "predict",
    "labels": "label",
    "log": "log",
}
"""Name and icon, from left to right."""
_TEAR = 32
"""Pixels beyond the bar at which a dragged tab is torn off."""


def panel_titles() -> dict[str, str]:
    """The title of each panel, by name."""
    tr = QCoreApplication.translate
    return {
        "curves": tr("Tabs", "Curves"),
        "classes": tr("Tabs", "Classes"),
        "errors": tr("Tabs", "Errors"),
        "slices": tr("Tabs", "Slices"),
        "confidence": tr("Tabs", "Confidence"),
        "weights": tr("Tabs", "Weights"),
        "map": tr("Tabs", "Map"),
        "predict": tr("Tabs", "Predict"),
        "labels": tr("Tabs", "Labels"),
        "log": tr("Tabs", "Log"),
    }


class _Arrangement(msgspec.Struct):
    """As `Tabs.arrangement` writes it. `floating`: name and geometry, Base64; `beside`: the panel beside the tabs, and
    the widths of both."""

    order: list[str] = []
    front: str = ""
    floating: dict[str, str] = {}
    beside: str = ""
    widths: list[int] = []


class TabBar(QTabBar):
    """Tabs can be moved along the bar and torn off: `torn` has the index of a tab and the position of the mouse."""

    torn = Signal(int, QPoint)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Well above or below the bar, the tab is torn off."""
        away = self.rect().adjusted(-_TEAR, -_TEAR, _TEAR, _TEAR)
        if not event.buttons() & Qt.MouseButton.LeftButton or away.contains(event.position().toPoint()):
            super().mouseMoveEvent(event)
            return
        number, place = self.currentIndex(), event.globalPosition()
        # end the bar's own drag
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        over = QMouseEvent(QEvent.Type.MouseButtonRelease, event.position(), place, left, none, event.modifiers())
        self.mouseReleaseEvent(over)
        self.torn.emit(number, place.toPoint())


class Tabs(FittingTabs):
    """All panels, in tabs, torn off into windows of their own, or one beside the tabs: `panes` holds both. A class or a
    cell that is chosen in one is shown among the errors; the signals repeat what a panel says."""

    epoch_chosen = Signal(int)
    train_wanted = Signal(object, str)
    compare_wanted = Signal(list)
    save_wanted = Signal(object)

    def __init__(
        self, cursor: EpochCursor, rpc_client: RpcClient, preferences: Preferences, colours: RunColours
    ) -> None:
        super().__init__(bar=TabBar())
        self._cursor = cursor
        self._rpc_client = rpc_client
        self._preferences = preferences
        self._colours = colours
        self._explanations = Explanations(rpc_client)
        self._overlays: Sequence[OpenRun] = ()
        self._run: OpenRun | None = None
        self._order = list(PANELS)
        self._floating: dict[str, FloatingPanel] = {}
        self._beside: dict[str, BesidePanel] = {}
        """One at most."""
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        self.panes.addWidget(self)
        self.panes.setChildrenCollapsible(False)
        self._places = {name: PanelPlace(partial(self._make, name)) for name in PANELS}
        bar = self.tabBar()
        assert isinstance(bar, TabBar)
        for place in self._places.values():
            self.addTab(place, "")
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setUsesScrollButtons(True)
        self.tear_button = QToolButton()
        self.tear_button.setIcon(icon("tear-off"))
        self.tear_button.setAutoRaise(True)
        self.tear_button.clicked.connect(lambda: self.tear_off(self.current))
        self.setCornerWidget(self.tear_button)
        self.currentChanged.connect(lambda _: self.draw())
        bar.tabMoved.connect(self._moved)
        bar.torn.connect(lambda number, place: self.tear_off(self._name(number), place))
        self.tabBarDoubleClicked.connect(lambda number: self.tear_off(self._name(number)))
        self.retranslate()

    def _make(self, name: str) -> Panel:
        panel = make_panel(name, self._cursor, self._rpc_client, self._preferences, self._explanations, self._colours)
        panel.class_chosen.connect(self._show_class)
        panel.cell_chosen.connect(self._show_cell)
        panel.slice_chosen.connect(self._show_slice)
        panel.epoch_chosen.connect(self.epoch_chosen)
        panel.train_wanted.connect(self.train_wanted)
        panel.compare_wanted.connect(self.compare_wanted)
        panel.save_wanted.connect(self.save_wanted)
        panel.set_overlays(self._overlays)
        return panel

    def _show_class(self, number: int) -> None:
        self.show_tab("errors")
        self.panel("errors").choose_class(number)

    def _show_cell(self, true: int, predicted: int) -> None:
        self.show_tab("errors")
        self.panel("errors").choose_cell(true, predicted)

    def _show_slice(self, split: Split, name: str, places: frozenset[int]) -> None:
        self.show_tab("errors")
        self.panel("errors").show_slice(split, name, places)

    def set_overlays(self, runs: Sequence[OpenRun]) -> None:
        """Other runs, to overlay and compare."""
        self._overlays = runs
        for panel in self.created:
            panel.set_overlays(runs)

    @overload
    def panel(self, name: Literal["curves"]) -> CurvesPanel: ...
    @overload
    def panel(self, name: Literal["errors"]) -> ConfusionPanel: ...
    @overload
    def panel(self, name: Literal["predict"]) -> PredictPanel: ...
    @overload
    def panel(self, name: str) -> Panel: ...
    def panel(self, name: str) -> Panel:
        """A panel, updated to the shown run even if it is not visible."""
        place = self._places[name]
        place.draw()
        return place.made()

    def made(self, name: str) -> Panel | None:
        """A panel, if it has been created."""
        return self._places[name].panel

    @property
    def created(self) -> list[Panel]:
        """The panels that have been created."""
        return [place.panel for place in self._places.values() if place.panel is not None]

    def names(self) -> list[str]:
        """Names in the order of the tabs, torn-off panels at the place they would return to."""
        return list(self._order)

    def show_tab(self, name: str) -> None:
        """Bring a panel to the front, wherever it is."""
        if (window := self._floating.get(name)) is not None:
            window.show()
            window.raise_()
            window.activateWindow()
        elif (pane := self._beside.get(name)) is not None:
            pane.place.made().setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setCurrentWidget(self._places[name])
            if self._active() is not None:
                self.activateWindow()

    @property
    def current(self) -> str:
        """Name of the tab in front."""
        return self._name(self.currentIndex())

    def _name(self, number: int) -> str:
        place = self.widget(number)
        return next(name for name, found in self._places.items() if found is place)

    # -- torn off and back -----------------------------------------------------------------------------------------

    @property
    def floating(self) -> Mapping[str, FloatingPanel]:
        """The windows of torn-off panels, by name."""
        return self._floating

    def tear_off(self, name: str, at: QPoint | None = None) -> None:
        """Give a panel a window of its own, with its title under the mouse `at` that place. The last tab stays."""
        if name in self._beside:
            self.put_back(name)
        if (place := self._taken_out(name)) is None:
            return
        made = self._floating[name] = FloatingPanel(place, self.window())
        made.returned.connect(lambda: self.put_back(name))
        if at is not None:
            made.move(at - QPoint(made.width() // 2, 0))
        self._name_window(name)
        made.setVisible(self._run is not None and self.isVisible())
        self.draw()

    def _taken_out(self, name: str) -> PanelPlace | None:
        """The place of a panel, which is no tab any more; None where it is none, or the last one."""
        if self._is_apart(name) or self.count() < 2:
            return None
        place = self._places[name]
        self.removeTab(self.indexOf(place))
        self.fit()
        return place

    def _is_apart(self, name: str) -> bool:
        return name in self._floating or name in self._beside

    def show_beside(self, name: str) -> None:
        """Show a panel beside the tabs, in place of the one that was there."""
        for other in [*self._beside, *(one for one in self._floating if one == name)]:
            self.put_back(other)
        if (place := self._taken_out(name)) is None:
            return
        pane = self._beside[name] = BesidePanel(place)
        pane.returned.connect(lambda: self.put_back(name))
        pane.torn.connect(lambda: self.tear_off(name))
        self._name_window(name)
        width = self.panes.width()
        self.panes.addWidget(pane)
        pane.show()
        self.panes.setSizes([width // 2, width - width // 2])
        self.draw()

    def put_back(self, name: str) -> None:
        """The panel of a window of its own, or the one beside, becomes a tab again, in front, where it was among the
        others."""
        window = self._floating.pop(name, None) or self._beside.pop(name, None)
        if window is None:
            return
        before = [other for other in self._order[: self._order.index(name)] if not self._is_apart(other)]
        self.insertTab(len(before), self._places[name], "")
        self._places[name].follow(self.tabBar())
        self._name_tabs()
        self.setCurrentWidget(self._places[name])
        window.hide()
        window.setParent(None)  # the splitter counts what it holds
        window.deleteLater()

    def toggle_floating(self) -> None:
        """Tear off the current tab, or put back the panel whose window is active."""
        active = self._active()
        if active is not None:
            self.put_back(active)
        else:
            self.tear_off(self.current)

    def toggle_beside(self) -> None:
        """Show the tab in front beside the others, or the panel in whose own window a person is at work; back where one
        is beside already."""
        active = self._active()
        if active is not None or not self._beside:
            self.show_beside(active or self.current)
        else:
            self.put_back(next(iter(self._beside)))

    def _active(self) -> str | None:
        """The panel whose own window is active."""
        return next((name for name, window in self._floating.items() if window.isActiveWindow()), None)

    def show_floating(self, shown: bool) -> None:
        """Show the windows of torn-off panels only while a run is shown."""
        for window in self._floating.values():
            window.setVisible(shown and self._run is not None)

    def _moved(self) -> None:
        docked = iter([self._name(number) for number in range(self.count())])
        self._order = [name if self._is_apart(name) else next(docked) for name in self._order]

    def arrangement(self) -> bytes:
        """Order, current tab and torn-off panels with their geometry, for `arrange`."""
        windows = {name: bytes(one.saveGeometry().toBase64().data()).decode() for name, one in self._floating.items()}
        beside = next(iter(self._beside), "")
        widths = self.panes.sizes() if beside else []
        return msgspec.json.encode(_Arrangement(self._order, self.current, windows, beside, widths))

    def arrange(self, saved: bytes) -> None:
        """Restore a saved arrangement as far as it can be read; b"" for the default."""
        try:
            found = msgspec.json.decode(saved, type=_Arrangement) if saved else _Arrangement()
        except msgspec.MsgspecError:
            found = _Arrangement()
        for name in [*self._floating, *self._beside]:
            self.put_back(name)
        order = [name for name in dict.fromkeys(found.order) if name in PANELS]
        order += [name for name in PANELS if name not in order]
        for number, name in enumerate(order):
            self.tabBar().moveTab(self.indexOf(self._places[name]), number)
        self.setCurrentWidget(self._places[found.front if found.front in PANELS else order[0]])
        for name, geometry in found.floating.items():
            if name in PANELS:
                self.tear_off(name)
            if name in self._floating:
                self._floating[name].restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        if found.beside in PANELS:
            self.show_beside(found.beside)
            self.panes.setSizes(found.widths)

    # -- what the window calls -------------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run, or none: visible panels now, the rest when they are viewed."""
        self._run = run
        for name, place in self._places.items():
            place.show_run(run)
            self._name_window(name)
        self.show_floating(self.window().isVisible())
        self.draw()

    def note(self, changed: Set[Topic]) -> None:
        """Record changes until they are drawn."""
        for place in self._places.values():
            place.note(changed)

    def move_cursor(self) -> None:
        """The cursor has moved."""
        for place in self._places.values():
            place.move_cursor()
        self.draw()

    def draw(self) -> None:
        """Update what is visible: the current tab, and panels in windows of their own."""
        for place in self._places.values():
            if place.isVisible():
                place.draw()

    def _name_window(self, name: str) -> None:
        if (pane := self._beside.get(name)) is not None:
            pane.title.setText(panel_titles()[name])
        if (window := self._floating.get(name)) is not None:
            title = panel_titles()[name]
            window.setWindowTitle(f"{title} — {self._run.folder.name}" if self._run is not None else title)

    def _name_tabs(self) -> None:
        titles = panel_titles()
        self.name_tabs(
            {
                self._places[name]: TabName(titles[name], sign, keys=f"Ctrl+{number % 10}")
                for number, (name, sign) in enumerate(PANELS.items(), 1)
            }
        )

    def retranslate(self) -> None:
        """Set all texts."""
        self._name_tabs()
        tip = self.tr("Show this panel in a window of its own (Ctrl+Shift+D, or drag its tab off)")
        self.tear_button.setToolTip(tip)
        self.tear_button.setAccessibleName(tip)
        for name, place in self._places.items():
            self._name_window(name)
            if place.panel is not None:
                place.panel.retranslate()
