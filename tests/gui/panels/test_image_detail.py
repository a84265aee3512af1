"""The large image and its lines, where there is little room."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.panels.confusion.image_detail import ImageDetail


def test_with_little_room_the_lines_are_scrolled_and_not_drawn_over_each_other(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    detail = ImageDetail(window)
    detail.setGeometry(0, 0, 320, detail.fontMetrics().height() * 5)
    window.show()
    qtbot.waitExposed(window)
    line = detail.fontMetrics().height()
    assert all(caption.height() >= line for caption in detail.captions)
