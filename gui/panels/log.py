"""Output of a run: its messages, and the ends of its log.txt and of its printed output."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from gui.engine.processes import printed, tail
from gui.panels.base import Panel
from gui.panels.message_list import MessageList
from gui.style.dimensions import TIGHT, panel_margins, space
from gui.text.errors import error_text
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from trainer.errors import EpochscopeError
from trainer.store.folder import confined

MAX_LINES = 2_000


class LogPanel(Panel):
    """Messages above, plain text below. A refresh reads log.txt and the engine's output, if a window started it."""

    topics: ClassVar[Set[Topic]] = frozenset({"messages", "state", "epochs", "info", "batches", "progress"})

    def __init__(self, cursor: EpochCursor) -> None:
        super().__init__(cursor)
        self.message_list = MessageList()
        self.messages, self.log, self.printed = self.message_list.text, _text(), _text()
        self._heads = (QLabel(), QLabel())
        files = QSplitter()
        files.setChildrenCollapsible(False)
        for head, text in zip(self._heads, (self.log, self.printed), strict=True):
            side = self._last = QWidget()
            layout = QVBoxLayout(side)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space(TIGHT))
            layout.addWidget(head)
            layout.addWidget(text)
            head.setBuddy(text)
            files.addWidget(side)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        for place, part in enumerate((self.message_list, files)):
            split.addWidget(part)
            split.setStretchFactor(place, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(panel_margins())
        layout.addWidget(split)
        self.printed.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)  # tables are printed
        self._last.hide()  # what was started elsewhere prints elsewhere
        self._seen = self._seen_printed = ""
        self.retranslate()

    def show_run(self, run: OpenRun | None) -> None:
        """Clear the texts of the previous run."""
        super().show_run(run)
        self._seen = self._seen_printed = ""
        self.message_list.show_messages(())
        for text in (self.log, self.printed):
            text.clear()
        self._last.hide()

    def refresh(self, changed: Set[Topic]) -> None:
        """Update messages if there are new ones; the log always."""
        if self.run is None:
            return
        if "messages" in changed or "info" in changed:
            self.message_list.show_messages(self.run.model.messages[-MAX_LINES:])
        try:
            text = tail(confined(self.run.folder, "log.txt"))
        except EpochscopeError as error:
            text = error_text(error)
        if text != self._seen:
            self._seen = text
            _replace(self.log, text)
        output = printed(self.run.folder, self.run.model.began / 1000)
        if output != self._seen_printed:
            self._seen_printed = output
            _replace(self.printed, output)
            self._last.setVisible(bool(output))

    def retranslate(self) -> None:
        """Set all texts."""
        self.message_list.retranslate()
        names = (self.tr("log.txt (end)"), self.tr("Output (end)"))
        for head, text, name in zip(self._heads, (self.log, self.printed), names, strict=True):
            head.setText(name)
            text.setAccessibleName(name)


def _text() -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setMaximumBlockCount(MAX_LINES)
    text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    text.setTabChangesFocus(True)
    return text


def _replace(edit: QPlainTextEdit, text: str) -> None:
    """Set the text and stay at its end, unless the user has scrolled back. What is selected stays so while the text
    only grows."""
    bar = edit.verticalScrollBar()
    followed = bar.value() >= bar.maximum() - 1
    place = bar.value()
    before = edit.toPlainText()
    if before and text.startswith(before):
        cursor = QTextCursor(edit.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text[len(before) :])
    else:
        edit.setPlainText(text)
    bar.setValue(bar.maximum() if followed else place)
