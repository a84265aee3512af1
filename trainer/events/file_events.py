"""Events about files of the run folder: checkpoints, and what viewers read."""

from __future__ import annotations

from typing import Literal

from trainer.events.event import CheckpointKind, Event, Split


class CheckpointRequested(Event, frozen=True, kw_only=True, tag=True):
    """The state is to be saved now. The Checkpoint callback acts on it."""

    kind: CheckpointKind
    """`best`, `last` (to resume from) or `manual` (never deleted)."""
    source: str
    """Who asks: `every_steps`, `every_seconds`, `stop`, `request`, or a name that a callback gave."""


class CheckpointSaved(Event, frozen=True, kw_only=True, tag=True):
    """A checkpoint is safely on disk: written, synced and read back."""

    kind: CheckpointKind
    """`best`, `last` or `manual`."""
    path: str
    """Its file, relative to the run folder, with `/`."""
    bytes: int
    """Size of the file in bytes."""
    sha256: str
    """SHA-256 of the file with the 64 characters of the digest inside it zeroed, 64 hex digits."""
    seconds: float
    """Seconds that saving took."""


class SnapshotSaved(Event, frozen=True, kw_only=True, tag=True):
    """A file for viewers is complete; they open it only after this event."""

    kind: Literal["predictions", "weights", "images"]
    """Per-image predictions, the first layer's weights, or the images of all runs on the same data."""
    split: Split | None
    """The split that predictions are of; None for other kinds."""
    path: str
    """The file, relative to the run folder; of images, a folder relative to the folder of runs. With `/`."""
    bytes: int
    """Size in bytes."""
