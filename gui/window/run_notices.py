"""Notices about the shown run in the banner: that it failed and why, which callbacks failed, and what is wrong in its
folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec.structs import asdict
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.text import folder_problems
from gui.text.errors import code_text, ended_text, error_text
from gui.text.formats import plain, whole
from gui.viewmodels import folder_check
from gui.viewmodels.demo_run import demo_run
from gui.viewmodels.run_before import run_before
from gui.viewmodels.selection import OpenRun
from gui.widgets.banner import Banner, Button
from gui.widgets.text_dialog import show_text
from trainer.errors import EpochscopeError
from trainer.events import RunEnded
from trainer.store.folder import RunFolder
from trainer.text.nested_tables import table_of

OF_THE_RUN = frozenset(
    {"failed", "callbacks", "edits", "folder", "unreadable", "exit", "overdue", "refused", "file_callbacks"}
)
"""Keys of notices about the shown run: nothing to say while another page is in front."""


class RunNotices(QObject):
    """Writes to `banner`. `log_wanted`: show the run's log; `compare_wanted`: show the runs at these paths side by
    side."""

    log_wanted = Signal()
    compare_wanted = Signal(list)

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._told: object = None
        self._watched: RunFolder | None = None
        self._examined: tuple[object, ...] | None = None

    def tell_end(self, run: OpenRun | None, again: bool = False) -> None:
        """Show above the panels why a run failed, once or `again`, and which callbacks failed in it. If a run with
        label edits finished while it was open, offer a comparison that shows their effect."""
        self._tell_edits(run)
        self._tell_detached(run)
        ended = run.model.ended if run else None
        if ended is None or ended.status != "failed":
            self._banner.hide_notice("failed")
            self._told = None
        elif again or self._told is not ended:
            self._told = ended
            self._banner.show_notice("failed", partial(self._failure, ended), [self._show_log()], sign="failed")

    def _failure(self, ended: RunEnded) -> str:
        return self.tr("This run has failed: {error}").format(error=plain(ended_text(asdict(ended))))

    def _show_log(self) -> Button:
        return lambda: self.tr("Show the log"), self.log_wanted.emit

    def _tell_detached(self, run: OpenRun | None) -> None:
        """Name the callbacks that the run went on without, each with its latest failure: a run can be completed and
        lack what they were to record."""
        messages = run.model.messages if run else []
        failures = [one.values for one in messages if one.kind == "CallbackFailed" and one.values["action"] == "detach"]
        if not failures:
            self._banner.hide_notice("callbacks")
            return
        latest = {one["callback"]: one for one in failures}.values()
        self._banner.show_notice("callbacks", lambda: "\n".join(map(self._detached, latest)), [self._show_log()])

    def _detached(self, values: Mapping[str, Any]) -> str:
        text = self.tr("{callback} failed in {hook} at epoch {epoch}; the run went on without it: {error}")
        if not values["epoch"]:
            text = self.tr("{callback} failed in {hook} before the first epoch; the run went on without it: {error}")
        error = " ".join(code_text(values["code"], values["parameters"], str(values["error"])).split())
        names = {part: plain(values[part]) for part in ("callback", "hook")}
        return text.format(**names, epoch=whole(values["epoch"]), error=plain(error))

    def _tell_edits(self, run: OpenRun | None) -> None:
        ended = run.model.ended if run else None
        if run is None or run.model.info is None or not run.follower.caught_up:
            return
        if ended is None:
            self._watched = run.folder
        elif self._watched == run.folder:
            self._watched = None
            before = run_before(run.folder) if table_of(run.model.info.settings, "data").get("edits") else None
            if before is not None and ended.status == "completed":
                paths = [before.path, run.folder.path]
                compare = (
                    lambda: self.tr("Compare with the previous run"),
                    lambda: self.compare_wanted.emit(paths),
                )
                self._banner.show_notice("edits", self._corrected, [compare], sign="done")

    def _corrected(self) -> str:
        return self.tr("This run was trained on your corrected labels.")

    def tell_unreadable(self, error: EpochscopeError | None) -> None:
        """That a journal cannot be read, as long as that is so."""
        if error is not None:
            self._banner.show_notice("unreadable", partial(error_text, error))
        else:
            self._banner.hide_notice("unreadable")

    def tell_folder(self, run: OpenRun | None) -> None:
        """Name what is missing or wrong in the run's folder, if anything. Checked again only if something has
        changed."""
        if run is None or run.follower.gone:  # if the folder is gone, there is nothing else to report
            self._examined = None
            self._banner.hide_notice("folder")
            return
        now = (run, *folder_check.stamp(run.folder, run.model, run.follower.alive))
        if now == self._examined:
            return
        self._examined = now
        # the demo run has only the files that are shown
        found = folder_check.examine(run.folder, run.model, run.follower.alive or run.folder.path == demo_run())
        if not found:
            self._banner.hide_notice("folder")
            return
        name = run.folder.name
        show_all = lambda: self.tr("Show all"), lambda: show_text(self._window, folder_problems.all_text(found), name)
        buttons = [show_all] if len(found) > folder_problems.MOST else []
        self._banner.show_notice("folder", partial(folder_problems.notice, found), buttons)

    def page_changed(self, on_run: bool) -> None:
        """Show them only with the run itself in front."""
        self._banner.silence(frozenset() if on_run else OF_THE_RUN)
