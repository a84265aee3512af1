"""The place of the start page, which is created when it is first visible: a window that opens on a run does not need
it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.start.recent_runs import RecentRun
    from gui.start.start_page import StartPage


class StartPlace(QWidget):
    """Repeats its page's signals."""

    run_chosen = Signal(Path)
    recipe_chosen = Signal(str)

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._actions = actions
        self._page: StartPage | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    @property
    def page(self) -> StartPage:
        """The page, made when it is first asked for."""
        if self._page is None:
            from gui.start.start_page import StartPage

            self._page = StartPage(self._actions)
            self._page.run_chosen.connect(self.run_chosen)
            self._page.recipe_chosen.connect(self.recipe_chosen)
            self._layout.addWidget(self._page)
            self.setFocusProxy(self._page)
        return self._page

    def show_runs(self, runs: Sequence[RecentRun]) -> None:
        """Set the latest runs."""
        self.page.show_runs(runs)

    def showEvent(self, event: QShowEvent) -> None:
        """Create the page on first show."""
        self.page.show()
        super().showEvent(event)

    def retranslate(self) -> None:
        """Set all texts again."""
        if self._page is not None:
            self._page.retranslate()
