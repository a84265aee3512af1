"""Small pieces the panels share: sentences in place of missing content, numbers as people write them, marks."""

from __future__ import annotations

import html
import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.text import formats
from gui.viewmodels.image_index import Reason
from gui.viewmodels.selection import Selection
from gui.widgets.state_sign import sign_pixmap
from gui.window.dimensions import MEDIUM, WIDE, space
from gui.window.theme import Colours

MINUS = "\N{MINUS SIGN}"
ARROW = "→ "
"""Before the class that was predicted."""

LONGEST = 300
"""Letters of a class's name that are shown anywhere: a folder's name has no more than 255."""


class Sentence(QLabel):
    """Says, in the middle of an empty place, why it is empty and what to do. `sign`: the drawing above it, where there
    is room."""

    def __init__(self, sign: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = sign
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(space(WIDE))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and the drawing above it."""
        super().paintEvent(event)
        if not self._sign or not self.text():
            return
        side, edge = space(WIDE), self.margin()
        room = self.contentsRect().adjusted(edge, edge, -edge, -edge)
        flags = self.alignment() | Qt.TextFlag.TextWordWrap
        text = self.fontMetrics().boundingRect(room, int(flags), self.text())
        top = text.top() - space(MEDIUM) - side
        if top >= 0:
            painter = QPainter(self)
            sign = sign_pixmap(self._sign, Colours.current().muted, side, self.devicePixelRatio())
            painter.drawPixmap(room.center().x() - side // 2, top, sign)
            painter.end()


class Note(QLabel):
    """A line beside a control: plain text that may be cut, with all of it as its tool tip."""

    def __init__(self, cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole, self._mode = "", cut

    def setText(self, text: str) -> None:
        """Show as much of it as there is room for."""
        self._whole = text
        self.setAccessibleName(text)
        self._cut()

    def resizeEvent(self, event: object) -> None:
        """Cut again."""
        self._cut()

    def _cut(self) -> None:
        cut = self.fontMetrics().elidedText(self._whole, self._mode, max(0, self.width() - 2))
        super().setText(cut)
        self.setToolTip(plain_tip(self._whole) if cut != self._whole else "")


def plain_tip(text: str) -> str:
    """A tool tip that is never read as HTML, whatever a run calls its classes."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"


def signed(value: float, digits: int = 3) -> str:
    """With a sign, but for what rounds to 0; NaN is nothing."""
    if math.isnan(value):
        return ""
    text = formats.number(abs(value), digits)
    if round(abs(value), digits) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def class_name(names: tuple[str, ...], index: int) -> str:
    """The name of a class, on one line; its number where the run has no such class."""
    name = names[index] if 0 <= index < len(names) else f"#{index}"
    return " ".join(name[:LONGEST].split()) or f"#{index}"


def class_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Of all classes, as `class_name` has them."""
    return tuple(class_name(names, index) for index in range(len(names)))


def whence(looked: Selection) -> str:
    """Of which weights the figures are."""
    texts = {
        "epoch": QCoreApplication.translate("Images", "Epoch {epoch}"),
        "best": QCoreApplication.translate("Images", "Best weights"),
        "last": QCoreApplication.translate("Images", "Last weights"),
    }
    return texts[looked.weights].format(epoch=looked.epoch)


def why_no_images(reason: Reason, file: str = "") -> str:
    """A sentence for a person, and the file it is about."""
    texts: dict[str, str] = {
        "unpublished": QCoreApplication.translate(
            "Images", "The images of this run were not kept for viewing. Runs with your own data loaders keep none."
        ),
        "no_split": QCoreApplication.translate("Images", "The data of this run has no such split."),
        "no_predictions": QCoreApplication.translate(
            "Images", "No predictions yet: they are written at the end of the epoch and by the evaluation."
        ),
        "missing": QCoreApplication.translate("Images", "The files behind these images are gone."),
        "damaged": QCoreApplication.translate("Images", "The files behind these images are damaged."),
        "outside": QCoreApplication.translate(
            "Images", "A file of this run refers to a path outside the run folder. It was not opened."
        ),
        "newer": QCoreApplication.translate(
            "Images", "The files behind these images were made by a newer Epochscope. Update Epochscope to see them."
        ),
        "mismatch": QCoreApplication.translate("Images", "The predictions of this run do not match its images."),
    }
    text = texts.get(reason, "")
    return with_file(text, file) if reason in ("missing", "damaged", "outside", "mismatch", "newer") else text


def with_file(text: str, file: str) -> str:
    """A sentence, and below it the file it is about, as a run names it: cut, for it may name anything."""
    return f"{text}\n{file[:200]}" if file else text


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """(h, w, 3) uint8 as an image of its own memory."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def draw_picture(painter: QPainter, image: QImage, area: QRectF) -> QRectF:
    """The image as large as it fits, in the middle: enlarged in whole steps of device pixels without blurring, reduced
    smoothly. Returns where it is."""
    ratio = painter.device().devicePixelRatioF() if painter.device() is not None else 1.0
    room = min(area.width() * ratio / max(1, image.width()), area.height() * ratio / max(1, image.height()))
    scale = math.floor(room) if room >= 1 else room
    width, height = image.width() * scale / ratio, image.height() * scale / ratio
    left = math.floor((area.center().x() - width / 2) * ratio) / ratio
    top = math.floor((area.center().y() - height / 2) * ratio) / ratio
    place = QRectF(left, top, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
    painter.drawImage(place, image)
    painter.restore()
    return place


def draw_mark(painter: QPainter, right: bool, area: QRectF, colour: QColor) -> None:
    """A tick or a cross."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, max(1.6, area.width() / 6))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    x, y, w, h = area.x(), area.y(), area.width(), area.height()
    if right:
        painter.drawPolyline([QPointF(x + 0.15 * w, y + 0.55 * h), QPointF(x + 0.4 * w, y + 0.8 * h)])
        painter.drawPolyline([QPointF(x + 0.4 * w, y + 0.8 * h), QPointF(x + 0.85 * w, y + 0.22 * h)])
    else:
        painter.drawLine(QPointF(x + 0.2 * w, y + 0.2 * h), QPointF(x + 0.8 * w, y + 0.8 * h))
        painter.drawLine(QPointF(x + 0.8 * w, y + 0.2 * h), QPointF(x + 0.2 * w, y + 0.8 * h))
    painter.restore()


def mark_colour(right: bool) -> QColor:
    """Of a tick or a cross: told apart by the colour-blind as well."""
    colours = Colours.current()
    return colours.series[0] if right else colours.series[1]


def ink_on(background: QColor) -> QColor:
    """Black or white, whichever stands out more (WCAG 2: relative luminance)."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in (background.redF(), background.greenF(), background.blueF()))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    black = (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05)
    return QColor(Qt.GlobalColor.black if black else Qt.GlobalColor.white)


def text_width(metrics: QFontMetricsF, *texts: str) -> int:
    """Of the widest, in whole pixels."""
    return math.ceil(max((metrics.horizontalAdvance(text) for text in texts), default=0.0))
