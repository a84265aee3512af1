"""How long `epochscope gui RUN` takes from the start of the process until the last visible panel is painted, and how
much memory it has then: a run of 50 epochs, with 500 others in the list.

    python -m tests.benchmarks.window_start [--tries N]

Under Xvfb where there is one, else offscreen.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.xvfb import MISSING, screen

OTHERS = 500
HEAVY = ("torch", "torchvision", "sklearn", "pandas", "scipy")

# the window as the command opens it; the moment is taken when nothing is left to read, list or paint
CHILD = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from gui.window.main_window import Window
from trainer.cli import main

def resident():
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / 1e6

def shown(self, event, show=Window.showEvent):
    show(self, event)
    def look():
        table = self.runs_side.panel.items if self.runs_side.panel is not None else None
        if self.runs.catching_up or table is None or table.rowCount() < %d:
            return
        self.tabs.draw()
        self.repaint()
        heavy = [name for name in %r if name in sys.modules]
        print(json.dumps({"at": time.monotonic(), "mb": resident(), "heavy": heavy}), flush=True)
        timer.stop()
        self.closing.quietly()
    timer = QTimer(self)
    timer.timeout.connect(look)
    timer.start(5)
Window.showEvent = shown
sys.exit(main(["gui", *sys.argv[1:]]))
"""


def make_runs(root: Path) -> None:
    """A real run, and copies of what a list reads of it."""
    command = [sys.executable, "-m", "trainer", "train", "digits", "--epochs", "50", "--name", "fifty"]
    subprocess.run([*command, "--runs", str(root)], check=True, stdout=subprocess.DEVNULL)
    for number in range(OTHERS):
        other = root / f"other-{number:03d}"
        other.mkdir()
        for name in ("summary.json", "run.toml", "journal.jsonl", "metrics.csv"):
            shutil.copy(root / "fifty" / name, other / name)


def start(root: Path, environment: dict[str, str]) -> dict[str, Any]:
    """One start: seconds, megabytes, and which heavy packages were imported."""
    code = CHILD % (OTHERS + 1, HEAVY)
    command = [sys.executable, "-c", code, "fifty", "--runs", str(root)]
    begin = time.monotonic()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "seconds": found["at"] - begin}


def measure(tries: int) -> list[dict[str, Any]]:
    """The first start, which fills the caches, is left out."""
    offscreen = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with tempfile.TemporaryDirectory() as folder, nullcontext(offscreen) if MISSING else screen() as environment:
        root = Path(folder)
        environment["XDG_CONFIG_HOME"] = str(root / ".config")
        make_runs(root)
        return [start(root, environment) for _ in range(tries + 1)][1:]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.window_start", description=__doc__)
    parser.add_argument("--tries", type=int, default=7)
    found = measure(parser.parse_args().tries)
    seconds, memory = [one["seconds"] for one in found], [one["mb"] for one in found]
    print(f"start: median {statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f}; aim 1.5)")
    print(
        f"memory: {max(memory):.0f} MB (aim 250); heavy imports: {sorted({n for one in found for n in one['heavy']})}"
    )


if __name__ == "__main__":
    main()
