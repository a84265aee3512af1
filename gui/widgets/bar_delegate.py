"""Table cells with a bar behind their text, as long as the value."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.style.theme import Colours, mix

PART = Qt.ItemDataRole.UserRole + 1
"""Role of the length of the bar, in [0, 1]; no bar if it is not a float."""


class BarDelegate(QStyledItemDelegate):
    """Draws a bar, its length from role `PART`, between background and text."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the bar, then the cell's text over it."""
        part = index.data(PART)
        if isinstance(part, float) and not option.state & QStyle.StateFlag.State_Selected:
            colours = Colours.current()
            spare = max(3, (option.rect.height() - row_height()) // 2)
            place: QRect = option.rect.adjusted(1, spare, -1, -spare)
            place.setWidth(round(place.width() * min(max(part, 0.0), 1.0)))
            painter.fillRect(place, mix(colours.train, colours.background, 0.6))
        super().paint(painter, option, index)


def row_height() -> int:
    """Height of table rows with one line of text.

    Returns:
        Logical pixels.
    """
    return QFontMetrics(QGuiApplication.font()).height() + 8
