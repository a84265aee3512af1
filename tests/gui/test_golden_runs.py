"""The window opens the runs of earlier versions and shows the same numbers.

Wording may change, numbers may not. See `tests/golden/record.py`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.golden.rows import ROWS, copied, expected, faults
from tests.gui.windows import opened
from trainer.store.folder import RunFolder

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gui.window.main_window import Window


@pytest.fixture
def root(version: str, tmp_path: Path) -> Path:
    """The runs of a version instead of an empty folder."""
    return copied(version, tmp_path / "runs")


@pytest.fixture
def recorded(version: str, name: str) -> dict[str, Any]:
    """The recorded state of the run, known faults as they are now."""
    found = expected(version, name)
    wrong = {fault["at"].rpartition("/")[2]: fault["now"] for fault in faults(version) if fault["run"] == name}
    found["window"] |= {key: value for key, value in wrong.items() if key in ("problems", "messages")}
    return found


@pytest.fixture
def run_window(qtbot: QtBot, window: Window, root: Path, name: str) -> Window:
    """The window that shows the run."""
    return opened(qtbot, window, RunFolder(root / name))


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_the_state_and_what_can_be_done(run_window: Window, recorded: dict[str, Any], name: str) -> None:
    state = recorded["window"]["state"]
    assert (run_window.run_controller.steering.state, sorted(run_window.run_controller.steering.enabled)) == (
        state,
        recorded["window"]["enabled"],
    )
    assert state in run_window.run_toolbar.what.text()
    assert name in run_window.windowTitle()
    assert run_window.epoch_bar.slider.maximum() == len(recorded["window"]["epochs"])


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_the_column_of_figures(run_window: Window, recorded: dict[str, Any]) -> None:
    values = {key: label.text() for key, label in run_window.run_info.values.items()}
    info, rows = recorded["window"]["info"], list(csv.DictReader(recorded["metrics"]))
    best, loss = recorded["window"]["best"]
    assert (values["data"], values["model"], values["device"]) == ("digits", info["model"], info["device"])
    assert (values["parameters"], values["seed"]) == (str(info["parameters"]), str(info["seed"]))
    assert values["attempt"] == (str(info["attempt"]) if info["attempt"] > 1 else "")
    for column in ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "valid_macro_f1"):
        half = 6e-5 if column.endswith("loss") else 6e-4  # of the last digit that is shown
        assert float(values[column]) == pytest.approx(float(rows[-1][column]), abs=half)
    assert (values["best_epoch"], float(values["best_loss"])) == (str(best), pytest.approx(loss, abs=6e-5))
    test = dict(recorded["window"]["evaluations"]).get("test")
    assert bool(values["test_accuracy"]) == bool(test)
    if test:
        assert float(values["test_accuracy"]) == pytest.approx(test["accuracy"], abs=6e-4)


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_curves_go_through_the_recorded_points(qtbot: QtBot, run_window: Window, recorded: dict[str, Any]) -> None:
    curves: Any = run_window.tabs.panel("curves")
    for chart, column in (("loss", "valid_loss"), ("accuracy", "valid_accuracy"), ("macro_f1", "valid_macro_f1")):
        points = np.array([float(row[column]) for row in csv.DictReader(recorded["metrics"])])
        qtbot.waitUntil(lambda chart=chart: bool(curves.charts[chart].scene.strokes))
        drawn = [stroke.y for stroke in curves.charts[chart].scene.strokes]
        assert any(y.shape == points.shape and np.array_equal(y, points) for y in drawn), chart


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_the_table_of_classes(qtbot: QtBot, run_window: Window, recorded: dict[str, Any]) -> None:
    run_window.show_tab("classes")
    run_window.refresh_timer.tick()
    table: Any = run_window.tabs.panel("classes")
    model = table.table.model()
    info, verdict = recorded["window"]["info"], recorded["window"]["verdicts"][-1][1]
    qtbot.waitUntil(lambda: model.rowCount() == len(info["classes"]))
    cells = [[str(model.index(row, column).data()) for column in range(5)] for row in range(model.rowCount())]
    shown = {name: [float(cell) for cell in rest] for name, *rest in cells}
    assert sorted(shown) == sorted(info["classes"])
    for place, name in enumerate(info["classes"]):
        figures = [verdict[key][place] for key in ("f1", "precision", "recall", "support")]
        assert shown[name] == pytest.approx(figures, abs=6e-4)


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_every_tab_opens_and_only_recorded_problems_are_shown(
    run_window: Window, recorded: dict[str, Any], root: Path, name: str
) -> None:
    assert run_window.run is not None
    detached = [one for one in run_window.run.model.messages if one.kind == "CallbackFailed"]
    assert ("before the first epoch" in (run_window.banner.text("callbacks") or "")) == bool(detached)
    for tab in run_window.tabs.names():
        run_window.show_tab(tab)
        run_window.refresh_timer.tick()
        assert run_window.banner.isVisible() == bool(recorded["window"]["problems"] or detached), tab
    for file, _ in recorded["window"]["problems"]:
        assert file in (run_window.banner.text("folder") or "")
    log: Any = run_window.tabs.panel("log")
    assert len(log.messages.toPlainText().splitlines()) == len(recorded["window"]["messages"])
    assert log.log.toPlainText().splitlines()[-1] == RunFolder(root / name).log.read_text("utf-8").splitlines()[-1]
