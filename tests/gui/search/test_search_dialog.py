"""The dialog of searches: what the file says is what is shown, and it follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QLocale, QPointF, Qt
from PySide6.QtWidgets import QInputDialog, QPushButton

from gui.search.search_dialog import SearchDialog
from gui.text.formats import significant
from gui.viewmodels.settings_form import SettingsForm
from trainer.search.search_plan import SearchPlan
from trainer.search.search_space import parse_space, with_values
from trainer.settings import describe, merge
from trainer.store import summary as summaries
from trainer.store.folder import current_owner, write_owner
from trainer.store.requests import Request, poll
from trainer.store.run_creation import create_run
from trainer.store.search_folder import (
    DimensionRecord,
    SearchRecord,
    TrialRecord,
    hold,
    make_search,
    search_folder,
    write_plan,
    write_record,
)
from trainer.store.summary import Summary

_TITLES = {setting.path: setting.title for setting in describe()}
RATE, BATCH = _TITLES["train", "lr"], _TITLES["train", "batch"]
"""As the form calls them."""


def trial(number: int, value: float | None, *, state: Any = "completed", **values: Any) -> TrialRecord:
    values = {"train.lr": 10.0**-number, "train.batch": 32, **values}
    history = (value,) if value is not None else ()
    epoch = 1 if value is not None else None
    return TrialRecord(
        number=number, run=f"few-{number}", state=state, values=values, history=history, value=value, epoch=epoch
    )


RECORD = SearchRecord(
    name="few",
    state="completed",
    monitor="loss",
    wanted=4,
    source="digits",
    model="mlp",
    seed=1,
    space=(
        DimensionRecord(name="train.lr", low=1e-4, high=1e-1, log=True),
        DimensionRecord(name="train.batch", choices=(32, 64)),
    ),
    trials=(
        trial(1, 2.0),
        trial(2, 0.5, **{"train.batch": 64}),
        trial(3, 3.0, state="pruned"),
        trial(4, None, state="failed"),
    ),
    best=2,
    importance={"train.lr": 0.75, "train.batch": 0.25},
)


def written(root: Path, record: SearchRecord) -> None:
    folder = search_folder(root, record.name)
    make_search(folder)
    write_record(folder, record)


@pytest.fixture
def dialog(tmp_path: Path, qtbot: Any) -> SearchDialog:
    written(tmp_path, RECORD)
    dialog = SearchDialog(tmp_path)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def rows(dialog: SearchDialog) -> list[list[str]]:
    table = dialog.table
    items = [[table.item(row, place) for place in range(table.columnCount())] for row in range(table.rowCount())]
    return [[item.text() if item is not None else "" for item in row] for row in items]


def test_the_best_trial_is_on_top_and_opens_its_run(dialog: SearchDialog, tmp_path: Path) -> None:
    assert [row[0] for row in rows(dialog)] == ["few-2 ★", "few-1", "few-3", "few-4"]
    assert rows(dialog)[0] == ["few-2 ★", "completed", "0.01", "64", "1", "0.5000"]
    heads = [dialog.table.horizontalHeaderItem(place) for place in range(dialog.table.columnCount())]
    assert [head.text() for head in heads if head is not None][2:] == [RATE, BATCH, "Epoch", "Validation loss"]
    assert "4 of 4 trials" in dialog.state.text()
    opened: list[Path] = []
    dialog.run_chosen.connect(opened.append)
    dialog.table.activated.emit(dialog.table.model().index(1, 0))
    assert opened == [tmp_path / "few-1"]


def test_settings_and_metrics_of_trials_are_written_alike(dialog: SearchDialog) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.Russian))
    try:
        assert dialog.table._record is not None
        dialog.table.show_record(dialog.table._record)
        assert rows(dialog)[0] == ["few-2 ★", "completed", "0,01", "64", "1", "0,5000"]
    finally:
        QLocale.setDefault(before)


def test_the_charts_show_all_that_have_a_value(dialog: SearchDialog) -> None:
    best, values = dialog.history.scene.strokes
    assert values.x.tolist() == [1, 2, 3]
    assert values.y.tolist() == [2.0, 0.5, 3.0]
    assert best.x.tolist() == [1, 2, 2, 3, 3]
    assert best.y.tolist() == [2.0, 2.0, 0.5, 0.5, 0.5], "in steps"
    assert [axis.name for axis in dialog.parallel.axes] == [RATE, BATCH, "Validation loss"]
    assert [text for _, text in dialog.parallel.axes[-1].marks] == [significant(0.5), significant(3.0)]
    lines = {line.trial.number: line for line in dialog.parallel.lines}
    assert set(lines) == {1, 2, 3}
    assert lines[2].places == pytest.approx((2 / 3, 1.0, 0.0))
    assert lines[2].share == 1
    assert dialog.parallel.lines[-1].trial.number == 2  # over the others
    assert dialog.importance.item(0, 0).text() == RATE  # type: ignore[union-attr]


def test_a_line_is_found_by_the_mouse(dialog: SearchDialog) -> None:
    dialog.tabs.setCurrentIndex(2)
    parallel = dialog.parallel
    line = next(line for line in parallel.lines if line.trial.number == 1)
    first, second, _ = parallel.points(line)
    assert parallel.nearest(QPointF(0.7 * first.x() + 0.3 * second.x(), 0.7 * first.y() + 0.3 * second.y())) == 1
    assert parallel.nearest(QPointF(-100, -100)) == 0
    parallel.pointed.emit(1)
    assert dialog.pointed.text() == f"few-1 · completed · {RATE} 0.1 · {BATCH} 32 · Validation loss 2.0000"
    assert parallel.grab().width() == parallel.width()  # with a line brought out


def test_pointing_at_a_trial_moves_nothing(dialog: SearchDialog) -> None:
    before = dialog.history.geometry()
    dialog.history.pointed.emit(1)
    assert dialog.pointed.text()
    layout = dialog.layout()
    assert layout is not None
    layout.activate()
    assert dialog.history.geometry() == before


def test_it_follows_a_search_that_goes_on(dialog: SearchDialog, tmp_path: Path) -> None:
    more = msgspec.structs.replace(RECORD, trials=(*RECORD.trials, trial(5, 0.1)), best=5, wanted=6)
    written(tmp_path, more)
    dialog.poll()
    assert rows(dialog)[0][0] == "few-5 ★"
    written(tmp_path, msgspec.structs.replace(more, state="running"))
    dialog.poll()
    assert dialog.state.text().startswith("lost")  # no process holds its lock


def test_the_trial_under_way_is_said_until_there_is_a_point(dialog: SearchDialog, tmp_path: Path) -> None:
    assert dialog.history.view.isVisible()
    assert "Best so far" in dialog.history.legend.accessibleDescription()
    assert dialog.history.axis_title.text() == "Trial"
    assert not dialog.under_way.isVisible()
    lock = hold(search_folder(tmp_path, "few"))
    first = msgspec.structs.replace(RECORD, state="running", best=None, trials=(trial(1, None, state="running"),))
    written(tmp_path, first)
    dialog.poll()
    assert not dialog.history.view.isVisible()
    assert "Trial 1 is being prepared" in dialog.history.waiting.text()
    run = create_run(tmp_path, "few-1")
    for epoch, said in ((0, 1), (11, 12), (60, 60)):
        summaries.write(run.summary, Summary(status="running", epoch=epoch, epochs=60))
        dialog.poll()
        assert dialog.under_way.text() == f"Trial 1 is training, epoch {said} of 60"
        assert dialog.under_way.text() in dialog.history.waiting.text()
    written(tmp_path, msgspec.structs.replace(first, trials=(trial(1, 0.5), trial(2, None, state="running"))))
    dialog.poll()
    assert dialog.history.view.isVisible()
    assert dialog.under_way.text() == "Trial 2 is being prepared"
    lock.release()


def test_a_search_that_begins_meanwhile_is_offered(dialog: SearchDialog, tmp_path: Path) -> None:
    written(tmp_path, msgspec.structs.replace(RECORD, name="other"))
    dialog.poll()
    assert [dialog.names.itemText(place) for place in range(dialog.names.count())] == ["few", "other"]
    assert dialog.names.currentText() == "few"
    dialog.names.setCurrentText("other")
    assert rows(dialog)[0][0] == "few-2 ★"


def test_a_file_leads_nowhere_outside(dialog: SearchDialog, tmp_path: Path) -> None:
    odd = msgspec.structs.replace(trial(2, 0.5, **{"train.lr": "no number", "train.batch": 7}), run="../../etc")
    written(tmp_path, msgspec.structs.replace(RECORD, trials=(odd,)))
    dialog.poll()
    opened: list[Path] = []
    dialog.run_chosen.connect(opened.append)
    dialog.parallel.chosen.emit(2)
    assert opened == [tmp_path / "etc"]
    assert dialog.parallel.lines[0].places[:2] == (0.0, 0.0)


def test_a_damaged_and_a_newer_file_are_said(dialog: SearchDialog, tmp_path: Path) -> None:
    record = search_folder(tmp_path, "few").record
    record.write_text("{", encoding="utf-8")
    dialog.poll()
    assert dialog.state.text() == "It cannot be read."
    record.write_text('{"format": 99}', encoding="utf-8")
    dialog.poll()
    assert dialog.state.text() == "This search was made by a newer Epochscope."


def test_only_a_search_that_can_go_on_is_continued(dialog: SearchDialog, tmp_path: Path, qtbot: Any) -> None:
    assert not dialog.steer_button.isVisible()  # completed
    written(tmp_path, msgspec.structs.replace(RECORD, state="stopped"))
    dialog.poll()
    assert dialog.steer_button.text() == "Continue the search"
    with qtbot.waitSignal(dialog.go_on_wanted) as wanted:
        dialog.steer_button.click()
    assert wanted.args == ["few"]


def test_the_best_trial_is_set_up_as_a_new_run(dialog: SearchDialog, tmp_path: Path, qtbot: Any) -> None:
    """The form then has the plan's settings, its epochs too, with the values of the best trial."""
    base = merge({"model": "mlp", "train": {"epochs": 7, "weight_decay": 0.125}})
    space = parse_space(["train.lr=1e-4..1e-1:log", "train.batch=32,64"])
    write_plan(search_folder(tmp_path, "few"), SearchPlan(base, space, trial_epochs=2).tables())
    with qtbot.waitSignal(dialog.settings_wanted) as wanted:
        dialog.new_run_button.click()
    tables, news = wanted.args
    form = SettingsForm(tmp_path)
    form.take(tables)
    assert form.settings() == with_values(base, {"train.lr": 0.01, "train.batch": 64})
    assert "few-2" in news
    assert not dialog.isVisible()


def test_without_a_best_trial_or_a_plan_there_is_nothing_to_set_up(dialog: SearchDialog, tmp_path: Path) -> None:
    seen: list[Any] = []
    dialog.settings_wanted.connect(lambda *args: seen.append(args))
    dialog.new_run_button.click()  # search.toml is not there
    assert "cannot be read" in dialog.pointed.text()
    assert not seen
    written(tmp_path, msgspec.structs.replace(RECORD, trials=(), best=None))
    dialog.poll()
    assert not dialog.new_run_button.isVisible()


def test_more_trials_are_added_to_those_of_a_completed_search(
    dialog: SearchDialog, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (3, True))
    with qtbot.waitSignal(dialog.more_wanted) as wanted:
        dialog.more_button.click()
    assert wanted.args == ["few", RECORD.wanted + 3]
    written(tmp_path, msgspec.structs.replace(RECORD, state="stopped"))
    dialog.poll()
    assert not dialog.more_button.isVisible()  # it is continued first


def test_stopping_a_search_stops_the_run_of_its_trial(dialog: SearchDialog, tmp_path: Path) -> None:
    """Whichever process searches, and also a trial that begins after the wish."""
    lock = hold(search_folder(tmp_path, "few"))
    runs = {number: create_run(tmp_path, f"few-{number}") for number in (5, 6)}
    for run in runs.values():
        write_owner(run, current_owner(1))

    def asked(number: int) -> list[str]:
        return [one.do for one in poll(runs[number]) if isinstance(one, Request)]

    written(tmp_path, msgspec.structs.replace(RECORD, state="running"))  # between two trials
    dialog.poll()
    dialog.steer_button.click()
    assert not dialog.steer_button.isEnabled()
    for number in runs:
        trials = (*RECORD.trials, trial(number, None, state="running"))
        written(tmp_path, msgspec.structs.replace(RECORD, state="running", trials=trials))
        dialog.poll()
        dialog.poll()
        assert asked(number) == ["stop"]
    written(tmp_path, msgspec.structs.replace(RECORD, state="stopped"))
    lock.release()
    dialog.poll()
    assert dialog.steer_button.isEnabled()


def test_without_a_search_it_says_how_to_make_one(tmp_path: Path, qtbot: Any) -> None:
    dialog = SearchDialog(tmp_path)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "epochscope search" in dialog.empty.text()
    assert not dialog.tabs.isVisible()
    written(tmp_path, msgspec.structs.replace(RECORD, trials=(), best=None, importance={}))
    dialog.poll()
    assert dialog.tabs.isVisible()
    assert rows(dialog) == []


def test_figures_stand_below_each_other_and_the_columns_fill_the_table(dialog: SearchDialog) -> None:
    dialog.tabs.setCurrentWidget(dialog.table)
    table = dialog.table
    head, cell = table.horizontalHeaderItem(5), table.item(0, 5)
    assert head is not None
    assert cell is not None
    assert head.textAlignment() == cell.textAlignment() == Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    spare = table.viewport().width() - table.horizontalHeader().length()
    assert 0 <= spare < table.columnCount()


def test_closing_is_not_what_the_dialog_is_for(dialog: SearchDialog) -> None:
    assert not any(button.isDefault() for button in dialog.findChildren(QPushButton))


def test_the_selected_trial_stays_selected_wherever_it_stands_now(dialog: SearchDialog, tmp_path: Path) -> None:
    dialog.table.selectRow(1)
    assert rows(dialog)[1][0] == "few-1"
    more = msgspec.structs.replace(RECORD, trials=(*RECORD.trials, trial(5, 0.1)), best=5, wanted=6)
    written(tmp_path, more)
    dialog.poll()
    assert [rows(dialog)[index.row()][0] for index in dialog.table.selectionModel().selectedRows()] == ["few-1"]
    assert rows(dialog)[dialog.table.currentRow()][0] == "few-1", "Enter opens its run"
