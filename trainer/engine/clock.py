"""How long a run has trained."""

from __future__ import annotations

import time


class Clock:
    """Seconds of training over all attempts: monotonic, pauses and preparation excluded."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._since: float | None = None

    def start(self, before: float | None = None) -> None:
        """Go on counting, from `before` seconds where given."""
        if before is not None:
            self._before = before
        self._since = time.monotonic()

    def stop(self) -> None:
        """Hold the count."""
        self._before, self._since = self.elapsed(), None

    @property
    def running(self) -> bool:
        """Whether it is counting."""
        return self._since is not None

    def elapsed(self) -> float:
        """Seconds counted."""
        return self._before + (time.monotonic() - self._since if self._since is not None else 0.0)
