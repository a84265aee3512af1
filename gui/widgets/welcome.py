"""What the window shows while no run is open: three ways to begin, and a place to drop things."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.window.theme import Colours


class DropZone(QLabel):
    """A dashed frame: the whole window takes drops, this says so."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame, then the text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Colours.current().muted, 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)
        painter.end()
        super().paintEvent(event)


class WelcomePage(QWidget):
    """Buttons are the window's actions."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.about, self.drop = QLabel(), QLabel(), DropZone()
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        self.title.setFont(font)
        for label in (self.title, self.about, self.drop):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.drop.setMinimumHeight(110)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        self.buttons: list[QToolButton] = []
        for name in ("demo", "open_data", "open_run"):
            button = QToolButton()
            button.setDefaultAction(actions[name])
            button.setIconSize(QSize(32, 32))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setMinimumSize(QSize(170, 88))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.buttons.append(button)
            buttons.addWidget(button)
        inner = QWidget()
        inner.setMaximumWidth(680)
        column = QVBoxLayout(inner)
        column.setSpacing(16)
        column.addStretch(2)
        for widget in (self.title, self.about):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self.drop)
        column.addStretch(3)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(inner, 8)
        layout.addStretch(1)
        self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        """The frame has a colour of the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.drop.update()
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Set all texts."""
        self.title.setText(self.tr("See what a classifier learns, while it learns"))
        self.about.setText(self.tr("Look at a recorded run, train on your own pictures, or open a run you have."))
        self.drop.setText(
            self.tr(
                "Drop here: a folder with a folder of images per class, or the folder of a run.\n"
                "With a run open, drop images to have them classified."
            )
        )
