"""Out-of-fold probabilities are those of scikit-learn's logistic regression, trained on the other folds."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from trainer.analysis import out_of_fold as out_of_fold_module
from trainer.analysis.out_of_fold import FOLDS, assign_folds, out_of_fold


@pytest.fixture
def converged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then the models are stopped at about the same place: they share the lengths of their steps."""
    monkeypatch.setattr(out_of_fold_module, "EVALUATIONS", 300)


def blobs(images: int = 200, classes: int = 3, wide: int = 8) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, classes, images)
    middles = generator.normal(0, 1, (classes, wide))
    return (middles[labels] + generator.normal(0, 1, (images, wide))).astype(np.float32), labels


@pytest.mark.usefixtures("converged")
def test_the_models_are_logistic_regressions_on_the_other_folds() -> None:
    features, labels = blobs()
    found = out_of_fold(features, labels, 3, penalty=2, seed=1)
    folds = assign_folds(labels, seed=1)
    for fold in range(FOLDS):
        model = LogisticRegression(C=1 / 2, tol=1e-6, max_iter=1_000).fit(
            features[folds != fold], labels[folds != fold]
        )
        assert found.probabilities[folds == fold] == pytest.approx(
            model.predict_proba(features[folds == fold]), abs=5e-3
        )
    assert found.judged.all()


@pytest.mark.usefixtures("converged")
def test_no_image_says_anything_about_itself() -> None:
    features, labels = blobs()
    before = out_of_fold(features, labels, 3, penalty=2, seed=1).probabilities
    folds = assign_folds(labels, seed=1)
    changed = labels.copy()
    mine = np.flatnonzero(folds == 2)
    changed[mine] = (labels[mine] + 1) % 3
    assert np.array_equal(assign_folds(labels, seed=1), folds)
    again = _with_folds(features, changed, folds)
    assert again[mine] == pytest.approx(before[mine], abs=1e-3)
    assert np.abs(again - before).max() > 0.1  # but the others do


def _with_folds(features: np.ndarray, labels: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """With these folds whatever the labels: each fold is one group of images, put where it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.analysis.out_of_fold.assign_folds", lambda labels, **more: folds)
        return out_of_fold(features, labels, 3, penalty=2, seed=1).probabilities


def test_folds_are_even_in_every_class_and_differ_by_seed() -> None:
    labels = np.repeat([0, 1, 2, 3], [50, 23, 7, 1])
    folds = assign_folds(labels, seed=3)
    for label in range(4):
        counts = np.bincount(folds[labels == label], minlength=FOLDS)
        assert np.ptp(counts) <= 1
    assert np.ptp(np.bincount(folds, minlength=FOLDS)) <= 1
    assert np.array_equal(folds, assign_folds(labels, seed=3))
    assert not np.array_equal(folds, assign_folds(labels, seed=4))


def test_copies_share_a_fold() -> None:
    labels = np.zeros(40, np.int64)
    folds = assign_folds(labels, seed=1, groups=[(0, 5, 9), (30, 31)])
    assert len(set(folds[[0, 5, 9]])) == len(set(folds[[30, 31]])) == 1


def test_a_class_that_is_too_small_is_not_judged_and_disturbs_nobody() -> None:
    features, labels = blobs()
    labels[7] = 3
    labels[[11, 12]] = 4
    found = out_of_fold(features, labels, 6, penalty=2, seed=1)  # class 5 has no images
    assert np.flatnonzero(~found.judged).tolist() == [7]
    assert np.isfinite(found.probabilities).all()
    assert found.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert found.probabilities[7, 3] < 0.1


def test_progress_ends_at_its_total() -> None:
    features, labels = blobs(60)
    told: list[tuple[str, int, int]] = []
    out_of_fold(features, labels, 3, penalty=2, seed=1, progress=lambda *given: told.append(given))
    assert {stage for stage, *_ in told} == {"folds"}
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1] == told[-1][2]
