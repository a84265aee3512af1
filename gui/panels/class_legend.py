"""The classes of a map with the colours of their points; some can be chosen, to see only them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from gui.plotting.class_markers import sample
from gui.style.dimensions import space
from gui.text.class_text import class_name, class_names
from gui.widgets.labels import plain_tip
from gui.widgets.short_names import NameDelegate

MANY = 500
"""Classes named."""


class ClassLegend(QListWidget):
    """No taller than its classes."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._names = NameDelegate(self)
        self.setItemDelegate(self._names)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(space(10), space(4)))

    def chosen(self) -> list[int]:
        """The selected classes."""
        return [index.row() for index in self.selectedIndexes()]

    def show_classes(self, names: tuple[str, ...]) -> None:
        """Name these; those that are selected stay so."""
        chosen = set(self.chosen())
        with QSignalBlocker(self):
            self.clear()
            self._names.names = class_names(names)
            for number in range(min(MANY, len(names))):
                item = QListWidgetItem(class_name(names, number))
                item.setToolTip(plain_tip(names[number]))
                self.addItem(item)
                item.setSelected(number in chosen)
            self.paint_samples()
        row = self.sizeHintForRow(0) if names else 0
        self.setMaximumHeight(max(3, len(names)) * row + 2 * self.frameWidth() + 2)

    def paint_samples(self) -> None:
        """In the colours of the theme."""
        for number in range(self.count()):
            self.item(number).setIcon(sample(number, self.devicePixelRatioF()))
