"""The current image as large as there is room, beside it the copy it is about; from the files where there are files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.panels.labels.proposal_grid import draw_photograph
from gui.panels.predict.file_thumbnails import read_scaled
from trainer.text.text_shortening import shorten

READ_MS = 60
"""An image is read once a person rests on it: holding an arrow key down must not wait for files."""
LARGE = 1024


class PicturePair(QWidget):
    """One image or two, a caption below each."""

    def __init__(self) -> None:
        super().__init__()
        self._images: list[QImage] = []
        self._captions: list[str] = []
        self._files: list[Path | None] = []
        self._timer = QTimer(self, singleShot=True, interval=READ_MS)
        self._timer.timeout.connect(self._read)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 140)

    def show_images(self, images: list[QImage], captions: list[str], files: list[Path | None]) -> None:
        """These at once, and from their files a moment later."""
        self._images, self._captions, self._files = list(images), captions, files
        if any(files):
            self._timer.start()
        self.update()

    def _read(self) -> None:
        """A file that cannot be shown leaves the thumbnail."""
        for place, file in enumerate(self._files):
            read = read_scaled(str(file), LARGE) if file is not None else QImage()
            if not read.isNull():
                self._images[place] = read
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Side by side."""
        painter, metrics = QPainter(self), self.fontMetrics()
        count, gap = max(1, len(self._images)), 8
        width = (self.width() - gap * (count - 1)) / count
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        for place, (image, caption) in enumerate(zip(self._images, self._captions, strict=True)):
            line = metrics.height() + 4
            area = QRectF(place * (width + gap), 0, width, self.height() - line)
            draw_photograph(painter, image, area)
            below = QRectF(area.x(), area.bottom() + 2, width, metrics.height())
            text = shorten(caption, width, metrics.horizontalAdvance)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, text)
        painter.end()
