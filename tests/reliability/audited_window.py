"""A window in a process of its own that opens hostile runs and turns through their panels; and the audit of it and of
all processes that it starts.

`python -m tests.reliability.audited_window IMAGE OUT --runs ROOT RUN...` prints, as JSON, what the window said of each.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.reliability.audited_commands import Audit

PATIENCE = 60.0


class ProcessAudit(Audit):
    """Writes each finding to a file, a line each, at once: a process may be killed.

    What is started with which first words, and which libraries are loaded, is a finding too: a test compares it with
    what happens to a harmless run.
    """

    def __init__(self, runs: str, outside: str, own: str, report: str) -> None:
        super().__init__(runs, outside, own)
        self._file = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._seen: set[str] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            words = [os.fsdecode(word) for word in arguments[1]]
            ours = os.fsdecode(arguments[0]) == sys.executable and "trainer" in words
            self.found.append(f"{event} {' '.join(words[1:5]) if ours else os.fsdecode(arguments[0])}")
        elif event == "ctypes.dlopen":
            self.found.append(f"{event} {arguments[0]}")
        elif event == "exec" and not os.path.exists(getattr(arguments[0], "co_filename", "")):  # noqa: PTH110
            pass  # compiled elsewhere: its name is no path here
        elif not (event == "open" and isinstance(arguments[0], int)):  # a descriptor was opened before
            super().__call__(event, _absolute(event, arguments))
        while self.found:
            line = self.found.pop()
            if line not in self._seen:
                self._seen.add(line)
                os.write(self._file, json.dumps(line).encode() + b"\n")


def _absolute(event: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """A name to delete may be one in a folder that is open."""
    if event in ("os.remove", "os.rmdir") and isinstance(arguments[1], int) and arguments[1] >= 0:
        return (Path(f"/proc/self/fd/{arguments[1]}").readlink() / os.fsdecode(arguments[0]),)
    return arguments


class Waits:
    """What `visit` needs of pytest-qt."""

    def waitUntil(self, holds: Callable[[], bool], timeout: float = 1000 * PATIENCE) -> None:  # noqa: N802 - its name
        from PySide6.QtWidgets import QApplication

        end = time.monotonic() + timeout / 1000
        while not holds():
            assert time.monotonic() < end, "waited in vain"
            QApplication.processEvents()
            time.sleep(0.005)


def look_at_all(window: Any, names: list[str], image: Path, out: Path) -> dict[str, str]:
    """Every panel of every run, at every epoch; an image is classified."""
    from tests.gui.hostile_runs import visit, words
    from trainer.store.folder import RunFolder

    waits: Any = Waits()
    said = {}
    for name in names:
        text = visit(waits, window, RunFolder(window.root / name), out)
        window.show_tab("predict")
        window.tabs.panel("predict").classify([image])
        for tab in window.tabs.names():
            window.show_tab(tab)
            waits.waitUntil(lambda: not window.rpc_client.asking)
            window.refresh_timer.tick()
        said[name] = text + words(window)
    return said


def main(arguments: list[str]) -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QShowEvent

    from gui.app import main as gui
    from gui.window.main_window import Window

    image, out, _, root, *names = arguments
    show, begun = Window.showEvent, []

    def work(window: Window) -> None:
        try:
            print(json.dumps(look_at_all(window, names, Path(image), Path(out))), flush=True)
        finally:
            window.closing.quietly()

    def shown(self: Window, event: QShowEvent) -> None:
        show(self, event)
        if not begun:
            begun.append(True)
            QTimer.singleShot(0, lambda: work(self))

    Window.showEvent = shown  # type: ignore[method-assign]
    return gui(["--runs", root, names[0]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
