"""The table of predictions: sorted, filtered, copied and saved."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QStyle

from gui.panels.predict.predict_panel import PredictPanel
from gui.viewmodels.copies import Copies
from gui.viewmodels.predicted_images import COLUMNS, Prediction
from gui.window import i18n
from tests.gui.panels.predict.predictions import CAT, DOG, answer, cell, names, picture, row, run_of
from tests.gui.rpc_clients import FakeRpcClient


def test_sorted_by_a_click_on_a_title_and_back(labelled: PredictPanel) -> None:
    found = names(labelled)
    sort = labelled.view.sortByColumn
    sort(COLUMNS.index("image"), Qt.SortOrder.AscendingOrder)
    assert names(labelled) == ["img-1.png", "img-2.png", "img-9.png", "img-10.png"]
    labelled.view.selectRow(0)
    sort(COLUMNS.index("confidence"), Qt.SortOrder.AscendingOrder)
    assert names(labelled) == ["img-9.png", "img-10.png", "img-1.png", "img-2.png"]
    assert labelled.view.selectionModel().selectedRows()[0].row() == 2, "the same image stays selected"
    sort(-1, Qt.SortOrder.AscendingOrder)
    assert names(labelled) == found


def test_the_classes_that_come_next_have_room_for_their_names(
    panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path
) -> None:
    panel.resize(705, 500)  # as in a window of 1280x800
    panel.show_run(run_of(tmp_path, classes=("airplane", "automobile")))
    panel.classify([tmp_path])
    path = str(tmp_path / "automobile-0001.jpg")
    assist.answer("find", ok=True, images=[path], truth=[0], left_out={})
    answer(assist, row(path, ("airplane", 0.5), ("automobile", 0.25), ("automobile", 0.25)))
    metrics = panel.view.fontMetrics()
    margin = panel.view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
    for place, column in enumerate(COLUMNS[1:], 1):
        needed = metrics.horizontalAdvance(cell(panel, 0, column)) + 2 * margin
        assert panel.view.columnWidth(place) >= needed, column
    widths = [panel.view.columnWidth(place) for place in range(len(COLUMNS))]
    assert panel.view.viewport().width() - len(COLUMNS) <= sum(widths) <= panel.view.viewport().width()
    panel.resize(2400, 500)
    wide = [panel.view.columnWidth(place) for place in range(len(COLUMNS))]
    assert sum(wide) < 2 * sum(widths), "figures stay near the names they belong to"


def test_filters_narrow_what_is_shown_until_all_is_shown_again(labelled: PredictPanel) -> None:
    bar = labelled.filter_bar
    bar.text.setText("IMG-1")
    assert names(labelled) == ["img-10.png", "img-1.png"]
    assert bar.count.text() == "2 of 4"
    bar.text.clear()
    for kind, wanted in {
        "wrong": ["img-9.png"], "right": ["img-10.png", "img-1.png"], "unsure": ["img-9.png"],
        "sure": ["img-10.png", "img-1.png"], "unreadable": ["img-2.png"],
    }.items():  # fmt: skip
        bar.kind_box.setCurrentIndex(bar.kind_box.findData(kind))
        assert names(labelled) == wanted, kind
    bar.kind_box.setCurrentIndex(bar.kind_box.findData("unsure"))
    bar.unsure.setValue(80)
    assert names(labelled) == ["img-10.png", "img-9.png"]
    bar.class_box.setCurrentIndex(bar.class_box.findData(CAT))
    bar.unsure.setValue(0)
    assert names(labelled) == []
    assert labelled.empty.text() == "No image matches the filter."
    assert labelled.empty.isVisibleTo(labelled)
    labelled.all_button.click()
    assert len(names(labelled)) == 4
    assert bar.kind_box.currentData() == "all"


def test_right_and_wrong_can_be_chosen_only_where_that_is_known(
    panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path
) -> None:
    panel.show_run(run_of(tmp_path))
    panel.classify([tmp_path / "x.png"])
    answer(assist, row(tmp_path / "x.png", (CAT, 1.0)))
    assert panel.filter_bar.kind_box.findData("wrong") == -1
    assert assist.asked[-1][0] == "predict", "nothing is judged"


def test_tables_and_copies_are_of_what_is_shown(
    labelled: PredictPanel,
    assist: FakeRpcClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qapp: QApplication,
) -> None:
    i18n.choose(qapp, "en")  # plurals
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "table"), ""))
    labelled.view.sortByColumn(COLUMNS.index("confidence"), Qt.SortOrder.AscendingOrder)
    labelled.filter_bar.unsure.setValue(60)
    labelled.export_action.trigger()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text("utf-8-sig"))))
    assert [(Path(one["image"]).name, one["true_class"], one["class"], one["correct"]) for one in rows] == [
        ("img-9.png", DOG, CAT, "false"),
        ("img-10.png", CAT, CAT, "true"),
        ("img-1.png", CAT, CAT, "true"),
    ]
    assert "3 images written to" in labelled.told.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "sorted"))
    labelled.filter_bar.kind_box.setCurrentIndex(labelled.filter_bar.kind_box.findData("right"))
    labelled.filter_bar.unsure.setValue(80)
    labelled.copy_action.trigger()
    do, asked = assist.asked[-1]
    assert (do, asked["out"], asked["labels"]) == ("sort", str(tmp_path / "sorted"), ["", CAT])
    assert [Path(path).name for path in asked["images"]] == ["img-10.png", "img-1.png"]
    assert not labelled.choose_button.isEnabled()
    assert labelled.copies == Copies(0, 2, busy=True)
    assist.answer("sort", ok=True, counts={CAT: 2})
    assert labelled.copies == Copies(2, 2)
    assert "2 images copied" in labelled.told.text()
    i18n.choose(qapp, "ru")
    try:
        labelled.retranslate()
        assert "Скопировано 2 изображения" in labelled.told.text()
    finally:
        i18n.choose(qapp, "en")
    assert labelled.choose_button.isEnabled()


def test_a_table_that_cannot_be_written_is_told(
    labelled: PredictPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "file" / "x.csv"), ""))
    labelled.export_action.trigger()
    assert "Not exported" in labelled.told.text()


def test_a_thousand_classes_with_long_names(panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path) -> None:
    long = [f"{number} " + "длинное имя " * 9 for number in range(1000)]
    images = [tmp_path / f"{number}.png" for number in range(1000)]
    panel.show_run(run_of(tmp_path, classes=long))
    panel.classify(images)
    while "predict" in assist.callbacks:
        asked = assist.asked[-1][1]["images"]
        answer(assist, *(row(path, (long[int(Path(path).stem)], 1.0)) for path in asked))
    box = panel.filter_bar.class_box
    assert [box.itemData(place) for place in range(box.count())] == ["", *long]
    assert panel.filter_bar.minimumSizeHint().width() < 640
    panel.grab()


def test_the_table_is_nothing_without_images(panel: PredictPanel) -> None:
    assert panel.view.table.rowCount() == 0
    assert panel.view.table.data(QModelIndex()) is None
    assert Prediction("/x/y.png").name == "y.png"


def test_all_thumbnails_are_made_in_time(panel: PredictPanel, tmp_path: Path, qtbot: Any) -> None:
    images = [picture(tmp_path / f"{number}.png") for number in range(3)]
    panel.show_run(run_of(tmp_path))
    panel.classify(images)
    qtbot.waitUntil(lambda: len(panel.view.table.thumbnails) == 3)


def test_copying_that_another_run_ends_is_told(
    labelled: PredictPanel, assist: FakeRpcClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "sorted"))
    monkeypatch.setattr("gui.viewmodels.classification_job.FIRST", 2)
    labelled.copy_action.trigger()
    assist.answer("sort", ok=True, counts={CAT: 2})
    labelled.show_run(run_of(tmp_path, "b"))
    told = "Another run was opened: only 2 of 3 images were copied"
    assert told in labelled.told.text()
    labelled.show_run(run_of(tmp_path, "c"))
    assert told not in labelled.told.text()
