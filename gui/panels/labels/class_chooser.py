"""Choose one of many classes by typing part of its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.panels.labels.review_text import one_line
from gui.widgets.labels import plain_tip

_Role = Qt.ItemDataRole
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ClassChooser(QDialog):
    """`chosen` with the name of a class: Enter or a click. What begins with the typed text stands first."""

    chosen = Signal(str)

    def __init__(self, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Other class"))
        self._names = list(names)
        self.text, self.list = QLineEdit(clearButtonEnabled=True), QListWidget()
        self.text.setPlaceholderText(self.tr("Type part of the name, then Enter"))
        self.text.setAccessibleName(self.tr("Part of the class name"))
        self.list.setAccessibleName(self.tr("Classes"))
        self.list.setUniformItemSizes(True)
        self.text.textChanged.connect(self._fill)
        self.text.returnPressed.connect(self._take)
        self.text.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._take())
        self.list.itemActivated.connect(lambda _: self._take())
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(self.list, 1)
        self.resize(320, 360)
        self._fill()

    def _fill(self) -> None:
        typed = self.text.text().strip().casefold()
        fitting = [name for name in self._names if typed in name.casefold()]
        self.list.clear()
        for name in sorted(fitting, key=lambda name: not name.casefold().startswith(typed)):
            item = QListWidgetItem(one_line(name))
            item.setData(_Role.UserRole, name)
            item.setToolTip(plain_tip(name))
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen.emit(item.data(_Role.UserRole))
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down move in the list while a person types."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)
