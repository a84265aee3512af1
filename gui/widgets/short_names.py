"""Names that do not all fit: classes in lists, on cards, next to a point."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.text.class_text import class_names
from trainer.text.text_shortening import shorten_all


class ShortNames:
    """Shortens names to a width. The result is kept until names, width or font change, since painting asks often."""

    def __init__(self) -> None:
        self._for: tuple[object, ...] = ()
        self._short: dict[str, str] = {}

    def of_classes(self, room: float, classes: tuple[str, ...], font: QFont) -> tuple[str, ...]:
        """Shorten class names.

        Args:
            room: Width in pixels.
            classes: Class names.
            font: Font of the text.

        Returns:
            The short names in the same order, each on one line.
        """
        names = class_names(classes)
        short = self.within(room, names, font)
        return tuple(short[name] for name in names)

    def within(self, room: float, names: Sequence[str], font: QFont) -> dict[str, str]:
        """Shorten names so that different ones stay different wherever the width allows it.

        Args:
            room: Width in pixels.
            names: The names.
            font: Font of the text.

        Returns:
            Short name by name.
        """
        key = tuple(names), room, font.key()
        if key != self._for:
            short = shorten_all(names, room, QFontMetricsF(font).horizontalAdvance)
            self._for, self._short = key, dict(zip(names, short, strict=True))
        return self._short


class NameDelegate(QStyledItemDelegate):
    """Draws cells that each hold one of `names`, shortened to fit."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.names: Sequence[str] = ()
        self._short = ShortNames()

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Replace the name by its short form."""
        super().initStyleOption(option, index)
        style = option.widget.style() if option.widget is not None else QApplication.style()
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        icon = option.decorationSize.width() + 2 * margin if not option.icon.isNull() else 0
        room = option.rect.width() - 2 * margin - icon
        option.text = self._short.within(room, self.names, option.font).get(option.text, option.text)
