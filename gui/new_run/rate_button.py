"""The button next to the learning rate: finds one by a range test."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from gui.engine.rpc_client import RpcClient
from gui.style.theme import icon
from gui.viewmodels.form_fields import Path_
from gui.viewmodels.settings_form import SettingsForm

RATE: Path_ = ("train", "lr")


class RateButton(QPushButton):
    """Opens the finder for the form's settings. `found` is emitted with the path of the setting and the chosen rate."""

    found = Signal(tuple, str)

    def __init__(self, rpc_client: RpcClient, form: SettingsForm) -> None:
        super().__init__(icon("curve"), "")
        self._rpc_client, self._form = rpc_client, form
        self.clicked.connect(self._open)

    def _open(self) -> None:
        from gui.new_run.rate_finder import RateFinder  # with charts, which the page does without

        finder = RateFinder(self._rpc_client, self._form.tables(), self._form.root, self.window())
        finder.chosen.connect(lambda text: self.found.emit(RATE, text))
        finder.open()

    def retranslate(self) -> None:
        """Set its texts again."""
        self.setText(self.tr("Find…"))
        self.setToolTip(self.tr("Train for a few hundred steps while the learning rate rises, then suggest a rate"))
