"""A package of callbacks as an installer leaves it: options of every type that a form knows, and ones of none."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MODULE = '''
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Optional

from trainer import Callback, Phase
from trainer.errors import UsageError

if TYPE_CHECKING:
    from somewhere import Elsewhere


class Notes(Callback):
    """Writes a line per epoch to a file.

    Nothing else.

    Args:
        path: The file, which is made
            where there is none.
        every: Epochs from line to line, 1 or more.

    Raises:
        UsageError: `every` is below 1.
    """

    phase = Phase.REPORT

    def __init__(
        self, path: Path, every: int = 1, rate: float = 0.5, label: str = "epoch", quiet: bool = False,
        style: Literal["short", "long"] = "short", size: Literal[1, 2] = 1, *, limit: int | None = None,
        share: Optional[float] = None, note: str | None = None, sure: bool | None = None,
        mode: Literal["min", "max"] | None = None, place: str | Path = "", untyped=7, strict: bool = True,
        hook: Callable[[str], None] | None = None, other: Elsewhere | None = None, many: tuple[int, ...] = (1, 2),
    ) -> None:
        self.got = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        if every < 1:
            raise UsageError("notes.options", f"every: got {every}.", where="Notes", expected="1 or more")

    def on_epoch_ended(self, event, run):
        if event.epoch % self.got["every"] == 0:
            with self.got["path"].open("a", encoding="utf-8") as file:
                file.write(f"{self.got['label']} {event.epoch}\\n")


class Follower(Callback):
    """Follows a function."""

    phase = Phase.DECIDE

    def __init__(self, schedule: Callable[[int], float], every: int = 1) -> None:
        pass


class Picky(Callback):
    """Raises whatever it likes."""

    phase = Phase.VIEW

    def __init__(self, share: float = 2.0) -> None:
        if share > 1:
            raise ValueError("share must not be above 1")
'''
ENTRIES = """
notes = their_notes:Notes
follower = their_notes:Follower
picky = their_notes:Picky
gone = no_module:Gone
"""


@contextmanager
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For this process and those that it starts."""
    info = folder / "their_notes-1.2.dist-info"
    info.mkdir(parents=True)
    (folder / "their_notes.py").write_text(MODULE, "utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-notes\nVersion: 1.2\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[epochscope.callbacks]\n{ENTRIES}", "utf-8")
    (info / "RECORD").write_text("", "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.modules.pop("their_notes", None)
