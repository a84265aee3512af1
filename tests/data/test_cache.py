"""The cache of decoded images: what a killed process has left goes when the next images are decoded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer.data.cache import cache_folder, cached, shard_indexes
from trainer.data.image_set import channel_sums
from trainer.store.temporary_names import temporary_name


def build(folder: Path) -> dict[str, Any]:
    pixels = np.zeros((1, 2, 2, 1), np.uint8)
    for name, array in (("pixels", pixels), ("facts", np.zeros((1, 3), np.int32)), ("sums", channel_sums(pixels))):
        (folder / name).write_bytes(array.tobytes())
    return {"shape": [2, 2, 1], "count": 1}


def unfinished(folder: Path) -> Path:
    work = folder / temporary_name()
    work.mkdir(parents=True)
    (work / "pixels").write_bytes(b"half of them")
    return work


def test_unfinished_entries_of_dead_processes_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    places = [cache_folder() / "images" / "another source", shard_indexes()]
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: process.pid)
        left = [unfinished(place) for place in places]
    being_made = unfinished(places[0])
    entry = cached("source", "policy", "state", build, lambda entry: True)
    assert entry.pixels.shape == (1, 2, 2, 1)
    assert not any(path.exists() for path in left)
    assert being_made.is_dir()


def test_entries_that_are_being_made_survive_a_newer_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the same source: earlier states go, what another process is at work on stays."""
    cached("source", "policy", "old", build, lambda entry: True)
    (place,) = (cache_folder() / "images").iterdir()
    being_made = unfinished(place)
    cached("source", "policy", "new", build, lambda entry: True)
    assert being_made.is_dir()
    assert len(list(place.iterdir())) == 2
