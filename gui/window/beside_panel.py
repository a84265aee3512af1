"""A panel beside the tabs, within the main window: what is chosen in one is seen in the other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout

from gui.style.dimensions import SMALL, TIGHT, icon_size, space, text_font
from gui.style.theme import icon
from gui.window.panel_place import PanelPlace

LEAST_WIDTH = 240
"""Pixels."""


class BesidePanel(QFrame):
    """Holds the place of a panel, below its title. `returned`: it is to become a tab again; `torn`: it is to have a
    window of its own."""

    returned = Signal()
    torn = Signal()

    def __init__(self, place: PanelPlace) -> None:
        super().__init__()
        self.place = place
        self.setMinimumWidth(LEAST_WIDTH)
        self.title = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.title.setFont(text_font("heading"))
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.tear_button, self.close_button = QToolButton(), QToolButton()
        head = QHBoxLayout()
        head.setContentsMargins(space(SMALL), space(TIGHT), 0, 0)
        head.addWidget(self.title, 1)
        for button, sign, said in (
            (self.tear_button, "tear-off", self.torn),
            (self.close_button, "failed", self.returned),
        ):
            button.setAutoRaise(True)
            button.setIcon(icon(sign))
            button.setIconSize(icon_size())
            button.clicked.connect(said)
            head.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(place, 1)
        place.show()
        self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """Its own texts."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Set all texts again; the title is the owner's."""
        for button, text in (
            (self.tear_button, self.tr("Show this panel in a window of its own")),
            (self.close_button, self.tr("Back to the tabs")),
        ):
            button.setToolTip(text)
            button.setAccessibleName(text)
