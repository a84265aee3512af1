"""The button beside Start: searches settings on what the form of a new run says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from gui.style.theme import icon
from gui.viewmodels.settings_form import SettingsForm


class SearchButton(QPushButton):
    """`wanted`: the arguments after `epochscope`, and the name of the search.

    Args:
        form: The form of the new run.
        images: Gives the number of training images, None as long as it is unknown.
    """

    wanted = Signal(list, str)

    def __init__(self, form: SettingsForm, images: Callable[[], int | None]) -> None:
        super().__init__(icon("search"), "")
        self._form, self._images = form, images
        self.clicked.connect(self._open)

    def _open(self) -> None:
        from gui.new_run.search_setup import SearchSetup  # which the page does without

        setup = SearchSetup(self._form, self.window(), self._images())
        setup.start_wanted.connect(self.wanted)
        setup.open()

    def retranslate(self) -> None:
        """Set its texts again."""
        self.setText(self.tr("Search…"))
        self.setToolTip(self.tr("Train many runs with different settings, and keep the best"))
