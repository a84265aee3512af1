"""The training images that a model finds most similar to one: a row of them, as many as there is room for."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.style.theme import Colours
from gui.text import formats
from gui.text.class_text import class_name
from gui.viewmodels.explanations import Neighbor, SimilarImages
from gui.widgets.drawing import image_of, text_width
from gui.widgets.labels import Note, plain_tip
from trainer.text.text_shortening import shorten

SIDE, FRAME, WIDTH = 48, 2, 64
"""Pixels of a picture, of its frame, and of a place in the row."""
GAP = 4


def distance_text(distance: float) -> str:
    """With as many digits as tell neighbors apart."""
    return formats.number(distance, 3 if distance < 10 else 1)


def _draw(painter: QPainter, image: QImage, area: QRectF) -> None:
    """As large as it fits; sharp where each pixel is as large as the others."""
    scale = min(area.width() / image.width(), area.height() / image.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale != round(scale))
    place = QRectF(0, 0, image.width() * scale, image.height() * scale)
    place.moveCenter(area.center())
    painter.drawImage(place, image)
    painter.restore()


class NeighborButton(QAbstractButton):
    """One of them: framed by whether it is of the same class, which a word says as well."""

    def __init__(self, neighbor: Neighbor, name: str, same: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.neighbor, self._name, self._same = neighbor, name, same
        word = self.tr("same class") if same else self.tr("other class")
        distance = distance_text(neighbor.distance)
        self._lines = (name, self.tr("same") if same else self.tr("other"), distance)
        spoken = self.tr("{name}, {word}, distance {distance}").format(name=name, word=word, distance=distance)
        self.setAccessibleName(spoken)
        self.setToolTip(plain_tip(f"{spoken}\n{neighbor.path}" if neighbor.path else spoken))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """The picture and three lines."""
        return QSize(WIDTH, SIDE + 2 * FRAME + 6 + 3 * self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, class, same or other, distance."""
        painter, colours, palette = QPainter(self), Colours.current(), self.palette()
        if self.underMouse():
            painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.AlternateBase))
        frame = QRectF((self.width() - SIDE) / 2 - FRAME, 2, SIDE + 2 * FRAME, SIDE + 2 * FRAME)
        painter.fillRect(frame, colours.good if self._same else colours.bad)
        inner = frame.adjusted(FRAME, FRAME, -FRAME, -FRAME)
        painter.fillRect(inner, colours.background)
        _draw(painter, image_of(self.neighbor.pixels), inner)
        metrics = QFontMetricsF(self.font())
        line = QRectF(0, frame.bottom() + 2, self.width(), metrics.height())
        for number, text in enumerate(self._lines):
            ink = palette.color(QPalette.ColorRole.Text)
            if number == 1:
                ink = colours.good if self._same else colours.bad
            elif number == 2:
                ink = palette.color(QPalette.ColorRole.PlaceholderText)
            painter.setPen(ink)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shorten(text, line.width(), metrics.horizontalAdvance))
            line.translate(0, metrics.height())
        if self.hasFocus():
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()


class SimilarStrip(QWidget):
    """The nearest ones from the left, the nearest of the true class on the right. `chosen`: a Neighbor was clicked."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[NeighborButton] = []
        self.title, self.class_title = Note(), Note()
        self.state = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.state.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._nearest, self._same = QHBoxLayout(), QHBoxLayout()
        self._names: tuple[str, ...] = ()
        self._true = -1
        self._found: SimilarImages | None = None
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, title, row in ((left, self.title, self._nearest), (right, self.class_title, self._same)):
            column.setSpacing(2)
            row.setSpacing(GAP)
            column.addWidget(title)
            column.addLayout(row)
            row.setAlignment(Qt.AlignmentFlag.AlignLeft)
            column.addStretch(1)
        self._nearest.addWidget(self.state, 1)
        self._nearest.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * GAP)
        layout.addLayout(left, 1)
        layout.addLayout(right)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A title and a row."""
        line = self.fontMetrics().height()
        return QSize(5 * (WIDTH + GAP), SIDE + 2 * FRAME + 14 + 4 * line)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.title.setText(self.tr("Similar training images"))
        self.setAccessibleName(self.tr("Similar training images"))
        self._fill()

    def say(self, text: str) -> None:
        """A sentence in place of the images: they are on their way, or cannot be had."""
        self._found = None
        self._fill()
        self.state.setText(text)
        self.state.setToolTip(plain_tip(text))  # in a low window it may be cut

    def show_similar(self, found: SimilarImages, true: int, names: tuple[str, ...]) -> None:
        """Show these, found for an image of the class `true`, -1 where that is not known."""
        self._found, self._true, self._names = found, true, names
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many as there is room for now."""
        super().resizeEvent(event)
        self._fit()

    def _fill(self) -> None:
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        self.state.setText("")
        self.state.setVisible(self._found is None)
        self.class_title.setVisible(self._found is not None and bool(self._found.of_class))
        if self._found is None:
            return
        for row, neighbors in ((self._nearest, self._found.neighbors), (self._same, self._found.of_class[:1])):
            for one in neighbors:
                self._add(row, one)
        text = self.tr("Nearest {name}").format(name=class_name(self._names, self._true))
        self.class_title.setText(text)
        wanted = text_width(QFontMetricsF(self.font()), text) + 4
        self.class_title.setMinimumWidth(max(WIDTH, min(wanted, 2 * WIDTH)))
        self._fit()

    def _add(self, row: QHBoxLayout, one: Neighbor) -> None:
        name = class_name(self._names, one.label)
        button = NeighborButton(one, name, one.label == self._true, self)
        button.clicked.connect(lambda _=False, one=one: self.chosen.emit(one))
        row.insertWidget(row.count() - 2 * (row is self._nearest), button)
        self.buttons.append(button)

    def _fit(self) -> None:
        if self._found is None:
            return
        count, of_class = len(self._found.neighbors), len(self._found.of_class[:1])
        room = self.width() - of_class * (self.class_title.minimumWidth() + 3 * GAP) + GAP
        fitting = max(1, room // (WIDTH + GAP))
        for number, button in enumerate(self.buttons[:count]):
            button.setVisible(number < fitting)
        for button in self.buttons[count:]:
            button.show()
