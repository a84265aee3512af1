"""A run on two lines: name, data and model; on the right its curve, macro-F1 and state. Heads of groups above."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gui.plotting.sparkline import draw_sparkline
from gui.runs.run_items import RunItems
from gui.runs.run_text import below_name, score
from gui.style.theme import Colours, mix
from gui.text import formats
from gui.viewmodels.run_row import Group, Row
from gui.widgets.state_sign import sign_pixmap, state_colour

PAD = 6
GAP = 6
STAR = "★ "
SMALL = 0.88
"""Size of the second line relative to the first."""


@dataclass(frozen=True)
class RowLook:
    """What is measured once for all rows of a list.

    Attributes:
        name: Font of the name.
        bold: Font of the open run's name.
        small: Font of the second line.
        line: Height of the first line, in logical pixels.
        second: Height of the second line, in logical pixels.
        curve: Width of the curve, in logical pixels.
    """

    name: QFont
    bold: QFont
    small: QFont
    line: int
    second: int
    curve: int
    side: int
    """Width of curve and macro-F1: they are aligned in columns."""

    @classmethod
    def of(cls, font: QFont) -> RowLook:
        """Measure for a font, in the current language.

        Args:
            font: Font of the list.

        Returns:
            The measures.
        """
        bold, small = QFont(font), QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(font.pointSizeF() * SMALL)
        first, strong, second = QFontMetrics(font), QFontMetrics(bold), QFontMetrics(small)
        curve = 3 * first.height()
        side = curve + GAP + strong.horizontalAdvance(f"{STAR}{formats.number(0.888, 3)}")
        return cls(font, bold, small, first.height(), second.height(), curve, side)

    @property
    def height(self) -> int:
        """Height of a row, in logical pixels."""
        return self.line + self.second + 2 * PAD + 3

    @property
    def head(self) -> int:
        """Height of the head of a group, above its first row, in logical pixels."""
        return self.line + 2 * PAD


def draw_run(
    painter: QPainter,
    area: QRect,
    row: Row,
    curve: tuple[float, ...],
    *,
    best: bool,
    shown: bool,
    look: RowLook,
    by: Group = "",
    colour: QColor | None = None,
) -> None:
    """Draw the two lines of a run.

    Args:
        painter: Where to draw.
        area: Its place, in logical pixels.
        row: The run.
        curve: Validation macro-F1 over the epochs, in [0, 1].
        best: Whether it is the best run on its data.
        shown: Whether it is the open run.
        look: The measures.
        by: What runs are grouped by. Default: nothing.
        colour: Its colour in the charts. Default: it is not drawn there together with others.
    """
    colours = Colours.current()
    upper = QRect(area.left(), area.top(), area.width(), look.line)
    lower = QRect(area.left(), upper.bottom() + 4, area.width(), look.second)
    _draw_score(painter, upper, row, best, look)
    place = QRectF(upper.right() - look.side, upper.top(), look.curve, upper.height())
    usual = colours.good if best else mix(colours.train, colours.background, 0.1)
    draw_sparkline(painter, curve, place, colour or usual)
    used = _draw_state(painter, lower, row, look)
    above = look.side if len(curve) > 1 or score(row) else 0
    painter.setFont(look.bold if shown else look.name)
    _draw_text(painter, upper.adjusted(0, 0, -above - 2 * GAP, 0), row.name, colours.text)
    painter.setFont(look.small)
    _draw_text(painter, lower.adjusted(0, 0, -used - 2 * GAP, 0), below_name(row, by), colours.muted)


def _draw_score(painter: QPainter, line: QRect, row: Row, best: bool, look: RowLook) -> None:
    colours = Colours.current()
    painter.setFont(look.bold)
    painter.setPen(colours.good if best else colours.text)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(line, right, f"{STAR if best else ''}{score(row)}")


def _draw_state(painter: QPainter, line: QRect, row: Row, look: RowLook) -> int:
    """Draw icon and word; returns their width."""
    quiet = row.state in ("completed", "stopped")  # most runs: what needs attention is to stand out
    colour = Colours.current().muted if quiet else state_colour(row.state)
    word = formats.state_word(row.state)
    painter.setFont(look.small)
    width = QFontMetrics(look.small).horizontalAdvance(word)
    painter.setPen(colour)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word)
    side = look.second - 2
    _draw_sign(painter, QRect(line.right() - width - side - 4, line.top() + 1, side, side), row.state, colour)
    return width + side + 4


def _draw_sign(painter: QPainter, place: QRect, state: str, colour: QColor) -> None:
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(place.topLeft(), sign_pixmap(formats.STATE_ICONS[state], colour, place.width(), ratio))


def _draw_text(painter: QPainter, line: QRect, text: str, colour: QColor) -> None:
    painter.setPen(colour)
    cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)


def _draw_head(painter: QPainter, area: QRect, title: str, size: int, look: RowLook) -> None:
    colours = Colours.current()
    painter.fillRect(area, QGuiApplication.palette().color(QPalette.ColorRole.Window))
    painter.setPen(colours.grid)
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    line = area.adjusted(PAD + 3, 0, -PAD - 2, 0)
    count = formats.whole(size)
    painter.setFont(look.small)
    painter.setPen(colours.muted)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)
    room = painter.fontMetrics().horizontalAdvance(count) + GAP
    painter.setFont(look.bold)
    _draw_text(painter, line.adjusted(0, 0, -room, 0), title, colours.text)


class RunDelegate(QStyledItemDelegate):
    """Draws rows of one height, so that thousands of them need not be measured; only the first row of a group is
    higher, by its head.

    Args:
        view: The list.
        items: Its model.

    Attributes:
        look: The measures; `retranslate` updates them.
    """

    def __init__(self, view: QTableView, items: RunItems) -> None:
        super().__init__(view)
        self._view, self._items = view, items
        self.look = RowLook.of(view.font())

    def retranslate(self) -> None:
        """Measure again, after a change of language or font."""
        self.look = RowLook.of(self._view.font())

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same for all rows but the first ones of groups."""
        head = self.look.head if self._items.group_head(index.row()) is not None else 0
        return QSize(8 * self.look.line, self.look.height + head)

    def body(self, area: QRect, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """Return the place of a run, below the head of its group.

        Args:
            area: Place of the row.
            index: Its index.

        Returns:
            The place; all of the row if there is no head.
        """
        head = self._items.group_head(index.row()) is not None
        return area.adjusted(0, self.look.head, 0, 0) if head else area

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw background, box and run, and the head of a group that begins with it."""
        row = self._items.row_at(index)
        area = self.body(option.rect, index)
        painter.save()
        if (head := self._items.group_head(index.row())) is not None:
            _draw_head(painter, QRect(option.rect.topLeft(), QSize(area.width(), self.look.head)), *head, self.look)
        number = self._items.colour(row.name)
        colour = None if number is None else Colours.current().runs[number]
        self._draw_surface(painter, option, area, row)
        self._draw_box(painter, area, row.name in self._items.runs.overlaid, colour)
        inner = area.adjusted(PAD + self.box(area).right() + 1 - area.left(), PAD, -PAD - 2, -PAD)
        draw_run(
            painter,
            inner,
            row,
            self._items.runs.curve(row.name),
            best=self._items.runs.is_best_of_group(row.name),
            shown=row.name == self._items.current,
            look=self.look,
            by=self._items.runs.grouped_by,
            colour=colour,
        )
        painter.restore()

    def _draw_surface(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, row: Row) -> None:
        state, colours = option.state, Colours.current()
        accent = QGuiApplication.palette().color(QPalette.ColorRole.Link)  # as a line; a view's own is a surface
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, mix(colours.background, accent, 0.18))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, mix(colours.background, accent, 0.08))
        if row.name == self._items.current:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), accent)
        painter.setPen(colours.grid)
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if row.live and row.summary is not None and row.summary.epochs:
            share = min(1.0, row.summary.epoch / row.summary.epochs)
            painter.fillRect(QRect(area.left(), area.bottom() - 1, round(area.width() * share), 2), accent)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colours.text, 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(area.adjusted(4, 1, -2, -3))

    def box(self, area: QRect) -> QRect:
        """Return the place of a run's box.

        Args:
            area: Place of the run, see `body`.

        Returns:
            Place of the box, in the same coordinates.
        """
        side = self.look.line - 2
        return QRect(area.left() + PAD + 3, area.center().y() - side // 2, side, side)

    def _draw_box(self, painter: QPainter, area: QRect, checked: bool, colour: QColor | None) -> None:
        """Draw a box of our own: the style's frame is hardly visible on dark backgrounds. It is filled with the colour
        of the run in the charts; the open run, which is drawn there without a tick, has a frame of it."""
        colours, place = Colours.current(), self.box(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            QPen(colour or (colours.train if checked else colours.muted), 1.2 if checked or not colour else 3)
        )
        painter.setBrush((colour or colours.train) if checked else colours.background)
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if checked:
            tick = sign_pixmap("done", colours.background, place.width() - 2, painter.device().devicePixelRatioF())
            painter.drawPixmap(place.topLeft() + QPoint(1, 1), tick)
