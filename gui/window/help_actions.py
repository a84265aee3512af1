"""Menu actions about the window itself: settings, shortcuts, its log, its version."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.engine import processes
from gui.preferences import Preferences
from gui.widgets.banner import Banner
from gui.widgets.text_dialog import show_text
from gui.window.actions import WindowActions
from gui.window.log_file import log_file
from gui.window.preferences_dialog import PreferencesDialog
from trainer.version import __version__


class HelpActions(QObject):
    """Opens dialogs over `window`. Emits `python_changed` with the interpreter that runs engines from now on."""

    python_changed = Signal(str)

    def __init__(self, window: QWidget, preferences: Preferences, banner: Banner) -> None:
        super().__init__(window)
        self._window, self._banner = window, banner
        self._preferences = preferences

    def settings(self) -> None:
        """Language, theme, Python."""
        dialog = PreferencesDialog(self._window, self._preferences)
        dialog.python_changed.connect(self.python_changed)
        dialog.show()

    def keys(self, actions: WindowActions) -> None:
        """List all shortcuts."""
        show_text(self._window, actions.key_table(), self.tr("Keys"))

    def window_log(self) -> None:
        """Show the window's own log."""
        text = processes.tail(log_file()) or self.tr("Nothing has been written yet.")
        show_text(self._window, text, str(log_file()))

    def tell_fault(self, text: str) -> None:
        """Report an internal error of the window, which is in its log."""

        def say() -> str:
            return self.tr("Error in the window, not in the run: {error}").format(error=text)

        self._banner.show_notice("fault", say, [(lambda: self.tr("Show the log"), self.window_log)])

    def about(self) -> None:
        """Version and licence."""
        text = self.tr("Epochscope {version}: train an image classifier and watch what it learns as it learns it.")
        QMessageBox.about(self._window, "Epochscope", text.format(version=__version__))
