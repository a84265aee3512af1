"""One image as large as there is room, with a heat map over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.widgets import labels
from trainer.plotting.heat_overlay import OPACITY, faded, heat_colors


class BigPicture(QWidget):
    """Shows an image with sharp pixels and a smooth heat map over it. One that `hugs` its image is no higher than its
    width allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._grey: QImage | None = None
        self._heat: QImage | None = None
        self._opacity = OPACITY
        self.hugs = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(72, 72)

    def show_image(self, image: QImage | None) -> None:
        """Show an image without a heat map.

        Args:
            image: Image of any size; None: nothing.
        """
        self._image, self._heat = image, None
        self._fit()
        self.update()

    def show_heat(self, pixels: NDArray[np.uint8], values: NDArray[np.float32]) -> None:
        """Show an image with its heat map.

        Args:
            pixels: Image (h, w, 3), uint8.
            values: Heat map (h, w), float32.
        """
        self._image, self._grey = labels.image_of(pixels), labels.image_of(faded(pixels, 1))
        colors = np.ascontiguousarray(heat_colors(values))
        height, width = values.shape
        self._heat = QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        self._fit()
        self.update()

    def _fit(self) -> None:
        if self.hugs and self._image is not None and self._image.width():
            height = self.width() * self._image.height() / self._image.width()
            self.setMaximumHeight(max(self.minimumHeight(), round(height)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit()

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of the heat map.

        Args:
            opacity: Opacity of the strongest places, in [0, 1].
        """
        self._opacity = opacity
        self.update()

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(160, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the image, then the map."""
        if self._image is None:
            return
        painter = QPainter(self)
        place = labels.draw_picture(painter, self._image, QRectF(self.rect()))
        if self._heat is not None and self._grey is not None:
            painter.setOpacity(self._opacity)
            labels.draw_picture(painter, self._grey, QRectF(self.rect()))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipRect(place)
            painter.drawImage(place, self._heat)
        painter.end()
