"""How long the window takes to list 5,000 runs, and to see that one of them has moved.

    python -m tests.benchmarks.window_runs [--runs 5000] [--tries 5]

`listed`: a new list over the folder, read, sorted and put into its table, painted. `seen`: from the moment a live run's
summary.json is replaced until the list shows it, with looks every half second as in the window.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from trainer.store import summary as summaries
from trainer.store.folder import RunFolder, current_owner, write_owner
from trainer.store.run_creation import create_run
from trainer.store.summary import Summary

LOOK_SECONDS = 0.5
TABLE = "epoch,valid_loss,valid_macro_f1\n" + "".join(f"{epoch},1.0,{epoch / 40}\n" for epoch in range(1, 31))
"""A metrics.csv, of which the list draws a curve."""


def make_runs(root: Path, count: int) -> RunFolder:
    """Completed runs, and one that is being trained, which is returned."""
    for number in range(count):
        folder = create_run(root, f"run-{number:04d}")
        live = number == count // 2
        made = Summary(
            status="running" if live else "completed", attempt=1, data="cifar10", model="softmax", epochs=5, epoch=5
        )
        made.best_macro_f1, made.best_loss, made.elapsed = number / count, 2.0 - number / count, 10.0 + number
        summaries.write(folder.summary, made)
        folder.metrics.write_text(TABLE, "utf-8")
        if live:
            write_owner(folder, current_owner(1))
            found = folder
    return found


def measure(root: Path, live: RunFolder, tries: int) -> tuple[list[float], float]:
    """Seconds to list all, try by try, and to see the change."""
    from PySide6.QtWidgets import QApplication

    from gui.runs.runs_panel import RunsPanel

    app = QApplication([])
    listed = []
    for _ in range(tries):
        start = time.perf_counter()
        panel = RunsPanel(root)
        panel.resize(400, 700)
        panel.show()
        panel.tick()
        app.processEvents()
        listed.append(time.perf_counter() - start)
    summary = summaries.read(live.summary) or Summary()
    summary.epoch = 77
    summaries.write(live.summary, summary)
    start = time.perf_counter()
    row = panel.runs.get(live.path.name)
    while row is None or row.value("epoch") != 77:
        time.sleep(LOOK_SECONDS)
        panel.tick()
        row = panel.runs.get(live.path.name)
    return listed, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.window_runs", description=__doc__)
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--tries", type=int, default=5)
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        live = make_runs(Path(folder), given.runs)
        listed, seen = measure(Path(folder), live, given.tries)
    print(
        f"{given.runs:,} runs: listed in {statistics.median(listed):.2f} s ({min(listed):.2f} to {max(listed):.2f}; "
        f"aim 0.5); a live one seen after {seen:.1f} s (aim 2)"
    )


if __name__ == "__main__":
    main()
