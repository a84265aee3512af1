"""A run that was killed and resumed twice is one curve in the window: nothing twice, nothing missing, no zigzag."""

from __future__ import annotations

import csv
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.panels.curves.curves_panel import CurvesPanel
from gui.viewmodels.curves import LINES
from gui.window.main_window import Window
from tests.reliability.harness import assert_same, attempts
from tests.reliability.supervisor import SETTINGS, STEPS, Child, child, reached
from trainer.events import BatchesReported, EpochEnded, ValidationDone
from trainer.store.folder import RunFolder, state
from trainer.store.journal import read_journal

pytestmark = [
    pytest.mark.window,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="killed by a signal of POSIX"),
]
EPOCHS = 4
ALL = {"reports": "all"}
"""Reports are merged by the clock; with one for every step, two runs can be compared point by point."""
SHORT = {**SETTINGS, "train": {**SETTINGS["train"], "epochs": EPOCHS}}
TWO = ("loss", "accuracy")
CLOCKS = ("time_s", "samples_per_second", "data_share")


def at(step: int) -> dict[str, Any]:
    return {"at": "step", "number": step}


TWICE = {
    "inside an epoch, steps after a checkpoint lost": [at(STEPS + 9), at(2 * STEPS + 18)],
    "before the first checkpoint": [at(3), at(5)],
    "between validation and its row": [{"at": "validated"}, at(3 * STEPS + 2)],
    "between the row and its checkpoint": [{"at": "save", "call": "open", "number": 4}, {"at": "validated"}],
}


@dataclass
class Seen:
    """All that the window shows of a run's curves. `drawn`: x and y of each line of a chart; `smoothed` and `thinned`:
    what is made of them step by step while the run goes on."""

    drawn: dict[str, list[tuple[list[float], list[float]]]]
    smoothed: list[tuple[list[float], list[float]]]
    thinned: list[tuple[list[float], list[float]]]
    tables: dict[str, list[list[str]]]
    csv: list[dict[str, str]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = RunFolder(tmp_path_factory.mktemp("whole") / "run")
    with told(run) as process:
        assert process.wait() == 0, process.said
    return run


def told(run: RunFolder, gate: dict[str, Any] | None = None) -> Any:
    return child(run, settings=SHORT, gate={**ALL, **(gate or {})})


def caught_up(qtbot: QtBot, window: Window, run: RunFolder, shown: str) -> CurvesPanel:
    """The curves, once the window has read the journal to its end and shows that state."""
    if window.run is None or window.run.folder != run:
        window.open_run(run.path)
    assert window.run is not None
    model, last = window.run.model, reached(run)
    qtbot.waitUntil(lambda: model.step >= last and window.run_controller.steering.state == shown, timeout=30_000)
    panel = window.tabs.panel("curves")
    assert isinstance(panel, CurvesPanel)
    if panel.bar.slider.value() == 0:
        panel.bar.slider.setValue(3)  # some smoothing, from the first attempt on
    return panel


def seen(panel: CurvesPanel, folder: Path) -> Seen:
    """By step; tables and export as a person gets them."""
    panel.bar.axis_box.setCurrentIndex(0)
    smoothed = [(stroke.x.tolist(), stroke.y.tolist()) for stroke in panel.charts["loss"].scene.strokes]
    pieces = [panel._series[-1].piece(line, "step", (0, EPOCHS * STEPS), 3) for line in LINES if line.chart in TWO]
    thinned = [(x.tolist(), y.tolist()) for x, y, _ in pieces]
    panel.bar.slider.setValue(0)
    panel.follow()
    drawn = {
        name: [(stroke.x.tolist(), stroke.y.tolist()) for stroke in panel.charts[name].scene.strokes]
        for name in ("loss", "accuracy", "macro_f1", "learning_rate")
    }
    tables = {}
    panel.bar.table_button.setChecked(True)
    for place in range(panel.bar.source_box.count()):
        panel.bar.source_box.setCurrentIndex(place)
        tables[panel.bar.source] = rows_of(panel.table.numbers)
    panel.bar.table_button.setChecked(False)
    panel.export_csv(folder / "curves.csv")
    with (folder / "curves.csv").open(encoding="utf-8", newline="") as file:
        return Seen(drawn, smoothed, thinned, tables, list(csv.DictReader(file)))


def rows_of(numbers: Any) -> list[list[str]]:
    """As shown, without the columns that clocks fill."""
    heads = [numbers.headerData(column, Qt.Orientation.Horizontal) for column in range(numbers.columnCount())]
    kept = [i for i, head in enumerate(heads) if head not in ("Images/s", "Data\nwait, %", "Seconds")]
    return [[numbers.index(row, column).data() for column in kept] for row in range(numbers.rowCount())]


def without_clocks(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: value for key, value in row.items() if key not in (*CLOCKS, "run")} for row in rows]


def assert_continuous(found: Seen) -> None:
    steps, epochs = list(range(1, EPOCHS * STEPS + 1)), list(range(1, EPOCHS + 1))
    ends = [epoch * STEPS for epoch in epochs]
    for name, lines in found.drawn.items():
        for x, _ in lines:
            assert x in (steps, ends) or len(x) == 1, f"{name}: x is {x}"  # the star of the best epoch is one point
    by_step = {name: [x for x, _ in found.drawn[name]].count(steps) for name in found.drawn}
    by_epoch = {name: [x for x, _ in found.drawn[name]].count(ends) for name in found.drawn}
    assert by_step == {"loss": 1, "accuracy": 1, "macro_f1": 0, "learning_rate": 1}
    assert by_epoch == {"loss": 2, "accuracy": 2, "macro_f1": 2, "learning_rate": 0}
    assert [row[0] for row in found.tables["batches"]] == [str(step) for step in steps]
    assert [row[:2] for row in found.tables["epochs"]] == [[str(e), str(e * STEPS)] for e in epochs]
    assert [int(row["step"]) for row in found.csv if row["row"] == "batches"] == steps
    assert [int(row["epoch"]) for row in found.csv if row["row"] == "epoch"] == epochs
    times = [float(row["time_s"]) for row in found.csv if row["row"] == "batches"]
    assert times == sorted(times)


def killed(process: Child) -> None:
    process.until_gate()
    process.send(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("where", TWICE)
def test_killed_and_resumed_twice_is_one_curve(
    where: str, qtbot: QtBot, window: Window, root: Path, whole: RunFolder, tmp_path: Path
) -> None:
    run = RunFolder(root / "run")
    reach = []
    for gate in TWICE[where]:
        with told(run, gate) as process:
            killed(process)
        reach.append(reached(run))
        caught_up(qtbot, window, run, "lost")  # it has drawn what the next attempt takes back
    with told(run) as process:
        assert process.wait() == 0, process.said
    followed = seen(caught_up(qtbot, window, run, "completed"), tmp_path)
    assert window.run is not None
    assert (window.run.model.best_epoch, sorted(window.run.model.verdicts)) == best_and_epochs(run)
    assert_same(run, whole)
    assert_continuous(followed)
    window.show_run(None)
    opened = seen(caught_up(qtbot, window, run, "completed"), tmp_path)
    assert opened == followed, "who followed it live and who opens it later see the same"
    window.show_run(None)
    undisturbed = seen(caught_up(qtbot, window, whole, "completed"), tmp_path)
    assert followed.drawn == undisturbed.drawn
    assert (followed.smoothed, followed.thinned) == (undisturbed.smoothed, undisturbed.thinned)
    assert followed.tables == undisturbed.tables
    assert without_clocks(followed.csv) == without_clocks(undisturbed.csv)
    print(f"\n{where}: killed at steps {reach}, {history_of(run)}")


def best_and_epochs(run: RunFolder) -> tuple[int | None, list[int]]:
    """As the last validation of the journal has it."""
    done = [r.event for r in read_journal(run.journal).records if isinstance(r.event, ValidationDone)]
    return done[-1].best_epoch, list(range(1, EPOCHS + 1))


def history_of(run: RunFolder) -> str:
    """What the journal holds of it; more than once, or the test is empty."""
    events = [record.event for record in read_journal(run.journal).records]
    reports = [event.last_step for event in events if isinstance(event, BatchesReported)]
    ends = [event.epoch for event in events if isinstance(event, EpochEnded | ValidationDone)]
    twice = len(reports) - len(set(reports)) + len(ends) - 2 * EPOCHS
    assert twice > 0, "no attempt did anything again"
    assert state(run) == "completed"
    resumed = [event.resumed_step for event in attempts(run)]
    assert len(resumed) == 3
    return f"resumed at {resumed[1:]}, {len(reports)} reports of {len(set(reports))} steps, epochs told {ends}"
