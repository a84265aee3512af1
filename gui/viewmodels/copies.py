"""How far the copying of classified images is. No Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Copies:
    """Copies of images into folders.

    Attributes:
        done: Images copied so far. Default: none.
        total: Images to copy. Default: none.
        busy: Whether more are being copied. Default: False.
    """

    done: int = 0
    total: int = 0
    busy: bool = False
