"""Names that share a place too narrow for them: classes in lists, on cards, beside a point."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.widgets import labels
from trainer.text_shortening import shorten_all


class ShortNames:
    """What each of some names is written as within a room; kept until names, room or font change, for painting asks
    often."""

    def __init__(self) -> None:
        self._for: tuple[object, ...] = ()
        self._short: dict[str, str] = {}

    def of_classes(self, room: float, classes: tuple[str, ...], font: QFont) -> tuple[str, ...]:
        """The names of classes, in their order, on one line each."""
        names = labels.class_names(classes)
        short = self.within(room, names, font)
        return tuple(short[name] for name in names)

    def within(self, room: float, names: Sequence[str], font: QFont) -> dict[str, str]:
        """Different names stay different wherever the `room`, in pixels, allows it."""
        key = tuple(names), room, font.key()
        if key != self._for:
            short = shorten_all(names, room, QFontMetricsF(font).horizontalAdvance)
            self._for, self._short = key, dict(zip(names, short, strict=True))
        return self._short


class NameDelegate(QStyledItemDelegate):
    """Cells that hold one of `names` each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: Sequence[str] = ()
        self._short = ShortNames()

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """The short form in place of the name."""
        super().initStyleOption(option, index)
        style = option.widget.style() if option.widget is not None else QApplication.style()
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        icon = option.decorationSize.width() + 2 * margin if not option.icon.isNull() else 0
        room = option.rect.width() - 2 * margin - icon
        option.text = self._short.within(room, self.names, option.font).get(option.text, option.text)
