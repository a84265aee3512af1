"""Which of several processes this one is, from torchrun's environment variables. [no torch]"""

from __future__ import annotations

import os
from typing import NamedTuple

_NEEDED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
WAIT_MINUTES = 30.0
"""As torch's own default."""


class Placement(NamedTuple):
    """Place of this process among all.

    Attributes:
        rank: Its rank, 0 to `size` - 1. Default: 0.
        size: Number of processes. Default: 1.
        local_rank: Its rank among the processes of this machine. Default: 0.
        local_size: Processes on this machine. Default: 1.
        restart: How often the launcher has restarted all of them. Default: 0.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1
    restart: int = 0
    launched: bool = False
    """Whether torchrun started this process; it treats any exit code but 0 as a crash."""


def placement() -> Placement:
    """Read the place of this process.

    Returns:
        The place; that of a single process if the environment names no others.
    """
    launched = "TORCHELASTIC_RUN_ID" in os.environ
    if any(name not in os.environ for name in _NEEDED):
        return Placement(launched=launched)
    rank, size = _number("RANK", 0), _number("WORLD_SIZE", 1)
    if size <= 1 or not 0 <= rank < size:
        return Placement(restart=_number("TORCHELASTIC_RESTART_COUNT", 0), launched=launched)
    return Placement(
        rank,
        size,
        _number("LOCAL_RANK", 0),
        _number("LOCAL_WORLD_SIZE", 1),
        _number("TORCHELASTIC_RESTART_COUNT", 0),
        launched,
    )


def wait_minutes() -> float:
    """Read how long a step waits for other processes.

    Returns:
        Minutes: what EPOCHSCOPE_WAIT_MINUTES says, if that is a number above 0, else 30.
    """
    try:
        found = float(os.environ.get("EPOCHSCOPE_WAIT_MINUTES", ""))
    except ValueError:
        return WAIT_MINUTES
    return found if 0 < found < 60 * 24 * 365 else WAIT_MINUTES


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else default
