"""What is dropped on the window: a run, a folder of images, or images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from trainer.data.image_formats import image_suffixes, suffix_of
from trainer.store.folder import is_run

Kind = Literal["run", "data", "images", "nothing"]


def kind_of(paths: Sequence[Path]) -> Kind:
    """What these paths are meant as."""
    if len(paths) == 1 and paths[0].is_dir():
        return "run" if is_run(paths[0]) else "data"
    if paths and all(suffix_of(path.name) in image_suffixes() for path in paths):
        return "images"
    return "nothing"


class DragDrop(QObject):
    """Says what was dropped: `run_dropped` and `data_dropped` with a folder, `images_dropped` with a list of files,
    `nothing_dropped` where it is none of them."""

    run_dropped = Signal(Path)
    data_dropped = Signal(Path)
    images_dropped = Signal(list)
    nothing_dropped = Signal()

    def entered(self, event: QDragEnterEvent) -> None:
        """Say whether it is welcome."""
        if kind_of(_paths(event.mimeData())) != "nothing":
            event.acceptProposedAction()

    def dropped(self, event: QDropEvent) -> None:
        """Open it, once the drop is over: a dialog opened within it blocks the program it came from."""
        paths = _paths(event.mimeData())
        event.acceptProposedAction()
        QTimer.singleShot(0, self, lambda: self._tell(paths))

    def _tell(self, paths: Sequence[Path]) -> None:
        match kind_of(paths):
            case "run":
                self.run_dropped.emit(paths[0])
            case "data":
                self.data_dropped.emit(paths[0])
            case "images":
                self.images_dropped.emit(list(paths))
            case "nothing":
                self.nothing_dropped.emit()


def _paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
