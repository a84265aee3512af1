"""Times for people: the local time of the machine that shows them, everywhere. Files keep ISO 8601 with its offset.

[no torch]
"""

from __future__ import annotations

from datetime import datetime


def local_time(text: str) -> datetime | None:
    """An ISO 8601 time in local time; None where the text is not one. Without an offset it is local already."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def local_text(text: str, pattern: str = "%Y-%m-%d %H:%M", *, offset: bool = False) -> str:
    """Date and time in local time, with an `offset` as in `2026-11-28 17:10 UTC+01:00`; the text as it came where it
    is not a time."""
    found = local_time(text)
    if found is None:
        return text
    return found.strftime(pattern) + (f" {_offset(found)}" if offset else "")


def _offset(when: datetime) -> str:
    return "UTC" + when.isoformat(timespec="seconds")[19:] if when.utcoffset() else "UTC"


def now_text() -> str:
    """Now, for files: ISO 8601 in local time with its offset, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
