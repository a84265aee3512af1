"""One's own images: classified by the shown run, each with its classes or the reason why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage
from PySide6.QtWidgets import QFileDialog

from gui.panels.predict.predict_panel import MAX_IMAGES, PredictPanel
from gui.panels.predict.predictions import SIDE, thumbnail
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.bar_delegate import PART
from tests.gui.new_run.test_new_run_page import FakeAssist
from trainer.store.folder import RunFolder

Role = Qt.ItemDataRole


def run_of(tmp_path: Path, name: str = "a") -> OpenRun:
    folder = RunFolder(tmp_path / name)
    folder.path.mkdir(exist_ok=True)
    return OpenRun(folder, JournalFollower(folder))


def picture(path: Path, width: int = 300, height: int = 200) -> Path:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    assert image.save(str(path))
    return path


@pytest.fixture
def assist(tmp_path: Path) -> FakeAssist:
    return FakeAssist(tmp_path)


@pytest.fixture
def panel(assist: FakeAssist, qtbot: Any) -> PredictPanel:
    panel = PredictPanel(EpochCursor(), assist)  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.resize(700, 400)
    panel.show()
    return panel


def row(path: Path, *top: tuple[str, float]) -> dict[str, Any]:
    named = [{"class": name, "probability": part} for name, part in top]
    return {"image": str(path), "class": top[0][0], "confidence": top[0][1], "top": named}


def test_without_a_run_it_says_what_to_do(panel: PredictPanel) -> None:
    assert "Open a run" in panel.empty.text()
    assert not panel.choose_button.isEnabled()


def test_images_get_their_classes(panel: PredictPanel, assist: FakeAssist, tmp_path: Path) -> None:
    good, bad = picture(tmp_path / "кот.png"), tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    panel.show_run(run_of(tmp_path))
    panel.classify([good, bad])
    do, asked = assist.asked[0]
    assert (do, asked["images"], asked["run"]) == ("predict", [str(good), str(bad)], str(tmp_path / "a"))
    unreadable = [{"image": str(bad), "code": "x", "reason": "<b>cut</b> off"}]
    top = (("<i>cat</i>", 0.75), ("dog", 0.25))
    assist.answer("predict", ok=True, weights="best", run="a", images=[row(good, *top)], unreadable=unreadable)
    table = panel.view.table
    assert table.index(0, 0).data() == "кот.png"
    assert table.index(0, 1).data().startswith("<i>cat</i>  75")
    assert [table.index(0, place).data(PART) for place in (1, 2, 3)] == [0.75, 0.25, None]
    assert table.index(1, 1).data() == "<b>cut</b> off"
    assert panel.view.columnSpan(1, 1) == 3
    assert "Best weights of a" in panel.told.text()
    panel.grab()


def test_another_run_is_asked_about_the_same_images(panel: PredictPanel, assist: FakeAssist, tmp_path: Path) -> None:
    image = picture(tmp_path / "x.png")
    panel.show_run(run_of(tmp_path))
    panel.classify([image])
    late = assist.callbacks["predict"]
    panel.show_run(run_of(tmp_path, "b"))
    assert assist.asked[1][1]["run"] == str(tmp_path / "b")
    late({"ok": True, "weights": "best", "images": [row(image, ("old", 1.0))], "unreadable": []})
    assert panel.view.table.index(0, 1).data() == ""
    panel.show_run(None)
    assert not panel.again_button.isEnabled()


def test_a_run_without_weights_says_so_and_is_asked_again(
    panel: PredictPanel, assist: FakeAssist, tmp_path: Path
) -> None:
    panel.show_run(run_of(tmp_path))
    panel.classify([tmp_path / "x.png"])
    assist.answer("predict", ok=False, what="This run has no checkpoint yet.", where="", expected="", mend="wait")
    assert panel.empty.text() == "This run has no checkpoint yet.\nwait"
    panel.refresh({"snapshots"})
    assert len(assist.asked) == 2


def test_nothing_is_asked_while_nobody_looks(panel: PredictPanel, assist: FakeAssist, tmp_path: Path) -> None:
    panel.hide()
    panel.show_run(run_of(tmp_path))
    panel.classify([tmp_path / "x.png"])
    assert assist.asked == []
    panel.show()
    assert len(assist.asked) == 1
    panel.clear_button.click()
    assert "Drop images" in panel.empty.text()


def test_files_are_dropped_but_not_too_many(panel: PredictPanel, assist: FakeAssist, tmp_path: Path) -> None:
    panel.show_run(run_of(tmp_path))
    image = picture(tmp_path / "x.png")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(image))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    panel.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, left, none))
    assert assist.asked[0][1]["images"] == [str(image)]
    panel.classify([image] * (MAX_IMAGES + 1))
    assert len(assist.asked[1][1]["images"]) == MAX_IMAGES


def test_thumbnails_are_small_and_made_a_few_at_a_time(panel: PredictPanel, tmp_path: Path, qtbot: Any) -> None:
    images = [picture(tmp_path / f"{number}.png") for number in range(5)]
    found = thumbnail(images[0])
    assert (found.width(), found.height()) == (SIDE, SIDE * 2 // 3)
    assert thumbnail(tmp_path / "nothing").isNull()
    (tmp_path / "text.png").write_bytes(b"x" * 100)
    assert thumbnail(tmp_path / "text.png").isNull()
    panel.show_run(run_of(tmp_path))
    panel.classify(images)
    made = panel.view.table.thumbnails._made
    qtbot.waitUntil(lambda: len(made) == 5)


def test_a_wide_image_has_a_thumbnail_of_a_pixel(tmp_path: Path, qapp: Any) -> None:
    assert thumbnail(picture(tmp_path / "line.png", 3000, 1)).height() == 1


def test_the_folder_of_images_is_remembered(
    panel: PredictPanel, assist: FakeAssist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, asked = picture(tmp_path / "x.png"), []

    def choose(parent: object, title: str, folder: str, kinds: str) -> tuple[list[str], str]:
        asked.append(folder)
        return [str(image)], kinds

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", choose)
    panel.show_run(run_of(tmp_path))
    panel.choose_button.click()
    again = PredictPanel(EpochCursor(), assist)  # type: ignore[arg-type]
    again.show_run(run_of(tmp_path))
    again.choose_button.click()
    assert asked == ["", str(tmp_path)]
    again.deleteLater()
