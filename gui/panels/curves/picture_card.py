"""A picture that a callback has reported, on a card like those of the charts; a click, or Enter, shows it large."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QDialog, QFrame, QVBoxLayout

from gui.plotting.chart_head import ChartHead
from gui.style.dimensions import MEDIUM, SMALL, TIGHT, space
from gui.text.formats import whole
from gui.text.missing_images import with_file
from gui.viewmodels.reported_pictures import Unread, read_picture
from gui.widgets.big_picture import BigPicture
from gui.widgets.labels import Sentence
from trainer import events as ev
from trainer.store.folder import RunFolder
from trainer.store.pictures import MOST_PIXELS
from trainer.text.text_width import one_line

_LARGE = QSize(720, 640)


class PictureCard(QFrame):
    """`show_picture` says which. The file is read again only where it is another one."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[RunFolder, ev.PictureReported] | None = None
        self.image: QImage | None = None
        self.setProperty("surface", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.head, self.picture, self.why = ChartHead(self), BigPicture(), Sentence()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(MEDIUM), space(SMALL), space(SMALL), space(TIGHT))
        layout.setSpacing(space(TIGHT))
        layout.addWidget(self.head)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.why, 1)

    def show_picture(self, folder: RunFolder, event: ev.PictureReported) -> None:
        """Of this run."""
        name = one_line(event.name)
        title = self.tr("{name}, epoch {epoch}").format(name=name, epoch=whole(event.epoch))
        self.head.set_title(title, name)
        self.setAccessibleName(title)
        if (folder, event) == self._shown:
            return
        self._shown = folder, event
        found = read_picture(folder, event)
        self.image = _decoded(found) if isinstance(found, bytes) else None
        self.picture.show_image(self.image)
        self.picture.setVisible(self.image is not None)
        self.why.setVisible(self.image is None)
        if self.image is None:
            self.why.setText(with_file(self._why("damaged" if isinstance(found, bytes) else found), event.path))

    def _why(self, reason: Unread) -> str:
        return {
            "missing": self.tr("The file of this picture no longer exists."),
            "damaged": self.tr("The file with this picture is damaged, or too large."),
            "outside": self.tr("The run refers to a file outside its folder. It was not opened."),
        }[reason]

    def open_large(self) -> QDialog | None:
        """In a window of its own."""
        if self.image is None:
            return None
        dialog, picture = QDialog(self), BigPicture()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.head.title)
        picture.show_image(self.image)
        picture.setAccessibleName(self.head.title)
        layout = QVBoxLayout(dialog)
        layout.addWidget(picture)
        dialog.resize(_LARGE)
        dialog.show()
        return dialog

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.open_large()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter or the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_large()
        else:
            super().keyPressEvent(event)


def _decoded(data: bytes) -> QImage | None:
    """None where it is not a PNG, or is larger than a callback may report."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"png"))
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > MOST_PIXELS:
        return None
    image = reader.read()
    return None if image.isNull() else image
