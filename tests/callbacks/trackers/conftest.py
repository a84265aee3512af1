"""A tool that only notes what it is told, and a tracker for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from callbacks.trackers.tracked_run import TrackedRun, TrackedRunInfo
from callbacks.trackers.tracker import Tracker
from tests.callbacks.conftest import one_thread, quick_disk, recorder

__all__ = ["one_thread", "quick_disk", "recorder"]


class NotedRun(TrackedRun):
    """Keeps every call: its name and what it was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def scalars(self, *told: Any) -> None:
        self.calls.append(("scalars", *told))

    def text(self, *told: Any) -> None:
        self.calls.append(("text", *told))

    def picture(self, *told: Any) -> None:
        self.calls.append(("picture", *told))

    def artifact(self, *told: Any) -> None:
        self.calls.append(("artifact", *told))

    def model(self, *told: Any) -> None:
        self.calls.append(("model", *told))

    def finish(self, *told: Any) -> None:
        self.calls.append(("finish", *told))

    def of(self, name: str) -> list[tuple[Any, ...]]:
        """What calls of this name were given."""
        return [told for kind, *told in self.calls if kind == name]  # type: ignore[misc]

    def curve(self, name: str) -> list[tuple[int, float]]:
        """(step, value) of one curve."""
        return [(step, values[name]) for values, step, _ in self.of("scalars") if name in values]


class NotingTracker(Tracker):
    """`connect` gives what the function gives; `infos` and `runs` are those of each attempt."""

    title: ClassVar[str] = "Stub"
    package: ClassVar[str] = "json"  # is always there

    def __init__(self, make: Callable[[], TrackedRun] = NotedRun, **options: Any) -> None:
        super().__init__(**options)
        self.make = make
        self.infos: list[TrackedRunInfo] = []
        self.runs: list[Any] = []

    def connect(self, info: TrackedRunInfo) -> TrackedRun:
        self.infos.append(info)
        self.runs.append(self.make())
        return self.runs[-1]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
