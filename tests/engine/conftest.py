"""Tiny tensors and a disk that answers at once; see `tests/engine/fixtures.py`."""

from __future__ import annotations

from tests.engine.fixtures import one_thread, quick_disk, recorder

__all__ = ["one_thread", "quick_disk", "recorder"]
