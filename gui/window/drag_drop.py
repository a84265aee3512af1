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
NAMED = 5
"""Names of what is not taken that are told; of more, their count."""


def kind_of(paths: Sequence[Path]) -> Kind:
    """What these paths are meant as."""
    return sort_out(paths)[0]


def sort_out(paths: Sequence[Path]) -> tuple[Kind, list[Path], list[Path]]:
    """What these paths are meant as, those that are taken, and those that are not: of several folders the first is
    taken, of files all images; of folders and images together nothing."""
    folders = [path for path in paths if path.is_dir()]
    images = [path for path in paths if _is_image(path) and path not in folders]
    taken = [] if folders and images else images or folders[:1]
    kind: Kind = "nothing" if not taken else "images" if images else "run" if is_run(taken[0]) else "data"
    return kind, taken, [path for path in paths if path not in taken]


def _is_image(path: Path) -> bool:
    return suffix_of(path.name) in image_suffixes()


class DragDrop(QObject):
    """Says what was dropped: `run_dropped` and `data_dropped` with a folder, `images_dropped` with a list of files,
    `nothing_dropped` where it is none of them; `left_out` with the names of those of several that are not taken."""

    run_dropped = Signal(Path)
    data_dropped = Signal(Path)
    images_dropped = Signal(list)
    nothing_dropped = Signal()
    left_out = Signal(str)

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
        kind, taken, others = sort_out(paths)
        match kind:
            case "run":
                self.run_dropped.emit(taken[0])
            case "data":
                self.data_dropped.emit(taken[0])
            case "images":
                self.images_dropped.emit(taken)
            case "nothing":
                self.nothing_dropped.emit()
        if others and len(paths) > 1:
            more = f", … ({len(others)})" if len(others) > NAMED else ""
            self.left_out.emit(", ".join(path.name[:60] for path in others[:NAMED]) + more)


def _paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
