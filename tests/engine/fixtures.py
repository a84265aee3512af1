"""Tiny tensors: one thread is quickest, and the same everywhere."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
import torch

from tests.engine.fakes import Recorder
from trainer import plugins
from trainer.store import durable

ENTRY_POINTS = functools.cache(plugins.entry_points)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power cut happens here: asking the disk to write would be a third of the time. Spies see the call."""
    monkeypatch.setattr(durable.Seam, "fsync", lambda self, fd: None)
    monkeypatch.setattr(plugins, "entry_points", ENTRY_POINTS)  # each look goes through the whole environment


@pytest.fixture
def recorder() -> Recorder:
    """A callback that hears everything."""
    return Recorder()
