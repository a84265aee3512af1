"""Searches of the window: shown, begun, continued."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.window.pages import Pages
from gui.window.run_controller import RunController

if TYPE_CHECKING:
    from gui.search.search_dialog import SearchDialog


class SearchActions(QObject):
    """Opens dialogs over `window`; `open_run` gets the folder of a trial's run that was chosen there."""

    def __init__(
        self, window: QWidget, pages: Pages, controller: RunController, open_run: Callable[[Path], object]
    ) -> None:
        super().__init__(window)
        self._window, self._controller, self._open_run = window, controller, open_run
        self._show_settings = pages.show_settings
        pages.search_wanted.connect(self.begin)

    def show(self, name: str = "") -> None:
        """The searches of the window's runs, this one in front."""
        # with charts, which the start of the window does without
        from gui.search.search_dialog import SearchDialog

        dialog = SearchDialog(self._controller.root, self._window, name, self._controller.searches())
        dialog.run_chosen.connect(self._open_run)
        dialog.go_on_wanted.connect(partial(self._go_on, dialog))
        dialog.more_wanted.connect(partial(self._go_on, dialog))
        dialog.settings_wanted.connect(self._show_settings)
        dialog.show()

    def begin(self, arguments: list[str], name: str) -> None:
        """Run `epochscope ARGUMENTS`, which begins the search `name`, and show it."""
        if self._controller.start_search(arguments, name):
            self.show(name)

    def _go_on(self, dialog: SearchDialog, name: str, trials: int | None = None) -> None:
        """With a search that was stopped, or is to have this many `trials` in all; the dialog follows it."""
        more = ["--trials", str(trials)] if trials is not None else []
        words = ["search", "--name", name, *more, "--runs", str(self._controller.root)]
        if self._controller.start_search(words, name):
            dialog.follow(self._controller.searches())
