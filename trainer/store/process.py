"""Is that process still the one that was meant? [no torch]"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

_TOLERANCE = 1.5
"""Seconds; `ps` gives whole ones."""


def process_started(pid: int) -> float | None:
    """When the process started, in seconds; None if there is no such process (any more).

    Compare it only with another value from this machine: Linux counts from boot, others from 1970 or 1601.
    """
    if pid <= 0:
        return None
    if sys.platform == "win32":
        return _windows(pid)
    if sys.platform.startswith("linux"):
        return _linux(pid)
    return _posix(pid)


def alive(pid: int, started: float | None) -> bool:
    """Whether process `pid` runs and is the one that started then; None: any process of that number will do."""
    found = process_started(pid)
    return found is not None and (started is None or abs(found - started) < _TOLERANCE)


def _linux(pid: int, proc: Path = Path("/proc")) -> float | None:
    try:
        text = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # the name, in parentheses, may itself hold spaces and parentheses; state is field 3, start is field 22
    fields = text.rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in "ZX":
        return None
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _posix(pid: int) -> float | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC0"}
    try:
        text = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    state, _, started = text.partition(" ")
    if not started or state.startswith("Z"):
        return None
    try:
        return float(_seconds(started))
    except ValueError:
        return None


def _seconds(text: str) -> int:
    import calendar

    return calendar.timegm(time.strptime(" ".join(text.split()), "%a %b %d %H:%M:%S %Y"))


def _windows(pid: int) -> float | None:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    query_limited_information, still_active = 0x1000, 259
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return None
    try:
        times = [ctypes.c_uint64() for _ in range(4)]
        code = ctypes.c_uint32()
        asked = kernel.GetProcessTimes(ctypes.c_void_p(handle), *map(ctypes.byref, times))
        if not asked or not kernel.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(code)):
            return None
        return times[0].value / 1e7 if code.value == still_active else None
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
