"""The window: what is where, which run is shown, and what is done on each tick of its timer."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter

from gui.engine.rpc_client import RpcClient
from gui.preferences import Preferences
from gui.viewmodels.demo_run import demo_run
from gui.viewmodels.eta import outlook
from gui.viewmodels.open_runs import OpenRuns, open_run
from gui.viewmodels.run import ALL_TOPICS, Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.banner import Banner
from gui.widgets.epoch_slider import EpochBar
from gui.widgets.run_info import RunInfo
from gui.widgets.run_toolbar import RunToolbar
from gui.widgets.status import StatusBar
from gui.window.actions import WindowActions
from gui.window.closing import Closing
from gui.window.drag_drop import DragDrop
from gui.window.file_actions import FileActions
from gui.window.help_actions import HelpActions
from gui.window.layout import WindowLayout, column
from gui.window.pages import Pages
from gui.window.refresh_timer import Every, RefreshTimer
from gui.window.run_controller import RunController
from gui.window.run_notices import RunNotices
from gui.window.runs_side import RunsSide
from gui.window.search_actions import SearchActions
from gui.window.start_place import StartPlace
from gui.window.tabs import PANELS, Tabs
from gui.window.top_rows import TopRows
from gui.window.tour_guide import TourGuide, TourPlaces
from trainer.pace import Pace
from trainer.store.folder import RunFolder, is_run

_ON_RUN_INFO: frozenset[Topic] = frozenset({"info", "epochs", "evaluation", "snapshots", "state"})
_DRAW_SECONDS = 0.2
"""While a long journal is being read, drawing is rare."""


class Window(QMainWindow):
    """Shows one run of `root`, or none. While it is not visible, nothing is drawn or read."""

    def __init__(self, root: Path, preferences: Preferences) -> None:
        super().__init__()
        self.root = root
        self.preferences = preferences
        self.runs = OpenRuns()
        self.epoch_cursor = EpochCursor()
        self.pace = Pace()
        self.rpc_client = RpcClient(preferences.python)
        self._drawing, self._listing, self._looking_for_live, self._examining = map(Every, (_DRAW_SECONDS, 0.5, 2, 0.5))
        self.setAcceptDrops(True)
        self._make_helpers()
        self._build()
        self._connect()
        self.window_layout.restore()
        self.retranslate()
        self.show_run(None)

    @property
    def run(self) -> OpenRun | None:
        """The shown run."""
        return self.runs.shown

    # -- what lies where -------------------------------------------------------------------------------------------

    def _make_helpers(self) -> None:
        preferences = self.preferences
        self.banner = Banner()
        self.run_controller = RunController(self, self.banner, preferences, self.root)
        self.closing = Closing(
            self, self.run_controller, self.banner, lambda: self.tabs.created, lambda: self.pages.unsaved
        )
        self.run_notices = RunNotices(self, self.banner)
        self.file_actions = FileActions(self, self.banner, preferences, self.runs, self.root)
        self.help_actions = HelpActions(self, preferences, self.banner)
        self.drag_drop = DragDrop(self, self.banner)
        self.refresh_timer = RefreshTimer(self, lambda: self.runs.catching_up)
        self.window_actions = WindowActions(self, self._slots(), self.open_run)

    def _slots(self) -> dict[str, Callable[[], object]]:
        files, about, controller = self.file_actions, self.help_actions, self.run_controller
        slots: dict[str, Callable[[], object]] = {
            "new_run": self.new_run,
            "open_data": files.choose_data,
            "open_run": files.choose_run,
            "demo": self._open_demo,
            "export_csv": lambda: files.export_csv(self.tabs),
            "export_png": lambda: files.export_png(self.tabs),
            "export_report": files.export_report,
            "searches": lambda: self.search_actions.show(),
            "settings": about.settings,
            "quit": self.close,
            "start": self._start,
            "pause": controller.pause,
            "stop_epoch": lambda: controller.ask("stop", "epoch"),
            "stop_step": lambda: controller.ask("stop"),
            "discard": controller.discard,
            "checkpoint": lambda: controller.ask("checkpoint"),
            "end_process": controller.end_process,
            "copy_command": files.copy_command,
            "show_folder": files.show_folder,
            "previous": lambda: self.epoch_bar.go_back(),
            "next": lambda: self.epoch_bar.go_on(),
            "first": lambda: self.epoch_bar.go_first(),
            "last": lambda: self.epoch_bar.go_last(),
            "live": self._escape,
            "runs_panel": lambda: self.window_layout.toggle("runs"),
            "facts_panel": lambda: self.window_layout.toggle("facts"),
            "tear_off": lambda: self.tabs.toggle_floating(),
            "beside": lambda: self.tabs.toggle_beside(),
            "full_screen": lambda: self.window_layout.full_screen(),
            "reset_layout": lambda: self.window_layout.reset(),
            "keys": lambda: about.keys(self.window_actions),
            "tour": lambda: self.tour.begin(),
            "window_log": about.window_log,
            "about": about.about,
        }
        return slots | {f"tab_{name}": partial(self.show_tab, name) for name in PANELS}

    def _build(self) -> None:
        actions, preferences = self.window_actions.actions, self.preferences
        self.run_toolbar = RunToolbar(actions)
        self.tabs = Tabs(self.epoch_cursor, self.rpc_client, preferences, self.runs.colours)
        self.epoch_bar = EpochBar(self.epoch_cursor)
        self.run_info = RunInfo(self.epoch_cursor)
        self.start_place = StartPlace(actions)
        run_page = column(self.tabs.panes, self.epoch_bar)
        run_page.setFocusProxy(self.tabs)
        self.pages = Pages(self.start_place, run_page, self.rpc_client, self.root, preferences)
        self.search_actions = SearchActions(self, self.pages, self.run_controller, self.open_run)
        self.runs_side = RunsSide(self.root, preferences, self.runs.colours)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget in (self.runs_side, self.pages, self.run_info):
            self.splitter.addWidget(widget)
        self.splitter.setCollapsible(1, False)
        self.splitter.setStretchFactor(1, 1)
        self.top_rows = TopRows(self.window_actions.menu_bar, self.run_toolbar)
        self.setCentralWidget(column(self.top_rows, self.banner, self.splitter))
        self.status_bar = StatusBar(self.open_run)
        self.setStatusBar(self.status_bar)
        sides = (self.runs_side, self.run_info)
        self.window_layout = WindowLayout(self, self.splitter, sides, self.top_rows, self.tabs, actions, preferences)
        places = TourPlaces(self.runs_side, self.tabs, self.start_place, self.pages, self.window_layout)
        self.tour = TourGuide(self, places, preferences, self.runs)

    def _connect(self) -> None:
        files, side = self.file_actions, self.runs_side
        for run_chosen in (self.start_place.run_chosen, self.tour.run_wanted, files.run_chosen, side.run_chosen):
            run_chosen.connect(self.open_run)
        for compare_wanted in (self.tabs.compare_wanted, self.run_notices.compare_wanted, side.compare_wanted):
            compare_wanted.connect(files.compare)
        for data_chosen in (files.data_chosen, self.drag_drop.data_dropped):
            data_chosen.connect(self.new_run)
        self.drag_drop.run_dropped.connect(self.open_run)
        self.epoch_bar.moved.connect(self.cursor_moved)
        self.tabs.epoch_chosen.connect(self.epoch_bar.choose)
        self.tabs.train_wanted.connect(self.pages.show_settings)
        self.tabs.save_wanted.connect(self.file_actions.save)
        self.pages.currentChanged.connect(self._page_changed)
        self.pages.start_wanted.connect(self.run_controller.start)
        self.tour.tab_wanted.connect(self.show_tab)
        self.start_place.recipe_chosen.connect(lambda name: self.pages.show_new_run(recipe=name))
        self.run_controller.opened.connect(self._show_folder)
        for changed in (self.run_controller.changed, self.pages.ready_changed):
            changed.connect(self.show_controls)
        for gone in (self.run_controller.gone, self.tour.run_unwanted):
            gone.connect(lambda: self.show_run(None))
        self.closing.ready.connect(self.close)
        self.run_notices.log_wanted.connect(lambda: self.show_tab("log"))
        self.file_actions.said.connect(lambda text: self.status_bar.showMessage(text, 5000))
        self.help_actions.python_changed.connect(self.rpc_client.use)
        self.runs_side.overlays_changed.connect(self._overlay)
        self.runs_side.continue_wanted.connect(lambda path, epochs: self.run_controller.go_on(path, epochs or None))
        self.runs_side.runs_removed.connect(self._removed)
        self.drag_drop.images_dropped.connect(self._classify)
        self.refresh_timer.ticked.connect(self._tick)
        self.window_actions.show_recent(self.preferences.recent)

    # -- which run -------------------------------------------------------------------------------------------------

    def open_run(self, path: Path) -> None:
        """Show the run in this folder; if there is none, say so and change nothing."""
        if is_run(path):
            self._show_folder(Path(path))
        else:
            self.banner.tell("no_run", lambda: self.tr("Not the folder of a run: {path}").format(path=path))

    def _show_folder(self, path: Path) -> None:
        folder = RunFolder(path)
        if self.run is not None and self.run.folder == folder and self.run.follower.caught_up:
            self.run_controller.show_run(self.run)
            self.run_notices.tell_end(self.run, again=True)
            self.pages.show_run(True)
            return
        self.show_run(open_run(folder))
        self.preferences.add_recent(folder.path)
        self.window_actions.show_recent(self.preferences.recent)

    def show_run(self, run: OpenRun | None, *, bring: bool = True) -> None:
        """Show this run from now on, or none; `bring` its page to the front."""
        self.runs.shown = run
        self.epoch_cursor.live()
        self.pace = Pace()
        for part in (self.run_controller, self.epoch_bar, self.run_info, self.tabs, self.status_bar, self.runs_side):
            part.show_run(run)
        self.pages.show_run(run is not None, bring=bring)
        self.setWindowTitle(f"{run.folder.name} — Epochscope" if run else "Epochscope")
        self.show_controls()
        self.refresh_timer.set()

    def _open_demo(self) -> None:
        """Play the bundled run from its first epoch."""
        if path := demo_run():
            self.open_run(path)
            self.epoch_bar.start_playing()

    def _page_changed(self) -> None:
        self.window_layout.show_run_info(self.pages.on_run)
        self.run_notices.page_changed(self.pages.on_run)
        self.show_controls()
        self.tabs.draw()

    def new_run(self, source: Path | None = None) -> None:
        """Show the page for setting up a run on this folder of images."""
        self.pages.show_new_run(source)

    def _start(self) -> None:
        """Start the run being set up, or continue the shown one."""
        (self.pages.press_start if self.pages.on_new_run else self.run_controller.continue_shown)()

    def show_tab(self, name: str) -> None:
        """Show a tab of the shown run."""
        if self.run is not None:
            self.pages.show_run(True)
            self.tabs.show_tab(name)

    def _escape(self) -> None:
        """Leave the set-up page, or return to the live epoch."""
        if self.pages.on_new_run:
            self.pages.leave(self.run is not None)
        elif self.run is not None:
            self.epoch_bar.go_live()

    def _classify(self, images: Sequence[Path]) -> None:
        """Classify these images with the shown run's best weights."""
        if self.run is None:
            self.drag_drop.tell_no_run()
        else:
            self.show_tab("predict")
            self.tabs.panel("predict").classify(images)

    def _removed(self, paths: list[Path]) -> None:
        if self.run is not None and self.run.folder.path in paths:
            self.show_run(None)

    def _overlay(self, paths: list[Path]) -> None:
        """Overlay the curves of other runs."""
        self.runs.overlay(paths)
        self.tabs.set_overlays(self.runs.overlays)
        self.refresh_timer.set()

    # -- what changes ----------------------------------------------------------------------------------------------

    def _tick(self, now: float) -> None:
        """Read new records, check the state of things, draw what has changed."""
        self._read()
        for part in (self.rpc_client, self.pages, self.file_actions):
            part.poll()
        catching_up = self.runs.catching_up
        if (self.runs_side.isVisible() or self.pages.on_start) and self._listing.due(now):
            self.runs_side.tick()
            if self.pages.on_start:
                self.start_place.show_runs(self.runs_side.newest())
        if self._looking_for_live.due(now):
            self.status_bar.show_live(self.root, self.run)
        starting = self.run_controller.steering.state == "starting"  # its files do not exist yet
        if not catching_up and not starting and self._examining.due(now):
            self.run_notices.tell_folder(self.run)
        if not catching_up:
            self.epoch_bar.tick(now)
        if self._drawing.due(now) or not catching_up:
            self._draw()
        self.closing.poll()

    def _read(self) -> None:
        found, run = self.runs.read(), self.run
        self.run_notices.tell_unreadable(found.error)
        if found.overlays_anew:
            self.tabs.set_overlays(self.runs.overlays)
        if found.grew:
            self.tabs.note({"batches", "epochs"})
        if found.shown_anew:
            self.show_run(self.run, bring=False)
        elif run is not None:
            self._note(run, found.changed)

    def _note(self, run: OpenRun, changed: Set[Topic]) -> None:
        self.tabs.note(changed)
        if changed & _ON_RUN_INFO or ("batches" in changed and not run.model.epochs.rows):
            self.run_info.refresh()
            self.epoch_bar.refresh()
        if changed & {"state", "answers", "messages"}:
            self.show_controls()
            self.run_notices.tell_end(run)

    def _draw(self) -> None:
        self.run_controller.tick()
        if (run := self.run) is not None:
            now = outlook(run.model, self.run_controller.steering.state, self.pace)
            self.run_toolbar.show_outlook(run.model, now)
            self.status_bar.show_damage(run.follower.damaged)
            self.run_info.tick()
        self.tabs.draw()

    def cursor_moved(self) -> None:
        """The selected epoch has changed."""
        self.refresh_timer.touch()
        self.tabs.move_cursor()
        self.run_info.refresh()

    def show_controls(self) -> None:
        """Update buttons and menus to the state of the run."""
        run, steering = self.run, self.run_controller.steering
        self.window_actions.enable(run, steering.enabled, setting_up=self.pages.on_new_run, ready=self.pages.ready)
        name = run.folder.name if run else ""
        self.run_toolbar.show_state(name, steering.state, steering.enabled, setting_up=self.pages.on_new_run)
        self.run_info.show_state(steering.state, steering.enabled)

    def retranslate(self) -> None:
        """The language has changed: set all texts again."""
        parts = (self.window_actions, self.run_toolbar, self.tabs, self.epoch_bar, self.run_info)
        for part in (*parts, self.pages, self.start_place, self.status_bar, self.runs_side, self.banner):
            part.retranslate()
        self.show_controls()

    # -- events of the window --------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Language, and whether the window is minimised."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.WindowStateChange:
            self.refresh_timer.set()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Resume updates."""
        super().showEvent(event)
        self.tabs.note(ALL_TOPICS)
        self.tabs.show_floating(True)
        self.pages.take_focus()
        self.refresh_timer.set()

    def hideEvent(self, event: QHideEvent) -> None:
        """Suspend updates."""
        super().hideEvent(event)
        self.refresh_timer.set()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow windows have no room for the list of runs, low ones none for two rows at the top."""
        super().resizeEvent(event)
        self.window_layout.fold()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """An unhandled key may be a letter of a Russian layout."""
        if not self.window_actions.press(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept folders and images."""
        self.drag_drop.entered(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a folder of images, a run, or images to classify."""
        self.drag_drop.dropped(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first what to do with runs that were started here."""
        if not self.closing.allowed():
            event.ignore()
            return
        self.refresh_timer.stop()
        self.window_layout.save()
        self.tabs.show_floating(False)
        self.preferences.save()
        self.run_controller.release()
        self.rpc_client.close()
        self.pages.release()
        event.accept()
