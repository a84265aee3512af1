"""A network disk on which every call takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from trainer.store import durable


class SlowDisk(durable.Seam):
    """Waits before each call."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.calls = 0


def slowly(disk: SlowDisk, call: Callable[..., Any], calls: int = 1) -> Callable[..., Any]:
    """A function that takes as long as `calls` calls to this disk."""

    def slow(*args: Any, **options: Any) -> Any:
        disk.calls += calls
        time.sleep(calls * disk.seconds)
        return call(*args, **options)

    return slow


def _slow(name: str) -> Callable[..., Any]:
    real = getattr(durable.Seam, name)

    def call(self: SlowDisk, *args: Any, **options: Any) -> Any:
        return slowly(self, real)(self, *args, **options)

    return call


for _name in [name for name in vars(durable.Seam) if not name.startswith("_")]:
    setattr(SlowDisk, _name, _slow(_name))
