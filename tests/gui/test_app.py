"""The real `main()` in processes of its own: it opens, it ends, and its exit code is right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.window, pytest.mark.skipif(sys.platform == "win32", reason="ended by a signal")]

BEGIN = """
import sys
from PySide6.QtCore import QTimer
import gui.app, gui.window.main_window
show = gui.window.main_window.Window.showEvent
def shown(self, event):
    show(self, event)
    QTimer.singleShot({after}, lambda: act(self))
gui.window.main_window.Window.showEvent = shown
def act(window):
    print("shown", flush=True)
"""
END = """
sys.exit(gui.app.{entry}({arguments!r}))
"""


@pytest.fixture
def start(root: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    made: list[subprocess.Popen[str]] = []

    def begin(act: str = "    pass\n", *arguments: str, entry: str = "main", after: int = 0) -> subprocess.Popen[str]:
        code = BEGIN.format(after=after) + act + END.format(entry=entry, arguments=list(arguments))
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-W", "ignore", "-c", code]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        made.append(subprocess.Popen(command, env=environment, text=True, **pipes))
        return made[-1]

    yield begin
    for process in made:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], seconds: float = 60) -> tuple[int, str]:
    _, err = process.communicate(timeout=seconds)
    return process.returncode, err


def test_it_opens_and_closes(start: Callable[..., Any]) -> None:
    code, err = ended(start("    window.close()\n"))
    assert (code, err) == (0, "")


@pytest.mark.slow
def test_it_opens_and_closes_twenty_times(start: Callable[..., Any], finished: Any) -> None:
    codes = [ended(start("    window.close()\n", "finished", after=after)) for after in range(0, 400, 20)]
    assert codes == [(0, "")] * 20


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_it_without_a_question(start: Callable[..., Any], number: int) -> None:
    process = start("")
    assert process.stdout.readline() == "shown\n"
    process.send_signal(number)
    assert ended(process) == (0, "")


def test_a_signal_closes_it_even_before_it_is_shown(start: Callable[..., Any], finished: Any) -> None:
    code = (
        "import os, signal\ngui.window.main_window.Window.open_run = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    assert ended(start("    pass\n" + code, "finished")) == (0, "")


def test_it_opens_a_run_by_name(start: Callable[..., Any], finished: Any) -> None:
    code, err = ended(start("    print(window.run.folder.name, flush=True)\n    window.close()\n", "fin"))
    assert (code, err) == (0, "")


def test_an_error_in_the_window_is_written_down_and_told(start: Callable[..., Any]) -> None:
    act = (
        "    def fail():\n        raise ZeroDivisionError('by design')\n"
        "    QTimer.singleShot(0, fail)\n"
        "    QTimer.singleShot(300, lambda: (print(window.banner.text('fault'), flush=True), window.close()))\n"
    )
    process = start(act)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ZeroDivisionError: by design" in out
    assert err == ""
    assert "by design" in (Path(os.environ["EPOCHSCOPE_CACHE"]) / "window.log").read_text("utf-8")


def test_a_window_that_cannot_be_made_is_a_bug_of_ours(start: Callable[..., Any]) -> None:
    code = "gui.window.main_window.Window.show_run = None\n"
    process = start("    pass\n" + code)
    status, err = ended(process)
    assert status == 1
    assert "Traceback" not in err
    assert err


@pytest.mark.parametrize(
    ("arguments", "word"), [(["nothing"], "nothing"), (["--nonsense"], "--nonsense"), (["a", "b"], "b")]
)
def test_wrong_usage_ends_with_four(start: Callable[..., Any], arguments: list[str], word: str) -> None:
    code, err = ended(start("", *arguments))
    assert code == 4
    assert word in err
    assert "Traceback" not in err


def test_help_says_what_there_is(start: Callable[..., Any]) -> None:
    process = start("", "--help")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "--runs" in out


def test_without_a_display_it_says_so_in_one_sentence(root: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if "DISPLAY" not in key and key != "QT_QPA_PLATFORM"}
    if sys.platform != "linux":
        pytest.skip("there is always a display")
    command = [sys.executable, "-m", "trainer", "gui"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 4
    assert "display" in found.stderr
    assert len(found.stderr.splitlines()) <= 3


def test_through_the_command_line(root: Path, finished: Any) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer", "gui", "finished"], env=environment, stderr=subprocess.PIPE, text=True
    )
    log = Path(os.environ["EPOCHSCOPE_CACHE"]) / "window.log"
    end = time.monotonic() + 30
    while not log.exists() or "opened" not in log.read_text("utf-8"):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


@pytest.mark.slow
def test_the_demo_trains_and_shows_it(start: Callable[..., Any], root: Path) -> None:
    act = (
        "    def look():\n"
        "        state = window.run_controller.steering.state\n"
        "        if window.run and window.run.model.epochs.rows >= 2 and state == 'running':\n"
        "            print(window.run.model.info.model, flush=True)\n"
        "            window.run_controller.ask('stop')\n"
        "            timer.stop()\n"
        "            QTimer.singleShot(100, end)\n"
        "    def end():\n"
        "        window.close() if not window.run_controller.working() else QTimer.singleShot(100, end)\n"
        "    timer = window.timer_ = QTimer(window)\n"
        "    timer.timeout.connect(look)\n"
        "    timer.start(50)\n"
    )
    process = start(act, entry="demo")
    out, err = process.communicate(timeout=100)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines() == ["shown", "cnn"]
    (run,) = [path for path in root.iterdir() if not path.name.startswith(".")]
    assert run.name.startswith("demo-")


WINDOW = {"gui", "trainer", "PySide6", "shiboken6", "shibokensupport", "signature_bootstrap", "pyqtgraph", "colorama"}
WINDOW |= {"numpy", "PIL", "msgspec", "psutil", "annotated_types", "typing_extensions", "typing_inspection"}
WINDOW |= {"pydantic", "pydantic_core"}
"""Packages that the window may load: each one more is waited for at every start."""


def test_the_window_loads_nothing_heavy(start: Callable[..., Any], finished: Any) -> None:
    act = (
        "    for name in window.tabs.names():\n        window.show_tab(name)\n"
        "    window.new_run()\n"
        "    found = {name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names\n"
        "    print(*[name for name in found if name[0] != '_'], flush=True)\n"
        "    window.close()\n"
    )
    process = start(act, "finished", after=300)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    shown, found = out.splitlines()
    assert shown == "shown"
    assert {"PySide6", "gui"} <= set(found.split()) <= WINDOW | {"cuda"}  # which pyqtgraph takes where it is installed
