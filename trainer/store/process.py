"""This process, and whether another process is still the same one. [no torch]"""

from __future__ import annotations

import os
import sys

_TOLERANCE = 1.5
"""Seconds; macOS gave whole ones before psutil."""


def process_started(pid: int) -> float | None:
    """When the process started, in seconds; None if there is no such process (any more).

    Compare it only with another value from this machine: Linux counts from boot, others from 1970.
    """
    if pid <= 0:
        return None
    import psutil  # takes 20 ms, which the list of runs does not need

    # read first: setting the clock moves both, so that their difference still identifies the process
    booted = psutil.boot_time() if sys.platform.startswith("linux") else 0.0
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return None
        return process.create_time() - booted
    except psutil.Error:
        return None


def alive(pid: int, started: float | None) -> bool:
    """Whether process `pid` is running and started at that time; None: any process with that number counts."""
    found = process_started(pid)
    return found is not None and (started is None or abs(found - started) < _TOLERANCE)


def state(pid: int) -> str:
    """What a process of this machine does, as the system calls it, such as "running" or "stopped"; "" if it is not
    there."""
    import psutil

    try:
        return str(psutil.Process(pid).status())
    except psutil.Error:
        return ""


def usable_cores() -> int:
    """How many cores this process may use: fewer than the machine has, if a container or `taskset` limits them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
