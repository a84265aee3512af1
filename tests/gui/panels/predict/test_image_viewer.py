"""One image, large: its neighbours, where the model looked, what it finds similar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from gui.panels.predict.image_viewer import ImageViewer
from gui.panels.predict.predict_panel import PredictPanel
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.predicted_images import Prediction
from tests.gui.explained_images import ExplainingAssist
from tests.gui.panels.predict.predictions import CAT, DOG, picture, run_of


def test_an_image_is_looked_at_with_its_neighbours(labelled: PredictPanel, tmp_path: Path, qtbot: Any) -> None:
    picture(tmp_path / "img-9.png", 40, 30)
    labelled.view.doubleClicked.emit(labelled.view.table.index(1, 2))
    viewer = labelled.findChild(ImageViewer)
    assert isinstance(viewer, ImageViewer)
    assert viewer.windowTitle() == "img-9.png"
    assert not viewer.nothing.isVisibleTo(viewer)
    assert "50" in viewer.caption.text()
    assert f"✗ True class: {DOG}" in viewer.caption.text()
    viewer.go(2)
    assert (viewer.windowTitle(), viewer.nothing.text()) == ("img-2.png", "<b>cut</b> off")
    assert not viewer.on.isEnabled()
    viewer.go(-1)
    assert "cannot be shown here" in viewer.nothing.text()
    viewer.close()


def test_the_viewer_shows_where_the_model_looked(tmp_path: Path, qtbot: Any) -> None:
    assist = ExplainingAssist(tmp_path)
    paths = [picture(tmp_path / f"{number}.png") for number in range(2)]
    rows = [Prediction(path=str(path), top=((CAT, 0.75), (DOG, 0.25)), truth=DOG) for path in paths]
    rows.append(Prediction(path=str(tmp_path / "gone.png"), code="missing", reason="gone"))
    viewer = ImageViewer(rows, 0, run_of(tmp_path), Explanations(assist))  # type: ignore[arg-type]
    qtbot.addWidget(viewer)
    viewer.show()
    assert not assist.asked
    viewer.heat.switch.click()
    assert (assist.asked[0][0], assist.last["images"]) == ("explain", [str(paths[0])])
    assist.explain(predicted=0, true=-1)
    assert viewer.heat.note.accessibleName().startswith("Class activation map (exact) · <i>cat</i> 80.0 %")
    assert viewer.heat.classes.itemText(1) == f"True: {DOG}"
    viewer.go(1)
    assert assist.last["images"] == [str(paths[1])], "it stays on"
    assist.explain(predicted=1, true=-1)
    viewer.go(1)
    assert not viewer.heat.switch.isEnabled()
    assert not viewer.heat.settings.isVisible()
    assert len(assist.asked) == 2


def test_from_an_image_to_the_similar_ones_and_back(tmp_path: Path, qtbot: Any) -> None:
    assist = ExplainingAssist(tmp_path)
    rows = [Prediction(path=str(picture(tmp_path / "0.png")), top=((CAT, 0.75), (DOG, 0.25)))]
    viewer = ImageViewer(rows, 0, run_of(tmp_path), Explanations(assist))  # type: ignore[arg-type]
    qtbot.addWidget(viewer)
    viewer.show()
    viewer.similar.switch.click()
    assert (assist.asked[0][0], assist.last["images"]) == ("similar", [rows[0].path])
    assist.similar(1, 0, of_class=None)
    assert [button.neighbor.place for button in viewer.similar.buttons] == [10, 11]
    viewer.similar.buttons[0].click()
    assert viewer.caption.text() == f"Training image of the class {DOG}"
    assert viewer.return_button.isVisible()
    asked = dict(assist.asked[1:])
    assert {(about["split"], about["place"]) for about in asked.values()} == {("train", 10)}
    assist.explain(predicted=1, true=1)
    assert f"predicted as {DOG}" in viewer.caption.text()
    viewer.go_back()
    assert viewer.windowTitle() == "0.png"
    assert not viewer.return_button.isVisible()
    assert [button.neighbor.place for button in viewer.similar.buttons] == [10, 11], "known already"


@pytest.mark.parametrize("kind", ["explain", "similar"])
def test_an_answer_that_comes_after_the_viewer_was_closed_harms_nothing(tmp_path: Path, qtbot: Any, kind: str) -> None:
    assist = ExplainingAssist(tmp_path)
    rows = [Prediction(path=str(picture(tmp_path / "0.png")), top=((CAT, 0.75), (DOG, 0.25)))]
    parent = QWidget()
    qtbot.addWidget(parent)
    viewer = ImageViewer(rows, 0, run_of(tmp_path), Explanations(assist), parent)  # type: ignore[arg-type]
    viewer.show()
    viewer.heat.switch.click()
    if kind == "explain":
        assist.explain(predicted=0, true=-1)
        viewer.heat.classes.setCurrentIndex(2)
        viewer.heat.classes.activated.emit(viewer.heat.classes.findData(1))  # while the first map is shown
    else:
        assist.explain(predicted=0, true=-1)
        viewer.similar.switch.click()
    assert kind in assist.asking
    with qtbot.waitSignal(viewer.destroyed):
        viewer.close()
    if kind == "explain":
        assist.explain(predicted=0, label=1, true=-1)
    else:
        assist.similar(0, 1)


def test_what_is_asked_goes_on_when_the_panel_is_seen_again(tmp_path: Path, qtbot: Any) -> None:
    assist = ExplainingAssist(tmp_path)
    rows = [Prediction(path=str(picture(tmp_path / "0.png")), top=((CAT, 0.75), (DOG, 0.25)))]
    viewer = ImageViewer(rows, 0, run_of(tmp_path), Explanations(assist))  # type: ignore[arg-type]
    qtbot.addWidget(viewer)
    viewer.show()
    viewer.similar.switch.click()
    viewer.hide()
    assist.similar(0, 1)  # kept, though nobody sees it
    viewer.show()
    assert [do for do, _ in assist.asked] == ["similar"]
    assert viewer.similar.buttons
