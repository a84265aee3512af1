"""The pictures that callbacks have reported: which one an epoch shows, and its file. No Qt."""

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
    """In the order in which they came."""
    return tuple(dict.fromkeys(name for name, _ in model.pictures))


def picture_at(model: RunModel, name: str, cursor: EpochCursor) -> ev.PictureReported | None:
    """The newest one up to the cursor's epoch; before that, the first one. None where there is none of the name."""
    epochs = sorted(epoch for other, epoch in model.pictures if other == name)
    if not epochs:
        return None
    until = epochs if cursor.chosen is None else [epoch for epoch in epochs if epoch <= cursor.at(model)]
    return model.pictures[name, until[-1] if until else epochs[0]]


def read_picture(folder: RunFolder, event: ev.PictureReported) -> bytes | Unread:
    """The PNG file as it is, or why there is none."""
    try:
        return durable.read_bytes(confined(folder, event.path), MAX_BYTES)
    except DataError:
        return "outside"
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError):
        return "damaged"
