"""The review of labels before there is a run: of the data that a run is being set up with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.engine.rpc_client import RpcClient
from gui.panels.labels.labels_view import LabelsView
from gui.preferences import Preferences
from gui.style.dimensions import MEDIUM, space
from gui.style.theme import icon
from gui.widgets.labels import Note


class LabelsPage(QWidget):
    """`left`: back to the settings. `train_wanted` with the file of decisions and what it does, in words."""

    left = Signal()
    train_wanted = Signal(str, str)

    def __init__(self, rpc_client: RpcClient, preferences: Preferences) -> None:
        super().__init__()
        self.back_button, self.title = QPushButton(icon("previous"), ""), Note()
        self.view = LabelsView(rpc_client, preferences)
        row = QHBoxLayout()
        row.setContentsMargins(11, 6, 11, 0)
        row.setSpacing(space(MEDIUM))
        row.addWidget(self.back_button)
        row.addWidget(self.title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        self.back_button.clicked.connect(lambda: self.left.emit())
        self.view.train_wanted.connect(self.train_wanted)
        self.retranslate()

    def show_settings(self, tables: Mapping[str, Any], root: Path) -> None:
        """The data that these settings choose."""
        self.title.setText(str(tables.get("data", {}).get("source", "digits")))
        self.view.show_data(dict(tables), root)

    def showEvent(self, event: QShowEvent) -> None:
        """Decisions may have been made elsewhere meanwhile."""
        super().showEvent(event)
        self.view.look_again()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.back_button.setText(self.tr("Back to the settings"))
        self.view.retranslate()
