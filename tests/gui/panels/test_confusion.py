"""The confusion matrix, its pairs and the images behind a cell: with mouse and keyboard, over epochs and runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.engine.rpc_client import RpcClient
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.selection import EpochCursor
from tests.gui.sample_runs import SampleRun

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def made(tmp_path: Path) -> SampleRun:
    return SampleRun(tmp_path, per_class=20)


def panel_of(qtbot: QtBot, run: Any, cursor: EpochCursor) -> Any:
    from gui.panels.confusion.confusion_panel import ConfusionPanel

    panel = ConfusionPanel(cursor, Explanations(RpcClient()))
    qtbot.addWidget(panel)
    panel.resize(900, 560)
    panel.show()
    panel.show_run(run)
    if run is not None:
        panel.refresh(frozenset({"info", "epochs", "evaluation", "snapshots"}))
    return panel


def cells(panel: Any) -> list[list[str]]:
    table, size = panel.matrix.matrix, range(panel.matrix.matrix.rowCount())
    return [[table.index(row, column).data() for column in size] for row in size]


def shown_items(panel: Any) -> list[int]:
    return sorted(int(item) for item in panel.grid.selection.items)


def expected(made: SampleRun, epoch: int, true: int | None, predicted: int | None) -> list[int]:
    fits = np.ones(len(made.labels), bool)
    if true is not None:
        fits &= made.labels == true
    if predicted is not None:
        fits &= made.outputs[epoch]["predicted"] == predicted
    return [int(i) for i in np.flatnonzero(fits)]


def choose(box: Any, number: int) -> None:
    box.setCurrentIndex(number)
    box.activated.emit(number)


def test_the_matrix_shows_the_counts_of_the_epoch(qtbot: QtBot, made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    panel = panel_of(qtbot, run, cursor)
    for epoch in (3, 1):
        cursor.chosen = epoch
        panel.move_cursor()
        counts = run.model.verdicts[epoch].confusion
        assert cells(panel) == [[str(value) if value else "" for value in row] for row in counts]
        assert str(epoch) in panel.note.text()


def test_a_click_on_a_cell_shows_its_images(qtbot: QtBot, made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    cursor.chosen = 1
    panel = panel_of(qtbot, run, cursor)
    matrix = panel.matrix
    place = matrix.visualRect(matrix.matrix.index(0, 1)).center()
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown_items(panel) == expected(made, 1, 0, 1)
    assert "cat" in panel.grid.title.text()
    assert "dog" in panel.grid.title.text()
    # the same cell at another epoch holds other images
    cursor.chosen = 2
    panel.move_cursor()
    assert shown_items(panel) == expected(made, 2, 0, 1)


def test_a_click_on_a_header_shows_its_row_or_column(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    panel.matrix.rows.sectionClicked.emit(2)
    assert shown_items(panel) == expected(made, 3, 2, None)
    panel.matrix.columns.sectionClicked.emit(1)
    assert shown_items(panel) == expected(made, 3, None, 1)
    qtbot.mouseClick(panel.grid.show_all, Qt.MouseButton.LeftButton)
    assert len(shown_items(panel)) == len(made.labels)


def test_the_matrix_by_keyboard(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    panel.choose_cell(0, 0)
    panel.matrix.setFocus()
    qtbot.keyClick(panel.matrix, Qt.Key.Key_Right)
    assert shown_items(panel) == expected(made, 3, 0, 1)
    qtbot.keyClick(panel.matrix, Qt.Key.Key_Return)
    assert shown_items(panel) == expected(made, 3, 0, None)


def test_classes_and_cells_are_chosen_from_outside(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    panel.choose_class(1)
    assert shown_items(panel) == expected(made, 3, 1, None)
    panel.choose_cell(2, 0)
    assert shown_items(panel) == expected(made, 3, 2, 0)
    current = panel.matrix.currentIndex()
    assert (current.row(), current.column()) == (2, 0)


def test_shares_and_differences(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    panel = panel_of(qtbot, run, EpochCursor())
    counts = run.model.verdicts[3].confusion
    choose(panel.mode, 1)
    assert cells(panel)[0][0] == f"{100 * counts[0, 0] / counts[0].sum():.0f}"
    choose(panel.mode, 3)
    choose(panel.compare, 2)
    assert panel.compare.isVisible()
    before = run.model.verdicts[1].confusion
    change = 100 * (counts[0, 0] / counts[0].sum() - before[0, 0] / before[0].sum())
    assert cells(panel)[0][0].replace("\N{MINUS SIGN}", "-") == f"{change:+.0f}"
    assert not panel.pairs.isColumnHidden(4)


def test_nothing_to_compare_with_is_said(qtbot: QtBot, made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    cursor.chosen = 1
    panel = panel_of(qtbot, run, cursor)
    choose(panel.mode, 3)
    choose(panel.compare, 0)
    assert {text for row in cells(panel) for text in row} == {"–"}
    assert "compare" in panel.note.text()


def test_another_run_of_the_same_classes_is_compared(qtbot: QtBot, made: SampleRun, tmp_path: Path) -> None:
    run = made.make()
    same = SampleRun(tmp_path, name="same", epochs=1, per_class=10)
    other = SampleRun(tmp_path, name="other", classes=("a", "b"))
    panel = panel_of(qtbot, run, EpochCursor())
    panel.set_overlays([same.make(), other.make()])
    choose(panel.mode, 3)
    choose(panel.compare, panel.compare.findText("to same"))
    assert "same" in panel.compare.currentText()
    assert panel.matrix.matrix.shown.before is not None
    choose(panel.compare, panel.compare.findText("to other"))
    assert panel.matrix.matrix.shown.before is None


def test_any_epoch_is_compared(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    panel = panel_of(qtbot, run, EpochCursor())
    assert not panel.other_epoch.isVisible()
    choose(panel.mode, 3)
    choose(panel.compare, panel.compare.findText("to epoch:"))
    assert panel.other_epoch.isVisible()
    assert panel.other_epoch.maximum() == 3
    for epoch in (2, 1):
        panel.other_epoch.setValue(epoch)
        np.testing.assert_array_equal(panel.matrix.matrix.shown.before, run.model.verdicts[epoch].confusion)


def test_better_and_worse_have_a_colour_each(qtbot: QtBot, made: SampleRun) -> None:
    from gui.panels.confusion.matrix import MatrixModel
    from trainer.metrics.confusion import shown

    model, white = MatrixModel(), QColor("white")
    before, now = np.array([[5, 5], [0, 10]]), np.array([[9, 1], [0, 10]])
    model.show_matrix(shown(now, "difference", before), ("a", "b"))
    # more hits are as good as fewer errors
    assert model.colour(0, 0, white) == model.colour(0, 1, white)
    assert model.colour(1, 0, white) == white
    model.show_matrix(shown(now, "counts"), ("a", "b"))
    assert model.colour(1, 0, white) == white
    assert len({model.colour(row, column, white).name() for row, column in ((0, 0), (0, 1), (1, 1))}) == 3


@pytest.mark.parametrize("name", ["#000000", "#ffffff", "#0072b2", "#d55e00", "#808080", "#fee838"])
def test_ink_stands_out(name: str) -> None:
    from gui.widgets.drawing import ink_on

    def luminance(colour: QColor) -> float:
        parts = [colour.redF(), colour.greenF(), colour.blueF()]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    back, ink = luminance(QColor(name)), luminance(ink_on(QColor(name)))
    assert (max(back, ink) + 0.05) / (min(back, ink) + 0.05) >= 4.5


def test_pairs_lead_to_their_images(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    pair = panel.pairs.model_of_pairs.pairs[0]
    place = panel.pairs.visualRect(panel.pairs.model_of_pairs.index(0, 0)).center()
    qtbot.mouseClick(panel.pairs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert shown_items(panel) == expected(made, 3, pair.true, pair.predicted)
    assert len(shown_items(panel)) == pair.count


def test_order_and_filter(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    losses = made.outputs[3]["loss"]
    assert int(panel.grid.selection.items[0]) == int(losses.argmax())
    choose(panel.grid.order, 1)
    assert int(panel.grid.selection.items[0]) == int(losses.argmin())
    choose(panel.grid.keep, 1)
    wrong = np.flatnonzero(made.outputs[3]["predicted"] != made.labels)
    assert shown_items(panel) == [int(i) for i in wrong]
    # they stay when another cell is chosen
    panel.choose_class(0)
    assert shown_items(panel) == [int(i) for i in wrong if made.labels[i] == 0]


def test_the_chosen_image_is_shown_large_and_stays_over_the_epochs(qtbot: QtBot, made: SampleRun) -> None:
    cursor = EpochCursor()
    panel = panel_of(qtbot, made.make(), cursor)
    view, detail = panel.grid.view, panel.grid.detail
    place = view.visualRect(view.pictures.index(1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    item = int(panel.grid.selection.items[1])
    path = f"{made.classes[made.labels[item]]}/{item}.png"
    assert detail.values[4].accessibleName().startswith(path)
    assert list(detail.strip._verdicts.epochs) == [1, 2, 3]
    cursor.chosen = 1
    panel.move_cursor()
    assert detail.values[4].accessibleName().startswith(path)
    assert int(panel.grid.selection.items[view.currentIndex().row()]) == item
    with qtbot.waitSignal(panel.epoch_chosen) as caught:
        qtbot.keyClick(detail.strip, Qt.Key.Key_Right)
    assert caught.args == [2]


def test_the_grid_by_keyboard(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    view = panel.grid.view
    columns = view._columns()
    assert view.currentIndex().row() == 0
    for key, row in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_Left, columns),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_End, 59),
        (Qt.Key.Key_PageDown, 59),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(view, key)
        assert view.currentIndex().row() == row
        assert view.viewport().rect().intersects(view.visualRect(view.currentIndex()))


def test_every_card_is_found_where_it_is_painted(qtbot: QtBot, made: SampleRun) -> None:
    panel = panel_of(qtbot, made.make(), EpochCursor())
    view = panel.grid.view
    view.verticalScrollBar().setValue(37)
    for row in range(12):
        rect = view.visualRect(view.pictures.index(row))
        assert view.indexAt(rect.center()).row() == row
    assert not view.indexAt(view.viewport().rect().bottomRight() * 50).isValid()


def test_only_what_is_seen_is_fetched(qtbot: QtBot, made: SampleRun) -> None:
    made.labels = np.tile(np.arange(3), 1000)
    panel = panel_of(qtbot, made.make(), EpochCursor())
    fetched: list[int] = []
    card = panel.grid._card
    panel.grid.view.pictures.set_cards(3000, lambda row: (fetched.append(row), card(row))[1])
    panel.grid.view.verticalScrollBar().setValue(5000)
    panel.grid.view.grab()
    assert 0 < len(set(fetched)) < 60


def test_small_images_stay_sharp(qtbot: QtBot) -> None:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter

    from gui.widgets.drawing import draw_picture, image_of

    pixels = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    target = QImage(75, 75, QImage.Format.Format_RGB888)
    painter = QPainter(target)
    place = draw_picture(painter, image_of(pixels), QRectF(0, 0, 75, 75))
    painter.end()
    assert (place.width(), place.height()) == (72, 72)
    for y in range(72):
        for x in range(0, 72, 5):
            colour = target.pixelColor(int(place.x()) + x, int(place.y()) + y)
            assert (colour.red(), colour.green(), colour.blue()) == tuple(int(part) for part in pixels[y // 9, x // 9])


def test_test_images_without_validation(qtbot: QtBot, tmp_path: Path) -> None:
    run = SampleRun(tmp_path, splits=("test",)).make()
    panel = panel_of(qtbot, run, EpochCursor())
    assert panel.split.currentIndex() == 1
    assert cells(panel)[0][0] == str(run.model.evaluations["test"].confusion[0][0])
    assert len(shown_items(panel)) == 18
    assert not panel.grid.detail.strip.isVisible()


def test_many_classes_are_folded_and_other_leads_to_the_rest(qtbot: QtBot, tmp_path: Path) -> None:
    made = SampleRun(tmp_path, classes=tuple(f"c{i}" for i in range(100)), per_class=3)
    panel = panel_of(qtbot, made.make(), EpochCursor())
    table = panel.matrix.matrix
    assert table.rowCount() == 16
    known = [number for number in table.shown.classes if number is not None]
    panel.matrix.chosen.emit(15, 15)
    rest = [i for i, label in enumerate(made.labels) if label not in known]
    assert shown_items(panel) == [i for i in rest if made.outputs[3]["predicted"][i] not in known]
    # a class that is asked for is among those shown
    missing = next(number for number in range(100) if number not in known)
    panel.choose_class(missing)
    assert missing in panel.matrix.matrix.shown.classes
    assert shown_items(panel) == expected(made, 3, missing, None)


def test_names_are_plain_text(qtbot: QtBot, tmp_path: Path) -> None:
    made = SampleRun(tmp_path, classes=("<b>x</b>\nline", "y" * 10_000, ""), per_class=5)
    panel = panel_of(qtbot, made.make(), EpochCursor())
    panel.choose_class(0)
    assert "<b>x</b> line" in panel.grid.title.accessibleName()
    assert panel.grid.title.textFormat() == Qt.TextFormat.PlainText
    tip = panel.matrix.matrix.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip
    assert "&lt;b&gt;" in tip
    spoken = panel.matrix.matrix.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("<b>x</b> line")
    assert not panel.grab().isNull()


@pytest.mark.parametrize("what", ["images", "predictions"])
def test_missing_files_leave_the_numbers(qtbot: QtBot, made: SampleRun, what: str, tmp_path: Path) -> None:
    import shutil

    run = made.make()
    shutil.rmtree(tmp_path / ".data" if what == "images" else run.folder.predictions)
    panel = panel_of(qtbot, run, EpochCursor())
    assert cells(panel)[0][0] == str(run.model.verdicts[3].confusion[0, 0])
    assert panel.grid.empty.isVisible()
    assert panel.grid.empty.text()


def test_empty_states_say_why(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, None, EpochCursor())
    texts = {panel.empty.text()}
    for name, more in (("a", {"epochs": 0}), ("b", {"splits": ("test",)})):
        panel.show_run(SampleRun(tmp_path, name=name, ended=False, **more).make())  # type: ignore[arg-type]
        panel.refresh(frozenset({"info"}))
        texts.add(panel.empty.text())
        assert panel.empty.isVisible()
    assert len(texts) == 3
    panel.show_run(None)
    panel.retranslate()
    assert panel.empty.isVisible()


def test_a_new_epoch_of_a_live_run_moves_everything(qtbot: QtBot, tmp_path: Path) -> None:
    from trainer.store.journal import JournalWriter

    made = SampleRun(tmp_path, ended=False)
    run = made.make()
    panel = panel_of(qtbot, run, EpochCursor())
    made.journal = JournalWriter(made.folder.journal, 1)
    made.epoch(4)
    made.journal.close()
    panel.refresh(run.follower.tick(5))
    assert panel.looked.epoch == 4
    assert panel.grid.epoch == 4
    assert shown_items(panel) == list(range(len(made.labels)))


def test_a_split_that_was_chosen_and_is_not_there_leaves_the_chooser(qtbot: QtBot, made: SampleRun) -> None:
    made.splits = ("valid",)
    panel = panel_of(qtbot, made.make(), EpochCursor())
    choose(panel.split, 1)
    assert panel.split.isVisible()
    assert panel.matrix.matrix.rowCount() == 0
    assert "no such split" in panel.note.text()
    choose(panel.split, 0)
    assert panel.matrix.matrix.rowCount() == 3
