"""Small pictures of files: a few at a time, not too many kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gui.panels.predict.file_thumbnails import KEPT, SIDE, FileThumbnails, thumbnail
from gui.panels.predict.predict_panel import PredictPanel
from tests.gui.panels.predict.predictions import picture, run_of


def test_thumbnails_are_small_and_made_a_few_at_a_time(panel: PredictPanel, tmp_path: Path, qtbot: Any) -> None:
    images = [picture(tmp_path / f"{number}.png") for number in range(3)]
    found = thumbnail(str(images[0]))
    assert (found.width(), found.height()) == (SIDE, SIDE * 2 // 3)
    assert thumbnail(str(tmp_path / "nothing")).isNull()
    (tmp_path / "text.png").write_bytes(b"x" * 100)
    assert thumbnail(str(tmp_path / "text.png")).isNull()
    panel.show_run(run_of(tmp_path))
    panel.classify(images)
    qtbot.waitUntil(lambda: len(panel.view.table.thumbnails) == 3)


def test_only_so_many_thumbnails_are_kept(tmp_path: Path, qapp: Any) -> None:
    made = FileThumbnails()
    made.left = KEPT + 5
    for number in range(KEPT + 5):
        made.get(str(tmp_path / f"{number}"), 1.0)
    assert len(made) == KEPT


def test_a_wide_image_has_a_thumbnail_of_a_pixel(tmp_path: Path, qapp: Any) -> None:
    assert thumbnail(str(picture(tmp_path / "line.png", 3000, 1))).height() == 1
