"""Tiny tensors: one thread is quickest, and the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tests.engine.fakes import Recorder


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def recorder() -> Recorder:
    """A callback that hears everything."""
    return Recorder()
