"""Small pictures of image files, made when they are painted; and large ones."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QFileInfo, QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader, QPixmap

SIDE = 64
LARGE, FULL = 2048, 6144
"""Pixels of the longer side that an image is read with to be looked at, and to be looked at closely: 24 megapixels."""
KEPT = 1200
"""Thumbnails in memory: some 20 MB."""
MAX_BYTES = 256 << 20
MAX_PIXELS = 200_000_000
"""Of an image that is shown; the engine reads larger ones."""


class FileThumbnails:
    """Small pictures of files, at most `side` logical pixels, a few made at each painting, so that none takes long;
    the last `kept` stay in memory."""

    def __init__(self, side: int = SIDE, kept: int = KEPT) -> None:
        self._side, self._kept = side, kept
        self.left = 0
        """How many may still be made in this painting."""
        self.missed = False
        self._made: OrderedDict[str, QPixmap] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def get(self, path: str, ratio: float) -> QPixmap | None:
        """None where it is not made yet; an empty one where there is none to be had."""
        if path in self._made:
            self._made.move_to_end(path)
            return self._made[path]
        if self.left <= 0:
            self.missed = True
            return None
        self.left -= 1
        self._made[path] = thumbnail(path, ratio, self._side)
        if len(self._made) > self._kept:
            self._made.popitem(last=False)
        return self._made[path]

    def clear(self) -> None:
        """Forget all."""
        self._made.clear()


def thumbnail(path: str, ratio: float = 1.0, side: int = SIDE) -> QPixmap:
    """At most `side` logical pixels; empty for what is no image, or too large to be read here."""
    found = QPixmap.fromImage(read_scaled(path, round(side * ratio), enlarge=True))
    found.setDevicePixelRatio(ratio)
    return found


def read_scaled(path: str, side: int = LARGE, *, enlarge: bool = False) -> QImage:
    """The image, upright, with at most `side` pixels; empty for what is no image, or too large to be read here."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    size = reader.size()
    if not _readable(path, size):
        return QImage()
    if enlarge or max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    return reader.read()


def image_size(path: str) -> QSize:
    """Size of the upright image, from the head of its file; invalid for what `read_scaled` would not read."""
    reader = QImageReader(path)
    size = reader.size()
    if not _readable(path, size):
        return QSize()
    turned = reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90
    return size.transposed() if turned else size


def _readable(path: str, size: QSize) -> bool:
    return size.isValid() and QFileInfo(path).size() <= MAX_BYTES and size.width() * size.height() <= MAX_PIXELS
