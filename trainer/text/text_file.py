"""Files of text that people name. [no torch]"""

from __future__ import annotations

from pathlib import Path

MOST_SETTINGS = 1 << 20
"""Bytes of a file of settings."""


def read_text(path: Path, limit: int = MOST_SETTINGS) -> str:
    """The text of a file, which may be a pipe, in UTF-8. Raises OSError, and ValueError where it is not UTF-8, or has
    more than `limit` bytes: `/dev/zero` never ends."""
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"it has more than {limit:,} bytes")
    return content.decode("utf-8-sig")
