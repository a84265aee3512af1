"""The wheel scrolls a form; it does not change the editors that it passes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.new_run.data_check import EpochBox
from gui.new_run.setting_row import Choice


@pytest.mark.parametrize("turn", [-120, 120])
def test_the_wheel_changes_no_editor_of_the_form(qtbot: QtBot, turn: int) -> None:
    number, choice = EpochBox(minimum=1, maximum=100), Choice()
    number.setValue(5)
    choice.addItems(["a", "b", "c"])
    choice.setCurrentIndex(1)
    for widget in (number, choice):
        qtbot.addWidget(widget)
        widget.show()
        widget.setFocus()
        event = QWheelEvent(
            QPointF(4, 4), QPointF(4, 4), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        assert not event.isAccepted()
    assert (number.value(), choice.currentIndex()) == (5, 1)
