"""Menu actions on files: choose a folder to open, export the shown run, show its folder."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.engine.report_job import ReportJob
from gui.engine.rpc_client import RpcClient
from gui.panels.base import FileOffer
from gui.preferences import Preferences
from gui.text.errors import error_text
from gui.text.formats import plain
from gui.viewmodels.open_runs import OpenRuns
from gui.widgets.banner import Banner, Button
from gui.widgets.save_target import ask_target
from gui.window.tabs import Tabs
from trainer.errors import EpochscopeError

if TYPE_CHECKING:
    from trainer.plotting.texts import Language

_ALSO = {"html": (".htm",)}
"""Other suffixes of the same file type."""


class FileActions(QObject):
    """Opens dialogs over `window`. Emits `data_chosen` and `run_chosen` with the chosen folder, `said` with a line for
    the status bar."""

    data_chosen = Signal(Path)
    run_chosen = Signal(Path)
    said = Signal(str)

    def __init__(self, window: QWidget, banner: Banner, preferences: Preferences, runs: OpenRuns, root: Path) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._preferences = preferences
        self._runs = runs
        self._root = root
        self._report: ReportJob | None = None

    # -- opening ---------------------------------------------------------------------------------------------------

    def choose_data(self) -> None:
        """Choose a folder of images to train on."""
        if path := self._folder("data", self.tr("A folder with one sub-folder of images per class")):
            self.data_chosen.emit(path)

    def choose_run(self) -> None:
        """Choose the folder of a run."""
        if path := self._folder("run", self.tr("The folder of a run"), self._root):
            self.run_chosen.emit(path)

    def _folder(self, name: str, title: str, first: Path | None = None) -> Path | None:
        start = self._preferences.folder(name) or str(first or "")
        chosen = QFileDialog.getExistingDirectory(self._window, title, start)
        if not chosen:
            return None
        path = Path(chosen)
        self._preferences.set_folder(name, path.parent)
        return path

    # -- exporting -------------------------------------------------------------------------------------------------

    def export_csv(self, tabs: Tabs) -> None:
        """Export the curves as a table."""
        if path := self._target("csv", self.tr("Export curves"), self.tr("Tables (*.csv)")):
            self._export(path, tabs.panel("curves").export_csv)

    def export_png(self, tabs: Tabs) -> None:
        """Export the curves as a picture."""
        if path := self._target("png", self.tr("Export curves"), self.tr("Pictures (*.png)")):
            self._export(path, tabs.panel("curves").export_png)

    def save(self, offer: FileOffer) -> None:
        """What a panel offers, where a person wants it."""
        path = ask_target(self._window, self._preferences, offer.name, offer.title, offer.kinds)
        if path is not None:
            self._export(path, offer.write)

    def _export(self, path: Path, write: Callable[[Path], object]) -> None:
        try:
            write(path)
        except (OSError, EpochscopeError) as error:
            self._tell_export(path, error)
        else:
            self._tell_export(path, None)

    def export_report(self) -> None:
        """Export the whole run as one page, in the window's language, together with the runs overlaid on its curves."""
        path, run = self._target("html", self.tr("Export a report"), self.tr("Web pages (*.html)")), self._runs.shown
        if path is None or run is None:
            return
        language: Language = "ru" if QLocale().language() == QLocale.Language.Russian else "en"
        compared = [one.folder for one in self._runs.overlays]
        self._report = ReportJob(run.folder, path, language, compared, RpcClient(self._preferences.python))
        self._banner.tell("export", lambda: self.tr("The report is being written …"), sign="clock")

    def poll(self) -> None:
        """Called on each tick: report the outcome of the export once it is finished."""
        job = self._report
        if job is None or not job.done:
            return
        self._report = None
        self._tell_export(job.out, job.error(), [(lambda: self.tr("Open"), partial(_show, job.out))])

    def _target(self, kind: str, title: str, files: str) -> Path | None:
        """The file to export the shown run to, chosen in a dialog."""
        run = self._runs.shown
        if run is None:
            return None
        name = f"{run.folder.name}.{kind}"
        return ask_target(self._window, self._preferences, name, title, files, _ALSO.get(kind, ()))

    def _tell_export(self, path: Path, error: OSError | EpochscopeError | None, buttons: Sequence[Button] = ()) -> None:
        if error is None:
            self._banner.tell("export", lambda: self.tr("Written to {path}").format(path=path), buttons, sign="done")
        else:
            self._banner.tell("export", partial(self._not_exported, error))

    def _not_exported(self, error: OSError | EpochscopeError) -> str:
        reason = error_text(error) if isinstance(error, EpochscopeError) else plain(error)
        return self.tr("Not exported: {reason}").format(reason=reason)

    # -- about the run ---------------------------------------------------------------------------------------------

    def copy_command(self) -> None:
        """The command that resumes or repeats the shown run in a terminal."""
        if run := self._runs.shown:
            command = ["epochscope", "resume", run.folder.name, "--runs", str(run.folder.path.parent)]
            QGuiApplication.clipboard().setText(shlex.join(command))
            self.said.emit(self.tr("Copied: {command}").format(command=shlex.join(command)))

    def show_folder(self) -> None:
        """Show the folder in the system's file manager."""
        if run := self._runs.shown:
            _show(run.folder.path)

    def compare(self, paths: list[Path]) -> None:
        """Settings and metrics of several runs, side by side."""
        from gui.runs.compare_dialog import CompareDialog

        CompareDialog(paths, self._window, self._runs.colours).show()


def _show(path: Path) -> None:
    """Open a file with the system's default application."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
