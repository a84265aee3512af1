"""The recorded run that comes with the program. No Qt."""

from __future__ import annotations

from pathlib import Path

from trainer.errors import EpochscopeError
from trainer.resources import resource


def demo_run() -> Path | None:
    """Its folder, to look at without training; None where it is not installed."""
    try:
        return resource("demo", "photos")
    except EpochscopeError:
        return None
