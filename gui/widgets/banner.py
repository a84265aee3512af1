"""Notices above the panels that need attention, with buttons to act on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.style.dimensions import LARGE, MEDIUM, SMALL, TIGHT, icon_size, space
from gui.style.theme import icon
from gui.text.formats import plain
from gui.widgets.state_sign import sign_colour, sign_pixmap

Say = Callable[[], str]
"""Says a text in the language of the window; called again when that has changed."""
Button = tuple[Say, Callable[[], object]]
MAX_LINES = 4
_SURFACES = {"info": "info", "done": "info", "failed": "failed"}


class _Words(QLabel):
    """A label as high as its text needs. By default, a label that wraps asks for the height of a narrow column."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _height(self, width: int) -> int:
        return max(self.heightForWidth(width), self.fontMetrics().height() + 8)

    def sizeHint(self) -> QSize:
        """Hint for the current width."""
        return QSize(200, self._height(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        """Hint with the same height."""
        return QSize(80, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the height for a new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class NoticeLine(QFrame):
    """A notice: a sign, its text, buttons to act on it. `closed`: the user has closed it.

    Args:
        say: Says its text.
        buttons: Label and action of each button.
        sign: Name of its icon.
    """

    closed = Signal()

    def __init__(self, say: Say, buttons: Sequence[Button], sign: str) -> None:
        super().__init__()
        self.text = ""
        self._say = say
        self._buttons = [(QPushButton(), name) for name, _ in buttons]
        self._words, self._close = _Words(), QToolButton()
        self.setProperty("surface", _SURFACES.get(sign, "warning"))
        row = QHBoxLayout(self)
        row.setContentsMargins(space(MEDIUM), space(TIGHT), space(SMALL), space(TIGHT))
        row.setSpacing(space(SMALL))
        mark = QLabel()
        mark.setPixmap(sign_pixmap(sign, sign_colour(sign), space(LARGE), self.devicePixelRatio()))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        for (button, _), (_, action) in zip(self._buttons, buttons, strict=True):
            button.setAutoDefault(False)
            button.clicked.connect(lambda *_, action=action: action())
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._close.setAutoRaise(True)
        self._close.setIcon(icon("failed"))
        self._close.setIconSize(icon_size(MEDIUM))
        self._close.clicked.connect(self.closed)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.text = self._say()
        self._words.setText("\n".join(plain(self.text).splitlines()[:MAX_LINES]))
        for button, name in self._buttons:
            button.setText(name())
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close"))


class Banner(QWidget):
    """Notices by key: one with the same key replaces the other. Each can be closed by the user."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, NoticeLine] = {}
        self._closed: set[str] = set()
        self._silenced: Set[str] = frozenset()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(space(SMALL), 0, space(SMALL), space(TIGHT))
        self._layout.setSpacing(space(TIGHT))
        self.hide()

    def show_notice(self, key: str, say: Say, buttons: Sequence[Button] = (), sign: str = "warning") -> None:
        """Show a notice, or replace the one with the same key.

        Args:
            key: Identifies the notice.
            say: Says its plain text, of which only the first `MAX_LINES` lines are shown.
            buttons: Label and action of each button. Default: none.
            sign: Name of its icon: "warning" (default), "info" or "failed".
        """
        if self.text(key) == say():
            return
        self.hide_notice(key)
        line = self._lines[key] = NoticeLine(say, buttons, sign)
        line.closed.connect(lambda: self._close(key))
        self._layout.addWidget(line)
        self._show_lines()

    def tell(self, key: str, say: Say, buttons: Sequence[Button] = (), sign: str = "warning") -> None:
        """Show a notice about something that has just happened: also where the same one was closed before.

        Args:
            key: Identifies the notice.
            say: As of `show_notice`.
            buttons: As of `show_notice`.
            sign: As of `show_notice`.
        """
        self.hide_notice(key)
        self.show_notice(key, say, buttons, sign)

    def hide_notice(self, key: str) -> None:
        """Remove a notice; does nothing if there is none.

        Args:
            key: Identifies the notice.
        """
        if line := self._lines.pop(key, None):
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._closed.discard(key)
        self._show_lines()

    def silence(self, keys: Set[str]) -> None:
        """Keep notices out of sight until other ones are named.

        Args:
            keys: Keys of these notices; empty: none.
        """
        self._silenced = keys
        self._show_lines()

    def _close(self, key: str) -> None:
        self._closed.add(key)
        self._show_lines()

    def _show_lines(self) -> None:
        away = self._closed | self._silenced
        for key, line in self._lines.items():
            line.setVisible(key not in away)
        self.setVisible(bool(self._lines.keys() - away))

    def clear(self) -> None:
        """Remove all notices."""
        for key in list(self._lines):
            self.hide_notice(key)

    def text(self, key: str) -> str | None:
        """Return the text of a notice.

        Args:
            key: Identifies the notice.

        Returns:
            The text; None if there is none.
        """
        line = self._lines.get(key)
        return line.text if line is not None else None

    def retranslate(self) -> None:
        """Say all notices again."""
        for line in self._lines.values():
            line.retranslate()
