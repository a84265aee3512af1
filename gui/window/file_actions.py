"""What the menus do with files: choose a folder to open, export the shown run, show where it is."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gui.engine.report_job import ReportJob
from gui.text.errors import error_text
from gui.text.formats import plain
from gui.viewmodels.open_runs import OpenRuns
from gui.widgets.banner import Banner, Button
from gui.window.preferences import Preferences
from gui.window.tabs import Tabs
from trainer.errors import EpochscopeError
from trainer.export import with_suffix

if TYPE_CHECKING:
    from trainer.report.texts import Language

_ALSO = {"html": (".htm",)}
"""Other endings of the same kind of file."""


class FileActions(QObject):
    """Opens dialogs over `window`. `data_chosen` and `run_chosen` with the folder a person chose, `said` with a line
    for the status bar."""

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
        """A folder of images to train on."""
        if path := self._folder("data", self.tr("A folder with a folder of images per class")):
            self.data_chosen.emit(path)

    def choose_run(self) -> None:
        """The folder of a run."""
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
        """The curves as a table."""
        if path := self._target("csv", self.tr("Export curves"), self.tr("Tables (*.csv)")):
            self._export(path, tabs.panel("curves").export_csv)

    def export_png(self, tabs: Tabs) -> None:
        """The curves as a picture."""
        if path := self._target("png", self.tr("Export curves"), self.tr("Pictures (*.png)")):
            self._export(path, tabs.panel("curves").export_png)

    def _export(self, path: Path, write: Callable[[Path], None]) -> None:
        try:
            write(path)
        except (OSError, EpochscopeError) as error:
            self._tell_export(path, error)
        else:
            self._tell_export(path, None)

    def export_report(self) -> None:
        """All of the run as one page, in the window's language; with the runs that lie over its curves."""
        path, run = self._target("html", self.tr("Export a report"), self.tr("Web pages (*.html)")), self._runs.shown
        if path is None or run is None:
            return
        language: Language = "ru" if QLocale().language() == QLocale.Language.Russian else "en"
        self._report = ReportJob(run.folder, path, language, [one.folder for one in self._runs.overlays])
        self._banner.show_notice("export", self.tr("The report is being written …"), sign="clock")

    def poll(self) -> None:
        """On each tick: tell how the report went, once it has."""
        job = self._report
        if job is None or not job.done:
            return
        self._report = None
        self._tell_export(job.out, job.error(), [(self.tr("Open"), partial(_show, job.out))])

    def _target(self, kind: str, title: str, files: str) -> Path | None:
        """The file that the shown run is to be exported to, as a person chooses."""
        run = self._runs.shown
        if run is None:
            return None
        start = Path(self._preferences.folder("export") or Path.home()) / f"{run.folder.name}.{kind}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, str(start), files)
        if not chosen:
            return None
        path = with_suffix(Path(chosen), f".{kind}", *_ALSO.get(kind, ()))
        # the dialog asked about the name as it was chosen, not about the one with the ending
        if path != Path(chosen) and os.path.lexists(path) and not self._may_replace(path):
            return None
        self._preferences.set_folder("export", path.parent)
        return path

    def _may_replace(self, path: Path) -> bool:
        text = self.tr("{path} exists already. Replace it?").format(path=path)
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        box = QMessageBox(QMessageBox.Icon.Warning, "Epochscope", text, yes | no, self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setDefaultButton(no)
        return box.exec() == yes

    def _tell_export(self, path: Path, error: OSError | EpochscopeError | None, buttons: Sequence[Button] = ()) -> None:
        if error is None:
            self._banner.show_notice("export", self.tr("Written to {path}").format(path=path), buttons, sign="done")
        else:
            reason = error_text(error) if isinstance(error, EpochscopeError) else plain(error)
            self._banner.show_notice("export", self.tr("Not exported: {reason}").format(reason=reason))

    # -- about the run ---------------------------------------------------------------------------------------------

    def copy_command(self) -> None:
        """What continues or repeats the shown run in a terminal."""
        if run := self._runs.shown:
            command = ["epochscope", "resume", run.folder.name, "--runs", str(run.folder.path.parent)]
            QGuiApplication.clipboard().setText(shlex.join(command))
            self.said.emit(self.tr("Copied: {command}").format(command=shlex.join(command)))

    def show_folder(self) -> None:
        """In the system's file manager."""
        if run := self._runs.shown:
            _show(run.folder.path)

    def compare(self, paths: list[Path]) -> None:
        """Settings and figures of several runs, side by side."""
        from gui.runs.compare_dialog import CompareDialog

        CompareDialog(paths, self._window).show()


def _show(path: Path) -> None:
    """In whatever the system opens such files with."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
