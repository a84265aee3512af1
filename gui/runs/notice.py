"""What was done with runs of the list, or went wrong, and a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton

from gui.style.dimensions import SMALL, TIGHT, space


class Notice(QFrame):
    """A line about what was done or went wrong, until it is closed, with an optional Undo button."""

    undo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._text: Callable[[], str] = str
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.label = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.undo = QPushButton()
        self.undo.clicked.connect(self.undo_wanted)
        self.close_button = QToolButton(autoRaise=True)
        self.close_button.setText("✕")
        self.close_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(SMALL), space(TIGHT), space(TIGHT), space(TIGHT))
        layout.addWidget(self.label, 1)
        layout.addWidget(self.undo)
        layout.addWidget(self.close_button)
        self.hide()

    def tell(self, text: Callable[[], str], undo: bool = False) -> None:
        """Show a text.

        Args:
            text: Makes the text, and makes it again in another language; "" hides the line.
            undo: Whether it has an Undo button. Default: False.
        """
        self._text = text
        self.label.setText(text())
        self.undo.setVisible(undo)
        self.setVisible(bool(self.label.text()))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.label.setText(self._text())
        self.undo.setText(self.tr("Undo"))
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close"))
