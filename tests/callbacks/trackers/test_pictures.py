"""Pictures for tools: cells where they belong, whatever the number of classes."""

from __future__ import annotations

import numpy as np
import pytest

from callbacks.trackers.pictures import LARGE, confusion_picture, weight_picture
from trainer.analysis.first_layer import as_pictures
from trainer.plotting.palette import CHANGE_LIGHT, HEAT, ramp


def test_a_cell_has_the_colour_of_its_share() -> None:
    confusion = ((3, 1), (0, 4))
    found = confusion_picture(confusion, ("cat", "dog"))
    side = found.shape[0]
    corners = [side - 2 * LARGE + 2, side - LARGE + 2]  # of the cells, away from what is written in them
    for row, top in enumerate(corners):
        for column, left in enumerate(corners):
            share = confusion[row][column] / sum(confusion[row])
            assert found[top, left].tolist() == ramp(HEAT)[round(share * 255)].tolist()


@pytest.mark.parametrize("classes", [1, 12, 13, 40, 1000])
def test_any_number_of_classes(classes: int) -> None:
    names = [f"class {number} with a name that is much too long" for number in range(classes)]
    counts = np.eye(classes, dtype=int) * 3
    found = confusion_picture(tuple(map(tuple, counts.tolist())), names)
    assert found.dtype == np.uint8
    assert found.shape[2] == 3
    assert max(found.shape) < 1200


def test_classes_without_images_and_names_of_other_scripts() -> None:
    for names in (("кошка", "犬"), ()):
        assert confusion_picture(((0, 0), (2, 0)), names).shape[2] == 3


@pytest.mark.parametrize(("channels", "units"), [(1, 3), (3, 10), (1, 200)])
def test_templates_are_laid_out_row_by_row(channels: int, units: int) -> None:
    weight = np.zeros((units, channels * 4 * 4), np.float32)
    weight[1] = 1.0
    shown = as_pictures(weight, (channels, 4, 4), units, units * weight.shape[1])
    assert shown is not None
    found = weight_picture(shown)
    tile = 4 * 20 + 2
    none, most = (ramp(CHANGE_LIGHT)[[128, 255]] if channels == 1 else np.array([[128] * 3, [255] * 3])).tolist()
    assert found[0, 0].tolist() == none
    assert found[0, tile].tolist() == most
