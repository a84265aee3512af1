"""A whole process, seen from outside: its wall time and the most anonymous memory it held."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import NamedTuple

import psutil

from trainer.baselines.peak_memory import anonymous

OPTIMISER_ONLY = (
    "-c",
    "import torch; torch.optim.Adam(torch.nn.Linear(3072, 10).parameters())",
)
"""What anybody pays who trains with torch: importing it, and making the first optimiser."""
LOOK_SECONDS = 0.02


class Measured(NamedTuple):
    """Seconds from the start of the process to its end, and the most memory it had allocated, in MB."""

    seconds: float
    megabytes: float


def run(*arguments: str, environment: Mapping[str, str] | None = None) -> Measured:
    """Run Python with `arguments`; raises CalledProcessError where it fails."""
    start = time.perf_counter()
    command = [sys.executable, *arguments]
    peak = 0.0
    with subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL) as process:
        seen = psutil.Process(process.pid)
        while True:
            try:
                process.wait(LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                with contextlib.suppress(psutil.Error):  # it ended between the two
                    peak = max(peak, anonymous(seen))
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Measured(time.perf_counter() - start, peak)
