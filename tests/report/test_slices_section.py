"""Where it fails, in a report: the worst slices and their images; one line where there is none; nothing where there are
too few images."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.report.sample_runs import SampleRuns
from trainer.report import figures, html
from trainer.report.images import read_pictures, wrong_images
from trainer.report.run_data import read_run
from trainer.store.folder import RunFolder


class Cameras(SampleRuns):
    """The images of the second half of each class are all wrong, if `fails`; none is else."""

    fails = True

    def _outputs(self, epoch: int) -> dict[str, NDArray[Any]]:
        found = super()._outputs(epoch)
        wrong = np.arange(len(self.labels)) >= len(self.labels) // 2 if self.fails else np.zeros(len(self.labels), bool)
        predicted = np.where(wrong, (self.labels + 1) % len(self.classes), self.labels).astype(np.uint16)
        return {**found, "predicted": predicted}

    def _publish(self) -> None:
        """As it is, but that the second half is black."""
        random, self._random = self._random, _Dark(self._random)  # type: ignore[assignment]
        super()._publish()
        self._random = random


class _Dark:
    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def integers(self, low: int, high: int, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        pixels = self._random.integers(low, high, shape, dtype=dtype)
        pixels[shape[0] // 2 :] //= 8
        return pixels


@pytest.fixture
def failing(tmp_path: Path) -> RunFolder:
    return Cameras(tmp_path, per_class=40).make()


@pytest.mark.parametrize(("language", "word"), [("en", "lowest quarter"), ("ru", "нижняя четверть")])
def test_the_worst_slices_with_their_images(failing: RunFolder, language: Any, word: str) -> None:
    text = html(failing, language=language)
    section = text.split('<section id="slices">')[1].split("</section>")[0]
    assert word in section
    assert 'id="fig-slice-1"' in section
    assert "<table" in section
    assert "slice-1" in figures(failing, language=language)


def test_the_images_are_the_wrong_ones_of_largest_loss(failing: RunFolder) -> None:
    found = read_pictures(read_run(failing)).slices
    assert found is not None
    one = found.found.worst[0]
    shown = wrong_images(found, one)
    assert 0 < len(shown) <= 8
    assert all(each.true != each.predicted for each in shown)
    assert [each.loss for each in shown] == sorted((each.loss for each in shown), reverse=True)
    assert {each.place for each in shown} <= set(one.items.tolist())


def test_none_is_said_in_one_line(tmp_path: Path) -> None:
    made = Cameras(tmp_path, per_class=40)
    made.fails = False
    text = html(made.make())
    section = text.split('<section id="slices">')[1].split("</section>")[0]
    assert "No slice of the test images does worse" in re.sub(r"\s+", " ", section)
    assert "<table" not in section


def test_too_few_images_leave_the_section_out(tmp_path: Path) -> None:
    assert 'id="slices"' not in html(SampleRuns(tmp_path).make())
