"""Tiny tensors: one thread is quickest, and the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from trainer.store import durable


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def _real_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that breaks the disk breaks it for itself alone."""
    monkeypatch.setattr(durable, "seam", durable.seam)
