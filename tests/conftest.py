"""For all tests: folders of their own, and no thread left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and caches of a test lie in a folder that only it knows."""
    home: Path = tmp_path_factory.mktemp("home", numbered=True)
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(home / "runs"))
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(home / "cache"))


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A test that leaks a thread fails, and names it. The one that tqdm starts within torch stays for good."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 2
    new = [one for one in set(threading.enumerate()) - before if not type(one).__module__.startswith("tqdm")]
    for thread in new:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in new if thread.is_alive()]
    assert not left, f"threads left running: {left}"
