"""The most memory this process has held. [no torch]"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.02


class PeakMemory:
    """A context manager. `megabytes` afterwards: the most anonymous memory (allocated, without mapped files) held since
    it began, looked at fifty times a second; where the system does not say that, the largest resident set of the
    process; None on Windows."""

    def __init__(self) -> None:
        self.megabytes: float | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, name="epochscope-memory", daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._end.set()
        self._thread.join()
        if self.megabytes is None:
            self.megabytes = _largest()

    def _look(self) -> None:
        while (now := anonymous()) is not None:
            self.megabytes = max(self.megabytes or 0.0, now)
            if self._end.wait(LOOK_SECONDS):
                return


def anonymous() -> float | None:
    """Anonymous memory of this process now, in MB; None where there is no /proc."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return None
    sizes = [int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")]
    return sizes[0] * 1024 / 1e6 if sizes else None


def _largest() -> float | None:
    if sys.platform == "win32":
        return None
    import resource

    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / 1e6 if sys.platform == "darwin" else largest * 1024 / 1e6
