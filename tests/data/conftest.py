"""Every test has a cache folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.image_folders import make_images


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(folder))
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two classes of ten 12x10 PNG images in a folder of their own."""
    root = tmp_path / "pictures"
    make_images(root, {"cat": 10, "dog": 10})
    return root
