"""The page to set up a run: what is typed reaches the command, problems stand beside fields, data are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit

from gui.engine.rpc_client import Answer, RpcClient
from gui.new_run.data_check import FAULTS, FED, ODD, as_pixels
from gui.new_run.new_run_page import NewRunPage
from gui.text import settings
from gui.viewmodels.settings_form import DEVICE, MODEL, SOURCE
from tests.gui.new_run.pages import new_run_page
from tests.gui.rpc_clients import FakeRpcClient
from trainer.data.digits import load_digits
from trainer.data.read_options import USUAL
from trainer.store.arrays import write_arrays

LR = ("train", "lr")


REPORT: Answer = {
    "ok": True, "name": "digits", "classes": ["<b>кот</b>", "dog"], "input_shape": [3, 4, 4],
    "counts": {"train": [30, 10], "valid": [3, 1], "test": [3, 0]}, "notes": [], "faults": [], "problems": [],
    "original_sizes": [], "modes": {}, "stops": False,
}  # fmt: skip


@pytest.fixture
def assist(tmp_path: Path) -> FakeRpcClient:
    (tmp_path / "files").mkdir()
    return FakeRpcClient(tmp_path / "files")


@pytest.fixture
def page(assist: FakeRpcClient, tmp_path: Path, qtbot: Any) -> NewRunPage:
    page = new_run_page(assist, tmp_path)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    return page


def line(page: NewRunPage, path: tuple[str, ...]) -> QLineEdit:
    editor = page.rows[path].editor
    assert isinstance(editor, QLineEdit)
    return editor


def type_into(page: NewRunPage, path: tuple[str, ...], text: str, qtbot: Any) -> None:
    line(page, path).selectAll()
    qtbot.keyClicks(line(page, path), text)


def test_start_emits_what_the_form_says(page: NewRunPage, qtbot: Any) -> None:
    wanted: list[tuple[list[str], str]] = []
    page.start_wanted.connect(lambda arguments, name: wanted.append((arguments, name)))
    type_into(page, LR, "0,02", qtbot)
    page.name.setText("mine")
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    arguments = ["train", "digits", "--lr", "0.02", "--name", "mine", "--runs", str(page.form.root)]
    assert wanted == [(arguments, "mine")]
    assert page.command.text().startswith("epochscope train digits --lr 0.02")
    page.copy_button.click()
    assert QGuiApplication.clipboard().text() == page.command.text()


def test_a_problem_stands_beside_its_field_and_start_waits(page: NewRunPage, qtbot: Any) -> None:
    type_into(page, LR, "-1", qtbot)
    row = page.rows[LR]
    assert row.problem.isVisibleTo(page)
    assert "> 0" in row.problem.text()
    assert not page.start_button.isEnabled()
    assert "Learning rate" in page.mend_button.text()
    page.mend_button.click()
    type_into(page, LR, "0.1", qtbot)
    assert not row.problem.isVisibleTo(page)
    assert page.start_button.isEnabled()
    assert not page.mend_button.isVisible()


def test_the_name_of_a_run(page: NewRunPage) -> None:
    (page.form.root / "taken").mkdir(parents=True)
    (page.form.root / "taken" / "notes.txt").touch()
    assert page.name.placeholderText() == "digits-softmax-1"
    page.name.setText("taken")
    assert page.name_problem.isVisible()
    assert not page.start_button.isEnabled()


def test_only_the_chosen_model_shows_its_options(page: NewRunPage) -> None:
    editor = page.rows[MODEL].editor
    assert isinstance(editor, QComboBox)
    editor.setCurrentText("cnn")
    page.advanced.fold.click()
    visible = {group for group, box in page.advanced.boxes.items() if box.isVisibleTo(page)}
    assert {"cnn", "data", "train"} <= visible
    assert not {"softmax", "mlp"} & visible


def test_a_recipe_fills_the_fields(page: NewRunPage, qtbot: Any) -> None:
    place = page.recipe.findData("seed")
    page.recipe.setCurrentIndex(place)
    page.recipe.activated.emit(place)
    assert line(page, ("augment", "rotation")).text() == "5"
    assert page.recipe_about.isVisible()
    assert "--recipe seed" in page.command.text()
    type_into(page, ("augment", "rotation"), "9", qtbot)
    assert page.rows[("augment", "rotation")].label.font().bold()
    line(page, ("augment", "rotation")).clear()
    line(page, ("augment", "rotation")).textEdited.emit("")
    line(page, ("augment", "rotation")).editingFinished.emit()
    assert line(page, ("augment", "rotation")).text() == "5"


def test_a_folder_is_dropped(page: NewRunPage, tmp_path: Path) -> None:
    photos = tmp_path / "мои фото"
    photos.mkdir()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photos))])
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), action, mime, left, none)
    page.dragEnterEvent(enter)
    assert enter.isAccepted()
    page.dropEvent(QDropEvent(QPointF(5, 5), action, mime, left, none))
    assert page.form.text(SOURCE) == str(photos)
    assert page.start_button.isEnabled()


def test_devices_are_offered(page: NewRunPage) -> None:
    page.set_devices(["cpu", "cuda:0"])
    editor = page.rows[DEVICE].editor
    assert isinstance(editor, QComboBox)
    assert [editor.itemText(place) for place in range(editor.count())] == ["auto", "cpu", "cuda:0"]
    assert editor.currentText() == "auto"


def test_the_check_shows_counts_and_faults(page: NewRunPage, assist: FakeRpcClient, qtbot: Any) -> None:
    check = page.check
    type_into(page, LR, "-1", qtbot)  # is none of its business
    check.button.click()
    do, asked = assist.asked[0]
    assert (do, asked["settings"]) == ("data", {"train": {}})
    fault = {"path": "<i>x</i>.png", "code": "truncated", "reason": "cut off"}
    assist.answer("data", **{**REPORT, "faults": [fault], "stops": True})
    assert check.tabs.currentIndex() == FAULTS
    assert [check.faults.item(0, place).text() for place in range(2)] == ["<i>x</i>.png", "cut off"]
    assert check.counts.item(0, 0).text() == "<b>кот</b>"
    assert [check.counts.item(1, place).text() for place in range(1, 4)] == ["10", "1", "0"]
    assert "would fail" in check.stops.text()
    assert check.stops.isVisibleTo(page)
    page.set_source("mnist")
    assert not check.tabs.isVisibleTo(page)
    assert not check.stops.isVisibleTo(page)


def test_the_check_names_leaks_copies_and_odd_images(page: NewRunPage, assist: FakeRpcClient) -> None:
    check = page.check
    train, test = ({"path": f"{part}/1.png", "split": part, "class": "dog"} for part in ("train", "test"))
    other = {"path": "<b>2</b>.png", "split": "train", "class": "cat"}
    balance = {"largest": "cat", "smallest": "dog", "ratio": 3.0, "split": "test", "accuracy": 0.75, "macro_f1": 0.43}
    found = {
        "balance": balance,
        "leaks": [{**test, "seen": train, "exact": False, "conflict": False}],
        "duplicates": {
            "groups": [
                {"exact": False, "conflict": False, "images": [train, test]},
                {"exact": True, "conflict": True, "images": [train, other]},
            ]
        },
        "odd": [{"path": "black.png", "kind": "plain", "reason": "black all over"}],
    }
    check.button.click()
    assist.answer("data", **{**REPORT, **found})
    for part in ("Leak: 1 of 3 test images (33.33 %) are in the training images too", "cat has 3.0 times", "75.0 %"):
        assert part in check.verdict.text()
    assert "(3)" in check.tabs.title(ODD)
    assert [[check.odd.item(row, place).text() for place in range(2)] for row in range(check.odd.rowCount())] == [
        ["test/1.png", "leak from train: near copy of train/1.png"],
        ["<b>2</b>.png", "two classes: copy of train/1.png"],
        ["black.png", "a single colour, or nearly so"],
    ]
    check.button.click()
    assist.answer("data", **{**REPORT, "balance": {**balance, "ratio": "Infinity"}})
    assert "dog has no training images" in check.verdict.text()
    check.button.click()
    assist.answer("data", **REPORT)  # an older helper says nothing of all this
    assert check.odd.rowCount() == 0


def test_a_check_can_fail_and_be_cancelled(page: NewRunPage, assist: FakeRpcClient) -> None:
    page.check.button.click()
    assist.answer(
        "data", ok=False, code="x", parameters={}, what="No <b>network</b>", where="here", expected="", fix=""
    )
    assert page.check.verdict.text() == "No <b>network</b>\nWhere: here"
    page.check.button.click()
    assert page.check.button.text() == "Cancel"
    page.check.button.click()
    assert assist.asking == set()
    assert page.check.button.text() == "Check data"


def test_the_preview_follows_the_augmentation(page: NewRunPage, assist: FakeRpcClient, qtbot: Any) -> None:
    check = page.check
    check.button.click()
    assist.answer("data", **REPORT)
    check.tabs.setCurrentIndex(FED)
    assert assist.asked[-1][0] == "preview"
    pixels = np.arange(2 * 3 * 16, dtype=np.uint8).reshape(2, 3, 4, 4)
    mean, std = np.array([0.5, 0.4, 0.3], np.float32), np.array([0.2, 0.3, 0.1], np.float32)
    fed = (pixels / np.float32(255) - mean.reshape(1, 3, 1, 1)) / std.reshape(1, 3, 1, 1)
    out = Path(assist.asked[-1][1]["out"])
    write_arrays(out, images=fed.astype(np.float32), labels=np.array([1, 0]), mean=mean, std=std)
    assist.answer("preview", ok=True, out=str(out), classes=REPORT["classes"])
    card = check.fed.pictures.card(1)
    assert card is not None
    assert card.lines == ("<b>кот</b>",)
    assert np.array_equal(card.pixels, pixels[1].transpose(1, 2, 0))
    asked = len(assist.asked)
    type_into(page, ("augment", "rotation"), "9", qtbot)
    type_into(page, LR, "0.5", qtbot)
    assert [one[1]["settings"]["augment"] for one in assist.asked[asked:]] == [{"rotation": "9"}]
    check.epoch.setValue(2)
    assert assist.asked[-1][1]["epoch"] == 2


def test_grey_images_have_three_channels_for_the_eye() -> None:
    arrays = {"images": np.zeros((1, 1, 2, 2), np.float32), "mean": np.array([1.0]), "std": np.array([1.0])}
    assert np.array_equal(as_pixels(arrays), np.full((1, 2, 2, 3), 255, np.uint8))


def test_expectations_in_words(page: NewRunPage) -> None:
    fields = page.form.fields
    found = {path: settings.expected(fields[path].setting) for path in (LR, ("data", "valid"), ("data", "size"), MODEL)}
    assert found == {LR: "a number > 0", ("data", "valid"): "a number ≥ 0 < 1",
                     ("data", "size"): "a whole number from 8 to 512, or auto", MODEL: "a text"}  # fmt: skip


@pytest.fixture
def real() -> Iterator[RpcClient]:
    assist = RpcClient()
    yield assist
    assist.close()


def test_the_engine_feeds_what_is_shown(real: RpcClient, tmp_path: Path, qtbot: Any) -> None:
    page = new_run_page(real, tmp_path)
    qtbot.addWidget(page)
    page.show()

    def asked() -> bool:
        real.poll()
        return not real.asking

    page.check.button.click()
    qtbot.waitUntil(asked, timeout=60_000)
    examples = page.check.examples.pictures
    assert examples.rowCount() == 40
    cards = [examples.card(row) for row in range(5)]
    assert [card.lines for card in cards if card] == [("0: mean",), ("0",), ("0",), ("0",), ("1: mean",)]
    page.check.tabs.setCurrentIndex(FED)
    qtbot.waitUntil(asked, timeout=60_000)
    known = {image[..., 0].tobytes() for image in load_digits(USUAL).pixels}
    cards = [page.check.fed.pictures.card(row) for row in range(page.check.fed.pictures.rowCount())]
    assert len(cards) == 32
    assert all(np.ascontiguousarray(card.pixels[..., 0]).tobytes() in known for card in cards if card)


def test_reasons_of_faults_are_whole_and_names_are_cut_in_the_middle(qtbot) -> None:
    from gui.widgets.problem_table import REASON, ProblemTable

    table = ProblemTable()
    qtbot.addWidget(table)
    table.show_faults([("a/very/long/path/" * 5 + "name.jpg", "not an image")], ("File", "Reason"))
    for width in (600, 300):
        table.resize(width, 200)
        table.show()
        assert table.columnWidth(REASON) > table.fontMetrics().horizontalAdvance("not an image")
        qtbot.waitUntil(lambda: table.columnWidth(0) + table.columnWidth(REASON) == table.viewport().width())


def test_the_check_counts_what_is_not_read_in_each_class(page: NewRunPage, assist: FakeRpcClient) -> None:
    check = page.check
    check.button.click()
    left = {"class": "dog", "place": "train/dog", "kind": "format", "what": "HEIC", "count": 48, "example": "x.heic"}
    other = {**left, "kind": "other", "what": "txt", "count": 3}
    note = {
        "code": "unread_formats",
        "parameters": {"count": 48, "where": "HEIC (<b>dog</b>: 48)", "photos": 1},
        "reason": "",
    }
    assist.answer("data", **{**REPORT, "left_out": [left, other], "coded_notes": [note]})
    head = check.counts.horizontalHeaderItem(4)
    assert head is not None
    assert head.text() == "Not read"
    assert [check.counts.item(row, 4).text() for row in range(2)] == ["0", "48"]
    assert "HEIC (<b>dog</b>: 48)" in check.verdict.text()
    assert "epochscope[photos]" in check.verdict.text()
    check.button.click()
    assist.answer("data", **REPORT)
    assert check.counts.columnCount() == 4


def test_no_field_moves_when_a_setting_is_changed(page: NewRunPage, qtbot: Any) -> None:
    """The title of a changed setting is bold, and so wider."""
    qtbot.wait(1)
    longest = max(page.rows.values(), key=lambda row: row.label.sizeHint().width() if row.label.isVisible() else 0)
    before = {path: row.editor.x() for path, row in page.rows.items()}
    longest.show_text("1", changed=True)
    qtbot.wait(1)
    assert longest.label.font().bold()
    assert {path: row.editor.x() for path, row in page.rows.items()} == before
