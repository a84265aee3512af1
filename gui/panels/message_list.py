"""The messages of a run: when, how serious, what, and how to fix it; filtered by how serious they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QIcon,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTextEdit, QToolButton, QVBoxLayout, QWidget

from gui.style.dimensions import SMALL, TIGHT, icon_size, space
from gui.style.theme import Colours, icon
from gui.text.formats import whole
from gui.text.messages import SEVERITIES, Severity, message_parts, severity
from gui.widgets.state_sign import sign_colour, sign_pixmap
from trainer.store.attempt_history import Message
from trainer.text.error_text import ErrorPart

_SIGNS: dict[Severity, str] = {"error": "failed", "warning": "warning", "info": "info"}
_BAR = 3
"""Width in pixels of the bar beside a line that says how to fix an error."""


class MessageText(QTextEdit):
    """Messages as text that can be selected and copied, long lines wrapped below their beginning. Signs are painted
    beside it: a copy has words for them."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self._messages: Sequence[Message] = ()
        self._words: dict[Severity, str] = {}
        self._marks: list[str] = []
        """For each line its sign, "fix", or ""."""

    def show_messages(self, messages: Sequence[Message], words: dict[Severity, str]) -> None:
        """Show messages, and stay at their end unless the user has scrolled back. What is selected stays so where it
        still stands.

        Args:
            messages: The messages, the oldest first.
            words: What an error and a warning are called.
        """
        self._messages, self._words, self._marks = messages, words, []
        bar = self.verticalScrollBar()
        place, followed = bar.value(), bar.value() >= bar.maximum() - 1
        chosen, before = self.textCursor(), self.toPlainText()
        anchor, end = chosen.anchor(), chosen.position()
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for message in messages:
            self._write(cursor, message)
        cursor.endEditBlock()
        if anchor != end and self.toPlainText().startswith(before[: max(anchor, end)]):
            cursor.setPosition(anchor)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)
        bar.setValue(bar.maximum() if followed else place)

    def _write(self, cursor: QTextCursor, message: Message) -> None:
        level = severity(message)
        sign = _SIGNS[level]
        for part, text in message_parts(message):
            for number, line in enumerate(text.splitlines() or [""]):
                first = part == "what" and not number
                self._begin_line(cursor, sign if first else "fix" if part == "fix" else "")
                if first:
                    when = datetime.fromtimestamp(message.wall / 1000)
                    cursor.insertText(f"{when:%Y-%m-%d %H:%M:%S}  ", _ink(Colours.current().muted))
                    if word := self._words.get(level):
                        cursor.insertText(f"{word}  ", _ink(sign_colour(sign), strong=True))
                self._write_line(cursor, part if not number else "what", line)

    def _begin_line(self, cursor: QTextCursor, mark: str) -> None:
        line = QTextBlockFormat()
        line.setLeftMargin(self._indent())
        line.setTopMargin(space(SMALL) if mark in _SIGNS.values() and self._marks else space(TIGHT) / 2)
        if self._marks:
            cursor.insertBlock(line)
        else:
            cursor.setBlockFormat(line)
        self._marks.append(mark)

    def _write_line(self, cursor: QTextCursor, part: ErrorPart, line: str) -> None:
        label, colon, rest = line.partition(":") if part != "what" else ("", "", line)
        ink = Colours.current().text
        cursor.insertText(label + colon, _ink(ink, strong=True))
        cursor.insertText(rest, _ink(ink))

    def _indent(self) -> int:
        return self.fontMetrics().height() + space(SMALL)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and signs and bars beside it."""
        super().paintEvent(event)
        painter, top = QPainter(self.viewport()), self.verticalScrollBar().value()
        side, left = self.fontMetrics().height(), self.document().documentMargin()
        block = self.cursorForPosition(QPoint(0, 0)).block()
        while block.isValid() and block.blockNumber() < len(self._marks):
            layout, mark = block.layout(), self._marks[block.blockNumber()]
            place = layout.boundingRect().translated(layout.position()).translated(0, -top)
            if place.top() > self.viewport().height():
                break
            if mark == "fix":
                bar = QRectF(left + (side - _BAR) / 2, place.top(), _BAR, place.height())
                painter.fillRect(bar, self.palette().color(QPalette.ColorRole.Link))
            elif mark and layout.lineCount():
                middle = place.top() + layout.lineAt(0).height() / 2
                sign = sign_pixmap(mark, sign_colour(mark), side, self.devicePixelRatioF())
                painter.drawPixmap(round(left), round(middle - side / 2), sign)
            block = block.next()
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Write in the colours and the font of now."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_marks"):
            self.show_messages(self._messages, self._words)


def _ink(colour: QColor, *, strong: bool = False) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(colour)
    form.setFontWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return form


class MessageList(QWidget):
    """The messages, and above them a button for each severity that shows or hides them, and one that copies what is
    selected, or all that is shown.

    Attributes:
        text: The messages.
        buttons: The button of each severity.
    """

    def __init__(self) -> None:
        super().__init__()
        self._messages: Sequence[Message] = ()
        self.head, self.text, self.copy_button = QLabel(), MessageText(), QToolButton()
        self.head.setBuddy(self.text)
        self.buttons = {level: QToolButton() for level in SEVERITIES}
        top = QHBoxLayout()
        top.setSpacing(space(TIGHT))
        top.addWidget(self.head, 1)
        for button in (*self.buttons.values(), self.copy_button):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setIconSize(icon_size())
            top.addWidget(button)
        for button in self.buttons.values():
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setChecked(True)
            button.toggled.connect(self._show)
        self.copy_button.setIcon(icon("copy"))
        self.copy_button.clicked.connect(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(TIGHT))
        layout.addLayout(top)
        layout.addWidget(self.text, 1)
        self.retranslate()

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show those of the chosen severities.

        Args:
            messages: All messages, the oldest first.
        """
        self._messages = messages
        self._show()

    def _show(self) -> None:
        counts = Counter(severity(message) for message in self._messages)
        for level, button in self.buttons.items():
            button.setText(f"{self._titles()[level]}: {whole(counts[level])}")
            button.setEnabled(counts[level] > 0)
        chosen = [message for message in self._messages if self.buttons[severity(message)].isChecked()]
        nothing = self.tr("Nothing to report.") if not self._messages else self.tr("No messages of the chosen kinds.")
        self.text.setPlaceholderText(nothing)
        self.text.show_messages(chosen, {"error": self.tr("Error"), "warning": self.tr("Warning")})
        self.copy_button.setEnabled(bool(chosen))

    def _copy(self) -> None:
        selected = self.text.textCursor().selection().toPlainText()
        QGuiApplication.clipboard().setText(selected or self.text.toPlainText())

    def _titles(self) -> dict[Severity, str]:
        return {"error": self.tr("Errors"), "warning": self.tr("Warnings"), "info": self.tr("Information")}

    def _tint(self) -> None:
        side = icon_size().width()
        for level, button in self.buttons.items():
            sign = _SIGNS[level]
            button.setIcon(QIcon(sign_pixmap(sign, sign_colour(sign), side, self.devicePixelRatioF())))

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.head.setText(self.tr("Messages"))
        self.text.setAccessibleName(self.tr("Messages"))
        self.copy_button.setToolTip(self.tr("Copy the messages, or what is selected"))
        self.copy_button.setAccessibleName(self.tr("Copy"))
        self._tint()
        self._show()
