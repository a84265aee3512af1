"""Real keys on a real X server: single letters decide whatever a Russian keyboard writes with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.xvfb import MISSING, screen

pytestmark = [
    pytest.mark.window,
    pytest.mark.slow,
    pytest.mark.timeout(90),
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
]
CONTROL, SHIFT = 37, 50
L, F, C, Z, RETURN, BACKSPACE, DIGIT_3, RIGHT = 46, 41, 54, 52, 36, 22, 12, 114  # keycodes

CODE = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui.panels.labels.labels_view import LabelsView
from gui.preferences import Preferences
from tests.gui.label_answers import answer, proposal
from tests.gui.rpc_clients import FakeRpcClient

folder = Path(sys.argv[1])
app = QApplication([])
engine, preferences = FakeRpcClient(folder), Preferences()
preferences.set_edits_file("photos", folder / "mine.csv")
view = LabelsView(engine, preferences)
view.setWindowTitle("review")
view.resize(900, 600)
view.show_data({"data": {"source": "photos"}}, folder)
view.look()
engine.answer("labels", **answer(folder / "a", [proposal(path=f"{n}.png", score=1 - n / 10) for n in range(6)]))
take = view.do
def tell(command):
    take(command)
    edits = view.review.decisions.values()
    print(" ".join(f"{edit.path[0]}{edit.action[0]}" for edit in edits) or "none", flush=True)
view.grid.commanded.disconnect(view.do)
view.grid.commanded.connect(tell)
view.show()
view.grid.setFocus()
QTimer.singleShot(1000, lambda: print("ready", flush=True))
sys.exit(app.exec())
"""


@pytest.mark.parametrize("layout", ["us", "ru,us", "ru"])
def test_letters_decide_on_every_layout(tmp_path: Path, layout: str) -> None:
    with screen() as environment:
        subprocess.run(["setxkbmap", "-layout", layout], env=environment, check=True, stderr=subprocess.DEVNULL)
        command = [sys.executable, "-W", "ignore", "-c", CODE, str(tmp_path)]
        window = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert window.stdout is not None

        def do(*words: object) -> str:
            tool = ["xdotool", *map(str, words)]
            return subprocess.run(tool, env=environment, check=True, capture_output=True, text=True).stdout

        def press(key: int, *held: int) -> str:
            keys = [word for one in held for word in ("keydown", one)]
            do(*keys, "key", key, *(word for one in reversed(held) for word in ("keyup", one)))
            assert window.stdout is not None
            return window.stdout.readline().strip()

        try:
            assert window.stdout.readline() == "ready\n"
            do("windowfocus", do("search", "--onlyvisible", "--name", "review").split()[-1])
            assert press(L) == "0l"
            assert press(F) == "0l 1f"
            assert press(C) == "0l 1f 2r"
            assert press(Z, CONTROL) == "0l 1f"
            assert press(Z, CONTROL, SHIFT) == "0l 1f 2r"
            assert press(BACKSPACE) == "0l 1f"
            do("keydown", SHIFT, "key", RIGHT, "keyup", SHIFT)
            assert press(DIGIT_3) == "0l 1f 2r 3r"
            assert press(RETURN) == "0l 1f 2r 3r 4r"
        finally:
            window.terminate()
            window.wait(20)
            window.stdout.close()
