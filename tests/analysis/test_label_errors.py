"""Confident learning is what the paper says, in whatever order images and classes come, and finds known noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from trainer.analysis.label_errors import find_label_errors

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def some(seed: int, images: int, classes: int) -> tuple[Floats, Labels]:
    generator = np.random.default_rng(seed)
    return (
        generator.dirichlet(np.full(classes, 0.3), images).astype(np.float32),
        generator.integers(0, classes, images),
    )


def noisy(images: int, classes: int, share: float) -> tuple[Floats, Labels, Labels]:
    """Probabilities of a good model, given labels with noise, and the true ones."""
    generator = np.random.default_rng(0)
    true = generator.integers(0, classes, images)
    logits = generator.normal(0, 1, (images, classes))
    logits[np.arange(images), true] += 6
    given = np.where(generator.random(images) < share, (true + generator.integers(1, classes, images)) % classes, true)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32), given, true


def plain_joint(probabilities: Floats, labels: Labels) -> NDArray[np.int64]:
    """Equations 1 and 2 of the paper, an image at a time."""
    classes = range(probabilities.shape[1])
    mean = [probabilities[labels == j, j].astype(float).mean() if (labels == j).any() else np.inf for j in classes]
    joint = np.zeros((len(classes), len(classes)), np.int64)
    for row, label in zip(probabilities, labels, strict=True):
        if above := [j for j in classes if row[j] >= mean[j]]:
            joint[label, max(above, key=lambda j: row[j])] += 1
    return joint


def plain_proposals(
    probabilities: Floats, labels: Labels, estimate: NDArray[np.float64]
) -> dict[int, tuple[int, float]]:
    """Pruning by noise rate, a pair at a time: image -> suggested class and margin."""
    found: dict[int, tuple[int, float]] = {}
    for i, j in np.argwhere(estimate > 0).tolist():
        members = [n for n in np.flatnonzero(labels == i).tolist() if i != j]
        margin = {n: float(probabilities[n, j] - probabilities[n, i]) for n in members}
        for n in sorted(members, key=lambda n: -margin[n])[: round(estimate[i, j])]:
            if margin[n] > found.get(n, (0, 0.0))[1]:
                found[n] = (j, margin[n])
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.integers(1, 60), st.integers(1, 6))
def test_joint_and_proposals_are_those_of_the_paper(seed: int, images: int, classes: int) -> None:
    probabilities, labels = some(seed, images, classes)
    found = find_label_errors(probabilities, labels)
    joint = plain_joint(probabilities, labels)
    sizes = np.bincount(labels, minlength=classes)
    assert found.estimate.sum(axis=1) == pytest.approx(sizes)
    for label in np.flatnonzero(joint.sum(axis=1)).tolist():
        shares = joint[label] / joint[label].sum()
        assert found.estimate[label] == pytest.approx(shares * sizes[label])
    wanted = plain_proposals(probabilities, labels, found.estimate)
    assert dict(zip(found.rows.tolist(), found.suggested.tolist(), strict=True)) == {
        n: j for n, (j, _) in wanted.items()
    }
    assert found.margins.tolist() == pytest.approx(sorted((margin for _, margin in wanted.values()), reverse=True))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(2, 5))
def test_the_order_of_images_and_of_classes_does_not_matter(seed: int, classes: int) -> None:
    probabilities, labels = some(seed, 50, classes)
    found = find_label_errors(probabilities, labels)
    images = np.random.default_rng(seed).permutation(50)
    places = np.random.default_rng(seed + 1).permutation(classes)  # of the new classes among the old
    new = np.argsort(places)
    moved = find_label_errors(probabilities[images][:, places], new[labels[images]])
    assert moved.estimate == pytest.approx(found.estimate[places][:, places])
    before = dict(zip(found.rows.tolist(), found.suggested.tolist(), strict=True))
    after = {int(images[row]): int(places[to]) for row, to in zip(moved.rows, moved.suggested, strict=True)}
    assert after == before
    assert moved.margins == pytest.approx(found.margins)


def test_known_noise_is_estimated_and_found() -> None:
    probabilities, labels, true = noisy(4_000, 5, 0.1)
    found = find_label_errors(probabilities, labels)
    wrong = labels != true
    assert found.estimated == pytest.approx(wrong.sum(), rel=0.15)
    assert wrong[found.rows].mean() > 0.95
    assert wrong[found.rows].sum() > 0.9 * wrong.sum()
    assert (found.suggested == true[found.rows]).mean() > 0.95


def test_right_labels_are_left_alone() -> None:
    probabilities, labels, _ = noisy(1_000, 4, 0)
    assert len(find_label_errors(probabilities, labels).rows) < 10


def test_a_class_without_a_confident_image_counts_as_right() -> None:
    # the images of class 0 reach the threshold of no class: nothing is known of them
    probabilities = np.array([[0.4, 0.6], [0.6, 0.4], [0.1, 0.9], [0.1, 0.9]], np.float32)
    labels = np.array([0, 0, 1, 1])
    found = find_label_errors(np.vstack([probabilities[:1], probabilities[2:]]), np.array([0, 1, 1]))
    assert found.estimate.tolist() == [[1, 0], [0, 2]]
    none = find_label_errors(np.array([[0.4, 0.3, 0.3], [0.1, 0.9, 0]], np.float32), np.array([2, 1]))
    assert none.estimate.trace() == pytest.approx(2)
    assert not len(none.rows)
    assert find_label_errors(probabilities, labels).estimate.sum() == pytest.approx(4)


def test_one_class_no_images_and_a_thousand_classes() -> None:
    alone = find_label_errors(np.ones((5, 1), np.float32), np.zeros(5, np.int64))
    assert not len(alone.rows)
    assert alone.estimated == 0
    empty = find_label_errors(np.zeros((0, 3), np.float32), np.zeros(0, np.int64))
    assert not len(empty.rows)
    assert not empty.estimate.any()
    probabilities, labels, true = noisy(3_000, 1_000, 0.2)
    found = find_label_errors(probabilities, labels)
    assert found.estimate.shape == (1_000, 1_000)
    assert (found.suggested == true[found.rows]).mean() > 0.5


@pytest.mark.parametrize(
    ("probabilities", "labels"),
    [
        ([[np.nan, 1]], [0]),
        ([[np.inf, 0]], [0]),
        ([[-0.5, 1.5]], [0]),
        ([[0.5, 0.6]], [0]),
        ([[0.5, 0.5]], [2]),
        ([[0.5, 0.5]], [-1]),
        ([[0.5, 0.5]], [0, 1]),
        ([0.5, 0.5], [0, 1]),
    ],
)
def test_what_are_no_probabilities_is_refused(probabilities: list[list[float]], labels: list[int]) -> None:
    with pytest.raises(ValueError, match=r"probabilities|labels"):
        find_label_errors(np.array(probabilities, np.float32), np.array(labels))
