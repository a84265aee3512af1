"""The right column: figures of the test with their intervals, where the run has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gui.viewmodels.selection import EpochCursor, OpenRun
from tests.gui.sample_runs import SampleRun

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

INTERVALS = ("test_accuracy_interval", "test_macro_f1_interval")


def column_of(qtbot: QtBot, run: OpenRun) -> Any:
    from gui.widgets.run_info import RunInfo

    facts = RunInfo(EpochCursor())
    qtbot.addWidget(facts)
    facts.resize(400, 900)
    facts.show()
    facts.show_run(run)
    return facts


def test_figures_of_the_test_come_with_their_intervals(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, per_class=200).make()
    facts = column_of(qtbot, run)
    test = run.model.evaluations["test"]
    for key, ends in zip(INTERVALS, (test.accuracy_interval, test.macro_f1_interval), strict=True):
        assert ends is not None
        low, high = (float(part) for part in facts.values[key].text().split(" – "))
        value = float(facts.values[key.removesuffix("_interval")].text())
        assert (low, high) == (round(ends[0], 3), round(ends[1], 3))
        assert low - 0.001 <= value <= high + 0.001
        assert facts.names[key].text() == "95 % interval"


def test_a_run_from_before_there_were_intervals_shows_none(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path).make()
    old = msgspec.structs.replace(run.model.evaluations["test"], accuracy_interval=None, macro_f1_interval=None)
    run.model.evaluations["test"] = old
    facts = column_of(qtbot, run)
    assert facts.values["test_macro_f1"].text()
    assert [facts.values[key].isHidden() and facts.names[key].isHidden() for key in INTERVALS] == [True, True]


def test_a_run_of_a_baseline_is_not_said_to_go_on(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path).make()
    facts = column_of(qtbot, run)
    assert facts.values["resume"].text() == "bit for bit"
    info = run.model.info
    assert info is not None
    run.model.info = msgspec.structs.replace(info, settings={**info.settings, "baseline": {"algorithm": "numpy"}})
    facts = column_of(qtbot, run)
    assert facts.values["resume"].isHidden()
