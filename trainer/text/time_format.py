"""Times for people, in the local time of the machine that shows them. Files keep ISO 8601 with an offset. [no torch]"""

from __future__ import annotations

from datetime import datetime


def local_time(text: str) -> datetime | None:
    """An ISO 8601 time in local time; None if the text is not a time. Without an offset it is taken as local."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def local_text(text: str, pattern: str = "%Y-%m-%d %H:%M", *, offset: bool = False) -> str:
    """Date and time in local time, with an `offset` as in `2026-11-28 17:10 UTC+01:00`; unchanged if the text is not a
    time."""
    found = local_time(text)
    if found is None:
        return text
    return found.strftime(pattern) + (f" {_offset(found)}" if offset else "")


def _offset(when: datetime) -> str:
    return "UTC" + when.isoformat(timespec="seconds")[19:] if when.utcoffset() else "UTC"


def now_text() -> str:
    """The current time for files: ISO 8601 in local time with its offset, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
