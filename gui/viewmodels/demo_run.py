"""The recorded run that comes with Epochscope. No Qt."""

from __future__ import annotations

from pathlib import Path

from trainer.errors import EpochscopeError
from trainer.resources import resource


def demo_run() -> Path | None:
    """Find the recorded run, which can be explored without training.

    Returns:
        Its folder; None if it is not installed.
    """
    try:
        return resource("demo", "photos")
    except EpochscopeError:
        return None
