"""The training time of a run."""

from __future__ import annotations

import time


class Clock:
    """Seconds of training over all attempts: monotonic, pauses and preparation excluded."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._since: float | None = None

    def start(self, before: float | None = None) -> None:
        """Continue counting, from `before` seconds if given."""
        if before is not None:
            self._before = before
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
