"""The files and folders that are dragged over the window or dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent


def dropped_paths(event: QDropEvent) -> list[Path]:
    """List the files and folders of this computer in a drag or a drop.

    Args:
        event: The drag or drop.

    Returns:
        Their paths. Links to pages have none.
    """
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def dropped_folder(event: QDropEvent) -> Path | None:
    """Find the folder in a drag or a drop.

    Args:
        event: The drag or drop.

    Returns:
        The folder; None unless it is all that is dropped.
    """
    paths = dropped_paths(event)
    return paths[0] if len(paths) == len(event.mimeData().urls()) == 1 and paths[0].is_dir() else None
