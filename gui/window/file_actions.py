"""What the menus do besides steering: choosing folders, exporting, settings, help."""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gui.engine import processes
from gui.engine.report_job import ReportJob
from gui.text import folder_problems
from gui.text.errors import error_text, told
from gui.text.formats import plain
from gui.text.reasons import reason_text
from gui.viewmodels import folder_check
from gui.widgets.banner import Button
from gui.widgets.preferences_dialog import PreferencesDialog
from gui.widgets.text_dialog import show_text
from gui.window.log_file import log_file
from trainer.errors import EpochscopeError
from trainer.resources import resource
from trainer.version import __version__

if TYPE_CHECKING:
    from gui.window.main_window import Window
    from trainer.report.texts import Language


def recorded() -> Path | None:
    """The run that comes along, to look at without training; None where it is not installed."""
    try:
        return resource("demo", "digits")
    except EpochscopeError:
        return None


class FileActions(QObject):
    """Opens dialogs over a window and does what was chosen."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._told: int | None = None
        self._report: ReportJob | None = None
        self._examined: tuple[object, ...] | None = None

    # -- opening ---------------------------------------------------------------------------------------------------

    def choose_data(self) -> None:
        """A folder of images to train on."""
        if path := self._folder("data", self.tr("A folder with a folder of images per class")):
            self._window.new_run(path)

    def choose_run(self) -> None:
        """The folder of a run."""
        if path := self._folder("run", self.tr("The folder of a run"), self._window.root):
            self._window.open_run(path)

    def open_recorded(self) -> None:
        """The run that comes along, played from its first epoch on."""
        if path := recorded():
            self._window.open_run(path)
            self._window.bar.start_playing()

    def _folder(self, name: str, title: str, first: Path | None = None) -> Path | None:
        preferences = self._window.preferences
        start = preferences.folder(name) or str(first or "")
        chosen = QFileDialog.getExistingDirectory(self._window, title, start)
        if not chosen:
            return None
        path = Path(chosen)
        preferences.set_folder(name, path.parent)
        return path

    # -- exporting -------------------------------------------------------------------------------------------------

    def enable_exports(self) -> None:
        """There must be curves."""
        for name in ("export_csv", "export_png", "export_report"):
            self._window.menus.actions[name].setEnabled(self._window.run is not None)
        self._window.menus.actions["demo"].setEnabled(recorded() is not None)

    def export_csv(self) -> None:
        """The curves as a table."""
        self._export("csv", self.tr("Tables (*.csv)"))

    def export_png(self) -> None:
        """The curves as a picture."""
        self._export("png", self.tr("Pictures (*.png)"))

    def _export(self, kind: str, files: str) -> None:
        window = self._window
        path = self._target(kind, self.tr("Export curves"), files)
        if path is None:
            return
        try:
            getattr(window.tabs.panel("curves"), f"export_{kind}")(path)
        except (OSError, EpochscopeError) as error:
            self._tell_export(path, error)
        else:
            self._tell_export(path, None)

    def _target(self, kind: str, title: str, files: str) -> Path | None:
        """Where the shown run's export is to lie, as a person chooses."""
        window = self._window
        if window.run is None:
            return None
        start = Path(window.preferences.folder("export") or Path.home()) / f"{window.run.folder.name}.{kind}"
        chosen, _ = QFileDialog.getSaveFileName(window, title, str(start), files)
        if not chosen:
            return None
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.{kind}")
        window.preferences.set_folder("export", path.parent)
        return path

    def _tell_export(self, path: Path, error: OSError | EpochscopeError | None, buttons: Sequence[Button] = ()) -> None:
        banner = self._window.banner
        if error is None:
            banner.show_notice("export", self.tr("Written to {path}").format(path=path), buttons, sign="done")
        else:
            reason = error_text(error) if isinstance(error, EpochscopeError) else plain(error)
            banner.show_notice("export", self.tr("Not exported: {reason}").format(reason=reason))

    def export_report(self) -> None:
        """All of the run as one page, in the window's language; with the runs that lie over its curves."""
        window = self._window
        path = self._target("html", self.tr("Export a report"), self.tr("Web pages (*.html)"))
        if path is None or window.run is None:
            return
        language: Language = "ru" if QLocale().language() == QLocale.Language.Russian else "en"
        self._report = ReportJob(window.run.folder, path, language, [run.folder for run in window.overlays])
        window.banner.show_notice("export", self.tr("The report is being written …"), sign="clock")

    def hear_report(self) -> None:
        """Tell how the report went, once it has; on the window's timer."""
        job = self._report
        if job is None or not job.done:
            return
        self._report = None
        self._tell_export(job.out, job.error(), [(self.tr("Open"), partial(self._show, job.out))])

    @staticmethod
    def _show(path: Path) -> None:
        """In whatever the system opens such files with."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    # -- about the run ---------------------------------------------------------------------------------------------

    def copy_command(self) -> None:
        """What continues or repeats this run in a terminal."""
        if run := self._window.run:
            command = ["epochscope", "resume", run.folder.name, "--runs", str(run.folder.path.parent)]
            QGuiApplication.clipboard().setText(shlex.join(command))
            self._window.status.showMessage(self.tr("Copied: {command}").format(command=shlex.join(command)), 5000)

    def show_folder(self) -> None:
        """In the system's file manager."""
        if run := self._window.run:
            self._show(run.folder.path)

    def compare(self, paths: list[Path]) -> None:
        """Settings and figures of several runs, side by side."""
        compare = importlib.import_module("gui.runs.compare_dialog")
        dialog = compare.CompareDialog(paths, self._window)
        dialog.show()

    def tell_end(self, again: bool = False) -> None:
        """A run that has failed says why, above its panels; once, or `again`."""
        window = self._window
        ended = window.run.model.ended if window.run else None
        if ended is None or ended.status != "failed":
            window.banner.hide_notice("failed")
            self._told = None
        elif again or self._told != id(ended):
            self._told = id(ended)
            error = told(ended.code, ended.parameters, ended.error or reason_text(ended.reason))
            text = self.tr("This run has failed: {error}").format(error=plain(error))
            buttons = [(self.tr("Show the log"), lambda: window.show_tab("log"))]
            window.banner.show_notice("failed", text, buttons)

    def tell_folder(self) -> None:
        """Name what is missing in the shown run's folder, or is not what it should be; where nothing is, say nothing.
        Looked at anew only where something has changed."""
        window = self._window
        run = window.run
        if run is None:
            self._examined = None
            return
        now = (run, *folder_check.stamp(run.folder, run.model, run.follower.alive))
        if now == self._examined:
            return
        self._examined = now
        # the recorded run has only what is to be seen
        found = folder_check.examine(run.folder, run.model, run.follower.alive or run.folder.path == recorded())
        if not found:
            window.banner.hide_notice("folder")
            return
        whole = folder_problems.all_text(found)

        def show_whole() -> None:
            show_text(window, whole, run.folder.name)

        buttons = [(self.tr("Show all"), show_whole)] if len(found) > folder_problems.MOST else []
        window.banner.show_notice("folder", folder_problems.notice(found), buttons)

    def retranslate(self) -> None:
        """What is told of the folder, anew."""
        self._window.banner.hide_notice("folder")
        self._examined = None
        self.tell_folder()

    # -- the window itself -----------------------------------------------------------------------------------------

    def settings(self) -> None:
        """Language, theme, Python."""
        dialog = PreferencesDialog(self._window, self._window.preferences)
        dialog.python_changed.connect(self._window.assist.use)
        dialog.show()

    def keys(self) -> None:
        """All keys, in a list."""
        show_text(self._window, self._window.menus.key_table(), self.tr("Keys"))

    def window_log(self) -> None:
        """What the window has written about itself."""
        text = processes.tail(log_file()) or self.tr("Nothing has been written yet.")
        show_text(self._window, text, str(log_file()))

    def about(self) -> None:
        """Version and licence."""
        text = self.tr("Epochscope {version}: train an image classifier and see, while it happens, what it learns.")
        QMessageBox.about(self._window, "Epochscope", text.format(version=__version__))
