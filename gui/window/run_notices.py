"""What the banner says of the shown run by itself: that it has failed and why, and what is wrong in its folder."""

from __future__ import annotations

from msgspec.structs import asdict
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.text import folder_problems
from gui.text.errors import ended_text
from gui.text.formats import plain
from gui.viewmodels import folder_check
from gui.viewmodels.demo_run import demo_run
from gui.viewmodels.selection import OpenRun
from gui.widgets.banner import Banner
from gui.widgets.text_dialog import show_text


class RunNotices(QObject):
    """Writes to `banner`. `log_wanted`: a person asks for the run's log."""

    log_wanted = Signal()

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._told: object = None
        self._examined: tuple[object, ...] | None = None

    def tell_end(self, run: OpenRun | None, again: bool = False) -> None:
        """A run that has failed says why, above its panels; once, or `again`."""
        ended = run.model.ended if run else None
        if ended is None or ended.status != "failed":
            self._banner.hide_notice("failed")
            self._told = None
        elif again or self._told is not ended:
            self._told = ended
            error = ended_text(asdict(ended))
            text = self.tr("This run has failed: {error}").format(error=plain(error))
            self._banner.show_notice("failed", text, [(self.tr("Show the log"), self.log_wanted.emit)])

    def tell_folder(self, run: OpenRun | None) -> None:
        """Name what is missing in the run's folder, or is not what it should be; where nothing is, say nothing.
        Looked at anew only where something has changed."""
        if run is None or run.follower.gone:  # of a folder that is gone nothing else is to be told
            self._examined = None
            self._banner.hide_notice("folder")
            return
        now = (run, *folder_check.stamp(run.folder, run.model, run.follower.alive))
        if now == self._examined:
            return
        self._examined = now
        # the demo run has only what is to be seen
        found = folder_check.examine(run.folder, run.model, run.follower.alive or run.folder.path == demo_run())
        if not found:
            self._banner.hide_notice("folder")
            return
        whole, name = folder_problems.all_text(found), run.folder.name

        def show_whole() -> None:
            show_text(self._window, whole, name)

        buttons = [(self.tr("Show all"), show_whole)] if len(found) > folder_problems.MOST else []
        self._banner.show_notice("folder", folder_problems.notice(found), buttons)

    def retranslate(self, run: OpenRun | None) -> None:
        """What is told of the folder, anew."""
        self._banner.hide_notice("folder")
        self._examined = None
        self.tell_folder(run)
