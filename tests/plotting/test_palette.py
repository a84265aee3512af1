"""Colours of runs that are drawn together, and of classes, can be told apart, whatever colours a person sees, and read
on their background. Colour vision as simulated by Machado, Oliveira and Fernandes (2009), full severity."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.style.colour_schemes import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, ColourScheme
from gui.viewmodels.run_colours import COLOURS
from trainer.plotting.palette import (
    CLASSES_ON_DARK,
    CLASSES_ON_LIGHT,
    CLASSES_STRONG_ON_LIGHT,
    ON_LIGHT,
    RUNS_ON_DARK,
    RUNS_ON_LIGHT,
    RUNS_STRONG_ON_LIGHT,
)

Colours = tuple[str, ...]
VISION = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
LEAST = 14.0
"""Smallest distance in CIELAB; some 2.3 is just visible side by side, lines of a chart need several times that."""


def linear(name: str) -> NDArray[np.float64]:
    value = np.array(list(bytes.fromhex(name[1:])), dtype=float) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light: NDArray[np.float64]) -> NDArray[np.float64]:
    to_xyz = np.array([[0.41246, 0.35758, 0.18044], [0.21267, 0.71515, 0.07218], [0.01933, 0.11919, 0.95030]])
    x, y, z = to_xyz @ np.clip(light, 0, 1) / (0.95047, 1.0, 1.08883)
    fx, fy, fz = (np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def closest(names: Colours, vision: str) -> float:
    seen = [lab(np.array(VISION[vision]) @ linear(name)) for name in names]
    return min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(linear(name) @ (0.2126, 0.7152, 0.0722)) for name in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("names", [RUNS_ON_LIGHT, RUNS_STRONG_ON_LIGHT, RUNS_ON_DARK])
def test_runs_can_be_told_apart(names: Colours, vision: str) -> None:
    assert len(names) == COLOURS
    assert closest(names, vision) >= LEAST


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("names", [CLASSES_ON_LIGHT, CLASSES_STRONG_ON_LIGHT, CLASSES_ON_DARK])
def test_ten_classes_can_be_told_apart(names: Colours, vision: str) -> None:
    assert len(names) == 10
    assert closest(names, vision) >= LEAST


@pytest.mark.parametrize(
    ("names", "scheme", "least"),
    [  # they begin with the colours of runs
        (CLASSES_ON_LIGHT, LIGHT, 3.0),
        (CLASSES_STRONG_ON_LIGHT, CONTRAST_LIGHT, 4.5),
        (CLASSES_ON_DARK, DARK, 3.0),
        (CLASSES_ON_DARK, CONTRAST_DARK, 4.5),
    ],
)
def test_runs_and_classes_can_be_read(names: Colours, scheme: ColourScheme, least: float) -> None:
    assert min(contrast(name, scheme.surface) for name in names) >= least


def test_the_measure_sees_what_is_hard_to_tell_apart() -> None:
    assert closest(ON_LIGHT, "protan") < LEAST
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
