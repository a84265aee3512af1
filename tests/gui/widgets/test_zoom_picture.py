"""Looking closely at an image, with the mouse and by keys: zoomed, moved, opened large, with its heat map."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.picture_window import PictureWindow
from gui.widgets.zoom_picture import ZoomPicture

MIDDLE = QPoint(160, 160)


def quarters(side: int = 32) -> QImage:
    """Red, green, blue, and white, from the top left."""
    image = QImage(side, side, QImage.Format.Format_RGB888)
    image.fill(QColor("white"))
    half = side // 2
    for x, y, name in ((0, 0, "red"), (half, 0, "lime"), (0, half, "blue")):
        for row in range(y, y + half):
            for column in range(x, x + half):
                image.setPixelColor(column, row, QColor(name))
    return image


@pytest.fixture
def picture(qtbot: QtBot) -> Iterator[ZoomPicture]:
    window = QWidget()
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    picture = ZoomPicture()
    layout.addWidget(picture)
    qtbot.addWidget(window)
    window.resize(320, 320)
    window.show()
    qtbot.waitExposed(window)
    picture.show_image(quarters())
    yield picture
    window.close()


def colour(picture: QWidget, x: int, y: int) -> str:
    return picture.grab().toImage().pixelColor(x, y).name()


def turn(picture: ZoomPicture, notches: int, at: QPoint = MIDDLE) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(picture.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(picture, event)


def corners(picture: ZoomPicture) -> list[str]:
    return [colour(picture, x, y) for x, y in ((40, 40), (280, 40), (40, 280), (280, 280))]


ALL = ["#ff0000", "#00ff00", "#0000ff", "#ffffff"]


def test_the_wheel_zooms_where_the_mouse_is(picture: ZoomPicture) -> None:
    assert corners(picture) == ALL
    turn(picture, 6, QPoint(40, 40))
    assert colour(picture, 280, 160) == "#ff0000", "the red quarter is larger now"
    turn(picture, -6)
    assert corners(picture) == ALL


def test_keys_zoom_fit_and_show_single_pixels(picture: ZoomPicture, qtbot: QtBot) -> None:
    picture.setFocus()
    for keys, width in (("+", 400), ("-", 320), ("1", 32), ("=", 40), ("0", 320)):
        qtbot.keyClicks(picture, keys)
        assert picture._measured().place()[2] == width, keys


def test_dragging_and_arrow_keys_move_it(picture: ZoomPicture, qtbot: QtBot) -> None:
    turn(picture, 4)
    assert colour(picture, 160 + 20, 160 + 20) == "#ffffff"
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=MIDDLE)
    qtbot.mouseMove(picture, MIDDLE + QPoint(60, 60))
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=MIDDLE + QPoint(60, 60))
    assert colour(picture, 160 + 20, 160 + 20) == "#ff0000"
    picture.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(picture, key)
    assert colour(picture, 160 + 20, 160 + 20) == "#ffffff"


def test_arrow_keys_lead_to_other_images_only_where_all_of_it_is_visible(picture: ZoomPicture, qtbot: QtBot) -> None:
    steps: list[int] = []
    picture.step_wanted.connect(steps.append)
    picture.setFocus()
    qtbot.keyClick(picture, Qt.Key.Key_Right)
    qtbot.keyClick(picture, Qt.Key.Key_Left)
    assert steps == [1, -1]
    qtbot.keyClicks(picture, "+")
    qtbot.keyClick(picture, Qt.Key.Key_Right)
    assert steps == [1, -1]


def test_an_image_drawn_again_stays_as_it_is_and_another_is_shown_whole(picture: ZoomPicture) -> None:
    turn(picture, 4)
    picture.show_image(quarters())
    assert picture._measured().cropped
    picture.show_image(quarters(16))
    assert not picture._measured().cropped


def test_the_heat_map_follows(picture: ZoomPicture) -> None:
    turn(picture, 6, QPoint(280, 280))
    before = picture._measured().place()
    values = np.zeros((32, 32), np.float32)
    values[:, 26:] = 1.0
    picture.show_heat(np.zeros((32, 32, 3), np.uint8), values)
    assert picture._measured().place() == before
    left, top, width, _ = before
    hot, cold = (round(left + width * share) for share in (0.88, 0.7))
    row = max(0, top) + 100
    bright = [QColor(colour(picture, x, row)).lightness() for x in (hot, cold)]
    assert bright[0] > bright[1] + 60, "the map is where the image is"
    picture.show_image(quarters())
    assert picture._measured().place() == before


@pytest.mark.parametrize("way", ["mouse", "keys", "button"])
def test_it_opens_large_and_the_large_one_follows(picture: ZoomPicture, way: str, qtbot: QtBot) -> None:
    steps: list[int] = []
    opened: list[PictureWindow] = []
    picture.large_wanted.connect(lambda: opened.append(PictureWindow(picture)))
    picture.step_wanted.connect(steps.append)
    picture.describe("cat/1.png")
    picture.setFocus()
    if way == "mouse":
        qtbot.mouseDClick(picture, Qt.MouseButton.LeftButton, pos=MIDDLE)
    elif way == "keys":
        qtbot.keyClick(picture, Qt.Key.Key_Return)
    else:
        assert picture.button.isVisible()
        qtbot.mouseClick(picture.button, Qt.MouseButton.LeftButton)
    (window,) = opened
    window.open()
    qtbot.waitExposed(window)
    assert window.windowTitle() == "cat/1.png"
    large = window.picture
    assert colour(large, large.width() // 2 - 20, large.height() // 2 - 20) == "#ff0000"
    qtbot.keyClick(large, Qt.Key.Key_Right)
    assert steps == [1]
    picture.show_image(QImage(8, 8, QImage.Format.Format_RGB888))
    picture.describe("cat/2.png")
    assert window.windowTitle() == "cat/2.png"
    assert large._measured().image == (8, 8)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_a_double_click_on_the_large_one_shows_its_pixels_and_all_of_it_again(
    picture: ZoomPicture, qtbot: QtBot
) -> None:
    window = PictureWindow(picture)
    window.open()
    qtbot.waitExposed(window)
    large = window.picture
    whole = large._measured().place()
    qtbot.mouseDClick(large, Qt.MouseButton.LeftButton)
    assert large._measured().place()[2] == 32
    qtbot.mouseDClick(large, Qt.MouseButton.LeftButton)
    assert large._measured().place() == whole
    names = [button.accessibleName() or button.text() for button in window.tools.buttons]
    assert all(names)
    for button, width in zip(window.tools.buttons[2:], (whole[2], 32), strict=True):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert large._measured().place()[2] == width
    window.close()


def test_what_comes_from_a_file_is_read_as_sharp_as_it_is_shown(
    picture: ZoomPicture, tmp_path: Path, qtbot: QtBot
) -> None:
    whole = quarters(400)
    whole.setPixelColor(399, 399, QColor("black"))
    whole.save(str(tmp_path / "a.png"))
    thumbnail = whole.scaled(20, 20)
    picture.show_image(thumbnail, tmp_path / "a.png")
    qtbot.waitUntil(lambda: picture._measured().image == (400, 400))
    picture.setFocus()
    qtbot.keyClicks(picture, "1")
    for _ in range(20):
        qtbot.keyClick(picture, Qt.Key.Key_Right)
        qtbot.keyClick(picture, Qt.Key.Key_Down)
    picture.clearFocus()
    assert colour(picture, 319, 319) == "#000000"
    picture.show_image(thumbnail, tmp_path / "gone.png")
    qtbot.wait(100)
    assert corners(picture) == ALL, "the thumbnail stays where the file is gone"


def test_without_an_image_nothing_happens(picture: ZoomPicture, qtbot: QtBot) -> None:
    picture.show_image(None)
    opened: list[bool] = []
    picture.large_wanted.connect(lambda: opened.append(True))
    picture.setFocus()
    turn(picture, 3)
    qtbot.mouseDClick(picture, Qt.MouseButton.LeftButton, pos=MIDDLE)
    qtbot.keyClick(picture, Qt.Key.Key_Return)
    assert not opened
    assert not picture.button.isVisible()
