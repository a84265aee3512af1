"""Guests in this process, on digits; contests with contestants that need no torch."""

from tests.engine.fixtures import one_thread, quick_disk, recorder

__all__ = ["one_thread", "quick_disk", "recorder"]
