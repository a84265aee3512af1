"""Continues a run whose callbacks come from files: which files is asked each time, as a run folder names none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.preferences import Preferences
from gui.text.formats import plain
from gui.widgets.banner import Banner

NOTICE = "file_callbacks"


class FileCallbacks(QObject):
    """Asks in a notice of `banner`.

    Args:
        window: Parent of the file dialog.
        banner: Shows the notice.
        preferences: Remembers the folder of the files.
        go_on: Continues a run, with its path, the epochs in total or None, and further arguments of `resume`.
    """

    def __init__(
        self,
        window: QWidget,
        banner: Banner,
        preferences: Preferences,
        go_on: Callable[[Path, int | None, Sequence[str]], None],
    ) -> None:
        super().__init__(window)
        self._window, self._banner, self._preferences, self._go_on = window, banner, preferences, go_on

    def ask(self, path: Path, epochs: int | None, names: Sequence[str]) -> None:
        """Ask with what to continue a run.

        Args:
            path: Its folder.
            epochs: How many epochs it is to have in total; None: as many as it was set up with.
            names: Names of its callbacks that came from files, at least one.
        """
        named = plain(", ".join(names))

        def say() -> str:
            text = self.tr(
                "This run was trained with {names}, from a file. For safety no run stores which file to run."
            )
            return text.format(names=named)

        def leave_out() -> str:
            return self.tr("Continue without {names}").format(names=named.replace("&", "&&"))

        choose = (lambda: self.tr("Choose the file…"), partial(self._choose, path, epochs, names))
        self._banner.tell(NOTICE, say, [choose, (leave_out, partial(self._leave_out, path, epochs, names))])

    def _choose(self, path: Path, epochs: int | None, names: Sequence[str]) -> None:
        words: list[str] = []
        for name in names:
            start = self._preferences.folder("callbacks") or str(Path.home())
            title = self.tr("File with the callback {name}").format(name=plain(name))
            file, _ = QFileDialog.getOpenFileName(self._window, title, start, "Python (*.py)")
            if not file:
                return
            self._preferences.set_folder("callbacks", Path(file).parent)
            words += ["--callback", f"{file}:{name}"]
        self._continue(path, epochs, words)

    def _leave_out(self, path: Path, epochs: int | None, names: Sequence[str]) -> None:
        self._continue(path, epochs, [word for name in names for word in ("--without", name)])

    def _continue(self, path: Path, epochs: int | None, words: Sequence[str]) -> None:
        self._banner.hide_notice(NOTICE)
        self._go_on(path, epochs, words)
