"""A window in a process of its own, by the real `main()`: it says what it shows, and does what it is told.

`python -m tests.gui.window_process TASK ARGUMENTS...`: TASK is JSON, `{"start": [arguments, name], "busy": true,
"full": path}`; each may be left out. `busy` may be milliseconds; while there is a file `full`, the disk is full. Lines
on its input are orders: `report`, `pause`, `close`, and with JSON after them `start [arguments, name]`, `continue
path`, `show path`, `ask [what, when]`. Its output is a JSON object a line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel

from gui.app import main
from gui.window.main_window import Window
from tests.reliability.disks import FlaggedDisk
from trainer.errors import DiskError
from trainer.store import durable

BUSY_MS = 30


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def report(window: Window) -> dict[str, Any]:
    """What a person sees: charts as drawn, the table's rows, the state, the notices."""
    run = window.run
    if run is None:
        return {"state": "none"}
    curves: Any = window.tabs.panel("curves")
    model = run.model
    strokes = {
        name: [[s.x.tolist(), s.y.tolist()] for s in chart.scene.strokes] for name, chart in curves.charts.items()
    }
    return {
        "name": run.folder.name,
        "state": window.run_controller.steering.state,
        "what": window.run_toolbar.what.text(),
        "caught_up": run.follower.caught_up,
        "damaged": run.follower.damaged,
        "epochs": model.epochs.column("epoch").tolist(),
        "steps": model.batches.column("step").tolist(),
        "strokes": strokes,
        "slider": window.epoch_bar.slider.maximum(),
        "verdicts": sorted(model.verdicts),
        "evaluations": sorted(model.evaluations),
        "test_accuracy": window.run_info.values["test_accuracy"].text(),
        "can_pause": window.window_actions.actions["pause"].isEnabled(),
        "notices": [label.text() for label in window.banner.findChildren(QLabel) if label.text()],
    }


def keep_busy(window: Window, milliseconds: int) -> QTimer:
    """What a restless person does: tab after tab, epoch after epoch, notes, checkpoints."""
    turns = count()

    def act() -> None:
        turn = next(turns)
        window.show_tab(window.tabs.names()[turn % len(window.tabs.names())])
        window.epoch_bar.go_back() if turn % 3 else window.epoch_bar.go_live()
        if turn % 7 == 0 and "checkpoint" in window.run_controller.steering.enabled:
            window.run_controller.ask("checkpoint")
        if turn % 5 == 0 and window.run is not None and window.runs_side.panel is not None:
            name = window.run.folder.name
            if window.runs_side.panel.runs.get(name):
                with suppress(DiskError):  # its editor shows that
                    window.runs_side.panel.runs.annotate(name, note=f"seen {turn} times")

    timer = QTimer(window)
    timer.timeout.connect(act)
    timer.start(milliseconds)
    return timer


def obey(window: Window) -> QSocketNotifier:
    """Read orders."""
    controller = window.run_controller

    def launch(action: Callable[[], None], path: Path) -> None:
        before = controller.started.get(path)
        action()
        engine = controller.started.get(path)
        say(engine=engine.pid if engine is not None and engine is not before else None)

    orders: dict[str, Callable[..., object]] = {
        "report": lambda: say(report=report(window)),
        "pause": controller.pause,
        "close": window.closing.quietly,
        "start": lambda given: launch(lambda: controller.start(*given), window.root / given[1]),
        "continue": lambda path: launch(lambda: controller.go_on(Path(path), None), Path(path)),
        "show": lambda path: window.open_run(Path(path)),
        "ask": lambda given: controller.ask(*given),
    }

    pipe = sys.stdin.fileno()
    rest = b""

    def follow() -> None:
        nonlocal rest
        data = os.read(pipe, 1 << 16)  # a buffer would keep a second line to itself
        *lines, rest = (rest + data).split(b"\n")
        for word, _, given in (line.decode().partition(" ") for line in lines):
            orders[word](*([json.loads(given)] if given else []))
        notifier.setEnabled(bool(data))

    notifier = QSocketNotifier(pipe, QSocketNotifier.Type.Read, window)
    notifier.activated.connect(lambda *_: follow())
    return notifier


def begin(window: Window, task: dict[str, Any]) -> None:
    """Once it is on the screen."""
    obey(window)
    if "start" in task:
        arguments, name = task["start"]
        window.run_controller.start(arguments, name)
    if task.get("busy"):
        keep_busy(window, BUSY_MS if task["busy"] is True else task["busy"])
    say(shown=True, engines=[engine.pid for engine in window.run_controller.working()])


def run(task: dict[str, Any], arguments: list[str]) -> int:
    """Open the window and do the task."""
    show, begun = Window.showEvent, []

    def shown(self: Window, event: QShowEvent) -> None:
        show(self, event)
        if not begun:
            begun.append(True)
            QTimer.singleShot(0, lambda: begin(self, task))

    if "full" in task:
        durable.seam = FlaggedDisk(task["full"])
    Window.showEvent = shown  # type: ignore[method-assign]
    return main(arguments)


if __name__ == "__main__":
    sys.exit(run(json.loads(sys.argv[1]), sys.argv[2:]))
