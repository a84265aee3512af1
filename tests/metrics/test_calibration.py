"""How far confidences can be believed, against five-line references, scikit-learn and what must hold of any images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve

from trainer.metrics.calibration import (
    BINS,
    Coverage,
    believability,
    coverage,
    reliability,
    thinned,
)

Floats = NDArray[np.float64]
Verdicts = NDArray[np.bool_]
# hundredths: many images of one confidence, and some on the edges of bins
SHARES = st.integers(0, 100).map(lambda hundredth: hundredth / 100)
IMAGES = st.lists(st.tuples(SHARES, st.booleans()), min_size=1, max_size=60)


def columns(images: list[tuple[float, bool]]) -> tuple[Floats, Verdicts]:
    return np.array([one for one, _ in images]), np.array([right for _, right in images])


def by_hand(confidence: Floats, right: Verdicts, bins: int) -> float:
    """The definition of Guo et al. (2017), equation 3, an image at a time."""
    total = 0.0
    for low in range(bins):
        inside = [i for i, one in enumerate(confidence) if low / bins < one <= (low + 1) / bins or (one == low == 0)]
        total += abs(sum(right[i] for i in inside) - sum(confidence[i] for i in inside))
    return total / len(confidence)


@settings(deadline=None)
@given(IMAGES, st.sampled_from([1, 3, 10, BINS]))
def test_the_error_is_that_of_the_definition(images: list[tuple[float, bool]], bins: int) -> None:
    confidence, right = columns(images)
    assert reliability(confidence, right, bins).ece == pytest.approx(by_hand(confidence, right, bins))


@settings(deadline=None)
@given(IMAGES)
def test_bins_are_those_of_scikit_learn(images: list[tuple[float, bool]]) -> None:
    confidence, right = columns(images)
    found = reliability(confidence, right)
    there = np.array(found.counts) > 0
    accuracy, means = calibration_curve(right, confidence, n_bins=BINS)
    np.testing.assert_allclose(np.array(found.accuracy)[there], accuracy)
    np.testing.assert_allclose(np.array(found.confidence)[there], means)
    assert sum(found.counts) == len(images)
    assert not np.array(found.accuracy)[~there].any()
    assert not np.array(found.confidence)[~there].any()


@settings(deadline=None)
@given(IMAGES)
def test_means_lie_in_their_bins(images: list[tuple[float, bool]]) -> None:
    found = reliability(*columns(images))
    for place, (count, mean) in enumerate(zip(found.counts, found.confidence, strict=True)):
        assert not count or found.edges[place] - 1e-12 <= mean <= found.edges[place + 1] + 1e-12


def test_an_image_on_an_edge_is_in_the_lower_bin() -> None:
    assert reliability([0.0, 0.5, 0.5000001, 1.0], [1, 1, 1, 1], 2).counts == (2, 2)


def test_what_is_right_as_often_as_it_is_sure_has_no_error() -> None:
    random = np.random.default_rng(7)
    confidence = random.uniform(0.2, 1, 400_000)
    right = random.random(len(confidence)) < confidence
    # a bin's accuracy strays by 0.003 at this number: 0.01 is out of reach for chance
    assert reliability(confidence, right).ece < 0.01
    assert reliability(confidence**3, right).ece > 0.1


@settings(deadline=None)
@given(IMAGES)
def test_the_curve_is_that_of_the_surest_images(images: list[tuple[float, bool]]) -> None:
    confidence, right = columns(images)
    found = coverage(confidence, right)
    for share, accuracy, least in zip(found.coverage, found.accuracy, found.confidence, strict=True):
        decided = confidence >= least
        assert share == pytest.approx(decided.mean())
        assert accuracy == pytest.approx(right[decided].mean())
    assert found.confidence == tuple(sorted(set(confidence.tolist()), reverse=True))
    assert list(found.coverage) == sorted(set(found.coverage))
    assert (found.coverage[-1], found.accuracy[-1]) == (1.0, pytest.approx(right.mean()))


@given(IMAGES, st.randoms(use_true_random=False))
def test_the_order_of_the_images_does_not_matter(images: list[tuple[float, bool]], random: object) -> None:
    before = coverage(*columns(images))
    random.shuffle(images)  # type: ignore[attr-defined]
    assert coverage(*columns(images)) == before


@given(st.integers(1, 400), st.integers(1, 120))
def test_a_thinned_curve_keeps_its_end_and_its_spread(count: int, points: int) -> None:
    share = np.arange(1, count + 1) / count
    curve = Coverage(tuple(share.tolist()), tuple((1 - share / 2).tolist()), tuple((1 - share).tolist()))
    found = thinned(curve, points)
    assert len(found.coverage) <= min(points, count)
    assert found.coverage[-1] == 1.0
    assert set(zip(found.coverage, found.accuracy, strict=True)) <= set(zip(share, curve.accuracy, strict=True))
    if count <= points:
        assert found == curve
    else:  # no wanted share is further from a point than the curve's own points are apart
        wanted = np.arange(1, points + 1) / points
        assert all(min(abs(np.array(found.coverage) - one)) <= 1 / count + 1e-9 for one in wanted)


@pytest.mark.parametrize(
    ("confidence", "right"),
    [([1.1], [1]), ([-0.1], [1]), ([float("nan")], [1]), ([0.5], [1, 0]), ([[0.5]], [[1]])],
)
def test_what_is_no_confidence_is_refused(confidence: list[float], right: list[int]) -> None:
    for function in (reliability, coverage):
        with pytest.raises(ValueError, match="confidence"):
            function(confidence, right)


def test_without_images_there_is_nothing_to_say() -> None:
    assert np.isnan(reliability([], []).ece)
    with pytest.raises(ValueError, match="no images"):
        believability([], [], None)
