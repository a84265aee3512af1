"""In place of the list of images: where to drop some, what comes of it, and the folder that was used last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.style.dimensions import LARGE, MEDIUM, SMALL, WIDE, icon_size, space
from gui.style.theme import Colours, icon
from gui.text import formats
from gui.widgets.card_frame import text_label
from gui.widgets.drop_frame import DropFrame
from gui.widgets.state_sign import sign_pixmap

_WIDTH = 140
"""Steps of the grid: lines that are read with ease."""
_RESULTS = ("classes", "eye", "export")
"""Icons of what comes of it."""


class DropArea(DropFrame):
    """`folder_wanted` and `images_wanted`: choose some; `last_wanted`: the folder used last."""

    folder_wanted = Signal()
    images_wanted = Signal()
    last_wanted = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        self._last: Path | None = None
        self.drawing, self.title = QLabel(alignment=Qt.AlignmentFlag.AlignCenter), text_label("title", wrap=True)
        self.about = text_label(muted=True, wrap=True)
        self.folder_button, self.images_button = QPushButton(icon("folder", on_accent=True), ""), QPushButton()
        self.images_button.setIcon(icon("image"))
        self.folder_button.setProperty("kind", "primary")
        self.last_button = QPushButton(icon("refresh"), "")
        self._signs = [QLabel() for _ in _RESULTS]
        self.results = [text_label("caption", muted=True, wrap=True) for _ in _RESULTS]
        self.folder_button.clicked.connect(self.folder_wanted)
        self.images_button.clicked.connect(self.images_wanted)
        self.last_button.clicked.connect(lambda: self.last_wanted.emit(self._last))
        self._lay_out()
        self._tint()

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setMaximumWidth(space(_WIDTH))
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(MEDIUM))
        for label in (self.drawing, self.title, self.about):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.folder_button)
        buttons.addWidget(self.images_button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(self.last_button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(space(LARGE))
        column.addLayout(self._result_row())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(LARGE), space(LARGE), space(LARGE), space(LARGE))
        layout.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(3)

    def _result_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(space(LARGE))
        for sign, text in zip(self._signs, self.results, strict=True):
            one = QHBoxLayout()
            one.setSpacing(space(SMALL))
            one.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
            one.addWidget(text, 1, Qt.AlignmentFlag.AlignTop)
            row.addLayout(one, 1)
        return row

    def show_run(self, name: str, last: Path | None) -> None:
        """Invite images.

        Args:
            name: Name of the run that classifies them.
            last: Folder used last; None: there is none.
        """
        self._last = last
        self.title.setText(self.tr("Drop images or a folder here"))
        self.about.setText(
            self.tr(
                "The best weights of {run} classify them. Images in one sub-folder per class are scored as well: "
                "accuracy and macro-F1 with intervals."
            ).format(run=name)
        )
        self.folder_button.setText(self.tr("Choose a folder…"))
        self.images_button.setText(self.tr("Choose images…"))
        self.last_button.setVisible(last is not None)
        if last is not None:
            path = formats.plain(formats.short_path(str(last)))
            self.last_button.setText(self.tr("Last used: {path}").format(path=path).replace("&", "&&"))
        for label, text in zip(
            self.results,
            (
                self.tr("The class of each image, and how sure the model is"),
                self.tr("Where the model looked, and similar training images"),
                self.tr("A table, or copies sorted into a folder per class"),
            ),
            strict=True,
        ):
            label.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        """Use the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        colours, ratio = Colours.current(), self.devicePixelRatio()
        self.drawing.setPixmap(sign_pixmap("image", colours.train, space(2 * WIDE), ratio))
        for sign, name in zip(self._signs, _RESULTS, strict=True):
            sign.setPixmap(sign_pixmap(name, colours.muted, icon_size().height(), ratio))
