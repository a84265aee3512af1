"""Widgets as files: an image, or a scalable drawing."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter, QPalette
from PySide6.QtWidgets import QWidget


def image_of(widget: QWidget, scale: float = 2.0) -> QImage:
    """Render a widget at its size, on the colour of the window.

    Args:
        widget: The widget.
        scale: Pixels of the image per pixel of the widget. Default: 2.

    Returns:
        The image.
    """
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().color(QPalette.ColorRole.Window))
    widget.render(image)
    return image


def png_of(widget: QWidget) -> bytes:
    """Render a widget as a PNG file.

    Args:
        widget: The widget.

    Returns:
        Content of the file.
    """
    buffer = _buffer()
    QImageWriter(buffer, b"png").write(image_of(widget))
    return bytes(buffer.data().data())


def svg_of(widget: QWidget, title: str) -> bytes:
    """Render a widget as an SVG file, with lines and text as such.

    Args:
        widget: The widget.
        title: Title of the drawing.

    Returns:
        Content of the file.
    """
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
