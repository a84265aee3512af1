"""What a run's history keeps of each start, and of what people should know. [no torch]"""

from __future__ import annotations

import math
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
    """One start: how far it got, and how it ended. `first`: number of its first record; `began`: UTC milliseconds, of
    that."""

    number: int
    first: int
    began: int
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    started: ev.RunStarted | None = None
    ended: ev.RunEnded | None = None

    def takes_back(self, seq: int, covered: float = math.inf) -> bool:
        """Whether record `seq` tells what earlier attempts did after the checkpoint that this one resumes from;
        `covered`: the `covered_step` of its event."""
        started = self.started
        return started is not None and started.resumed_seq < seq < self.first and covered > started.resumed_step


def covered_step(event: ev.Event | ev.UnknownEvent) -> float:
    """The step whose checkpoint covers an event even if it is announced later; infinite where there is none."""
    # files of the state after that step, and what callbacks report of it: a resumed run does not repeat them
    later = ev.CheckpointSaved | ev.SnapshotSaved | ev.PictureReported | ev.ScalarReported
    return event.step if isinstance(event, later) else math.inf
