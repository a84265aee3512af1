"""`epochscope gui` and `epochscope demo`: from a command line to a window and back to an exit code.

Qt is imported only after the preflight has found that it can work. Nothing is made at module level.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from gui import preflight
from trainer.errors import EpochscopeError, UsageError
from trainer.store.folder import find_run, runs_root

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gui.window.log_file import LogFile
    from gui.window.main_window import Window

FAULT = 1
DEMO_EPOCHS = 150
"""About a minute: long enough to pause and look."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """In our own way: exit 4, one screen."""
        raise UsageError("usage", message[:1].upper() + message[1:], fix="see `epochscope gui --help`")


def main(argv: Sequence[str] | None = None) -> int:
    """`epochscope gui [RUN] [--runs DIR]`: open the window; the exit code once it is closed.

    1 where an error of ours came up, 4 where no window can open or the command line is wrong.
    """
    try:
        return _gui(list(sys.argv[1:] if argv is None else argv))
    except Exception as error:
        # the command line's half a second is spent only where there is something to tell
        from trainer.cli.output import show_bug, show_error

        return show_error(error) if isinstance(error, EpochscopeError) else show_bug(error, debug=False)


def demo(argv: Sequence[str] | None = None) -> int:
    """`epochscope demo`: open the window on a small network that is being trained on handwritten digits.

    Raises UsageError `gui....` where no window can open, so that the command trains in the terminal.
    """
    return _demo(list(sys.argv[1:] if argv is None else argv))


def _gui(argv: list[str]) -> int:
    parser = _Parser(prog="epochscope gui", description="Watch a run, look into what it learned, start another.")
    parser.add_argument("run", nargs="?", metavar="RUN", help="name, beginning of a name, folder, or `last`")
    _add_runs(parser)
    parser.add_argument("--reset-layout", action="store_true", help="forget sizes and places")
    asked = parser.parse_args(argv)
    root = _root(asked.runs)
    path = find_run(root, asked.run).path.absolute() if asked.run else None
    _look_ahead()

    from PySide6.QtCore import QTimer

    def begin(window: Window) -> None:
        if asked.reset_layout:
            window.window_layout.reset()
        if path is not None:
            window.open_run(path)
        else:
            QTimer.singleShot(0, window, window.tour.offer)

    return _show(root, begin)


def _demo(argv: list[str]) -> int:
    parser = _Parser(prog="epochscope demo", description="A small network learns to read digits: about a minute.")
    parser.add_argument("--epochs", type=int, default=DEMO_EPOCHS, metavar="N", help="how often all images are seen")
    _add_runs(parser)
    asked = parser.parse_args(argv)
    root = _root(asked.runs)
    name = f"demo-{datetime.now():%Y%m%d-%H%M%S}"
    arguments = ["train", "--recipe", "digits", "--epochs", str(asked.epochs), "--name", name]
    _look_ahead()
    return _show(root, lambda window: window.run_controller.start(arguments, name))


def _add_runs(parser: argparse.ArgumentParser) -> None:
    about = "folder of all runs [default: $EPOCHSCOPE_RUNS, else ~/epochscope/runs]"
    parser.add_argument("--runs", "--root", type=Path, metavar="DIR", help=about)


def _root(asked: Path | None) -> Path:
    return runs_root(asked).absolute()


def _look_ahead() -> None:
    """Qt aborts where it finds no display: find out first."""
    if platform := preflight.check(os.environ):
        os.environ["QT_QPA_PLATFORM"] = platform


def _show(root: Path, begin: Callable[[Window], None]) -> int:
    gc.disable()  # what is imported stays: looking through it for garbage, over and over, takes a tenth of the start
    from PySide6.QtWidgets import QApplication

    from gui.window.log_file import LogFile

    app = QApplication.instance() or QApplication(["epochscope"])
    assert isinstance(app, QApplication)
    logbook = LogFile()
    try:
        return _run_window(app, logbook, root, begin)
    finally:
        logbook.close()


def _run_window(app: QApplication, logbook: LogFile, root: Path, begin: Callable[[Window], None]) -> int:
    from gui.preferences import Preferences
    from gui.style import theme
    from gui.window import i18n
    from gui.window.log_file import log
    from gui.window.main_window import Window
    from gui.window.unix_signals import UnixSignals

    app.setApplicationName("epochscope")
    app.setApplicationDisplayName("Epochscope")
    app.setDesktopFileName("epochscope")
    app.setWindowIcon(theme.icon("epochscope"))
    preferences = Preferences()
    i18n.choose(app, preferences.language)
    theme.apply(app, preferences.scheme)
    gc.freeze()
    gc.enable()
    try:
        window = Window(root, preferences)
        logbook.on_fault = window.help_actions.tell_fault
        signals = UnixSignals(window.closing.quietly)  # before anything runs that a signal could leave behind
        begin(window)
        window.show()
        log.info("opened")
        code = app.exec()
        signals.close()
        window.deleteLater()
        app.sendPostedEvents()
    except Exception:
        log.exception("the window could not be opened")
        raise
    return FAULT if logbook.faults else code
