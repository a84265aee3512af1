"""The current image as large as there is room, beside it the copy it is about; from the files where there are files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.style.dimensions import SMALL, TIGHT, space
from gui.widgets.labels import Note
from gui.widgets.picture_window import PictureWindow
from gui.widgets.zoom_picture import ZoomPicture

_LEAST_HEIGHT = 140


class PicturePair(QWidget):
    """One image or two, a caption below each. `step_wanted`: left (-1) or right (1) was pressed."""

    step_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.pictures = ZoomPicture(), ZoomPicture()
        self.captions = Note(), Note()
        self._places: list[QWidget] = []
        self._height = 1.0
        """Of the higher one, by its width."""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(SMALL))
        for picture, caption in zip(self.pictures, self.captions, strict=True):
            picture.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the list
            picture.large_wanted.connect(lambda picture=picture: PictureWindow(picture).open())
            picture.step_wanted.connect(self.step_wanted)
            caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column = QVBoxLayout(place := QWidget())
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(space(TIGHT))
            column.addWidget(picture, 1)
            column.addWidget(caption)
            layout.addWidget(place, 1)
            self._places.append(place)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, _LEAST_HEIGHT)

    def show_images(self, images: list[QImage], captions: list[str], files: list[Path | None]) -> None:
        """These at once, and from their files a moment later."""
        for place, (picture, caption) in enumerate(zip(self.pictures, self.captions, strict=True)):
            there = place < len(images)
            picture.show_image(images[place] if there else None, files[place] if there else None)
            picture.describe(captions[place] if there else "")
            caption.setText(captions[place] if there else "")
            self._places[place].setVisible(place == 0 or there)
        self._height = max((image.height() / max(1, image.width()) for image in images), default=1.0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """No higher than the images, so that the text stands right below them."""
        width = self.width() // (1 if self._places[1].isHidden() else 2)
        self.setMaximumHeight(max(_LEAST_HEIGHT, round(self._height * width) + self.captions[0].sizeHint().height()))

    def retranslate(self) -> None:
        """Set all texts again."""
        for picture in self.pictures:
            picture.retranslate()
