"""The table of classes and the heat map: sorted, clicked, by keyboard, with and without a validation split."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from gui.viewmodels.selection import EpochCursor
from gui.widgets.bar_delegate import row_height
from tests.gui.sample_runs import SampleRun

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def made(tmp_path: Path) -> SampleRun:
    return SampleRun(tmp_path, per_class=20, classes=("кот", "<b>dog</b>", "x" * 5000))


def panel_of(qtbot: QtBot, run: Any, cursor: EpochCursor) -> Any:
    from gui.panels.classes.classes_panel import ClassesPanel

    panel = ClassesPanel(cursor)
    qtbot.addWidget(panel)
    panel.resize(900, 560)
    panel.show()
    panel.show_run(run)
    if run is not None:
        panel.refresh(frozenset({"info", "epochs"}))
    return panel


def column(panel: Any, number: int) -> list[str]:
    table = panel.table.classes
    return [table.index(row, number).data() for row in range(table.rowCount())]


def test_the_worst_class_comes_first(qtbot: QtBot, made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    panel = panel_of(qtbot, run, cursor)
    assert list(panel.table.classes.order) == list(np.argsort(run.model.verdicts[3].f1, kind="stable"))
    cursor.chosen = 1
    panel.move_cursor()
    assert list(panel.table.classes.order) == list(np.argsort(run.model.verdicts[1].f1, kind="stable"))
    assert column(panel, 1) == [f"{value:.3f}" for value in sorted(run.model.verdicts[1].f1)]


class Lacking(SampleRun):
    """Its validation and test have images of three classes of five."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, classes=("a", "b", "c", "d", "e"), per_class=20)
        self.labels = self.labels[self.labels < 3]

    def made(self, epoch: int) -> dict[str, Any]:
        return super().made(epoch) | {"predicted": (self.labels if epoch > 1 else self.labels * 0).astype(np.uint16)}


def test_macro_f1_says_of_how_many_classes_it_is(qtbot: QtBot, tmp_path: Path) -> None:
    from gui.panels.curves.epoch_table import EpochTable
    from gui.widgets.run_info import RunInfo

    run, cursor = Lacking(tmp_path).make(), EpochCursor()
    panel = panel_of(qtbot, run, cursor)
    assert "1.000 (3 of 5 classes)" in panel.note.text()
    assert "weakest: a 1.000" in panel.note.text(), "d and e have no image"
    assert column(panel, 1) == ["0.000", "0.000", "1.000", "1.000", "1.000"], "all classes are listed"
    assert not np.isnan(run.model.verdicts[3].f1).any()
    facts = RunInfo(cursor)
    qtbot.addWidget(facts)
    facts.show_run(run)
    for key in ("valid_macro_f1", "best_macro_f1", "test_macro_f1"):
        assert facts.values[key].accessibleName() == "1.000 (3 of 5)"
    table = EpochTable()
    qtbot.addWidget(table)
    table.numbers.show_runs([("one", run.model)], "epochs")
    place = table.numbers.index(2, 7)
    assert table.numbers.data(place, Qt.ItemDataRole.ToolTipRole) == "1.0000 (3 of 5 classes)"


def test_any_column_sorts_and_the_chosen_class_stays(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    panel = panel_of(qtbot, run, EpochCursor())
    panel.table.mark(1)
    panel.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert column(panel, 3) == [f"{value:.3f}" for value in sorted(run.model.verdicts[3].recall, reverse=True)]
    assert panel.table.classes.order[panel.table.currentIndex().row()] == 1
    panel.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert column(panel, 0)[0] == "<b>dog</b>"
    assert list(panel.heat._order) == list(panel.table.classes.order)


def test_changes_have_signs(qtbot: QtBot, made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    cursor.chosen = 2
    panel = panel_of(qtbot, run, cursor)
    first = int(panel.table.classes.order[0])
    change = run.model.verdicts[2].f1[first] - run.model.verdicts[1].f1[first]
    text = column(panel, 5)[0]
    assert text.replace("\N{MINUS SIGN}", "-") == (f"{change:+.3f}" if round(abs(change), 3) else "0.000")
    cursor.chosen = 1
    panel.move_cursor()
    assert column(panel, 5) == ["", "", ""]


def test_a_click_and_enter_choose_a_class(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    table = panel.table
    place = table.visualRect(table.classes.index(1, 0)).center()
    with qtbot.waitSignal(panel.class_chosen) as caught:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [int(table.classes.order[1])]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.class_chosen) as caught:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert caught.args == [int(table.classes.order[2])]


def test_the_heat_map_reads_out_and_leads_to_the_epoch(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    panel = panel_of(qtbot, run, EpochCursor())
    heat = panel.heat
    panel.grab()
    area = heat._area()
    place = QPoint(int(area.x() + area.width() / 2), int(area.y() + area.height() / 6))
    number = int(heat._order[0])
    assert f"{run.model.verdicts[2].f1[number]:.3f}" in heat.words_at((0, 1))
    qtbot.mouseMove(heat, place)
    with qtbot.waitSignal(panel.epoch_chosen) as caught:
        qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [2]
    assert heat.marked == number
    with qtbot.waitSignal(panel.class_chosen) as caught:
        qtbot.mouseDClick(heat, Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [number]


def test_the_heat_map_by_keyboard(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    heat, said = panel.heat, []
    heat.pointed.connect(said.append)
    qtbot.keyClick(heat, Qt.Key.Key_Left)
    qtbot.keyClick(heat, Qt.Key.Key_Down)
    assert said == [heat.words_at((0, 1)), heat.words_at((1, 1))]
    with qtbot.waitSignal(panel.epoch_chosen) as caught:
        qtbot.keyClick(heat, Qt.Key.Key_Space)
    assert caught.args == [2]
    with qtbot.waitSignal(panel.class_chosen) as caught:
        qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert caught.args == [int(heat._order[1])]


def test_the_pixels_of_the_heat_map_are_the_figures(qtbot: QtBot, made: SampleRun) -> None:
    from gui.style.theme import Colours

    run = made.make()
    panel = panel_of(qtbot, run, EpochCursor())
    panel.grab()
    image, (low, high), heat = panel.heat._image, panel.heat._range, Colours.current().heat
    for row, number in enumerate(panel.heat._order):
        for epoch in (1, 2, 3):
            value = (run.model.verdicts[epoch].f1[number] - low) / (high - low)
            expected = heat[round(float(np.clip(value * 255, 0, 255)))][:3]
            colour = image.pixelColor(epoch - 1, row)
            assert (colour.red(), colour.green(), colour.blue()) == tuple(int(part) for part in expected)


def test_without_validation_the_test_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, splits=("test",)).make()
    panel = panel_of(qtbot, run, EpochCursor())
    assert panel.split.currentIndex() == 1
    assert panel.table.classes.rowCount() == 3
    assert panel.table.isColumnHidden(5)
    assert panel.no_epochs.isVisible()


def test_empty_states_say_why(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, None, EpochCursor())
    texts = {panel.empty.text()}
    panel.show_run(SampleRun(tmp_path, name="a", epochs=0, ended=False).make())
    panel.refresh(frozenset({"info"}))
    texts.add(panel.empty.text())
    panel.show_run(SampleRun(tmp_path, name="b", splits=("test",), ended=False).make())
    panel.refresh(frozenset({"info"}))
    texts.add(panel.empty.text())
    assert len(texts) == 3
    assert panel.empty.isVisible()
    panel.retranslate()


def test_a_chosen_split_without_figures_leaves_the_chooser(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, SampleRun(tmp_path, ended=False).make(), EpochCursor())
    panel.split.setCurrentIndex(1)
    panel.split.activated.emit(1)
    assert panel.split.isVisible()
    assert panel.table.classes.rowCount() == 0
    assert panel.note.text()


def test_a_hundred_classes_and_one_epoch(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, classes=tuple(f"c{i}" for i in range(100)), epochs=1, per_class=2).make()
    panel = panel_of(qtbot, run, EpochCursor())
    assert panel.table.classes.rowCount() == 100
    area = panel.heat._area()
    assert area.bottom() < panel.heat.height()
    assert not panel.grab().isNull()


def test_names_have_room_in_another_run_of_as_many_classes(qtbot: QtBot, made: SampleRun, tmp_path: Path) -> None:
    short = SampleRun(tmp_path, name="short", classes=("0", "1", "2"))
    long = SampleRun(tmp_path, name="long", classes=("airplane", "automobile", "bird"))
    panel = panel_of(qtbot, short.make(), EpochCursor())
    panel.show_run(long.make())
    panel.refresh(frozenset({"info", "epochs"}))
    table = panel.table
    assert table.columnWidth(0) > table.fontMetrics().horizontalAdvance("automobile")


@pytest.mark.parametrize(("classes", "grow"), [(3, True), (10, True), (60, False)])
def test_few_classes_use_the_height_and_the_heat_map_goes_along(
    qtbot: QtBot, tmp_path: Path, classes: int, grow: bool
) -> None:
    run = SampleRun(tmp_path, classes=tuple(f"class {number}" for number in range(classes)), per_class=4).make()
    panel = panel_of(qtbot, run, EpochCursor())
    table = panel.table
    height = table.verticalHeader().defaultSectionSize()
    assert (height > row_height()) == grow
    assert height * classes <= table.viewport().height() or not grow
    assert panel.heat.row_height == height
    assert height <= 3.5 * table.fontMetrics().height(), "what is compared stands close together"
    assert panel.heat._margin() < 10, "names stand once where the rows have them, or have no room"
    panel.resize(900, 300)
    assert panel.heat.row_height == table.verticalHeader().defaultSectionSize() <= height


def test_names_beside_the_heat_map_where_the_table_is_scrolled(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, classes=tuple(f"class {number}" for number in range(10)), per_class=4).make()
    panel = panel_of(qtbot, run, EpochCursor())
    line = panel.heat.fontMetrics().height()
    panel.resize(900, 400)  # higher, there is room for more than the rows
    QApplication.processEvents()
    taken = panel.height() - panel.heat._room()
    panel.resize(900, round(taken + 10 * (line + row_height()) / 2))
    assert panel.heat.row_height * 10 > panel.heat._room() > 10 * (line - 3)
    assert panel.heat._margin() > panel.heat.fontMetrics().horizontalAdvance("class 9")


def shown_pairs(panel: Any) -> list[list[tuple[int, int, int]]]:
    views = panel.mistakes.views
    return [[(pair.true, pair.predicted, pair.count) for pair in view.model_of_pairs.pairs] for view in views]


def expected_pairs(matrix: Any, number: int) -> list[list[tuple[int, int, int]]]:
    """From the cells of a row and a column of the confusion matrix."""
    others = [other for other in range(len(matrix)) if other != number]
    row = [(number, other, matrix[number][other]) for other in others]
    column = [(other, number, matrix[other][number]) for other in others]
    return [[pair for pair in part if pair[2]] for part in (row, column)]


def test_the_mistakes_with_the_marked_class_stand_below(qtbot: QtBot, made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    cursor.chosen = 1
    panel = panel_of(qtbot, run, cursor)
    matrix = run.model.verdicts[1].matrix
    worst = int(panel.table.classes.order[0])
    for number in (None, *range(3)):
        if number is None:
            number = worst
        else:
            panel.table.mark(number)
        found = shown_pairs(panel)
        assert [sorted(part) for part in found] == [sorted(part) for part in expected_pairs(matrix, number)]
        for part, title in zip(found, panel.mistakes.titles, strict=True):
            counts = [pair[2] for pair in part]
            assert counts == sorted(counts, reverse=True)
            assert title.accessibleName().endswith(f": {sum(counts)}")
    assert any(shown_pairs(panel))
    assert panel.mistakes.isVisible()


def test_a_click_or_enter_on_a_mistake_shows_its_images(qtbot: QtBot, made: SampleRun) -> None:
    cursor = EpochCursor()
    cursor.chosen = 1
    panel = panel_of(qtbot, made.make(), cursor)
    view = next(view for view in panel.mistakes.views if view.model_of_pairs.pairs)
    pair = view.model_of_pairs.pairs[0]
    column = next(column for column in range(2) if not view.isColumnHidden(column))
    place = view.visualRect(view.model_of_pairs.index(0, column)).center()
    with qtbot.waitSignal(panel.cell_chosen) as caught:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [pair.true, pair.predicted]
    with qtbot.waitSignal(panel.cell_chosen) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert caught.args == [pair.true, pair.predicted]


def test_mistakes_are_shown_only_where_the_table_needs_no_room(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, classes=tuple(f"class {number}" for number in range(10)), per_class=4).make()
    cursor = EpochCursor()
    cursor.chosen = 1
    panel = panel_of(qtbot, run, cursor)
    table = panel.table
    for height in (300, 420, 560, 900, 1400):
        panel.resize(900, height)
        QApplication.processEvents()
        shown = panel.mistakes.isVisible()
        assert shown == (height >= 560)
        if shown:
            rows = table.verticalHeader().defaultSectionSize() * table.classes.rowCount()
            assert rows <= table.viewport().height(), "all classes are in sight"
            assert panel.mistakes.geometry().bottom() <= panel.height()
            assert panel.mistakes.geometry().top() >= panel._upper.geometry().bottom()
        if height == 900:
            line = table.fontMetrics().height()
            assert table.verticalHeader().defaultSectionSize() > 3 * line, "what the mistakes leave is the table's"
