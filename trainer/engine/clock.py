"""The training time of a run."""

from __future__ import annotations

import time


class Clock:
    """Seconds of training over all attempts: monotonic, pauses and preparation excluded."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._since: float | None = None

    def reach(self, seconds: float) -> None:
        """Continue from `seconds` if it has counted fewer; while it stands still."""
        self._before = max(self._before, seconds)

    def start(self) -> None:
        """Continue counting."""
        self._since = time.monotonic()

    def stop(self) -> None:
        """Stop counting."""
        self._before, self._since = self.elapsed(), None

    @property
    def running(self) -> bool:
        """Whether it is counting."""
        return self._since is not None

    def elapsed(self) -> float:
        """Seconds counted."""
        return self._before + (time.monotonic() - self._since if self._since is not None else 0.0)
