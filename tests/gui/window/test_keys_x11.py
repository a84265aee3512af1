"""Real keys on a real X server, with a Russian layout: shortcuts reach the window whatever the keys write."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.xvfb import MISSING, screen

pytestmark = [
    pytest.mark.window,
    pytest.mark.slow,
    pytest.mark.timeout(60),
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
]
CONTROL, ALT = 37, 64
DIGIT_3, LETTER_N, COMMA, LEFT = 12, 57, 59, 113  # keycodes

CODE = """
import sys
from PySide6.QtCore import QTimer
import gui.app, gui.window.main_window
show = gui.window.main_window.Window.showEvent
def shown(self, event):
    show(self, event)
    for name, action in self.window_actions.actions.items():
        action.triggered.connect(lambda *_, name=name: print(name, flush=True))
    QTimer.singleShot(1000, lambda: print("ready", flush=True))
gui.window.main_window.Window.showEvent = shown
sys.exit(gui.app.main(["finished"]))
"""


@pytest.mark.parametrize("layout", ["us", "ru,us", "ru"])
def test_keys_work_on_every_layout(finished: object, layout: str) -> None:
    with screen() as environment:
        check_keys(environment, layout)


def check_keys(environment: dict[str, str], layout: str) -> None:
    subprocess.run(["setxkbmap", "-layout", layout], env=environment, check=True, stderr=subprocess.DEVNULL)
    command = [sys.executable, "-W", "ignore", "-c", CODE]
    window = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None

    def do(*words: object) -> str:
        tool = ["xdotool", *map(str, words)]
        return subprocess.run(tool, env=environment, check=True, capture_output=True, text=True).stdout

    def press(held: int, key: int) -> None:
        do("keydown", held, "key", key, "keyup", held)

    try:
        assert window.stdout.readline() == "ready\n"
        do("windowfocus", do("search", "--onlyvisible", "--name", "Epochscope").split()[-1])
        press(CONTROL, DIGIT_3)
        press(ALT, LEFT)
        press(CONTROL, LETTER_N)
        assert [window.stdout.readline().strip() for _ in range(3)] == ["tab_errors", "previous", "new_run"]
        do("key", "Escape")
        press(CONTROL, COMMA)
        assert [window.stdout.readline().strip() for _ in range(2)] == ["live", "settings"]
    finally:
        window.terminate()
        assert window.wait(20) == 0
        window.stdout.close()
