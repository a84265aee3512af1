"""An image to look at closely: wheel and keys zoom, dragging and arrow keys move it, a double click opens it large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolButton

from gui.style.dimensions import CORNER, SMALL, TIGHT, space
from gui.style.theme import Colours, icon
from gui.text import formats
from gui.viewmodels.image_zoom import STEP
from gui.widgets.big_picture import BigPicture
from gui.widgets.file_thumbnails import FULL, LARGE, image_size, read_scaled

READ_MS = 60
"""A file is read once a person rests on its image: holding an arrow key down must not wait for files."""
_NOTCH = 120
"""Wheel units of a notch."""
_ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_ACTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "in": ("zoom-in", ("+", "=")),
    "out": ("zoom-out", ("-",)),
    "fit": ("fit", ("0",)),
    "pixels": ("", ("1",)),
    "large": ("enlarge", ("Return", "Enter")),
}
"""Icon and keys."""


class ZoomPicture(BigPicture):
    """Adds to a picture what is needed to look closely: its `actions` are in the context menu, and have keys while it
    has the focus. Images that come from files are read from there, as sharp as they are shown.

    Args:
        large: Whether it is the large one: a double click then shows it pixel by pixel.
    """

    large_wanted = Signal()
    """A double click, or Enter."""
    step_wanted = Signal(int)
    """Left (-1) or right (1) while all of the image is visible: show the one before or after it."""
    changed = Signal()
    """It shows something else now."""

    def __init__(self, *, large: bool = False) -> None:
        super().__init__()
        self._large = large
        self._given: QImage | None = None
        self._file: Path | None = None
        self._dragged: QPointF | None = None
        self.caption = ""
        self._timer = QTimer(self, singleShot=True, interval=READ_MS)
        self._timer.timeout.connect(self._read)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.zoom_actions = {name: QAction(self) for name in _ACTIONS if name != "large" or not large}
        for name, action in self.zoom_actions.items():
            sign, keys = _ACTIONS[name]
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _=False, name=name: self._do(name))
            if sign:
                action.setIcon(icon(sign))
            self.addAction(action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.button = QToolButton(self)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setCursor(Qt.CursorShape.ArrowCursor)
        self.button.hide()
        if not large:
            self.button.setDefaultAction(self.zoom_actions["large"])
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts again."""
        texts = {
            "in": self.tr("Zoom in"),
            "out": self.tr("Zoom out"),
            "fit": self.tr("Fit"),
            "pixels": self.tr("Actual size (1:1)"),
            "large": self.tr("Open large"),
        }
        for name, action in self.zoom_actions.items():
            action.setText(texts[name])
        self.zoom_actions["pixels"].setIconText("1:1")
        self.button.setToolTip(self.tr("Open large (Enter). Here, too, the wheel zooms and dragging moves the image."))

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show_image(self, image: QImage | None, file: Path | None = None) -> None:
        """Show an image without a heat map; one that is shown already stays as it is zoomed.

        Args:
            image: Image of any size; None: nothing.
            file: File of the image, from where it is read again if it is shown larger than `image` is. Default: none.
        """
        same = image is not None and self._given is not None and image == self._given
        if same and file == self._file and self._heat is None:
            return  # it may be sharper already
        if not same:
            self._zoom.fit()
        self._given, self._file = image, file
        super().show_image(image)
        self._shown()

    def show_heat(self, pixels: NDArray[np.uint8], values: NDArray[np.float32]) -> None:
        """Show an image with its heat map, zoomed as the image was.

        Args:
            pixels: Image (h, w, 3), uint8.
            values: Heat map (h, w), float32.
        """
        super().show_heat(pixels, values)
        self._shown()

    def follow(self, other: ZoomPicture) -> None:
        """Show what another picture shows, zoomed as this one is.

        Args:
            other: The other picture.
        """
        if other._heat is None:
            self.show_image(other._given, other._file)
            return
        self._given, self._file, self._opacity = other._given, other._file, other._opacity
        self._image, self._grey, self._heat = other._image, other._grey, other._heat
        self._take(other._image.size() if other._image is not None else QSize(1, 1))
        self._shown()

    def describe(self, caption: str) -> None:
        """Say what is shown.

        Args:
            caption: Title of a large picture, and for screen readers.
        """
        self.caption = caption
        self.setAccessibleName(caption)
        self.changed.emit()

    def _shown(self) -> None:
        self._zoomed()
        for action in self.zoom_actions.values():
            action.setEnabled(self._image is not None)
        self.changed.emit()

    def _read(self) -> None:
        """From the file, as sharp as the image is shown; a file that cannot be read leaves what is there."""
        if self._file is None or self._image is None or self._heat is not None:
            return
        whole = image_size(str(self._file))
        if whole.width() <= self._image.width():
            return
        self._take(whole)
        wanted = min(1.0, self._measured().scale) * max(self._zoom.image)
        there = max(self._image.width(), self._image.height())
        if there < 0.98 * min(wanted, FULL):
            read = read_scaled(str(self._file), LARGE if wanted <= LARGE else FULL)
            if max(read.width(), read.height()) > there:
                self._image = read
                self.update()

    # -- what a person does ------------------------------------------------------------------------------------------

    def _do(self, name: str) -> None:
        zoom = self._measured()
        match name:
            case "in":
                zoom.zoom(STEP)
            case "out":
                zoom.zoom(1 / STEP)
            case "fit":
                zoom.fit()
            case "pixels":
                zoom.set_scale(1.0)
            case "large":
                self.large_wanted.emit()
        self._zoomed()

    def _zoomed(self) -> None:
        """Another part is visible now, or another image."""
        if self._file is not None and self._heat is None:
            self._timer.start()
        if self._dragged is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor if self._measured().cropped else Qt.CursorShape.ArrowCursor)
        self._show_button()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom where the mouse is."""
        if self._image is None or not event.angleDelta().y():
            super().wheelEvent(event)
            return
        at, ratio = event.position(), self.devicePixelRatioF()
        self._measured().zoom(STEP ** (event.angleDelta().y() / _NOTCH), (at.x() * ratio, at.y() * ratio))
        self._zoomed()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag it."""
        if event.button() == Qt.MouseButton.LeftButton and self._measured().cropped:
            self._dragged = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if self._dragged is not None:
            by, ratio = event.position() - self._dragged, self.devicePixelRatioF()
            self._dragged = event.position()
            self._measured().move(by.x() * ratio, by.y() * ratio)
            self.update()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        if self._dragged is not None:
            self._dragged = None
            self._zoomed()
        else:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open it large; a large one shows its pixels one to one, or fits again."""
        if event.button() != Qt.MouseButton.LeftButton or self._image is None:
            super().mouseDoubleClickEvent(event)
        elif not self._large:
            self.large_wanted.emit()
        else:
            at, ratio = event.position(), self.devicePixelRatioF()
            zoom = self._measured()
            if zoom.chosen is None:
                zoom.set_scale(1.0, (at.x() * ratio, at.y() * ratio))
            else:
                zoom.fit()
            self._zoomed()

    def event(self, event: QEvent) -> bool:
        """While it can be moved, arrow keys are for that, and lead to no other image."""
        taken = (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and _arrow(event) is not None
            and self._measured().cropped
        )
        if taken:
            event.accept()
        return taken or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move it; where all of it is visible, go to the next image."""
        arrow, zoom = _arrow(event), self._measured()
        if arrow is not None and zoom.cropped:
            zoom.move(arrow[0] * zoom.view[0] / 8, arrow[1] * zoom.view[1] / 8)
            self.update()
        elif arrow is not None and arrow[0]:
            self.step_wanted.emit(-arrow[0])
        else:
            super().keyPressEvent(event)

    # -- painting ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sharper where it is larger now."""
        super().resizeEvent(event)
        self._zoomed()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the button."""
        super().enterEvent(event)
        self._show_button()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the button."""
        super().leaveEvent(event)
        self._show_button()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the button."""
        super().focusInEvent(event)
        self._show_button()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the button."""
        super().focusOutEvent(event)
        self._show_button()

    def _show_button(self) -> None:
        edge = space(TIGHT)
        self.button.move(self.width() - self.button.sizeHint().width() - edge, edge)
        self.button.setVisible(not self._large and self._image is not None and (self.underMouse() or self.hasFocus()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, how far it is zoomed, and a ring while it has the focus."""
        super().paintEvent(event)
        if self._image is None:
            return
        painter = QPainter(self)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        if self._zoom.chosen is not None:
            self._draw_scale(painter)
        painter.end()

    def _draw_scale(self, painter: QPainter) -> None:
        colours, metrics = Colours.current(), self.fontMetrics()
        text, edge = formats.percent(self._zoom.scale), space(TIGHT)
        area = QRectF(0, 0, metrics.horizontalAdvance(text) + 2 * space(SMALL), metrics.height() + edge)
        area.moveBottomLeft(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge).bottomLeft())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.muted, 1))
        painter.setBrush(colours.background)
        painter.drawRoundedRect(area, CORNER, CORNER)
        painter.setPen(colours.text)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def _arrow(event: QKeyEvent) -> tuple[int, int] | None:
    """Where an arrow key leads, as a movement of the image; None for other keys, and with a modifier."""
    free = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
    return _ARROWS.get(Qt.Key(event.key())) if free else None
