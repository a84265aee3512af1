"""A whole process, seen from outside: its wall time and the most anonymous memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

OPTIMISER_ONLY = (
    "-c",
    "import torch; torch.optim.Adam(torch.nn.Linear(3072, 10).parameters())",
)
"""What anybody pays who trains with torch: importing it, and making the first optimiser."""
LOOK_SECONDS = 0.02


class Measured(NamedTuple):
    """Seconds from the start of the process to its end, and its largest RssAnon in MB (0 where there is no /proc)."""

    seconds: float
    megabytes: float


def run(*arguments: str, environment: Mapping[str, str] | None = None) -> Measured:
    """Run Python with `arguments`; raises CalledProcessError where it fails."""
    start = time.perf_counter()
    command = [sys.executable, *arguments]
    peak = 0.0
    with subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL) as process:
        while True:
            try:
                process.wait(LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, anonymous(process.pid))
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(time.perf_counter() - start, peak)


def anonymous(pid: int) -> float:
    """RssAnon of a process in MB: what it has allocated, without mapped files; 0 where it is not said."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    sizes = [int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")]
    return sizes[0] * 1024 / 1e6 if sizes else 0.0
