"""What tests of the window do with it: open a run, answer a question, drop something."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from gui.window.main_window import Window
from trainer.store.folder import RunFolder


def opened(qtbot: QtBot, window: Window, folder: RunFolder) -> Window:
    window.open_run(folder.path)
    qtbot.waitUntil(lambda: not window.runs.catching_up)
    window.refresh_timer.tick()
    return window


def answer(qtbot: QtBot, text: str) -> None:
    """Click the button of the question that is about to be asked. Without such a button the question is withdrawn: a
    test that waits for an answer would wait for ever."""

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        found = [button for button in box.buttons() if text in button.text()]
        if not found:
            box.reject()
        assert found, [button.text() for button in box.buttons()]
        found[0].click()

    QTimer.singleShot(50, click)


def drop(window: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(200, 200), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)
    assert event.isAccepted()
