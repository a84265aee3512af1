"""What the menus say about the window itself: settings, keys, its log, its version."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.engine import processes
from gui.widgets.preferences_dialog import PreferencesDialog
from gui.widgets.text_dialog import show_text
from gui.window.actions import WindowActions
from gui.window.log_file import log_file
from gui.window.preferences import Preferences
from trainer.version import __version__


class HelpActions(QObject):
    """Opens dialogs over `window`. `python_changed` with the interpreter that is to run engines from now on."""

    python_changed = Signal(str)

    def __init__(self, window: QWidget, preferences: Preferences) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences

    def settings(self) -> None:
        """Language, theme, Python."""
        dialog = PreferencesDialog(self._window, self._preferences)
        dialog.python_changed.connect(self.python_changed)
        dialog.show()

    def keys(self, actions: WindowActions) -> None:
        """All keys, in a list."""
        show_text(self._window, actions.key_table(), self.tr("Keys"))

    def window_log(self) -> None:
        """What the window has written about itself."""
        text = processes.tail(log_file()) or self.tr("Nothing has been written yet.")
        show_text(self._window, text, str(log_file()))

    def about(self) -> None:
        """Version and licence."""
        text = self.tr("Epochscope {version}: train an image classifier and see, while it happens, what it learns.")
        QMessageBox.about(self._window, "Epochscope", text.format(version=__version__))
