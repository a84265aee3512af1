"""The window: what lies where, which run is shown, and the one timer that drives it all."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.engine.processes import PythonCheck
from gui.engine.rpc_client import RpcClient
from gui.viewmodels.eta import Pace
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.banner import Banner
from gui.widgets.epoch_slider import EpochBar
from gui.widgets.run_info import RunInfo
from gui.widgets.run_toolbar import RunToolbar
from gui.widgets.status import StatusBar
from gui.widgets.welcome import WelcomePage
from gui.window.actions import TABS, WindowActions
from gui.window.drag_drop import DragDrop
from gui.window.file_actions import FileActions, recorded
from gui.window.layout import LEAST_LIST, WindowLayout
from gui.window.preferences import Preferences
from gui.window.refresh_timer import RefreshTimer
from gui.window.run_controller import CLOSING_SECONDS, RunController
from gui.window.tabs import ALL, Tabs
from trainer.store.folder import RunFolder


class Window(QMainWindow):
    """Shows one run of `root`, or none. Nothing is drawn and nothing read while it cannot be seen."""

    def __init__(self, root: Path, preferences: Preferences) -> None:
        super().__init__()
        self.root = root
        self.preferences = preferences
        self.run: OpenRun | None = None
        self.overlays: list[OpenRun] = []
        self.epoch_cursor = EpochCursor()
        self.assist = RpcClient(preferences.python)
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 560)
        self.banner = Banner()
        self.conduct = RunController(self, self.banner, preferences, root)
        self.errands = FileActions(self)
        self.drops = DragDrop(self)
        self.menus = WindowActions(self, self._slots(), self.open_run)
        self._build()
        self._connect()
        self.places = WindowLayout(self)
        self._closing_until: float | None = None
        self._quiet = False
        self.pulse = RefreshTimer(self)
        self.places.restore()
        self.retranslate()
        self.show_run(None)

    # -- what lies where -------------------------------------------------------------------------------------------

    def _slots(self) -> dict[str, Callable[[], object]]:
        errands, conduct = self.errands, self.conduct
        slots: dict[str, Callable[[], object]] = {
            "new_run": self.new_run,
            "open_data": errands.choose_data,
            "open_run": errands.choose_run,
            "demo": errands.open_recorded,
            "export_csv": errands.export_csv,
            "export_png": errands.export_png,
            "export_report": errands.export_report,
            "settings": errands.settings,
            "quit": self.close,
            "start": self._start,
            "pause": conduct.pause,
            "stop_epoch": lambda: conduct.ask("stop", "epoch"),
            "stop_step": lambda: conduct.ask("stop"),
            "discard": conduct.discard,
            "checkpoint": lambda: conduct.ask("checkpoint"),
            "end_process": conduct.end_process,
            "copy_command": errands.copy_command,
            "show_folder": errands.show_folder,
            "previous": lambda: self.bar.go_back(),
            "next": lambda: self.bar.go_on(),
            "first": lambda: self.bar.go_first(),
            "last": lambda: self.bar.go_last(),
            "live": self._escape,
            "runs_panel": lambda: self.places.toggle("runs"),
            "facts_panel": lambda: self.places.toggle("facts"),
            "full_screen": lambda: self.places.full_screen(),
            "reset_layout": lambda: self.places.reset(),
            "keys": errands.keys,
            "window_log": errands.window_log,
            "about": errands.about,
        }
        return slots | {f"tab_{name}": partial(self.show_tab, name) for name in TABS}

    def _build(self) -> None:
        self.controls = RunToolbar(self.menus.actions)
        self.tabs = Tabs(self.epoch_cursor, {"map": (self.assist,), "predict": (self.assist, self.preferences)})
        self.bar = EpochBar(self.epoch_cursor)
        self.facts = RunInfo(self.epoch_cursor)
        self.empty = WelcomePage(self.menus.actions)
        self.run_page = _column(self.tabs, self.bar)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.run_page)
        self.new_page: Any = None
        self._devices: PythonCheck | None = None
        self.runs: Any = None
        self.sides = QSplitter(Qt.Orientation.Horizontal)
        self.left = QWidget()
        self.left.setMinimumWidth(LEAST_LIST)
        self._left_column = QVBoxLayout(self.left)
        self._left_column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.left, self.pages, self.facts):
            self.sides.addWidget(widget)
        self.sides.setCollapsible(1, False)
        self.sides.setStretchFactor(1, 1)
        self.setCentralWidget(_column(self.controls, self.banner, self.sides))
        self.status = StatusBar(self.open_run)
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        self.bar.moved.connect(self.cursor_moved)
        self.tabs.epoch_chosen.connect(self.bar.choose)
        self.tabs.class_chosen.connect(self._class_chosen)
        self.tabs.cell_chosen.connect(self._cell_chosen)
        self.tabs.currentChanged.connect(lambda _: self.errands.enable_exports())
        self.conduct.opened.connect(self._opened)
        self.conduct.changed.connect(self.show_controls)
        self.conduct.gone.connect(lambda: self.show_run(None))
        self.menus.show_recent(self.preferences.recent)

    def make_runs(self) -> None:
        """The list on the left, once the window has been painted."""
        if self.runs is not None:
            return
        self.runs = importlib.import_module("gui.runs.runs_panel").RunsPanel(self.root)
        self._left_column.addWidget(self.runs)
        self.runs.show_run(self.run.folder.path if self.run else None)
        self.runs.run_chosen.connect(self.open_run)
        self.runs.overlays_changed.connect(self._overlay)
        self.runs.continue_wanted.connect(self._continue)
        self.runs.compare_wanted.connect(self.errands.compare)
        self.runs.runs_removed.connect(self._removed)

    # -- which run -------------------------------------------------------------------------------------------------

    def open_run(self, path: Path) -> None:
        """Show the run in this folder; where there is none, say so and change nothing."""
        folder = RunFolder(Path(path))
        if not any(place.exists() for place in (folder.journal, folder.run_toml, folder.summary)):
            text = self.tr("This is no folder of a run: {path}").format(path=folder.path)
            self.banner.show_notice("no_run", text)
            return
        self._opened(folder.path)

    def _opened(self, path: Path) -> None:
        folder = RunFolder(path)
        if self.run is not None and self.run.folder == folder and self.run.follower.caught_up:
            self.conduct.show_run(self.run)
            self.errands.tell_end(again=True)
            self.show_page(self.run_page)
            return
        self.show_run(OpenRun(folder, JournalFollower(folder)))
        self.preferences.add_recent(folder.path)
        self.menus.show_recent(self.preferences.recent)

    def show_run(self, run: OpenRun | None) -> None:
        """Show this run from now on, or none."""
        self.run = run
        self.epoch_cursor.live()
        self.pulse.pace = Pace()
        self.conduct.show_run(run)
        self.bar.show_run(run)
        self.facts.show_run(run)
        self.tabs.show_run(run)
        self.show_page(self.run_page if run else self.empty)
        self.setWindowTitle(f"{run.folder.name} – Epochscope" if run else "Epochscope")
        self.status.show_run(run)
        if self.runs is not None:
            self.runs.show_run(run.folder.path if run else None)
        self.show_controls()
        self.pulse.set()

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front of the centre."""
        self.pages.setCurrentWidget(page)
        self.places.arrange()
        self.show_controls()
        self.tabs.draw()

    def new_run(self, source: Path | None = None) -> None:
        """The page to set up a run on, with this folder of images."""
        if self.new_page is None:
            page = importlib.import_module("gui.new_run.new_run_page").NewRunPage
            self.new_page = page(self.assist, self.root, self.preferences)
            self.new_page.start_wanted.connect(self.conduct.start)
            self.pages.addWidget(self.new_page)
            self._devices = PythonCheck(self.preferences.python, full=True)
        if source is not None:
            self.new_page.set_source(str(source))
        self.show_page(self.new_page)
        self.new_page.setFocus()

    def hear_devices(self) -> None:
        """Offer the devices there are, once known."""
        if self._devices is not None and self._devices.result() is not None:
            self.new_page.set_devices(self._devices.devices)
            self._devices.close()
            self._devices = None

    @property
    def setting_up(self) -> bool:
        """The page to set up a run is in front."""
        return self.new_page is not None and self.pages.currentWidget() is self.new_page

    def _start(self) -> None:
        """Start what is set up, or continue what is shown."""
        if self.setting_up:
            self.new_page.start_button.click()
        else:
            self.conduct.continue_shown()

    def show_tab(self, name: str) -> None:
        """A tab of the shown run."""
        if self.run is not None:
            self.show_page(self.run_page)
            self.tabs.show_tab(name)

    def _escape(self) -> None:
        """Back from the set-up page, else back to live."""
        if self.setting_up:
            self.show_page(self.run_page if self.run else self.empty)
        elif self.run is not None:
            self.bar.go_live()

    def _class_chosen(self, number: int) -> None:
        self.tabs.show_tab("errors")
        self.tabs.panel("errors").choose_class(number)  # type: ignore[attr-defined]

    def _cell_chosen(self, true: int, predicted: int) -> None:
        self.tabs.show_tab("errors")
        self.tabs.panel("errors").choose_cell(true, predicted)  # type: ignore[attr-defined]

    def _removed(self, paths: list[Path]) -> None:
        if self.run is not None and self.run.folder.path in paths:
            self.show_run(None)

    def _continue(self, path: Path, epochs: int) -> None:
        self.conduct.go_on(RunFolder(path), epochs or None)

    def _overlay(self, paths: list[Path]) -> None:
        """Curves of further runs; those that are shown already are kept, with what was read of them."""
        known = {run.folder.path: run for run in self.overlays}
        self.overlays = [
            known.get(path) or OpenRun(RunFolder(path), JournalFollower(RunFolder(path))) for path in paths
        ]
        self.tabs.set_overlays(self.overlays)
        self.pulse.set()

    # -- what changes ----------------------------------------------------------------------------------------------

    def cursor_moved(self) -> None:
        """Another epoch is looked at."""
        self.pulse.touch()
        self.tabs.move_cursor()
        self.facts.refresh()

    def show_controls(self) -> None:
        """Buttons and menus as the run's state has them now."""
        steering = self.conduct.steering
        state, enabled = steering.state, steering.enabled
        actions = self.menus.actions
        for name in ("stop_epoch", "stop_step", "discard", "checkpoint", "end_process"):
            actions[name].setEnabled(name in enabled)
        actions["pause"].setEnabled(bool(enabled & {"pause", "unpause"}))
        # the recorded run belongs to the installation
        ours = self.run is not None and self.run.folder.path == recorded()
        actions["start"].setEnabled(self.setting_up or ("continue" in enabled and not ours))
        actions["start"].setText(self.tr("&Start") if self.setting_up else self.tr("&Continue"))
        for name in ("copy_command", "show_folder", *(f"tab_{name}" for name in TABS)):
            actions[name].setEnabled(self.run is not None)
        for name in ("previous", "next", "first", "last"):
            actions[name].setEnabled(self.run is not None)
        self.controls.show_state(self.run.folder.name if self.run else self.tr("No run is open"), state, enabled)
        self.controls.show_outlook(None, None) if self.run is None else None
        self.errands.enable_exports()

    def retranslate(self) -> None:
        """The language has changed: set all texts anew."""
        for part in (self.menus, self.controls, self.tabs, self.bar, self.facts, self.empty, self.status):
            part.retranslate()
        for late in (self.runs, self.new_page):
            if late is not None:
                late.retranslate()
        self.errands.retranslate()
        self.left.setAccessibleName(self.tr("Runs"))
        self.show_controls()

    # -- events of the window --------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Language, and whether the window is minimised."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.WindowStateChange:
            self.pulse.set()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Work again."""
        super().showEvent(event)
        self.tabs.note(ALL)
        self.pulse.set()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self.pulse.set()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow windows have no room for the list of runs."""
        super().resizeEvent(event)
        self.places.fold()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that nobody wanted: it may be a letter of a Russian layout."""
        if not self.menus.press(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders and images are welcome."""
        self.drops.entered(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """A folder of images, a run, or images to classify."""
        self.drops.dropped(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what is to become of the runs that were started here."""
        if self._quiet or not self.conduct.working():
            self._leave(event)
            return
        choice = self.conduct.ask_closing(late=self._closing_until is not None)
        if choice == "leave":
            self._leave(event)
            return
        event.ignore()
        self._closing_until = None
        if choice == "stop":
            self.conduct.stop_all()
            self._closing_until = time.monotonic() + CLOSING_SECONDS
            text = self.tr("The window closes as soon as the run has stopped …")
            self.banner.show_notice("closing", text, sign="info")

    def close_when_stopped(self) -> None:
        """The second half of closing with a stop: on each tick."""
        if self._closing_until is None:
            return
        if not self.conduct.working() or time.monotonic() >= self._closing_until:
            self.banner.hide_notice("closing")
            self.close()

    def close_quietly(self) -> None:
        """Without asking: what trains goes on."""
        self._closing_until = None
        self._quiet = True
        self.close()

    def tell_fault(self, text: str) -> None:
        """Something went wrong in the window itself; it is written to its log."""
        what = self.tr("An error of the window, not of the run: {error}").format(error=text)
        self.banner.show_notice("fault", what, [(self.tr("Show the log"), self.errands.window_log)])

    def _leave(self, event: QCloseEvent) -> None:
        self.pulse.timer.stop()
        self.places.save()
        self.preferences.save()
        self.conduct.release()
        self.assist.close()
        if self._devices is not None:
            self._devices.close()
        event.accept()


def _column(*widgets: QWidget) -> QWidget:
    """One above the other."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    for widget in widgets:
        layout.addWidget(widget)
    return column
