"""What requests of `assist` share: their fields, the stream of answers, and what stays open between them."""

from __future__ import annotations

import json
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from typing import IO, Any

import msgspec

from trainer.cli.output import plain

KEPT = 2
"""Objects of each kind kept open: a window switches between a few."""
PROGRESS_SECONDS = 0.2


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request; `do` decides which fields count."""

    do: str
    id: int | str | None = None
    settings: dict[str, Any] = {}
    n: int = 16
    epoch: int = 1
    per_class: int = 3
    out: str = ""
    run: str = ""
    runs: str = ""
    images: list[str] = []
    classes: list[str] = []
    labels: list[str] = []
    cells: list[tuple[int, int, int]] = []
    split: str = "test"
    pattern: str = ""
    place: int = -1
    label: int = -1


class Helper:
    """What requests are answered with: the stream, and what was opened for earlier ones."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._opened: defaultdict[str, OrderedDict[str, Any]] = defaultdict(OrderedDict)
        self._told = 0.0

    def write(self, answer: Mapping[str, Any]) -> None:
        """Write one line."""
        self._stream.write(json.dumps(plain(answer)) + "\n")
        self._stream.flush()

    def progress(self, ident: Any) -> Callable[[str, int, int], None]:
        """Make a function that reports progress: every stage, and within one at most five times a second."""
        last = ""

        def tell(stage: str, done: int, total: int) -> None:
            nonlocal last
            if stage != last or time.monotonic() - self._told >= PROGRESS_SECONDS:
                last, self._told = stage, time.monotonic()
                self.write({"id": ident, "progress": {"stage": stage, "done": done, "total": total}})

        return tell

    def keep(self, kind: str, key: str, make: Callable[[], Any]) -> Any:
        """Get what was made for a key, or make it; the least recently used one is dropped."""
        shelf = self._opened[kind]
        if key not in shelf:
            while len(shelf) >= KEPT:
                shelf.popitem(last=False)
            shelf[key] = make()
        shelf.move_to_end(key)
        return shelf[key]

    def forget(self, kind: str) -> None:
        """Drop everything of a kind."""
        self._opened[kind].clear()
