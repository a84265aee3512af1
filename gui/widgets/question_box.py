"""A question that has to be answered before anything else."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def question_box(parent: QWidget, sign: QMessageBox.Icon, text: str) -> QMessageBox:
    """Make a box without buttons, whose text is never read as HTML: it may name files and runs.

    Args:
        parent: Parent widget.
        sign: Its icon.
        text: The whole question; Qt's informative text cannot be made plain.

    Returns:
        The box.
    """
    box = QMessageBox(sign, "Epochscope", text, QMessageBox.StandardButton.NoButton, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    return box
