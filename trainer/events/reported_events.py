"""What a callback wants seen: numbers that become a chart, and pictures."""

from __future__ import annotations

from trainer.events.event import Event


class ScalarReported(Event, frozen=True, kw_only=True, tag=True):
    """A number reported by a callback. Numbers with the same name form a chart."""

    name: str
    """What it is called, such as `gradient_norm`; 1 to 100 characters on one line."""
    value: float
    """The number; NaN and infinities leave a gap."""


class PictureReported(Event, frozen=True, kw_only=True, tag=True):
    """A picture of a callback's own is safely on disk."""

    name: str
    """What it shows, 1 to 100 characters on one line. Pictures with the same name are shown by epoch."""
    path: str
    """A PNG file, relative to the run folder, with `/`."""
    width: int
    """Pixels, 1 to 4,096."""
    height: int
    """Pixels, 1 to 4,096."""
    bytes: int
    """Size of the file in bytes."""
