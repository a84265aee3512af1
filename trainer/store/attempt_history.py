"""What a run's history keeps of each start, and of what people should know. [no torch]"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer import events as ev

MAX_MESSAGE = 2_000
"""Letters that are kept of a text."""


@dataclass(frozen=True)
class Message:
    """Something a person should know: `kind` is the event's name, `values` its fields."""

    seq: int
    wall: int
    kind: str
    values: dict[str, Any]


def shortened(value: Any) -> Any:
    """A text cut to MAX_MESSAGE; anything else as it is."""
    return value[:MAX_MESSAGE] if isinstance(value, str) else value


@dataclass
class AttemptHistory:
    """One start: how far it got, and how it ended. `began`: UTC milliseconds, of its first record."""

    number: int
    began: int
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    started: ev.RunStarted | None = None
    ended: ev.RunEnded | None = None
