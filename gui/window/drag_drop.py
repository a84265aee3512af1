"""What is dropped on the window: a run, a folder of images, or images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent

if TYPE_CHECKING:
    from gui.window.main_window import Window

IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
_MARKS = ("summary.json", "run.toml", "journal.jsonl")

Kind = Literal["run", "data", "images", "nothing"]


def kind_of(paths: Sequence[Path]) -> Kind:
    """What these paths are meant as."""
    if len(paths) == 1 and paths[0].is_dir():
        return "run" if any((paths[0] / mark).is_file() for mark in _MARKS) else "data"
    if paths and all(path.suffix.lower() in IMAGES for path in paths):
        return "images"
    return "nothing"


class DragDrop:
    """Takes what is dropped and opens it."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def entered(self, event: QDragEnterEvent) -> None:
        """Say whether it is welcome."""
        if kind_of(_paths(event.mimeData())) != "nothing":
            event.acceptProposedAction()

    def dropped(self, event: QDropEvent) -> None:
        """Open it, once the drop is over: a dialog opened within it blocks the program it came from."""
        paths = _paths(event.mimeData())
        event.acceptProposedAction()
        QTimer.singleShot(0, self._window, lambda: self.open(paths))

    def open(self, paths: Sequence[Path]) -> None:
        """As what it is."""
        window = self._window
        match kind_of(paths):
            case "run":
                window.open_run(paths[0])
            case "data":
                window.new_run(paths[0])
            case "images" if window.run is None:
                text = window.tr("Open a run first: its best weights say what is in an image.")
                window.banner.show_notice("drop", text, sign="info")
            case "images":
                window.show_tab("predict")
                window.tabs.panel("predict").classify(list(paths))  # type: ignore[attr-defined]
            case _:
                text = window.tr("Drop one folder, or image files.")
                window.banner.show_notice("drop", text, sign="info")


def _paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
