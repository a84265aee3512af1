"""Paths are written from the home of the user on, where they are in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gui.text.formats import short_path


def test_only_what_lies_at_home_is_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    home = str(Path.home())
    assert short_path(f"{home}/runs/one") == "~/runs/one"
    assert short_path(home) == "~"
    for other in (f"{home}s/runs", "photos", "/data/photos", "0.001"):
        assert short_path(other) == other
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert short_path("/runs/one") == "/runs/one"
