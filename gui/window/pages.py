"""The middle of the window: welcome, the shown run, or setting up a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.engine.processes import PythonCheck
from gui.engine.rpc_client import RpcClient
from gui.window.preferences import Preferences

if TYPE_CHECKING:
    from gui.new_run.new_run_page import NewRunPage


class Pages(QStackedWidget):
    """`currentChanged` says that another page is in front; `start_wanted` repeats what the new-run page says. That page
    is made when it is first asked for."""

    start_wanted = Signal(list, str)

    def __init__(
        self, welcome: QWidget, run_page: QWidget, rpc_client: RpcClient, root: Path, preferences: Preferences
    ) -> None:
        super().__init__()
        self.welcome, self.run_page = welcome, run_page
        self.new_run_page: NewRunPage | None = None
        self._rpc_client = rpc_client
        self._root = root
        self._preferences = preferences
        self._devices: PythonCheck | None = None
        self.addWidget(welcome)
        self.addWidget(run_page)

    @property
    def on_run(self) -> bool:
        """The shown run is in front."""
        return self.currentWidget() is self.run_page

    @property
    def on_new_run(self) -> bool:
        """The page to set up a run is in front."""
        return self.new_run_page is not None and self.currentWidget() is self.new_run_page

    def show_run(self, shown: bool, *, bring: bool = True) -> None:
        """The run's page where one is shown, else the welcome; unless to `bring` it, a run that is set up stays."""
        if bring or not self.on_new_run:
            self.setCurrentWidget(self.run_page if shown else self.welcome)

    def show_new_run(self, source: Path | None = None) -> None:
        """The page to set up a run on, with this folder of images."""
        if self.new_run_page is None:
            from gui.new_run.new_run_page import NewRunPage

            self.new_run_page = NewRunPage(self._rpc_client, self._root, self._preferences)
            self.new_run_page.start_wanted.connect(self.start_wanted)
            self.addWidget(self.new_run_page)
            self._devices = PythonCheck(self._preferences.python, full=True)
        if source is not None:
            self.new_run_page.set_source(str(source))
        self.setCurrentWidget(self.new_run_page)
        self.new_run_page.setFocus()

    def press_start(self) -> None:
        """As if its button was clicked: what is wrong with the settings is said there."""
        if self.new_run_page is not None:
            self.new_run_page.start_button.click()

    def poll(self) -> None:
        """On each tick: offer the devices there are, once known."""
        if self._devices is not None and self._devices.result() is not None:
            if self.new_run_page is not None:
                self.new_run_page.set_devices(self._devices.devices)
            self.release()

    def release(self) -> None:
        """Ask for devices no more."""
        if self._devices is not None:
            self._devices.close()
            self._devices = None

    def retranslate(self) -> None:
        """The new-run page's texts; the others are told by who made them."""
        if self.new_run_page is not None:
            self.new_run_page.retranslate()
