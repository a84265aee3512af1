"""Widgets as files: a picture of pixels, or a drawing that scales."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter, QPalette
from PySide6.QtWidgets import QWidget


def image_of(widget: QWidget, scale: float = 2.0) -> QImage:
    """Its content at its size, on the colour of the window; `scale`: pixels of the picture for each of its own."""
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().color(QPalette.ColorRole.Window))
    widget.render(image)
    return image


def png_of(widget: QWidget, scale: float = 2.0) -> bytes:
    """The same as a PNG file."""
    buffer = _buffer()
    QImageWriter(buffer, b"png").write(image_of(widget, scale))
    return bytes(buffer.data().data())


def svg_of(widget: QWidget, title: str) -> bytes:
    """Its content as an SVG file, lines and texts as such."""
    from PySide6.QtSvg import QSvgGenerator

    buffer, generator = _buffer(), QSvgGenerator()
    size: QSize = widget.size()
    generator.setOutputDevice(buffer)
    generator.setResolution(widget.logicalDpiX())
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(0, 0), size), widget.palette().color(QPalette.ColorRole.Window))
    widget.render(painter, QPoint())
    painter.end()
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
