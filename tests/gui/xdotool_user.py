"""A person at the real window: a process of its own on a screen nobody sees, with real mouse and keys (xdotool).

What is clicked is asked of the window by name, as eyes would find it; what a click does is left to the window.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Answers one Python expression a line, also while a dialog of its own is open.
CODE = """
import json, sys
from PySide6.QtCore import QPoint, QSocketNotifier
from PySide6.QtWidgets import QApplication
import gui.app
from gui.window.main_window import Window

def spot(widget, area=None):
    middle = (area or widget.rect()).center()
    place = widget.mapToGlobal(middle)
    return [place.x(), place.y()]

def cell(view, row, column=0):
    index = view.model().index(row, column)
    view.scrollTo(index)
    return spot(view.viewport(), view.visualRect(index))

def front():
    app = QApplication
    return app.activePopupWidget() or app.activeModalWidget() or window

def shot(path):
    return QApplication.primaryScreen().grabWindow(0).save(path)

def answer(*_):
    line = sys.stdin.readline()
    if not line:
        window.closing.quietly()
        return
    try:
        value = eval(line, globals())
    except Exception as error:
        value = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(value), flush=True)

def shown(self, event, show=Window.showEvent):
    global window, notifier
    show(self, event)
    if "window" not in globals():
        window = self
        notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
        notifier.activated.connect(answer)

Window.showEvent = shown
sys.exit(gui.app.main(sys.argv[1:]))
"""


class XdotoolUser:
    """`ask` evaluates an expression in the window's process; the rest is mouse, keys and patience."""

    def __init__(self, process: subprocess.Popen[str], environment: dict[str, str], pictures: Path | None) -> None:
        self._process = process
        self._environment = environment
        self._pictures = pictures

    def ask(self, expression: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(expression + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the window has ended: {self._process.wait(10)}"
        found = json.loads(line)
        assert not (isinstance(found, dict) and "error" in found), f"{expression}: {found['error']}"
        return found

    def wait(self, expression: str, seconds: float = 30.0) -> Any:
        """Until the expression is true: a person waits for what they see."""
        end = time.monotonic() + seconds
        while not (found := self.ask(expression)):
            assert time.monotonic() < end, f"waited {seconds} s for: {expression}"
            time.sleep(0.05)
        return found

    def click(self, place: str, *, double: bool = False) -> None:
        """On the middle of a widget, or of what `cell` or `spot` gives."""
        x, y = self.ask(place if place.startswith(("cell(", "spot(")) else f"spot({place})")
        self._tool("mousemove", x, y, "click", *(["--repeat", 2, "--delay", 30] if double else []), 1)

    def key(self, *keys: str) -> None:
        """With the keyboard in the hands of the window in front: there is no window manager."""
        self._tool("windowfocus", "--sync", self.ask("int(front().window().winId())"))
        self._tool("key", *keys)

    def write(self, text: str) -> None:
        self._tool("windowfocus", "--sync", self.ask("int(front().window().winId())"))
        self._tool("type", "--delay", 5, text)

    def picture(self, name: str) -> None:
        """Of the whole screen, where somebody wants to look at it later."""
        if self._pictures is not None:
            assert self.ask(f"shot({str(self._pictures / name)!r} + '.png')")

    def _tool(self, *words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=self._environment, check=True, timeout=20)


@contextmanager
def at_the_window(environment: dict[str, str], *arguments: str, pictures: Path | None = None) -> Iterator[XdotoolUser]:
    """The window, opened by the real `main()`; it must end with exit code 0."""
    command = [sys.executable, "-W", "ignore", "-c", CODE, *arguments]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    hands = XdotoolUser(process, environment, pictures)
    try:
        hands.wait("window.isVisible()")
        yield hands
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            code = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdout.close()
    assert code == 0
