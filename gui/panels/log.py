"""What a run had to say: its messages, and the end of its log.txt."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import ClassVar

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from gui.engine.processes import tail
from gui.panels.base import Panel
from gui.text.errors import error_text
from gui.text.formats import message_text
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from trainer.errors import EpochscopeError
from trainer.store.folder import confined

MAX_LINES = 2_000


class LogPanel(Panel):
    """Both as plain text. Refreshing it reads log.txt."""

    topics: ClassVar[Set[Topic]] = frozenset({"messages", "state", "epochs", "info"})

    def __init__(self, cursor: EpochCursor, parent: QWidget | None = None) -> None:
        super().__init__(cursor, parent)
        self.messages, self.log = _text(), _text()
        self._heads = (QLabel(), QLabel())
        split = QSplitter()
        split.setChildrenCollapsible(False)
        for head, text in zip(self._heads, (self.messages, self.log), strict=True):
            side = QWidget()
            layout = QVBoxLayout(side)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.addWidget(head)
            layout.addWidget(text)
            head.setBuddy(text)
            split.addWidget(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(split)
        self._seen = ""
        self.retranslate()

    def show_run(self, run: OpenRun | None) -> None:
        """Forget the texts of the run before."""
        super().show_run(run)
        self._seen = ""
        self.messages.clear()
        self.log.clear()

    def refresh(self, changed: Set[Topic]) -> None:
        """Messages where there are new ones; the log in any case."""
        if self.run is None:
            return
        if "messages" in changed or "info" in changed:
            lines = [
                f"{datetime.fromtimestamp(message.wall / 1000):%H:%M:%S}  {message_text(message)}"
                for message in self.run.model.messages[-MAX_LINES:]
            ]
            _replace(self.messages, "\n".join(lines))
        try:
            text = tail(confined(self.run.folder, "log.txt"))
        except EpochscopeError as error:
            text = error_text(error)
        if text != self._seen:
            self._seen = text
            _replace(self.log, text)

    def retranslate(self) -> None:
        """Set all texts."""
        names = (self.tr("Messages"), self.tr("log.txt, its end"))
        for head, text, name in zip(self._heads, (self.messages, self.log), names, strict=True):
            head.setText(name)
            text.setAccessibleName(name)
        self.messages.setPlaceholderText(self.tr("Nothing to report."))
        if self.run is not None:
            self.refresh({"messages"})


def _text() -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setMaximumBlockCount(MAX_LINES)
    text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    text.setTabChangesFocus(True)
    return text


def _replace(edit: QPlainTextEdit, text: str) -> None:
    """Set the text and stay at its end, unless a person has scrolled back."""
    bar = edit.verticalScrollBar()
    followed = bar.value() >= bar.maximum() - 1
    place = bar.value()
    edit.setPlainText(text)
    bar.setValue(bar.maximum() if followed else place)
