"""The messages of a run: severity, filter, fix lines and copies."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.panels.message_list import MessageList
from gui.style import theme
from gui.text.messages import Severity, message_parts, severity
from tests.gui.sample_messages import ALL, AT, DETACHED, FAILED, LOSS, STOP, message
from trainer import events as ev
from trainer.store.attempt_history import Message


@pytest.fixture
def messages(qtbot: QtBot) -> MessageList:
    made = MessageList()
    qtbot.addWidget(made)
    made.resize(640, 300)
    made.show()
    made.show_messages(ALL)
    return made


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (STOP, "info"),
        (DETACHED, "warning"),
        (LOSS, "error"),
        (FAILED, "error"),
        (message(ev.CallbackFailed(**AT, callback="c", hook="h", action="stop", error="e")), "error"),
        (message(ev.MetricFailed(**AT, name="m", split="valid", error="e")), "warning"),
        (message(ev.RunEnded(**AT, status="completed", reason="epochs")), "info"),
        (message(ev.RunEnded(**AT, status="stopped", reason="request")), "info"),
    ],
)
def test_how_serious_a_message_is(event: Message, expected: Severity) -> None:
    assert severity(event) == expected


def lines(messages: MessageList) -> list[str]:
    return messages.text.toPlainText().splitlines()


def test_each_message_has_time_and_word_and_the_fix_a_line_of_its_own(messages: MessageList) -> None:
    firsts = [line for line in lines(messages) if line.startswith("20")]
    assert len(firsts) == len(ALL)
    assert ["Error" in line for line in firsts] == [False, False, True, True]
    assert ["Warning" in line for line in firsts] == [False, True, False, False]
    (fix,) = [line for line in lines(messages) if "Lower the learning rate" in line]
    assert fix == "Fix: Lower the learning rate (--lr), or clip gradients (--clip-norm 1)."
    assert [part for part, _ in message_parts(FAILED)] == ["what", "where", "fix"]
    marks = messages.text._marks
    assert len(marks) == len(lines(messages))
    assert [marks[number] for number, line in enumerate(lines(messages)) if line == fix] == ["fix"]


def test_buttons_count_and_filter(messages: MessageList, qtbot: QtBot) -> None:
    assert {level: button.text().split()[-1] for level, button in messages.buttons.items()} == {
        "error": "2",
        "warning": "1",
        "info": "1",
    }
    qtbot.mouseClick(messages.buttons["error"], Qt.MouseButton.LeftButton)
    qtbot.keyClick(messages.buttons["info"], Qt.Key.Key_Space)
    assert len(lines(messages)) == 1
    assert "confusion_plots" in lines(messages)[0]
    qtbot.mouseClick(messages.buttons["warning"], Qt.MouseButton.LeftButton)
    assert lines(messages) == []
    assert "chosen" in messages.text.placeholderText()
    assert not messages.copy_button.isEnabled()
    messages.show_messages((STOP,))
    assert not messages.buttons["error"].isEnabled()


def test_copies_are_text_with_words_for_signs(messages: MessageList, qtbot: QtBot) -> None:
    qtbot.mouseClick(messages.copy_button, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied == messages.text.toPlainText()
    assert "\ufffc" not in copied
    cursor = messages.text.textCursor()
    cursor.select(cursor.SelectionType.LineUnderCursor)
    messages.text.setTextCursor(cursor)
    qtbot.mouseClick(messages.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() in copied
    assert len(QGuiApplication.clipboard().text()) < len(copied)


@pytest.mark.parametrize("scheme", theme.SCHEMES[1:])
def test_signs_and_bars_are_painted_in_every_theme(
    qapp: QApplication, messages: MessageList, scheme: theme.Scheme
) -> None:
    theme.apply(qapp, scheme)
    try:
        qapp.processEvents()
        image = messages.text.grab().toImage()
        edge = round(messages.text._indent())
        background = messages.text.palette().color(QPalette.ColorRole.Base)
        bar = messages.text.palette().color(QPalette.ColorRole.Link).name()
        found = {image.pixelColor(x, y).name() for x in range(2, edge) for y in range(2, image.height() - 2)}
        assert bar in found
        assert len(found) > 4, "signs beside the text"
        text: Any = messages.text.document().begin().begin().fragment().charFormat().foreground().color()
        assert abs(text.lightness() - background.lightness()) > 60
    finally:
        theme.apply(qapp, "system")


def test_long_messages_are_wrapped(messages: MessageList) -> None:
    long = message(ev.MetricFailed(**AT, name="m", split="valid", error="word " * 200), 9)
    messages.show_messages((long,))
    assert messages.text.document().begin().layout().lineCount() > 2
    assert messages.text.horizontalScrollBar().maximum() == 0


def test_what_is_selected_stays_so_while_messages_are_added(messages: MessageList) -> None:
    messages.show_messages(ALL[:2])
    assert messages.text.find(lines(messages)[0][:10]) or messages.text.find(
        lines(messages)[0][:10], messages.text.document().FindFlag.FindBackward
    )
    selected = messages.text.textCursor().selectedText()
    messages.show_messages(ALL)
    assert messages.text.textCursor().selectedText() == selected
    messages.show_messages(ALL[2:])
    assert not messages.text.textCursor().hasSelection(), "it does not stand there any more"
