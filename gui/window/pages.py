"""The middle of the window: the start page, the shown run, or setting up a new one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.engine.processes import PythonCheck
from gui.engine.rpc_client import RpcClient
from gui.preferences import Preferences

if TYPE_CHECKING:
    from gui.new_run.new_run_page import NewRunPage
    from gui.panels.labels.labels_page import LabelsPage


class Pages(QStackedWidget):
    """`currentChanged` is emitted when another page comes to the front; `start_wanted` and `search_wanted` repeat
    those of the new-run page, which is created on first use. `ready_changed`: `ready` is no longer what it was."""

    start_wanted = Signal(list, str)
    search_wanted = Signal(list, str)
    ready_changed = Signal()

    def __init__(
        self, start_page: QWidget, run_page: QWidget, rpc_client: RpcClient, root: Path, preferences: Preferences
    ) -> None:
        super().__init__()
        self.start_page, self.run_page = start_page, run_page
        self.new_run_page: NewRunPage | None = None
        self._labels_page: LabelsPage | None = None
        self._rpc_client = rpc_client
        self._root = root
        self._preferences = preferences
        self._devices: PythonCheck | None = None
        self.addWidget(start_page)
        self.addWidget(run_page)

    @property
    def on_run(self) -> bool:
        """The shown run is in front."""
        return self.currentWidget() is self.run_page

    @property
    def on_start(self) -> bool:
        """The start page is in front."""
        return self.currentWidget() is self.start_page

    @property
    def on_new_run(self) -> bool:
        """The page to set up a run is in front, or the labels of its data."""
        return self.new_run_page is not None and self.currentWidget() in (self.new_run_page, self._labels_page)

    @property
    def ready(self) -> bool:
        """`press_start` has an effect: the run being set up can be started, or its labels lead back to it."""
        return self._on_labels or (self.new_run_page is not None and self.new_run_page.start_button.isEnabled())

    @property
    def unsaved(self) -> int:
        """Decisions about labels that are only in memory."""
        return self._labels_page.view.unsaved if self._labels_page is not None else 0

    @property
    def _on_labels(self) -> bool:
        return self._labels_page is not None and self.currentWidget() is self._labels_page

    def show_run(self, shown: bool, *, bring: bool = True) -> None:
        """Show the run's page if a run is shown, else the start page. A run being set up stays in front unless `bring`
        is set."""
        if bring or not self.on_new_run:
            self.setCurrentWidget(self.run_page if shown else self.start_page)

    def take_focus(self) -> None:
        """Let the keyboard begin on the page in front, if it is nowhere yet."""
        page = self.currentWidget()
        if page is not None and self.window().focusWidget() is None:
            page.setFocus()

    def show_start(self) -> None:
        """Show the start page; a shown run stays open."""
        self.setCurrentWidget(self.start_page)

    def show_new_run(self, source: Path | None = None, recipe: str | None = None) -> None:
        """Show the page for setting up a run, with this folder of images or this recipe."""
        if self.new_run_page is None:
            from gui.new_run.new_run_page import NewRunPage
            from gui.viewmodels.recipe_advice import RecipeAdvice

            def make_client() -> RpcClient:
                return RpcClient(self._preferences.python)

            advice = RecipeAdvice(make_client, self._root)
            self.new_run_page = NewRunPage(self._rpc_client, make_client, advice, self._preferences, self._root)
            self.new_run_page.start_wanted.connect(self._start)
            self.new_run_page.ready_changed.connect(self.ready_changed)
            self.new_run_page.search_wanted.connect(self.search_wanted)
            self.new_run_page.labels_wanted.connect(self._show_labels)
            self.addWidget(self.new_run_page)
            self._devices = PythonCheck(self._preferences.python, full=True)
        if source is not None:
            self.new_run_page.set_source(str(source))
        if recipe is not None:
            self.new_run_page.choose_card(recipe)
        self.setCurrentWidget(self.new_run_page)
        self.new_run_page.setFocus()

    def show_settings(self, tables: Mapping[str, Any], news: str) -> None:
        """Show the page for setting up a run with the settings of another run; `news`: what differs."""
        self.show_new_run()
        if self.new_run_page is not None:
            self.new_run_page.take_settings(tables, news)

    def _show_labels(self, tables: Mapping[str, Any]) -> None:
        """Show the labels of the data of the run being set up."""
        if self._labels_page is None:
            from gui.panels.labels.labels_page import LabelsPage

            self._labels_page = LabelsPage(self._rpc_client, self._preferences)
            self._labels_page.train_wanted.connect(self._use_edits)
            self._labels_page.left.connect(lambda: self.show_new_run())
            self.addWidget(self._labels_page)
        self._labels_page.show_settings(tables, self._root)
        self.setCurrentWidget(self._labels_page)

    def _use_edits(self, path: str, news: str) -> None:
        """Set up the run with these label edits."""
        if self.new_run_page is not None:
            tables = self.new_run_page.form.tables()
            self.show_settings({**tables, "data": {**tables.get("data", {}), "edits": path}}, news)

    def leave(self, shown: bool) -> None:
        """Back from the labels to the settings, and from there to the run, if one is shown."""
        if self._on_labels:
            self.show_new_run()
        else:
            self.show_run(shown)

    def _start(self, arguments: list[str], name: str) -> None:
        self.start_wanted.emit(arguments, name)
        if self.new_run_page is not None and not self.on_new_run:  # it was started: the name is taken now
            self.new_run_page.name.clear()

    def press_start(self) -> None:
        """As if its button was clicked; from the labels of its data, back to the settings."""
        if self._on_labels:
            self.show_new_run()
        elif self.new_run_page is not None:
            self.new_run_page.start_button.click()

    def poll(self) -> None:
        """Called on each tick: offer the available devices, once known, and the recipes that fit."""
        if self.new_run_page is not None:
            self.new_run_page.poll()
        if self._devices is not None and self._devices.result() is not None:
            if self.new_run_page is not None:
                self.new_run_page.set_devices(self._devices.devices)
            self._forget_devices()

    def release(self) -> None:
        """Cancel pending requests."""
        self._forget_devices()
        if self.new_run_page is not None:
            self.new_run_page.release()

    def _forget_devices(self) -> None:
        if self._devices is not None:
            self._devices.close()
            self._devices = None

    def retranslate(self) -> None:
        """Retranslate the pages created here; the others are retranslated by their owners."""
        for page in (self.new_run_page, self._labels_page):
            if page is not None:
                page.retranslate()
