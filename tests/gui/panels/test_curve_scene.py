"""How the lines of a chart are drawn, without the panel around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from gui.panels.curves.scene import FEW, drawn, scene
from gui.style.theme import Colours
from gui.viewmodels.curves import RunSeries
from gui.viewmodels.journal_follower import JournalFollower
from gui.viewmodels.run_colours import RunLook

LOOKS = [RunLook(0, 0), RunLook(1, 1)]


@pytest.mark.parametrize("rows", [FEW * 200, FEW * 200 + 1])
def test_the_lines_of_one_run_are_smooth_while_its_values_are_few(
    qapp: QApplication, scribe: Callable[..., Any], rows: int
) -> None:
    one = scribe(steps=rows)
    one.begin()
    for step in range(1, rows + 1):
        one.batches(1, step, float(step), 1 / step)
    one.close()
    follower = JournalFollower(one.folder)
    while not follower.caught_up:
        follower.tick(5)
    every = [RunSeries(name, follower.model, 0) for name in "ab"]
    for series in every:
        series.update()
    for some in (every[:1], every):
        content, thinned = scene(
            "loss", drawn(some, Colours.current(), LOOKS[: len(some)]), "step", (0, rows), 200, None
        )
        smooth = len(some) == 1 and rows <= FEW * 200
        assert [stroke.thinned for stroke in content.strokes] == [not smooth] * len(some)
        assert (thinned == 1) == smooth
        if smooth:
            assert len(content.strokes[0].x) == rows
