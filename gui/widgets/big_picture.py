"""One image as large as there is room, with a heat map over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.viewmodels.image_zoom import ImageZoom
from gui.widgets.drawing import image_of
from trainer.plotting.heat_overlay import OPACITY, faded, heat_colors


class BigPicture(QWidget):
    """Shows an image with a smooth heat map over it, its own pixels sharp where it is small. One that `hugs` its image
    is no higher than its width allows."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._grey: QImage | None = None
        self._heat: QImage | None = None
        self._reduced = QImage()
        self._reduced_from = (0, QSize())
        self._opacity = OPACITY
        self._zoom = ImageZoom()
        self.hugs = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(72, 72)

    def show_image(self, image: QImage | None) -> None:
        """Show an image without a heat map.

        Args:
            image: Image of any size; None: nothing.
        """
        self._image, self._heat = image, None
        self._take(image.size() if image is not None else QSize(1, 1))

    def show_heat(self, pixels: NDArray[np.uint8], values: NDArray[np.float32]) -> None:
        """Show an image with its heat map.

        Args:
            pixels: Image (h, w, 3), uint8.
            values: Heat map (h, w), float32.
        """
        self._image, self._grey = image_of(pixels), image_of(faded(pixels, 1))
        colors = np.ascontiguousarray(heat_colors(values))
        height, width = values.shape
        self._heat = QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
        self._take(self._image.size())

    def _take(self, size: QSize) -> None:
        """An image of this size is shown now."""
        self._zoom.show((size.width(), size.height()))
        self._hug()
        self.update()

    def _hug(self) -> None:
        if self.hugs and self._image is not None:
            width, height = self._zoom.image
            self.setMaximumHeight(max(self.minimumHeight(), round(self.width() * height / width)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._hug()

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

    def _measured(self) -> ImageZoom:
        """The zoom, with the size the widget has now."""
        ratio = self.devicePixelRatioF()
        self._zoom.view = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        return self._zoom

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the image, then the map."""
        if self._image is None:
            return
        zoom, ratio = self._measured(), self.devicePixelRatioF()
        left, top, width, height = zoom.place()
        place = QRectF(left / ratio, top / ratio, width / ratio, height / ratio)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not zoom.pixelated)
        painter.drawImage(place, self._scaled(self._image, QSize(width, height)))
        if self._heat is not None and self._grey is not None:
            painter.setOpacity(self._opacity)
            painter.drawImage(place, self._grey)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._heat)
        painter.end()

    def _scaled(self, image: QImage, size: QSize) -> QImage:
        """The image, reduced where all of it is visible: every pixel counts then, while a painter takes four."""
        if size.width() >= image.width() or self._zoom.cropped:
            return image
        if self._reduced_from != (image.cacheKey(), size):
            self._reduced_from = image.cacheKey(), size
            smooth = Qt.TransformationMode.SmoothTransformation
            self._reduced = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        return self._reduced
