"""The large image: its lines, where the model looked, and from one image to the similar ones and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.engine.rpc_client import RpcClient
from gui.panels.confusion.image_detail import FACTS, GAP, PICTURE, ImageDetail
from gui.panels.confusion.similar_strip import NeighborButton
from gui.viewmodels.explanations import Explanations, ImageKey
from gui.viewmodels.image_index import Seen, Verdicts
from tests.gui.explained_images import ExplainingAssist

NAMES = ("cat", "dog", "frog")


def seen(place: int = 3, true: int = 0, predicted: int = 1) -> Seen:
    pixels = np.full((8, 8, 3), 200, np.uint8)
    return Seen(place, place, true, predicted, 0.75, 1.25, pixels, (8, 8), f"cat/{place}.png")


def key(place: int = 3) -> ImageKey:
    return ImageKey(Path("/runs/a"), (1,), "valid", place)


@pytest.fixture
def assist(tmp_path: Path) -> ExplainingAssist:
    return ExplainingAssist(tmp_path)


@pytest.fixture
def detail(assist: ExplainingAssist, qtbot: QtBot) -> ImageDetail:
    detail = ImageDetail(Explanations(assist))  # type: ignore[arg-type]
    qtbot.addWidget(detail)
    detail.resize(420, 460)
    detail.show()
    detail.show_image(seen(), Verdicts.none(), NAMES, 1, key())
    return detail


def lines(detail: ImageDetail) -> list[str]:
    return [value.accessibleName() for value in detail.values]


def shown_neighbors(detail: ImageDetail) -> list[NeighborButton]:
    return [button for button in detail.similar.buttons if button.isVisible()]


def middle(detail: ImageDetail) -> tuple[int, ...]:
    """Colour in the middle of the picture."""
    image = detail.picture.grab().toImage()
    return image.pixelColor(image.width() // 2, image.height() // 2).getRgb()[:3]  # type: ignore[return-value]


def click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_with_little_room_the_lines_are_scrolled_and_not_drawn_over_each_other(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    detail = ImageDetail(Explanations(RpcClient()), explained=False)
    detail.setParent(window)
    detail.setGeometry(0, 0, 320, detail.fontMetrics().height() * 5)
    window.show()
    qtbot.waitExposed(window)
    line = detail.fontMetrics().height()
    assert all(caption.height() >= line for caption in detail.captions)
    assert not detail.heat.switch.isVisible(), "nothing is offered"


def test_nothing_is_asked_before_it_is_wanted(detail: ImageDetail, assist: ExplainingAssist) -> None:
    detail.show_image(seen(4), Verdicts.none(), NAMES, 1, key(4))
    assert not assist.asked
    assert not detail.heat.settings.isVisible()
    assert not detail.similar.isVisible()


def test_where_it_looked(detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot) -> None:
    assert middle(detail) == (200,) * 3
    click(qtbot, detail.heat.switch)
    assert detail.heat.note.accessibleName() == "Loading the model… The first image takes a few seconds."
    assist.explain(predicted=1)
    assert detail.heat.note.accessibleName() == "Class activation map (exact) · dog 80.0 % · best weights, epoch 2"
    assert "Class activation map" in detail.picture.accessibleDescription()
    heat = detail.picture.grab().toImage()
    left, right = (heat.pixelColor(x, heat.height() // 2) for x in (heat.width() // 2 - 50, heat.width() // 2 + 50))
    assert left.red() + left.green() > right.red() + right.green() + 60, "what speaks for the class is brighter"
    detail.heat.opacity.setValue(0)
    assert middle(detail) == (90,) * 3
    click(qtbot, detail.heat.switch)
    assert middle(detail) == (200,) * 3
    click(qtbot, detail.heat.switch)
    assert len(assist.asked) == 1, "it is known"


def test_a_heat_map_of_another_epoch_than_the_prediction_says_so(
    detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot
) -> None:
    detail.show_image(seen(4), Verdicts.none(), NAMES, 60, key(4))
    said = detail.heat.other_epoch
    click(qtbot, detail.heat.switch)
    assert not said.isVisible()
    assist.explain(predicted=1)
    assert said.isVisible()
    assert said.text() == "The heat map is of the best epoch, 2; the prediction is of epoch 60."
    assert said.wordWrap(), "it is never cut"
    detail.show_image(seen(4), Verdicts.none(), NAMES, 2, key(4))
    assert not said.isVisible(), "the prediction is of the best epoch, too"
    detail.show_image(seen(4), Verdicts.none(), NAMES, 3, key(4))
    assert said.isVisible()
    click(qtbot, detail.heat.switch)
    assert not said.isVisible()


def test_for_the_true_class_and_for_any(detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot) -> None:
    click(qtbot, detail.heat.switch)
    assist.explain(predicted=1)
    box = detail.heat.classes
    texts = [box.itemText(place) for place in range(box.count())]
    assert texts == ["Predicted: dog", "True: cat", "", *NAMES]
    for place, label in ((1, 0), (5, 2)):
        box.setCurrentIndex(place)
        box.activated.emit(place)
        assert assist.last["label"] == label
        assist.explain(predicted=1, label=label)
        assert NAMES[label] in detail.heat.note.accessibleName()
    detail.show_image(seen(5, true=2), Verdicts.none(), NAMES, 1, key(5))
    assert (assist.last["place"], assist.last["label"]) == (5, 2), "the choice stays for the images that follow"


def test_where_nothing_speaks_for_a_class_that_is_said(
    detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot
) -> None:
    click(qtbot, detail.heat.switch)
    assist.explain(map=np.linspace(-3, -1, 64, dtype=np.float32).reshape(8, 8))
    assert "Nothing supports this class" in detail.heat.note.accessibleName()


def test_similar_images_and_the_way_back(detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot) -> None:
    click(qtbot, detail.similar_switch)
    assist.similar(0, 1, 2)
    first, second, *_, last = shown_neighbors(detail)
    assert first.accessibleName() == "cat, same class, distance 1.000"
    assert second.accessibleName() == "dog, other class, distance 2.000"
    assert last.neighbor.place == 99
    assert detail.similar.class_title.accessibleName() == "Nearest cat"
    second.setFocus()
    qtbot.keyClick(second, Qt.Key.Key_Space)
    asked = dict(assist.asked)
    assert (asked["explain"]["split"], asked["explain"]["place"]) == ("train", 11), "what is made of it is in no file"
    assert lines(detail)[0] == "dog"
    assert lines(detail)[4] == "1.png"
    assert (detail.captions[3].text(), lines(detail)[3]) == ("Distance", "2.000")
    answer_both(assist)
    assert lines(detail)[1:3] == ["cat", "80.0 %, wrong"]
    assert detail.back.isVisible()
    click(qtbot, detail.back)
    assert lines(detail)[0] == "cat"
    assert not detail.back.isVisible()
    assert len(shown_neighbors(detail)) == 4
    assert len(assist.asked) == 3, "what was found before is known"


def answer_both(assist: ExplainingAssist) -> None:
    """The questions about a training image come one after the other."""
    assist.explain(predicted=0, true=1)
    assist.similar(2)


def test_a_redraw_leaves_the_training_image_and_another_choice_does_not(
    detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot
) -> None:
    click(qtbot, detail.similar_switch)
    assist.similar(0, 1, 2)
    click(qtbot, shown_neighbors(detail)[1])
    answer_both(assist)
    detail.show_image(seen(), Verdicts.none(), NAMES, 2, key())
    assert lines(detail)[0] == "dog"
    qtbot.keyClick(detail.back, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert lines(detail)[0] == "cat"
    click(qtbot, shown_neighbors(detail)[1])
    detail.show_image(seen(7, true=2), Verdicts.none(), NAMES, 2, key(7))
    assert lines(detail)[0] == "frog"
    assert not detail.back.isVisible()


def test_why_there_are_none_is_said(detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot) -> None:
    click(qtbot, detail.similar_switch)
    assist.refuse("similar", "The images are gone.")
    assert detail.similar.state.text() == "The images are gone."
    assert not detail.similar.buttons
    click(qtbot, detail.heat.switch)
    assist.refuse("explain", "<b>No</b> model.")
    assert detail.heat.problem.text() == "<b>No</b> model."
    assert detail.heat.problem.textFormat() == Qt.TextFormat.PlainText


def test_as_many_as_there_is_room_for_and_the_nearest_of_the_class_always(
    detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot
) -> None:
    click(qtbot, detail.similar_switch)
    assist.similar(*[1] * 12)
    counts = []
    for width in (200, 420, 1_400):
        detail.resize(width, 460)
        qtbot.wait(1)
        found = shown_neighbors(detail)
        counts.append(len(found))
        assert found[-1].neighbor.place == 99
        assert all(button.geometry().right() <= detail.similar.width() for button in found)
    assert counts[0] < counts[1] < counts[2] == 13


def test_news_are_looked_for_until_the_answer_is_there(
    detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot
) -> None:
    click(qtbot, detail.heat.switch)
    qtbot.waitUntil(lambda: assist.polled > 1)
    assist.explain()
    qtbot.waitUntil(lambda: not detail.heat._answers.isActive())


def test_all_of_it_by_keyboard(detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot) -> None:
    detail.heat.switch.setFocus()
    qtbot.keyClick(detail.heat.switch, Qt.Key.Key_Space)
    assist.explain()
    qtbot.keyClick(detail.similar_switch, Qt.Key.Key_Space)
    assist.similar(0)
    for control in (detail.heat.classes, detail.heat.opacity, detail.similar_switch):
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert control.accessibleName() or control.text()
    assert detail.similar.buttons[0].focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_picture_begins_where_the_facts_begin(detail: ImageDetail, qtbot: QtBot) -> None:
    detail.resize(420, 700)
    top = detail.picture.mapTo(detail, QPoint(0, 0)).y()
    assert abs(top - detail.captions[0].mapTo(detail, QPoint(0, 0)).y()) <= 4
    assert detail.picture.height() <= detail.picture.width() + 1, "no empty space below it"
    assert lines(detail)[4:] == ["cat/3.png", "8×8"]


@pytest.mark.parametrize("height", range(260, 760, 50))
def test_a_heat_map_can_be_read_before_the_verdicts_by_epoch_have_room(
    detail: ImageDetail, assist: ExplainingAssist, qtbot: QtBot, height: int
) -> None:
    verdicts = Verdicts(0, np.arange(1, 4), np.array([0, 1, 0]), np.array([0.5, 0.75, 1.0]))
    detail.resize(420, height)
    detail.show_image(seen(), verdicts, NAMES, 1, key())
    click(qtbot, detail.heat.switch)
    click(qtbot, detail.similar_switch)
    answer_both(assist)
    qtbot.wait(1)
    strip = detail.strip.height() + detail.strip_caption.height() + 2 * GAP
    room, beside_heat = detail.heat.height(), detail.strip.isVisible()
    assert beside_heat == (room - (0 if beside_heat else strip) >= PICTURE)
    click(qtbot, detail.heat.switch)
    qtbot.wait(1)
    assert detail.strip.isVisible() or not beside_heat, "the facts need less"
    assert detail.heat.height() > FACTS * detail.fontMetrics().height() or not detail.strip.isVisible()
