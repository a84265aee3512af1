"""A longer plain text in a window of its own, to read and copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget


def show_text(parent: QWidget, text: str, title: str = "Epochscope") -> QDialog:
    """Show a text in a dialog that is not modal and deletes itself when closed.

    Args:
        parent: Parent widget.
        text: Plain text.
        title: Title of the window. Default: "Epochscope".

    Returns:
        The dialog.
    """
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    edit = QPlainTextEdit(text)
    edit.setReadOnly(True)
    edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    edit.setTabChangesFocus(True)
    edit.setTabStopDistance(160)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    layout = QVBoxLayout(dialog)
    layout.addWidget(edit)
    layout.addWidget(buttons)
    dialog.resize(640, 460)
    dialog.show()
    return dialog
