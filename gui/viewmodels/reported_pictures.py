"""Pictures that callbacks report: which one an epoch shows, and its file. No Qt."""

from __future__ import annotations

from typing import Literal

from gui.viewmodels.run import RunModel
from gui.viewmodels.selection import EpochCursor
from trainer import events as ev
from trainer.errors import DataError
from trainer.store import durable
from trainer.store.folder import RunFolder, confined
from trainer.store.pictures import MAX_BYTES

Unread = Literal["missing", "damaged", "outside"]


def picture_names(model: RunModel) -> tuple[str, ...]:
    """List the names of the reported pictures.

    Args:
        model: The run.

    Returns:
        The names, in the order they were first reported.
    """
    return tuple(dict.fromkeys(name for name, _ in model.pictures))


def picture_at(model: RunModel, name: str, cursor: EpochCursor) -> ev.PictureReported | None:
    """Find the newest picture of a name up to the cursor's epoch; before the first picture, that one.

    Args:
        model: The run.
        name: Name of the picture.
        cursor: The epoch.

    Returns:
        The picture; None if there is none of this name.
    """
    epochs = sorted(epoch for other, epoch in model.pictures if other == name)
    if not epochs:
        return None
    until = epochs if cursor.chosen is None else [epoch for epoch in epochs if epoch <= cursor.at(model)]
    return model.pictures[name, until[-1] if until else epochs[0]]


def read_picture(folder: RunFolder, event: ev.PictureReported) -> bytes | Unread:
    """Read the file of a picture.

    Args:
        folder: Folder of the run.
        event: The picture.

    Returns:
        The PNG file, or why it cannot be read.
    """
    try:
        return durable.read_bytes(confined(folder, event.path), MAX_BYTES)
    except DataError:
        return "outside"
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError):
        return "damaged"
