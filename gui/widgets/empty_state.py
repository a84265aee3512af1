"""Fills an empty panel: a drawing, what is missing, what to do, and optionally a button for that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.style.dimensions import LARGE, SMALL, WIDE, space
from gui.style.theme import Colours
from gui.widgets.card_frame import text_label
from gui.widgets.state_sign import sign_pixmap


class EmptyState(QWidget):
    """Placeholder with drawing, title, text and button.

    Args:
        sign: Name of the icon that is drawn.
    """

    def __init__(self, sign: str) -> None:
        super().__init__()
        self._sign = sign
        self.drawing, self.title = QLabel(), text_label("heading", wrap=True)
        self.text, self.button = text_label(muted=True, wrap=True), QPushButton()
        column = QVBoxLayout(self)
        column.setContentsMargins(space(LARGE), space(LARGE), space(LARGE), space(LARGE))
        column.setSpacing(space(SMALL))
        column.addStretch(2)
        for label in (self.drawing, self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        self._tint()

    def show_texts(self, title: str, text: str, button: str = "") -> None:
        """Set the texts.

        Args:
            title: What is missing.
            text: What to do.
            button: Label of the button; "" (default) hides it.
        """
        self.title.setText(title)
        self.text.setText(text)
        self.button.setText(button)
        self.button.setVisible(bool(button))

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        self.drawing.setPixmap(sign_pixmap(self._sign, Colours.current().muted, space(WIDE), self.devicePixelRatio()))
