"""Handles drops on the window: a run, a folder of images, or image files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from gui.widgets.banner import Banner
from gui.widgets.dropped_paths import dropped_paths
from trainer.data.image_formats import image_suffixes, suffix_of
from trainer.store.folder import is_run

Kind = Literal["run", "data", "images", "nothing"]
NAMED = 5
"""Most rejected names to list; beyond that, their count."""


def kind_of(paths: Sequence[Path]) -> Kind:
    """What these paths are meant as."""
    return sort_out(paths)[0]


def sort_out(paths: Sequence[Path]) -> tuple[Kind, list[Path], list[Path]]:
    """How to interpret these paths, which are accepted and which rejected: the first of several folders, all images
    among files, and nothing if folders and images are mixed."""
    folders = [path for path in paths if path.is_dir()]
    images = [path for path in paths if _is_image(path) and path not in folders]
    taken = [] if folders and images else images or folders[:1]
    kind: Kind = "nothing" if not taken else "images" if images else "run" if is_run(taken[0]) else "data"
    return kind, taken, [path for path in paths if path not in taken]


def _is_image(path: Path) -> bool:
    return suffix_of(path.name) in image_suffixes()


class DragDrop(QObject):
    """Emits what was dropped: `run_dropped` and `data_dropped` with a folder, `images_dropped` with a list of files.
    The banner names what cannot be opened."""

    run_dropped = Signal(Path)
    data_dropped = Signal(Path)
    images_dropped = Signal(list)

    def __init__(self, window: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self._banner = banner

    def entered(self, event: QDragEnterEvent) -> None:
        """Accept or reject a drag."""
        if kind_of(dropped_paths(event)) != "nothing":
            event.acceptProposedAction()

    def dropped(self, event: QDropEvent) -> None:
        """Open it after the drop has finished: a dialog opened during it would block the program it came from."""
        paths = dropped_paths(event)
        event.acceptProposedAction()
        QTimer.singleShot(0, self, lambda: self._tell(paths))

    def tell_no_run(self) -> None:
        """Say that images need a run."""
        self._banner.tell(
            "drop", lambda: self.tr("Open a run first: its best weights classify your images."), sign="info"
        )

    def _tell(self, paths: Sequence[Path]) -> None:
        kind, taken, others = sort_out(paths)
        match kind:
            case "run":
                self.run_dropped.emit(taken[0])
            case "data":
                self.data_dropped.emit(taken[0])
            case "images":
                self.images_dropped.emit(taken)
            case "nothing":
                self._banner.tell("drop", lambda: self.tr("Drop one folder, or image files."), sign="info")
        if others and len(paths) > 1:
            more = f", … ({len(others)})" if len(others) > NAMED else ""
            names = ", ".join(path.name[:60] for path in others[:NAMED]) + more
            self._banner.tell("left_out", lambda: self.tr("Not opened: {names}").format(names=names))
