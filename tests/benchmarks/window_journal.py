"""A journal of a million lines in the window: how long until it is read and drawn, how much memory, and how long a
frame takes while 2,000 lines a second come in and a person pans.

    python -m tests.benchmarks.window_journal [--quick] [--tries N]

A frame is the tick that reads and the paint that follows: all six charts, 15 lines, 1400 x 900, under Xvfb where there
is one. It is measured in a
process of its own, without sleeping between frames; each frame brings the lines of a twentieth of a second. The best
try is printed last: on a machine with other work only that says something about us. `cpu` figures leave out the time in
which other processes had the cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psutil

from tests.xvfb import MISSING, screen
from trainer import events as ev

LINES_PER_FRAME = 100
STEPS_PER_EPOCH = 20_000
CLASSES = tuple("0123456789")


def journal_lines(first: int, count: int) -> Iterator[bytes]:
    """Lines `first` to `first + count - 1` (from 0) of one endless run: a report of one step each, and the end of an
    epoch every 20,000 steps."""
    for number in range(first, first + count):
        event = _event(number)
        attempt = b"" if isinstance(event, ev.RunStarted) else b'"attempt":1,'
        head = b'{"v":1,"seq":%d,%b"t":%.3f,"wall":0,' % (number + 1, attempt, number * 0.05)
        text = head + ev.encode(event)[1:]
        yield b"%08x %b\n" % (zlib.crc32(text), text)


def _event(step: int) -> ev.Event:
    epoch = step // STEPS_PER_EPOCH + 1
    if step == 0:
        return _started()
    noise = (step * 2654435761 % 1000) / 1000
    loss = 2.3 / (1 + step / 50_000) + 0.3 * noise
    if step % STEPS_PER_EPOCH == 1 and step > 1:
        return _validated(epoch - 1, step, loss)
    if step % STEPS_PER_EPOCH == 2 and step > 2:
        return _epoch_ended(epoch - 1, step, loss)
    return ev.BatchesReported(
        epoch=epoch,
        step=step,
        first_step=step,
        last_step=step,
        count=1,
        samples=64,
        correct=int(64 * (1 - loss / 3)),
        loss_mean=loss,
        loss_min=loss - 0.1,
        loss_max=loss + 0.1,
        loss_last=loss,
        learning_rate=1e-3,
        data_seconds=0.001 + 0.001 * noise,
        step_seconds=0.01 + 0.01 * noise,
    )


def _started() -> ev.RunStarted:
    return ev.RunStarted(
        epoch=0,
        step=0,
        run_id="long",
        attempt=1,
        resumed_step=0,
        resumed_seq=0,
        started_at="",
        epochs=100,
        steps_per_epoch=STEPS_PER_EPOCH,
        settings={},
        classes=CLASSES,
        split_sizes={},
        model="softmax",
        parameters=0,
        input_shape=(3, 32, 32),
        device="cpu",
        seed=0,
        threads=1,
        callbacks=(),
        versions={},
        exact_resume="exact",
    )


def _validated(epoch: int, step: int, loss: float) -> ev.ValidationDone:
    scores = (0.5,) * len(CLASSES)
    return ev.ValidationDone(
        epoch=epoch,
        step=step,
        loss=loss,
        accuracy=1 - loss / 3,
        macro_f1=1 - loss / 3,
        weighted_f1=1 - loss / 3,
        precision=scores,
        recall=scores,
        f1=scores,
        support=(100,) * len(CLASSES),
        confusion=((10,) * len(CLASSES),) * len(CLASSES),
        samples=1000,
        seconds=1.0,
        improved=True,
        best_epoch=epoch,
        best_loss=loss,
    )


def _epoch_ended(epoch: int, step: int, loss: float) -> ev.EpochEnded:
    return ev.EpochEnded(
        epoch=epoch,
        step=step,
        train_loss=loss,
        train_accuracy=1 - loss / 3,
        train_macro_f1=1 - loss / 3,
        train_f1=(0.5,) * len(CLASSES),
        valid_loss=loss + 0.05,
        valid_accuracy=0.95 - loss / 3,
        valid_macro_f1=0.95 - loss / 3,
        improved=True,
        learning_rate=1e-3,
        samples_per_second=4000.0,
        seconds=300.0,
        train_seconds=290.0,
        valid_seconds=10.0,
        data_seconds=20.0,
    )


def resident() -> float:
    """Megabytes of this process in memory now."""
    return psutil.Process().memory_info().rss / 1e6


def measure(folder: Path, lines: int, frames: int) -> dict[str, float]:
    """In this process, which should be a fresh one."""
    from PySide6.QtWidgets import QApplication

    from gui.panels.curves.curves_panel import CurvesPanel
    from gui.style import theme
    from gui.viewmodels.selection import EpochCursor

    app = QApplication([])
    theme.apply(app, "light")
    panel = CurvesPanel(EpochCursor())
    panel.resize(1400, 900)
    panel.show()
    app.processEvents()
    found = {"before_mb": resident()}
    found |= _open(folder, panel)
    panel.zoom(0.3)
    app.processEvents()
    return found | _pan(folder, panel, lines, frames)


def _open(folder: Path, panel: Any) -> dict[str, float]:
    """Until the journal is read to its end and drawn; meanwhile five drawings a second."""
    from PySide6.QtWidgets import QApplication

    from gui.viewmodels.journal_follower import JournalFollower
    from gui.viewmodels.selection import OpenRun
    from trainer.store.folder import RunFolder

    start, cpu = time.perf_counter(), time.process_time()
    run = OpenRun(RunFolder(folder), JournalFollower(RunFolder(folder)))
    panel.show_run(run)
    drawn = start
    while not run.follower.caught_up:
        changed = run.follower.tick(0.01)
        if time.perf_counter() - drawn > 0.2:
            panel.refresh(changed)
            drawn = time.perf_counter()
        QApplication.processEvents()
    panel.refresh(set())
    QApplication.processEvents()
    spent = {"opened_s": time.perf_counter() - start, "opened_cpu_s": time.process_time() - cpu}
    return spent | {"opened_mb": resident()}


def _pan(folder: Path, panel: Any, lines: int, frames: int) -> dict[str, float]:
    """To and fro, while lines come in."""
    from PySide6.QtWidgets import QApplication

    found, seconds, busy = {}, [], []
    with (folder / "journal.jsonl").open("ab") as file:
        for number in range(frames):
            file.write(b"".join(journal_lines(lines + number * LINES_PER_FRAME, LINES_PER_FRAME)))
            file.flush()
            before, cpu = time.perf_counter(), time.process_time()
            changed = panel.run.follower.tick(0.01)
            panel.pan(0.01 if number % 100 < 50 else -0.01)
            panel.refresh(changed)
            QApplication.processEvents()
            seconds.append(time.perf_counter() - before)
            busy.append(time.process_time() - cpu)
            if number == frames // 2:
                found["middle_mb"] = resident()
    seconds.sort()
    busy.sort()
    return found | {
        "frame_p50_ms": 1e3 * seconds[frames // 2],
        "frame_p95_ms": 1e3 * seconds[int(frames * 0.95)],
        "frame_cpu_p50_ms": 1e3 * busy[frames // 2],
        "frame_cpu_p95_ms": 1e3 * busy[int(frames * 0.95)],
        "frame_max_ms": 1e3 * seconds[-1],
        "under_16_ms_percent": 100 * sum(second < 0.016 for second in seconds) / frames,
        "end_mb": resident(),
        "rows": panel.run.model.batches.rows,
    }


def _measured_elsewhere(lines: int, frames: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "long"
        folder.mkdir()
        with (folder / "journal.jsonl").open("wb") as file:
            file.writelines(journal_lines(0, lines))
        command = [sys.executable, "-m", __spec__.name, "--measure", str(folder), str(lines), str(frames)]
        with (
            nullcontext({**os.environ, "QT_QPA_PLATFORM": "offscreen"}) if MISSING else screen(1400, 900) as environment
        ):
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.window_journal", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 lines and 100 frames: a look, not a result")
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--measure", nargs=3, metavar=("FOLDER", "LINES", "FRAMES"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        folder, lines, frames = given.measure
        print(json.dumps(measure(Path(folder), int(lines), int(frames))))
        return
    lines, frames = (100_000, 100) if given.quick else (1_000_000, 600)
    tries = [_measured_elsewhere(lines, frames) for _ in range(1 if given.quick else given.tries)]
    for number, found in enumerate(tries, start=1):
        print(f"try {number}: " + ", ".join(f"{name} {value:.1f}" for name, value in found.items()))
    best = min(tries, key=lambda found: float(found["frame_p95_ms"]))
    opened = min(float(found["opened_s"]) for found in tries)
    print(f"{lines:,} lines: opened in {opened:.1f} s with {best['opened_mb']:.0f} MB (aim: 5 s, 250 MB)")
    print(f"frames: p95 {best['frame_p95_ms']:.1f} ms, {best['under_16_ms_percent']:.0f} % under 16 ms (aim: 95 %)")
    print(f"memory while panning: {best['middle_mb']:.0f} MB half way, {best['end_mb']:.0f} MB at the end")


if __name__ == "__main__":
    main()
