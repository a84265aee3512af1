"""Peak memory of this process. [no torch]"""

from __future__ import annotations

import threading
from typing import Any

import psutil

LOOK_SECONDS = 0.02


class PeakMemory:
    """Context manager that measures the peak memory of this process, fifty times a second.

    Attributes:
        megabytes: The peak of anonymous memory (allocated, without mapped files) in MB since it was entered; on systems
            that do not report mapped files, of the resident set. None before.
    """

    def __init__(self) -> None:
        self.megabytes: float | None = None
        self._process = psutil.Process()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, name="epochscope-memory", daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            self.megabytes = max(self.megabytes or 0.0, anonymous(self._process))
            if self._end.wait(LOOK_SECONDS):
                return


def anonymous(process: psutil.Process) -> float:
    """Measure the memory that a process has allocated.

    Args:
        process: The process.

    Returns:
        Megabytes.
    """
    memory = process.memory_info()
    return (memory.rss - getattr(memory, "shared", 0)) / 1e6
