"""The right column: figures of the test with their intervals, where the run has them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLabel

from gui.text.formats import state_word
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run_state import ENABLED, State
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.window import i18n
from tests.gui.sample_runs import SampleRun
from trainer import events as ev

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
        low, high = (float(part) for part in facts.values[key].text().split("–"))
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
    assert facts.values["resume"].text() == "exact"
    info = run.model.info
    assert info is not None
    run.model.info = msgspec.structs.replace(info, settings={**info.settings, "baseline": {"algorithm": "numpy"}})
    facts = column_of(qtbot, run)
    assert facts.values["resume"].isHidden()


def test_what_matters_is_in_cards_and_the_rest_is_folded(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, per_class=200).make()
    facts = column_of(qtbot, run)
    test = run.model.evaluations["test"]
    assert float(facts.test.value.text()) == round(test.macro_f1, 3)
    assert f"{run.model.best_epoch}" in facts.best.heading.text()
    assert [label.text().split("\n")[0] for label in facts.data.parts.values() if not label.isHidden()] == [
        str(size) for size in run.model.info.split_sizes.values() if size
    ]
    assert not facts.table.isVisible()
    facts.fold.click()
    assert facts.table.isVisible()
    facts.fold.click()
    assert not facts.table.isVisible()


class MetricRun(SampleRun):
    """Chooses its best epoch by a metric of its own, or by another monitor; `kappa` is best in the second epoch."""

    monitor: Any = ("kappa", "max")
    values = (0.2, 0.7, 0.5)

    def tell(self, event: Any) -> None:
        replace = msgspec.structs.replace
        if isinstance(event, ev.RunStarted):
            event = replace(event, metrics=("kappa",), monitor=self.monitor[0], monitor_mode=self.monitor[1])
        elif isinstance(event, ev.EpochEnded):
            event = replace(event, valid_metrics={"kappa": self.values[event.epoch - 1]})
        elif isinstance(event, ev.EvaluationDone):
            event = replace(event, metrics={"kappa": 0.66})
        super().tell(event)


def rows_of(card: Any) -> dict[str, str]:
    """What the rows of a card show."""
    return {name.text(): value.accessibleName() for name, value in card.rows._rows if not name.isHidden()}


@pytest.mark.parametrize(
    ("monitor", "epoch", "said"),
    [
        (("kappa", "max"), 2, "kappa (highest)"),
        (("kappa", "min"), 1, "kappa (lowest)"),
        (("accuracy", "max"), None, "Valid. accuracy (highest)"),
        (("loss", "min"), None, None),
    ],
)
def test_the_best_epoch_says_by_which_metric_and_shows_the_others(
    qtbot: QtBot, tmp_path: Path, monitor: tuple[str, str], epoch: int | None, said: str | None
) -> None:
    made = MetricRun(tmp_path)
    made.monitor = monitor
    run = made.make()
    facts = column_of(qtbot, run)
    rows = rows_of(facts.best)
    assert rows.get("Chosen by") == said
    best = run.model.best_epoch
    assert best == (epoch or best)
    assert facts.best.heading.text() == f"Best epoch: {best}"
    assert float(rows["kappa"]) == MetricRun.values[best - 1]
    assert float(rows_of(facts.test)["kappa"]) == 0.66
    assert facts.values["best_by"].isHidden() == (said is None)


def test_a_run_without_a_test_or_that_has_not_begun_has_no_such_cards(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, splits=("valid",)).make()
    facts = column_of(qtbot, run)
    assert (facts.best.isHidden(), facts.test.isHidden()) == (False, True)
    facts.show_run(OpenRun(run.folder, JournalFollower(run.folder)))
    assert [card.isHidden() for card in (facts.best, facts.data, facts.model)] == [True, True, True]


@pytest.mark.parametrize("state", get_args(State))
def test_every_state_has_a_word_a_sign_and_a_sentence(qtbot: QtBot, tmp_path: Path, state: State) -> None:
    facts = column_of(qtbot, SampleRun(tmp_path).make())
    facts.show_state(state, ENABLED[state])
    sign = facts.state.sign
    assert sign.word.text().casefold() == state_word(state).casefold()
    assert sign.accessibleName()
    assert not sign.sign.pixmap().isNull()
    assert facts.state.advice.text().endswith(".")
    if "continue" in ENABLED[state] and state != "completed":
        facts.show_state(state, frozenset())
        assert "cannot be continued" in facts.state.advice.text()


def test_a_run_that_is_still_being_read_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path).make()
    unread = OpenRun(run.folder, JournalFollower(run.folder))
    facts = column_of(qtbot, unread)
    facts.show_state("preparing", frozenset())
    assert facts.state.sign.word.text() == "Loading"
    while not unread.follower.caught_up:
        unread.follower.tick(5)
    facts.tick()
    assert facts.state.sign.word.text() == "Preparing"


def test_the_cards_are_as_wide_with_a_scroll_bar_as_without(qtbot: QtBot, tmp_path: Path) -> None:
    facts = column_of(qtbot, SampleRun(tmp_path).make())
    widths = {}
    for height in (3000, 200):
        facts.resize(400, height)
        qtbot.wait(1)
        widths[facts.verticalScrollBar().isVisible()] = facts.state.width(), facts.state.x()
    assert set(widths) == {True, False}
    assert widths[True] == widths[False]


def test_the_recipe_of_a_run_is_among_its_facts_where_it_is_recorded(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path).make()
    info = run.model.info
    assert info is not None
    for settings, shown in ((info.settings, []), ({**info.settings, "recipe": {"name": "photos"}}, ["photos"])):
        run.model.info = msgspec.structs.replace(info, settings=settings)
        facts = column_of(qtbot, run)
        facts.fold.click()
        for part in (facts.model, facts.table):
            labels = [label.text() for label in part.findChildren(QLabel) if label.isVisible()]
            assert [after for name, after in pairwise(labels) if name == "Recipe"] == shown


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_state_is_too_wide_for_the_column(qtbot: QtBot, qapp: Any, tmp_path: Path, language: str) -> None:
    before = QLocale()
    i18n.choose(qapp, language)
    try:
        facts = column_of(qtbot, SampleRun(tmp_path).make())
        facts.resize(facts.minimumWidth(), 900)
        for state in get_args(State):
            facts.show_state(state, ENABLED[state])
            assert facts.widget().minimumSizeHint().width() <= facts.viewport().width(), state
    finally:
        i18n.choose(qapp, "en")
        QLocale.setDefault(before)
