"""Screenshots without the images that some views need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gui import screenshots
from tests.gui.screenshot_runs import ON_PHOTOGRAPHS


@pytest.mark.parametrize("kept", ["", "no-such-folder"])
def test_what_to_set_is_said_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    monkeypatch.setenv("EPOCHSCOPE_CIFAR10", kept)
    monkeypatch.setattr("sys.argv", ["screenshots", str(tmp_path / "out")])
    with pytest.raises(SystemExit, match="set EPOCHSCOPE_CIFAR10 to a folder"):
        screenshots.main()
    assert not (tmp_path / "out").exists()


def test_views_on_photographs_are_views() -> None:
    assert set(ON_PHOTOGRAPHS) < set(screenshots.VIEWS)
