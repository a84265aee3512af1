"""One image, large: what it is, what the model made of it now, and after every epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.panels.confusion.verdict_strip import VerdictStrip
from gui.text import formats
from gui.viewmodels.image_index import Seen, Verdicts
from gui.widgets import labels


class BigPicture(QWidget):
    """As large as there is room, its pixels sharp."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(72, 72)

    def show_pixels(self, pixels: NDArray[np.uint8] | None) -> None:
        """(h, w, 3) uint8, or nothing."""
        self._image = labels.image_of(pixels) if pixels is not None else None
        self.update()

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(128, 128)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture."""
        if self._image is not None:
            painter = QPainter(self)
            labels.draw_picture(painter, self._image, QRectF(self.rect()))
            painter.end()


class ImageDetail(QWidget):
    """The image chosen in the grid."""

    epoch_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.strip = BigPicture(), VerdictStrip()
        self.captions = [QLabel() for _ in range(5)]
        self.values = [labels.Note() for _ in range(4)] + [labels.Note(Qt.TextElideMode.ElideMiddle)]
        self.strip_caption = labels.Note()
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(2)
        form.setHorizontalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for caption, value in zip(self.captions, self.values, strict=True):
            form.addRow(caption, value)
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addWidget(self._scrolled(inner), 1)
        right.addWidget(self.strip_caption)
        right.addWidget(self.strip)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.picture, 1)
        layout.addLayout(right, 2)
        self.strip.epoch_chosen.connect(self.epoch_chosen)
        self.retranslate()

    def _scrolled(self, inner: QWidget) -> QScrollArea:
        """In a low window the first line is seen and the rest is scrolled to, rather than all drawn over each other."""
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumSize(0, 3 * self.fontMetrics().height() // 2)
        area.setWidget(inner)
        return area

    def retranslate(self) -> None:
        """Set the captions anew."""
        texts = (self.tr("Class"), self.tr("Taken for"), self.tr("Confidence"), self.tr("Loss"), self.tr("File"))
        for caption, text in zip(self.captions, texts, strict=True):
            caption.setText(text)

    def show_image(self, seen: Seen | None, verdicts: Verdicts, names: tuple[str, ...], epoch: int) -> None:
        """Nothing where `seen` is None."""
        self.setVisible(seen is not None)
        if seen is None:
            self.picture.show_pixels(None)
            return
        self.picture.show_pixels(seen.pixels)
        verdict = self.tr("right") if seen.right else self.tr("wrong")
        width, height = seen.size
        size = f"{formats.whole(width)}×{formats.whole(height)}"
        file = seen.path or self.tr("image {number}").format(number=formats.whole(seen.place + 1))
        for label, text in zip(
            self.values,
            (
                labels.class_name(names, seen.true),
                labels.class_name(names, seen.predicted),
                f"{formats.percent(seen.confidence, 1)}, {verdict}",
                formats.number(seen.loss, 3),
                f"{file} ({size})",
            ),
            strict=True,
        ):
            label.setText(text)
        many = len(verdicts.epochs) > 0
        self.strip_caption.setVisible(many)
        self.strip.setVisible(many)
        self.strip_caption.setText(
            self.tr("By epoch: ↑ right ({right}), ↓ wrong ({wrong})").format(
                right=formats.whole(int(verdicts.right.sum())), wrong=formats.whole(int((~verdicts.right).sum()))
            )
        )
        self.strip.show_verdicts(verdicts, names, epoch)
