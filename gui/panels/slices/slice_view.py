"""Slices as a table, the accuracy of each drawn with its interval beside that of all images."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from gui.style.theme import Colours, mix
from gui.text import formats, slice_names
from gui.viewmodels.slice_table import WORST, SliceRow
from gui.widgets.drawing import mark_colour
from gui.widgets.labels import plain_tip
from gui.widgets.row_table import set_up_rows

Index = QModelIndex | QPersistentModelIndex
SLICE, IMAGES, ACCURACY, MACRO_F1, DIFFERENCE = range(5)
LEFT = (SLICE, ACCURACY)
DRAWN = 52
"""Pixels that the drawn accuracy needs at least."""
INDENT = 10


class SliceModel(QAbstractTableModel):
    """A slice a row; `by` a fact, or WORST. `overall` is the accuracy of all images, `low` where the scale begins."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[SliceRow] = []
        self.by, self.overall, self.low = WORST, math.nan, 0.0
        self.names: tuple[str, ...] = ()

    def show_rows(self, rows: list[SliceRow], by: str, overall: float, names: tuple[str, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows, self.by, self.overall, self.names = rows, by, overall, names
        lowest = min((one.accuracy_interval[0] for one in rows), default=0.0)
        self.low = max(0.0, math.floor(10 * min(lowest, 0.9)) / 10)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """A row a slice."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        """What it is with the verdict below, and figures."""
        return 0 if parent.isValid() else DIFFERENCE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Captions, explained by tool tips."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        captions = (
            (self.tr("Slice"), self.tr("Click a slice to see its images")),
            (self.tr("Images"), self.tr("Images of the slice")),
            (self.tr("Accuracy"), self.tr("With its 95 % interval; the dashed line is the accuracy of all images")),
            (self.tr("Macro-F1"), self.tr("Mean of F1 over the classes that occur in the slice")),
            (
                self.tr("Δ, pp"),
                self.tr(
                    "How many percentage points the accuracy is above that of other images with the same mix of classes"
                ),
            ),
        )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section in LEFT else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        place = {Qt.ItemDataRole.DisplayRole: 0, Qt.ItemDataRole.ToolTipRole: 1}.get(Qt.ItemDataRole(role))
        return captions[section][place] if place is not None else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts; delegates draw the verdict and the accuracy."""
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.text(row, column)}. {self.below(row)}" if column == SLICE else self._tip(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column in LEFT else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and row.same_as >= 0:
            return Colours.current().muted
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(row, column))
        return None

    def text(self, row: SliceRow, column: int) -> str:
        """Of a cell."""
        if column == SLICE:
            whole = self.by == WORST
            return slice_names.group_text(row.group, self.names) if whole else slice_names.value_text(row.group)
        if column == IMAGES:
            return formats.whole(row.images)
        if column == ACCURACY:
            return formats.percent(row.accuracy, 1)
        if column == MACRO_F1:
            return "" if math.isnan(row.macro_f1) else formats.number(row.macro_f1, 3)
        return formats.signed(100 * row.difference, 1)

    def verdict(self, row: SliceRow) -> str:
        """In words; of one that fails, what that costs."""
        if row.same_as >= 0 or row.verdict != "worse":
            return slice_names.verdict_text(row)
        ends = formats.span(*(formats.whole(max(0.0, end)) for end in row.lost_interval))
        return self.tr("lost: {count} ({ends})").format(count=formats.whole(row.lost), ends=ends)

    def below(self, row: SliceRow) -> str:
        """What stands below the name: numbers that it runs over, where the name does not say them, and the verdict."""
        span = slice_names.range_text(row.group) if row.group.parts == 4 and row.same_as < 0 else ""
        return f"{span} · {self.verdict(row)}" if span else self.verdict(row)

    def _tip(self, row: SliceRow, column: int) -> str:
        if column == ACCURACY:
            ends = formats.span(*(formats.percent(end, 1) for end in row.accuracy_interval))
            text = self.tr("{accuracy}, 95 % interval {interval}; {wrong} of {images} wrong")
            return text.format(
                accuracy=formats.percent(row.accuracy, 1),
                interval=ends,
                wrong=formats.whole(row.wrong),
                images=formats.whole(row.images),
            )
        if column == MACRO_F1:
            return self._macro(row)
        name = f"{slice_names.group_text(row.group, self.names)} {slice_names.range_text(row.group)}".rstrip()
        return "\n".join([name, self.verdict(row), slice_names.verdict_tip(row), self._macro(row)])

    def _macro(self, row: SliceRow) -> str:
        if math.isnan(row.macro_f1):
            return self.tr("No macro-F1: all images are of one class")
        ends = formats.span(*(formats.number(end, 3) for end in row.macro_interval))
        text = self.tr("Macro-F1 {value}, 95 % interval {interval}")
        return text.format(value=formats.number(row.macro_f1, 3), interval=ends)


class _Delegate(QStyledItemDelegate):
    """What the two drawn columns have in common."""

    @staticmethod
    def begin(painter: QPainter, option: QStyleOptionViewItem, index: Index) -> tuple[SliceModel, SliceRow, QColor]:
        """Paint the background; what there is to draw, and in which colour."""
        model, palette = index.model(), option.palette
        assert isinstance(model, SliceModel)
        row = model.rows[index.row()]
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.Highlight))
            return model, row, palette.color(QPalette.ColorRole.HighlightedText)
        return model, row, Colours.current().muted if row.same_as >= 0 else palette.color(QPalette.ColorRole.Text)


class _NameDelegate(_Delegate):
    """The name, and the verdict in small letters below it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, row, ink = self.begin(painter, option, index)
        painter.save()
        small = small_font(option.font)
        metrics, below = QFontMetrics(option.font), QFontMetrics(small)
        rect = QRectF(option.rect).adjusted(8 + (INDENT if row.same_as >= 0 else 0), 0, -8, 0)
        top = rect.center().y() - (metrics.height() + below.height()) / 2
        right = Qt.TextElideMode.ElideRight
        painter.setPen(ink)
        name = metrics.elidedText(model.text(row, SLICE), right, int(rect.width()))
        painter.drawText(QPointF(rect.x(), top + metrics.ascent()), name)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(ink if selected else verdict_colour(row))
        painter.setFont(small)
        verdict = below.elidedText(model.below(row), right, int(rect.width()))
        painter.drawText(QPointF(rect.x(), top + metrics.height() + below.ascent()), verdict)
        painter.restore()


class _AccuracyDelegate(_Delegate):
    """The number, then its place and interval on a scale that ends at 1."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, row, ink = self.begin(painter, option, index)
        rect, room = QRectF(option.rect), number_width(QFontMetrics(option.font))
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setPen(ink)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(rect.x(), rect.y(), room, rect.height()), side, model.text(row, ACCURACY))
        area = rect.adjusted(room + 12, 0, -10, 0)
        if area.width() > 20:
            palette, muted = option.palette, Colours.current().muted
            colours = (bar_colour(row), palette.color(QPalette.ColorRole.Base), muted)
            if selected:
                colours = (ink, palette.color(QPalette.ColorRole.Highlight), ink)
            self._draw(painter, model, row, area, colours)
        painter.restore()

    @staticmethod
    def _draw(
        painter: QPainter, model: SliceModel, row: SliceRow, area: QRectF, colours: tuple[QColor, QColor, QColor]
    ) -> None:
        """In a colour, on a ground, the accuracy of all images as a line."""
        (colour, ground, line), middle = colours, area.center().y()

        def x(value: float) -> float:
            return area.x() + area.width() * min(1.0, max(0.0, (value - model.low) / (1 - model.low)))

        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(mix(colour, ground, 0.75), 1))
        painter.drawLine(QPointF(area.x(), middle), QPointF(area.right(), middle))
        low, high = (x(end) for end in row.accuracy_interval)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(colour, ground, 0.55))
        painter.drawRoundedRect(QRectF(low, middle - 3, max(1.0, high - low), 6), 2, 2)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(x(row.accuracy), middle), 4, 4)
        if not math.isnan(model.overall):
            painter.setPen(QPen(line, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x(model.overall), area.y()), QPointF(x(model.overall), area.bottom()))


def bar_colour(row: SliceRow) -> QColor:
    """Of a drawn accuracy: one that fails stands out."""
    colours = Colours.current()
    if row.same_as >= 0:
        return colours.muted
    return mark_colour(row.verdict != "worse")


def verdict_colour(row: SliceRow) -> QColor:
    """Of the words."""
    fails = row.verdict == "worse" and row.same_as < 0
    return mark_colour(False) if fails else Colours.current().muted


def small_font(font: QFont) -> QFont:
    """Of what stands below a name."""
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.88)
    return small


def number_width(metrics: QFontMetrics) -> int:
    """Of the widest accuracy."""
    return metrics.horizontalAdvance(formats.percent(1.0, 1)) + 6


class SliceView(QTableView):
    """`marked`: a slice became the current one; `chosen`: it was double-clicked, or Enter pressed on it."""

    marked = Signal(int)
    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.slices = SliceModel(self)
        self.setModel(self.slices)
        self.setItemDelegateForColumn(SLICE, _NameDelegate(self))
        self.setItemDelegateForColumn(ACCURACY, _AccuracyDelegate(self))
        set_up_rows(self, height=2 * self.fontMetrics().height() + 12)
        self.doubleClicked.connect(lambda index: self.chosen.emit(index.row()))

    def show_rows(self, rows: list[SliceRow], by: str, overall: float, names: tuple[str, ...]) -> None:
        """Show these, the first one marked."""
        self.slices.show_rows(rows, by, overall, names)
        self.fit()
        if rows:
            self.setCurrentIndex(self.slices.index(0, SLICE))

    @property
    def current(self) -> SliceRow | None:
        """The marked slice."""
        row = self.currentIndex().row()
        return self.slices.rows[row] if 0 <= row < len(self.slices.rows) else None

    def fit(self) -> None:
        """Figures as wide as they are; the names get a good half of the rest, the drawn accuracies what is left. Where
        it is narrow, the macro-F1 gives way, for it is in the tool tip too; then names are cut."""
        header, metrics, rows = self.horizontalHeader(), self.fontMetrics(), self.slices.rows[:200]
        widths = {}
        for column in (IMAGES, MACRO_F1, DIFFERENCE):
            caption = str(self.slices.headerData(column, Qt.Orientation.Horizontal))
            texts = [self.slices.text(row, column) for row in rows]
            # of classes there is neither
            widths[column] = max(map(metrics.horizontalAdvance, [caption, *texts])) + 16 if any(texts) else 0
        accuracy = number_width(metrics) + DRAWN + 22
        room = self.viewport().width()
        names = self._names_width(rows)
        if room < sum(widths.values()) + accuracy + names:
            widths[MACRO_F1] = 0
        taken = sum(widths.values())
        widths[SLICE] = max(100, min(names, room - taken - accuracy))
        widths[ACCURACY] = max(accuracy, room - taken - widths[SLICE])
        for column, width in widths.items():
            self.setColumnHidden(column, not width)
            header.resizeSection(column, width)

    def _names_width(self, rows: list[SliceRow]) -> int:
        name, below = self.fontMetrics(), QFontMetrics(small_font(self.font()))
        lines = [name.horizontalAdvance(self.slices.text(row, SLICE)) for row in rows]
        return max([*lines, *(below.horizontalAdvance(self.slices.below(row)) for row in rows), 0]) + 18 + INDENT

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self.fit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Say which slice it is."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.marked.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the slice."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.chosen.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
