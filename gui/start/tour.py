"""A tour of the window: a few steps, each a frame around a part of it and a bubble that explains it.

Nothing is blocked: clicks pass through the frame, and the tour can be continued or left whatever is done meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.style.dimensions import CARD_CORNER, MEDIUM, SMALL, WIDE, space
from gui.style.theme import Colours
from gui.text.formats import whole
from gui.widgets.card_frame import CardFrame, text_label

_SHADE = QColor(0, 0, 0, 50)
_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Right)
QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's value for no limit."""
_LETTERS = 46
"""Characters per line of the bubble."""
_FOLLOW_MS = 250
"""Panels appear and are resized: the frame follows."""


@dataclass(frozen=True)
class TourStep:
    """One step of the tour.

    Attributes:
        target: Finds the widget, each time, since it may be made late; None: it does not exist.
        prepare: Brings the widget to the front.
        texts: Gives title and explanation in the current language.
    """

    target: Callable[[], QWidget | None]
    prepare: Callable[[], object]
    texts: Callable[[], tuple[str, str]]


class TourFrame(QWidget):
    """Shades the window except for one place. Mouse and keyboard pass through.

    Args:
        window: The window.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.place = QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def point_at(self, place: QRect) -> None:
        """Move to a place.

        Args:
            place: The place, in the window's coordinates.
        """
        if place != self.place:
            self.place = place
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the shade with a hole, and a ring around it."""
        painter, path = QPainter(self), QPainterPath()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hole = self.place.toRectF().adjusted(1.5, 1.5, -1.5, -1.5)
        path.addRect(self.rect().toRectF())
        path.addRoundedRect(hole, CARD_CORNER, CARD_CORNER)
        painter.fillPath(path, _SHADE)
        painter.setPen(QPen(Colours.current().train, 3.0))
        painter.drawRoundedRect(hole, CARD_CORNER, CARD_CORNER)
        painter.end()


class TourBubble(CardFrame):
    """Title, text, progress and three buttons. The arrow keys go forward and back, Esc leaves.

    Args:
        window: The window.
    """

    moved = Signal(int)
    left = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.heading.setFont(text_label("title").font())
        self.text, self.where = text_label(wrap=True), text_label("caption", muted=True)
        self.skip, self.back, self.next = QPushButton(), QPushButton(), QPushButton()
        self.next.setProperty("kind", "primary")
        self.skip.clicked.connect(self.left)
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.next.clicked.connect(lambda: self.moved.emit(1))
        row = self._buttons = QHBoxLayout()
        row.setSpacing(space(SMALL))
        row.addWidget(self.where)
        row.addStretch(1)
        for button in (self.skip, self.back, self.next):
            button.installEventFilter(self)
            row.addWidget(button)
        layout = QVBoxLayout()
        layout.setSpacing(space(MEDIUM))
        layout.addWidget(self.text)
        layout.addLayout(row)
        self.body.addLayout(layout)

    def show_step(self, title: str, text: str, place: int, count: int) -> None:
        """Show a step.

        Args:
            title: Its title.
            text: Its explanation.
            place: Its index, from 0.
            count: Number of steps.
        """
        self.set_heading(title)
        self.text.setText(text)
        self.where.setText(self.tr("{step} of {steps}").format(step=whole(place + 1), steps=whole(count)))
        last = place == count - 1
        self.skip.setText(self.tr("Skip the tour"))
        self.skip.setVisible(not last)
        self.back.setText(self.tr("Back"))
        self.back.setEnabled(place > 0)
        self.next.setText(self.tr("Done") if last else self.tr("Next"))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        # a label that wraps does not tell its layout in time how high another text is
        width = max(_LETTERS * self.fontMetrics().averageCharWidth(), self._buttons.sizeHint().width() + space(SMALL))
        room = QRect(0, 0, width, QWIDGETSIZE_MAX)
        self.text.setFixedSize(
            width, self.text.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
        )
        self.body.invalidate()
        self.body.activate()
        self.resize(self.body.minimumSize())

    def event(self, event: QEvent) -> bool:
        """Claim its keys, even if they are shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep arrow keys on a button from moving to the next button."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go forward, go back or leave."""
        match event.key():
            case Qt.Key.Key_Escape:
                self.left.emit()
            case Qt.Key.Key_Right:
                self.moved.emit(1)
            case Qt.Key.Key_Left if self.back.isEnabled():
                self.moved.emit(-1)
            case _:
                super().keyPressEvent(event)


class Tour(QObject):
    """Goes through steps over a window. `ended` is emitted when it is over or was left.

    Args:
        window: The window.
        steps: One step or more.
    """

    ended = Signal()

    def __init__(self, window: QWidget, steps: Sequence[TourStep]) -> None:
        super().__init__(window)
        self._window, self._steps = window, steps
        self.place = 0
        self.frame, self.bubble = TourFrame(window), TourBubble(window)
        self.bubble.moved.connect(self._move)
        self.bubble.left.connect(self.end)
        self._timer = QTimer(self)
        self._timer.setInterval(_FOLLOW_MS)
        self._timer.timeout.connect(self._follow)
        window.installEventFilter(self)
        self._show()

    def _move(self, by: int) -> None:
        """Move by steps; after the last one the tour ends."""
        if self.place + by >= len(self._steps):
            self.end()
        else:
            self.place = max(0, self.place + by)
            self._show()

    def _show(self) -> None:
        step = self._steps[self.place]
        step.prepare()
        self.bubble.show_step(*step.texts(), self.place, len(self._steps))
        for part in (self.frame, self.bubble):
            part.show()
            part.raise_()
        self._timer.start()
        self._follow()
        self.bubble.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow(self) -> None:
        """Move frame and bubble to the target; if it is not visible, to the middle of the window."""
        target = self._steps[self.place].target()
        room = self._window.rect()
        place = QRect(room.center(), QSize(0, 0))
        if target is not None and target.isVisible():
            edge = space(SMALL)
            place = QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())
            place = place.adjusted(-edge, -edge, edge, edge).intersected(room)
        self.frame.setGeometry(room)
        self.frame.point_at(place)
        self.bubble.move(beside(place, self.bubble.size(), room))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle a new size or language of the window."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._follow()
        elif watched is self._window and event.type() == QEvent.Type.LanguageChange:
            step = self._steps[self.place]
            self.bubble.show_step(*step.texts(), self.place, len(self._steps))
        return False

    def end(self) -> None:
        """Remove frame and bubble."""
        self._timer.stop()
        self._window.removeEventFilter(self)
        for part in (self.frame, self.bubble):
            part.hide()
            part.deleteLater()
        self.ended.emit()
        self.deleteLater()


def beside(place: QRect, size: QSize, room: QRect) -> QPoint:
    """Find the place of a bubble: right of a place, below, left or above; else in its lower corner.

    Args:
        place: The place.
        size: Size of the bubble.
        room: The window; the bubble stays inside.

    Returns:
        Its upper left corner.
    """
    gap = space(MEDIUM)
    top = place.top() + gap
    left = place.left() + gap
    spots = (
        QPoint(place.right() + gap, top),
        QPoint(left, place.bottom() + gap),
        QPoint(place.left() - gap - size.width(), top),
        QPoint(left, place.top() - gap - size.height()),
    )
    inside = room.adjusted(gap, gap, -gap, -gap)
    for spot in spots:
        taken = QRect(QPoint(spot.x(), max(spot.y(), inside.top())), size)
        if inside.contains(taken) and not taken.intersects(place):
            return taken.topLeft()
    corner = QPoint(place.right() - size.width() - space(WIDE), place.bottom() - size.height() - space(WIDE))
    return QPoint(
        max(inside.left(), min(corner.x(), inside.right() - size.width())),
        max(inside.top(), min(corner.y(), inside.bottom() - size.height())),
    )
