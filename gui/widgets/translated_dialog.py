"""A dialog that follows the window: its language, its theme, and a screen that may be small."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog

SHARE = 0.95
"""Of the screen, per side; the rest is for the frame."""


class TranslatedDialog(QDialog):
    """Calls `retranslate` when the language has changed, and `restyle` when the colours have."""

    def event(self, event: QEvent) -> bool:
        """Follow the window, after the widgets in here: a button box gives its buttons texts of its own."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self.restyle()
        return handled

    def showEvent(self, event: QShowEvent) -> None:
        """Not larger than the screen: its buttons are at its end."""
        if not event.spontaneous():
            self.resize(self.size().boundedTo(self.screen().availableSize() * SHARE))
        super().showEvent(event)

    def retranslate(self) -> None:
        """Set all texts again."""

    def restyle(self) -> None:
        """Draw what does not follow the palette by itself in the colours of the theme."""
