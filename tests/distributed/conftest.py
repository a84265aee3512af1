"""Runs of several threads in the place of processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from tests.distributed.threads import here


@pytest.fixture(autouse=True, scope="package")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def threaded(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A Trainer belongs to the group of the thread that makes it."""
    monkeypatch.setattr("trainer.trainer.process_group", here)
    return here
