"""The charts of the curves panel, side by side, with one legend; below them those of what only this run has. Or one of
them, large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from gui.panels.curves.picture_card import PictureCard
from gui.plotting.chart import Chart
from gui.plotting.hover_card import HoverCard
from gui.plotting.legend import Legend
from gui.style.dimensions import LARGE, MEDIUM, SMALL, icon_size, space
from gui.style.theme import icon
from gui.viewmodels.curves import CHARTS
from gui.viewmodels.reported_pictures import picture_at
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.labels import plain_tip

_PLACES = {  # row, column
    "loss": (0, 0),
    "accuracy": (0, 1),
    "macro_f1": (0, 2),
    "learning_rate": (1, 0),
    "speed": (1, 1),
    "wait": (1, 2),
}


_ROWS, _COLUMNS = 2, 3
_SEEN_ROWS = 2
"""Of the charts that only this run has; further ones are scrolled to."""
_LEAST = 34
"""Height of one of them, in steps of the grid."""


def _chart(name: str) -> Chart:
    if name == "wait":
        return Chart("percent", zero=True)
    return Chart(zero=name in ("speed", "learning_rate"))


class ChartArea(QWidget):
    """Holds charts, all unless told which, and takes the keys for all of them: left and right pan, + and - zoom, Home
    and Esc follow, up and down choose the chart whose menu the menu key opens, and which Enter shows `large`, in the
    place of all; Esc, or Enter again, leads back.

    `panned`: by a part of the view's width. `zoomed`: to a part of it. `menu_wanted`: of a chart, at this place of the
    screen. `revealed`: other charts have come into sight. `held`: whether the view stands where a person has put it.
    """

    panned = Signal(float)
    zoomed = Signal(float)
    fit_wanted = Signal()
    menu_wanted = Signal(str, QPoint)
    revealed = Signal()

    def __init__(self, names: Sequence[str] = CHARTS) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.held = False
        self.chosen = names[0]
        self.large: str | None = None
        self.legend = Legend()
        self.charts = {name: _chart(name) for name in names}
        grid = self._grid = QGridLayout()
        grid.setSpacing(space(SMALL))
        for name, chart in self.charts.items():
            grid.addWidget(chart, *_PLACES.get(name, (0, 0)))
            self._connect(name, chart)
        for row, column in (_PLACES[name] for name in names if name in _PLACES):
            grid.setRowStretch(row, 3 - row)
            grid.setColumnStretch(column, 1)
        self.pictures: dict[str, PictureCard] = {}
        self._own: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._own_grid = QGridLayout()
        self._own_place = self._make_own_place()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(space(SMALL))
        layout.addWidget(self.legend)
        layout.addLayout(grid, 5)
        layout.addWidget(self._own_place, 2)
        self._layout = layout
        self.card = HoverCard(self)

    def _connect(self, name: str, chart: Chart) -> None:
        chart.clicked.connect(partial(self._choose, name))
        chart.head.add_button().clicked.connect(lambda: self.toggle_large(name))

    def name_charts(self, titles: Mapping[str, str]) -> None:
        """The titles of the charts, by name; and what their buttons do."""
        for name, chart in self.charts.items():
            chart.set_title(titles.get(name, ""))
        self._name_buttons()

    def _name_buttons(self) -> None:
        sign, size = (icon("enlarge"), MEDIUM) if self.large is None else (icon("reduce"), LARGE)
        large, back = self.tr("Show this chart large (Enter)"), self.tr("Show all charts (Esc)")
        for chart in self.charts.values():
            if (button := chart.head.button) is not None:
                button.setIcon(sign)
                button.setIconSize(icon_size(size))
                chart.head.updateGeometry()
                button.setToolTip(plain_tip(large if self.large is None else back))
                button.setAccessibleName(f"{chart.head.title}: {large if self.large is None else back}")

    def _make_own_place(self) -> QScrollArea:
        content, place = QWidget(), QScrollArea()
        content.setLayout(self._own_grid)
        self._own_grid.setContentsMargins(0, 0, 0, 0)
        self._own_grid.setSpacing(space(SMALL))
        for column in range(_COLUMNS):
            self._own_grid.setColumnStretch(column, 1)
        place.setWidget(content)
        place.setWidgetResizable(True)
        place.setFrameShape(QFrame.Shape.NoFrame)
        place.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        place.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        place.verticalScrollBar().valueChanged.connect(self.revealed)
        place.hide()
        return place

    def show_own(
        self, names: Sequence[str], pictures: Sequence[str] = (), *, all_rows: bool = False
    ) -> dict[str, Chart]:
        """Charts and pictures of these names below the others, and no further ones; the charts that are new.
        `all_rows`: none of them is to be scrolled to."""
        wanted = (tuple(names), tuple(pictures))
        if wanted == self._own:
            return {}
        large = self.large
        self.enlarge(None)
        for name in set(self._own[0]) - set(names):
            self.charts.pop(name).deleteLater()
        for name in set(self._own[1]) - set(pictures):
            self.pictures.pop(name).deleteLater()
        new = {name: Chart() for name in names if name not in self.charts}
        self.charts.update(new)
        if self.chosen not in self.charts:
            self.chosen = next(iter(self.charts))
        for name, chart in new.items():
            self._connect(name, chart)
        self.pictures.update({name: PictureCard() for name in pictures if name not in self.pictures})
        cards = [*(self.charts[name] for name in names), *(self.pictures[name] for name in pictures)]
        for place, card in enumerate(cards):
            card.setMinimumHeight(space(_LEAST))
            self._own_grid.addWidget(card, place // _COLUMNS, place % _COLUMNS)
        self._own = wanted
        self._give_room(-(-len(cards) // _COLUMNS), all_rows)
        self.enlarge(large)
        return new

    # -- one chart in the place of all ---------------------------------------------------------------------------

    def toggle_large(self, name: str) -> None:
        """Show a chart large, or all of them again."""
        self._choose(name)
        self.enlarge(name if self.large is None else None)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def enlarge(self, name: str | None) -> None:
        """Show this chart in the place of all; None, or one that is no longer there: all of them."""
        name = name if name in self.charts else None
        if name == self.large:
            return
        if self.large is not None:
            self._put_back(self.large)
        self.large = name
        if name is not None:
            self._grid.addWidget(self.charts[name], 0, 0, _ROWS, _COLUMNS)
        for other, chart in self.charts.items():
            chart.setVisible(name in (None, other))
        self._own_place.setVisible(name is None and any(self._own))
        self.card.hide()
        self._name_buttons()
        self.revealed.emit()

    def _put_back(self, name: str) -> None:
        chart = self.charts[name]
        if name in self._own[0]:
            place = self._own[0].index(name)
            self._own_grid.addWidget(chart, place // _COLUMNS, place % _COLUMNS)
        else:
            self._grid.addWidget(chart, *_PLACES.get(name, (0, 0)))

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the charts that are not hidden by a large one."""
        return tuple(self.charts) if self.large is None else (self.large,)

    def show_card(self, name: str) -> None:
        """Show all values at the mouse beside this chart if its head has no room for them; "": of none."""
        for other, beside in self.charts.items():
            if (button := beside.head.button) is not None:
                button.setVisible(name in ("", other))  # elsewhere, values have more use for its room
        chart = self.charts.get(name)
        if chart is None or chart.hover is None or not chart.head.hides_values:
            self.card.hide()
            return
        chart.head.told_elsewhere = True
        left, right = chart.scene.x
        x = chart.area.left() + (chart.hover - left) / (right - left) * chart.area.width()
        at = chart.view.mapTo(self, QPoint(round(x), 0))
        place = self._place_of(name)
        place.setTop(at.y())  # titles stay free
        self.card.show_readings(chart.readings, place, at.x())

    # -- what is in sight ----------------------------------------------------------------------------------------

    def _give_room(self, rows: int, all_rows: bool) -> None:
        seen = rows if all_rows else min(rows, _SEEN_ROWS)
        self._own_place.setMinimumHeight(seen * space(_LEAST + SMALL) if all_rows else space(_LEAST))
        self._layout.setStretchFactor(self._own_place, 2 * seen)
        self._own_place.setVisible(rows > 0)

    def show_pictures(self, run: OpenRun, cursor: EpochCursor) -> None:
        """The pictures of the run at this epoch."""
        for name, card in self.pictures.items():
            event = picture_at(run.model, name, cursor)
            if event is not None:
                card.show_picture(run.folder, event)

    def is_seen(self, name: str) -> bool:
        """Whether a chart can be seen: it is neither scrolled away nor hidden by a large one."""
        if name not in self.shown:
            return False
        if name == self.large or name not in self._own[0] or not self._own_place.isVisible():
            return True
        chart, view = self.charts[name], self._own_place.viewport()
        top = chart.mapTo(view, QPoint()).y()
        return top < view.height() and top + chart.height() > 0

    def event(self, event: QEvent) -> bool:
        """Esc is the window's, too, but first leads out of a part of the run, and from a large chart to all."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._leads_out and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    @property
    def _leads_out(self) -> bool:
        return self.held or self.large is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """By physical key, not by letter, so that every keyboard layout works."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.panned.emit(-0.1 if key == Qt.Key.Key_Left else 0.1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose_beside(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoomed.emit(0.7)
        elif key == Qt.Key.Key_Minus:
            self.zoomed.emit(1 / 0.7)
        elif key == Qt.Key.Key_Home or (key == Qt.Key.Key_Escape and self.held):
            self.fit_wanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (key == Qt.Key.Key_Escape and self._leads_out):
            self.toggle_large(self.chosen)
        else:
            super().keyPressEvent(event)

    def _choose_beside(self, by: int) -> None:
        names = list(self.charts)
        self._choose(names[(names.index(self.chosen) + by) % len(names)])
        if self.large is not None:
            self.enlarge(self.chosen)

    def _choose(self, name: str, *_: object) -> None:
        self.chosen = name
        self.setAccessibleDescription(self.charts[name].accessibleName())
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse, of the chart under it; by the key, of the chosen one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        name = self.chosen if by_key else self._name_at(event.pos())
        if name is not None:
            chart = self.charts[name]
            place = chart.mapToGlobal(chart.rect().center()) if by_key else event.globalPos()
            self._choose(name)
            self.menu_wanted.emit(name, place)

    def _name_at(self, place: QPoint) -> str | None:
        return next((name for name in self.shown if self._place_of(name).contains(place)), None)

    def _place_of(self, name: str) -> QRect:
        """A chart's rectangle here; empty where it is scrolled away."""
        chart = self.charts[name]
        place = QRect(chart.mapTo(self, QPoint()), chart.size())
        if name == self.large or name not in self._own[0]:
            return place
        view = self._own_place.viewport()
        return place & QRect(view.mapTo(self, QPoint()), view.size())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remove the frame."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame while it has the focus, and one around the chosen chart; around a large one, that is enough."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            edge = 2 if self.large is None else 1
            chosen = self._place_of(self.chosen).adjusted(-edge, -edge, edge, edge)
            for frame in (self.rect(), chosen) if self.large is None else (chosen,):
                painter.drawRect(frame.adjusted(0, 0, -1, -1))
            painter.end()
