"""One's own images: classified by the shown run, or the reason why not; dropped, and remembered."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from gui.panels.predict.predict_panel import PredictPanel
from gui.preferences import Preferences
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.predicted_images import COLUMNS
from gui.viewmodels.selection import EpochCursor
from gui.widgets.bar_delegate import PART
from tests.gui.panels.predict.predictions import CAT, DOG, answer, cell, names, picture, row, run_of
from tests.gui.rpc_clients import FakeRpcClient


def test_without_a_run_it_says_what_to_do(panel: PredictPanel) -> None:
    assert "Open a run" in panel.empty.text()
    assert not panel.choose_button.isEnabled()
    assert not panel.folder_button.isEnabled()


def test_images_get_their_classes(panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path) -> None:
    good, bad = picture(tmp_path / "кот.png"), tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    panel.show_run(run_of(tmp_path))
    panel.classify([good, bad])
    do, asked = assist.asked[0]
    assert (do, asked["images"], asked["run"]) == ("predict", [str(good), str(bad)], str(tmp_path / "a"))
    assert panel.progress.isVisibleTo(panel)
    unreadable = [{"image": str(bad), "code": "x", "reason": "<b>cut</b> off"}]
    answer(assist, row(good, (CAT, 0.75), (DOG, 0.25)), unreadable=unreadable)
    assert cell(panel, 0, "image") == "кот.png"
    assert cell(panel, 0, "class") == CAT
    assert cell(panel, 0, "confidence").startswith("75")
    assert cell(panel, 0, "second").endswith(DOG)
    assert [cell(panel, 0, name, PART) for name in COLUMNS] == [None, None, None, 0.75, 0.25, None]
    assert cell(panel, 1, "class") == "<b>cut</b> off"
    assert panel.view.isColumnHidden(COLUMNS.index("truth"))
    assert "Best weights of a" in panel.told.text()
    assert "1 of 2 images cannot be read" in panel.told.text()
    assert not panel.progress.isVisibleTo(panel)
    assert not panel._poll.isActive()
    panel.grab()


def test_labelled_images_are_judged(labelled: PredictPanel) -> None:
    assert not labelled.view.isColumnHidden(COLUMNS.index("truth"))
    assert [cell(labelled, place, "truth") for place in range(4)] == [f"✓ {CAT}", f"✗ {DOG}", f"✓ {CAT}", ""]
    told = labelled.told.text()
    assert "3 labelled images: accuracy 0.667 (0.200–0.900), macro-F1 0.400 (0.100–0.800)" in told
    assert "ignored: 1" in told


def test_another_run_is_asked_about_the_same_images(panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path) -> None:
    image = picture(tmp_path / "x.png")
    panel.show_run(run_of(tmp_path))
    panel.classify([image])
    late = assist.callbacks["predict"]
    panel.show_run(run_of(tmp_path, "b"))
    assert assist.asked[1][1]["run"] == str(tmp_path / "b")
    late({"ok": True, "weights": "best", "images": [row(image, ("old", 1.0))], "unreadable": []})
    assert cell(panel, 0, "class") == ""
    panel.show_run(None)
    assert not panel.again_button.isEnabled()
    assert names(panel) == []


def test_a_run_without_weights_says_so_and_is_asked_again(
    panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path
) -> None:
    panel.show_run(run_of(tmp_path))
    panel.classify([tmp_path / "x.png"])
    assist.answer("predict", ok=False, what="This run has no checkpoint yet.", where="", expected="", fix="wait")
    assert panel.empty.text() == "This run has no checkpoint yet.\nFix: wait"
    assert panel.empty.isVisibleTo(panel)
    assert not panel.filter_bar.isVisibleTo(panel)
    panel.refresh({"snapshots"})
    assert len(assist.asked) == 2


def test_what_is_answered_stays_after_an_error_and_after_cancel(
    panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path
) -> None:
    images = [tmp_path / f"{number}.png" for number in range(100)]
    panel.show_run(run_of(tmp_path))
    panel.classify(images)
    answer(assist, row(images[0], (CAT, 1.0)))
    assert panel.progress.label.text() == "1 of 100 images"
    panel.progress.button.click()
    assert not panel.progress.button.isEnabled()
    answer(assist, row(images[1], (DOG, 1.0)))
    assert not panel.progress.isVisibleTo(panel)
    assert "98 image" in panel.told.text()
    panel.refresh({"snapshots"})
    assert len(assist.asked) == 2, "what was cancelled does not begin again by itself"
    panel.again_button.click()
    answer(assist, row(images[0], (CAT, 1.0)))
    assist.answer("predict", ok=False, what="The helper ended.", where="", expected="", fix="")
    assert "The helper ended." in panel.told.text()
    assert cell(panel, 0, "class") == CAT


def test_nothing_is_asked_while_nobody_looks(panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path) -> None:
    panel.hide()
    panel.show_run(run_of(tmp_path))
    panel.classify([tmp_path / "x.png"])
    assert assist.asked == []
    panel.show()
    assert len(assist.asked) == 1
    panel.clear_button.click()
    assert panel.drop_area.isVisible()


def dropped(kind: type, *paths: Path) -> Any:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    none, left, copy = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    event = kind(
        (QPointF if kind is QDropEvent else lambda x, y: QPointF(x, y).toPoint())(5, 5), copy, mime, left, none
    )
    event.setAccepted(False)
    event.mime = mime  # the event does not keep it
    return event


def test_images_and_folders_are_dropped_but_runs_are_left_to_the_window(
    panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path
) -> None:
    panel.show_run(run_of(tmp_path))
    image = picture(tmp_path / "x.png")
    panel.dropEvent(dropped(QDropEvent, image))
    assert assist.asked[0][1]["images"] == [str(image)]
    (tmp_path / "photos").mkdir()
    entered = dropped(QDragEnterEvent, tmp_path / "photos", image)
    panel.dragEnterEvent(entered)
    assert entered.isAccepted()
    panel.dropEvent(dropped(QDropEvent, tmp_path / "photos", image))
    assert assist.asked[1][0] == "find"
    assert assist.asked[1][1]["images"] == [str(tmp_path / "photos"), str(image)]
    assert assist.asked[1][1]["classes"] == [CAT, DOG]
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.toml").write_text("")
    (run / "journal.jsonl").write_text("")
    entered = dropped(QDragEnterEvent, run)
    panel.dragEnterEvent(entered)
    assert not entered.isAccepted()
    assist.answer("find", ok=True, images=[], truth=[], left_out={})
    assert panel.empty.text() == "There are no images in this folder."


def test_the_folder_of_images_is_remembered(
    panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, asked = picture(tmp_path / "x.png"), []

    def choose(parent: object, title: str, folder: str, kinds: str) -> tuple[list[str], str]:
        asked.append(folder)
        return [str(image)], kinds

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", choose)
    panel.show_run(run_of(tmp_path))
    panel.choose_button.click()
    again = PredictPanel(EpochCursor(), assist, Preferences(), Explanations(assist))  # type: ignore[arg-type]
    again.show_run(run_of(tmp_path))
    again.choose_button.click()
    assert asked == ["", str(tmp_path)]
    again.deleteLater()


def test_the_drop_area_invites_names_the_run_and_lights_up(panel: PredictPanel, tmp_path: Path) -> None:
    panel.show_run(run_of(tmp_path))
    area = panel.drop_area
    assert area.isVisible()
    assert not panel.choose_button.isVisible(), "its buttons say the same"
    assert "best weights of a" in area.about.text()
    assert not area.last_button.isVisible()
    before = area.grab().toImage()
    image = picture(tmp_path / "x.png")
    panel.dragEnterEvent(dropped(QDragEnterEvent, image))
    assert area.grab().toImage() != before
    panel.dragLeaveEvent(QDragLeaveEvent())
    assert area.grab().toImage() == before
    panel.dropEvent(dropped(QDropEvent, image))
    assert not area.isVisible()
    assert panel.choose_button.isVisible()


def test_the_folder_used_last_is_offered_again(
    panel: PredictPanel, assist: FakeRpcClient, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "R&D photos"
    picture(photos / "x.png")
    panel.show_run(run_of(tmp_path))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(photos))
    qtbot.mouseClick(panel.drop_area.folder_button, Qt.MouseButton.LeftButton)
    assert assist.asked[-1][1]["images"] == [str(photos)]
    panel.clear_button.click()
    again = panel.drop_area.last_button
    assert again.isVisible()
    assert again.text().endswith("R&&D photos")
    qtbot.keyClick(again, Qt.Key.Key_Space)
    assert [asked["images"] for do, asked in assist.asked if do == "find"] == [[str(photos)]] * 2
    panel.clear_button.click()
    shutil.rmtree(photos)
    panel.show_run(run_of(tmp_path, "b"))
    assert not panel.drop_area.last_button.isVisible(), "it is gone"
