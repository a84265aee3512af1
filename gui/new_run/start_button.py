"""The button that starts the run being set up."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QPushButton

from gui.style.theme import icon


class StartButton(QPushButton):
    """`enabled_changed`: it can, or no longer can, be clicked: what else starts the run follows it."""

    enabled_changed = Signal()

    def __init__(self) -> None:
        super().__init__(icon("start", on_accent=True), "")
        self.setDefault(True)

    def changeEvent(self, event: QEvent) -> None:
        """Tell of a new state."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.enabled_changed.emit()
