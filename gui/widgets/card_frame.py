"""A card: a rounded surface for what belongs together, with an optional heading."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.style.dimensions import MEDIUM, SMALL, TextRole, space, text_font


class CardFrame(QFrame):
    """A card; its content goes into `body`. The heading is hidden until it has a text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.heading = text_label("heading")
        self.heading.hide()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(space(MEDIUM), space(MEDIUM), space(MEDIUM), space(MEDIUM))
        self.body.setSpacing(space(SMALL))
        self.body.addWidget(self.heading)

    def set_heading(self, text: str) -> None:
        """Set the heading.

        Args:
            text: Plain text; "" hides it.
        """
        self.heading.setText(text)
        self.heading.setVisible(bool(text))


def text_label(role: TextRole = "body", *, muted: bool = False, wrap: bool = False) -> QLabel:
    """Make a label for plain text.

    Args:
        role: Determines size and weight. Default: "body".
        muted: Whether the text is less prominent. Default: False.
        wrap: Whether it wraps. Default: False.

    Returns:
        The label, empty.
    """
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(text_font(role))
    label.setWordWrap(wrap)
    if muted:
        label.setProperty("tone", "muted")
    return label
