"""Tiny tensors: one thread is quickest, and the same everywhere."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points

import psutil
import pytest
import torch

from tests.reliability import disks
from tests.reliability.scripted_losses import build
from trainer import plugins
from trainer.store import durable
from trainer.store.folder import RunFolder

MAY_STAY_OPEN = 16


class QuickDisk(durable.Seam):
    """No power cut happens in these tests: only the tests of crashes wait for the disk."""

    def fsync(self, fd: int) -> None:
        pass


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of small runs: they neither wait for the disk nor look through all installed packages each time."""
    monkeypatch.setattr(durable, "seam", QuickDisk())
    monkeypatch.setattr(plugins, "entry_points", cache(entry_points))


@pytest.fixture(scope="module")
def whole_hills(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, RunFolder]:
    folder = tmp_path_factory.mktemp("whole")
    for rising in (False, True):
        build(folder / str(rising), rising=rising).fit()
    return {rising: RunFolder(folder / str(rising)) for rising in (False, True)}


@pytest.fixture(autouse=True)
def _the_dead_are_buried() -> Iterator[None]:
    """Processes that only seem to die keep their files open: thousands of them, in a long run of tests."""
    yield
    disks.bury_the_dead()


@pytest.fixture(autouse=True, scope="module")
def _no_files_left_open() -> Iterator[None]:
    """A few, such as those of libraries that are loaded, may stay."""
    process = psutil.Process()
    if not hasattr(process, "num_fds"):  # Windows
        yield
        return
    before = process.num_fds()
    yield
    gc.collect()
    assert process.num_fds() <= before + MAY_STAY_OPEN
