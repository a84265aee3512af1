"""Which of several processes this one is, as torchrun says it in the environment. [no torch]"""

from __future__ import annotations

import os
from typing import NamedTuple

_NEEDED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


class Placement(NamedTuple):
    """`rank` of `size` processes, `local_rank` of the `local_size` on this machine; `restart`: how often the launcher
    has started all of them again."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1
    restart: int = 0
    launched: bool = False
    """Whether torchrun started this process, which takes any exit code but 0 for a crash."""


def placement() -> Placement:
    """Of this process; the one and only where the environment names no others."""
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


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else default
