"""Small parts that panels share: sentences in place of missing content, formatted numbers, marks."""

from __future__ import annotations

import html
import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QImage, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.text import formats
from gui.viewmodels.image_index import Reason
from gui.viewmodels.selection import Selection
from gui.widgets.state_sign import sign_pixmap
from gui.window.dimensions import LARGE, READABLE, SMALL, WIDE, space, text_font
from gui.window.theme import Colours

MINUS = "\N{MINUS SIGN}"
ARROW = "→ "
"""Stands before the predicted class."""

LONGEST = 300
"""Characters of a class name that are shown anywhere: a folder name has at most 255."""


class Sentence(QLabel):
    """In the middle of an empty panel: why it is empty and what to do. The first of several lines is a heading.

    Args:
        sign: Name of the drawing above it, shown if there is room. Default: none; then it is a label like others.
        parent: Parent widget.
    """

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
        """The drawing, the heading, and the text in lines that are read with ease."""
        if not self._sign or not self.text():
            super().paintEvent(event)
            return
        edge, side, gap = self.margin(), space(2 * LARGE), space(SMALL)
        room = self.contentsRect().adjusted(edge, edge, -edge, -edge)
        line = QRect(0, 0, min(room.width(), space(READABLE)), room.height())
        line.moveCenter(room.center())
        flags = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
        parts = self._parts()
        heights = [QFontMetrics(font).boundingRect(line, flags, text).height() + gap for font, _, text in parts]
        top = room.bottom() - sum(heights)
        if not self.alignment() & Qt.AlignmentFlag.AlignBottom:
            top = room.center().y() - sum(heights) // 2
        painter = QPainter(self)
        if top - side >= room.top():
            sign = sign_pixmap(self._sign, Colours.current().muted, side, self.devicePixelRatio())
            painter.drawPixmap(room.center().x() - side // 2, top - side, sign)
        for (font, role, text), height in zip(parts, heights, strict=True):
            painter.setFont(font)
            painter.setPen(self.palette().color(role))
            painter.drawText(QRect(line.x(), top + gap, line.width(), height), flags, text)
            top += height
        painter.end()

    def _parts(self) -> list[tuple[QFont, QPalette.ColorRole, str]]:
        """Font, colour and text of the heading and of what follows."""
        first, _, rest = self.text().partition("\n")
        if not rest:
            return [(self.font(), self.foregroundRole(), first)]
        heading = text_font("title"), QPalette.ColorRole.WindowText, first
        return [heading, (self.font(), self.foregroundRole(), rest)]


class Note(QLabel):
    """One line of plain text; if it is cut, the tool tip has all of it. Screen readers always get all of it.

    Args:
        cut: Where it is cut. Default: at the end.
    """

    def __init__(self, cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole, self._mode = "", cut

    def setText(self, text: str) -> None:
        """Show as much of a text as fits."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._cut()

    def resizeEvent(self, event: object) -> None:
        """Cut the text for a new width."""
        self._cut()

    def _cut(self) -> None:
        cut = self.fontMetrics().elidedText(self._whole, self._mode, max(0, self.width() - 2))
        super().setText(cut)
        self.setToolTip(plain_tip(self._whole) if cut != self._whole else "")


def plain_tip(text: str) -> str:
    """Make a tool tip that is never read as HTML, whatever the class names of a run are.

    Args:
        text: Plain text.

    Returns:
        Escaped text for `setToolTip`.
    """
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>"


def signed(value: float, digits: int = 3) -> str:
    """Format a number with its sign; what rounds to 0 has none.

    Args:
        value: The number; NaN gives "".
        digits: Decimals. Default: 3.

    Returns:
        The number.
    """
    if math.isnan(value):
        return ""
    text = formats.number(abs(value), digits)
    if round(abs(value), digits) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def class_name(names: tuple[str, ...], index: int) -> str:
    """Return the name of a class on one line.

    Args:
        names: Class names of the run.
        index: Index of the class.

    Returns:
        The name; `#index` if the run has no such class.
    """
    name = names[index] if 0 <= index < len(names) else f"#{index}"
    return " ".join(name[:LONGEST].split()) or f"#{index}"


def class_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of all classes, each on one line.

    Args:
        names: Class names of the run.

    Returns:
        The names.
    """
    return tuple(class_name(names, index) for index in range(len(names)))


def whence(looked: Selection) -> str:
    """Say which weights the metrics belong to.

    Args:
        looked: The metrics.

    Returns:
        The text.
    """
    texts = {
        "epoch": QCoreApplication.translate("Images", "Epoch {epoch}"),
        "best": QCoreApplication.translate("Images", "Best weights"),
        "last": QCoreApplication.translate("Images", "Last weights"),
    }
    return texts[looked.weights].format(epoch=looked.epoch)


def why_no_images(reason: Reason, file: str = "") -> str:
    """Explain why there are no images.

    Args:
        reason: Code of the reason.
        file: The file it concerns. Default: none.

    Returns:
        A sentence, with the file below it.
    """
    texts: dict[str, str] = {
        "unpublished": QCoreApplication.translate(
            "Images", "The images of this run were not kept for viewing. Runs with your own data loaders keep none."
        ),
        "no_split": QCoreApplication.translate("Images", "The data of this run has no such split."),
        "no_predictions": QCoreApplication.translate(
            "Images", "No predictions yet: they are written at the end of the epoch and by the evaluation."
        ),
        "missing": QCoreApplication.translate("Images", "The files behind these images no longer exist."),
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
    """Put the file that a sentence is about below it.

    Args:
        text: The sentence.
        file: The file, as a run names it; cut to 200 characters, as a damaged run may name anything.

    Returns:
        The text.
    """
    return f"{text}\n{file[:200]}" if file else text


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """Convert an image for Qt; it does not share memory with the array.

    Args:
        pixels: (h, w, 3), uint8.

    Returns:
        The image.
    """
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def draw_picture(painter: QPainter, image: QImage, area: QRectF) -> QRectF:
    """Draw an image as large as it fits, centred: enlarged by whole device pixels without blurring, reduced smoothly.

    Args:
        painter: Where to draw.
        image: The image.
        area: Room for it, in logical pixels.

    Returns:
        Where it was drawn.
    """
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
    """Draw a tick or a cross.

    Args:
        painter: Where to draw.
        right: True: a tick; False: a cross.
        area: Where, in logical pixels.
        colour: Its colour.
    """
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
    """Return the colour of a tick or a cross; distinct with colour blindness too.

    Args:
        right: True: a tick; False: a cross.

    Returns:
        The colour.
    """
    colours = Colours.current()
    return colours.series[0] if right else colours.series[1]


def ink_on(background: QColor) -> QColor:
    """Choose black or white text, whichever has more contrast (WCAG 2: relative luminance).

    Args:
        background: Colour below the text.

    Returns:
        The colour.
    """

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in (background.redF(), background.greenF(), background.blueF()))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    black = (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05)
    return QColor(Qt.GlobalColor.black if black else Qt.GlobalColor.white)


def text_width(metrics: QFontMetricsF, *texts: str) -> int:
    """Measure the widest of some texts.

    Args:
        metrics: Metrics of the font.
        *texts: The texts.

    Returns:
        Width in whole pixels; 0 without a text.
    """
    return math.ceil(max((metrics.horizontalAdvance(text) for text in texts), default=0.0))
