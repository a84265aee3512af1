"""Clients of the engine's helper that start none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gui.engine.rpc_client import Answer


class FakeRpcClient:
    """Keeps what was asked; the test answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.callbacks: dict[str, Callable[[Answer], None]] = {}
        self.asking: set[str] = set()

    def ask(self, do: str, callback: Callable[[Answer], None], *, progress: Any = None, **fields: Any) -> None:
        self.asked.append((do, fields))
        self.callbacks[do] = callback
        self.asking.add(do)

    def cancel(self, do: str) -> None:
        self.asking.discard(do)
        self.callbacks.pop(do, None)

    def answer(self, do: str, **fields: Any) -> None:
        self.asking.discard(do)
        self.callbacks.pop(do)(fields)

    def poll(self) -> None:
        pass

    def retire(self) -> None:
        self.callbacks.clear()


class RecordingRpcClient:
    """Keeps what was asked, with whom to tell, and what was cancelled."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.cancelled: list[str] = []
        self.asking: set[str] = set()

    def ask(self, do: str, callback: Any, *, progress: Any = None, **fields: Any) -> None:
        self.asking.add(do)
        self.asked.append({"do": do, "callback": callback, "progress": progress, **fields})

    def cancel(self, do: str) -> None:
        self.cancelled.append(do)
        self.asking.discard(do)
