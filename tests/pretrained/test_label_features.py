"""Features for the review of labels are those that training uses, each at the place of its image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from trainer.analysis.image_features import FeatureSource, choose_features, image_features
from trainer.analysis.label_review import review_labels
from trainer.data.inspection import inspect_source
from trainer.launch import open_settings_data
from trainer.pretrained import frozen
from trainer.pretrained.kept_files import kept_features
from trainer.settings import Settings, merge


@pytest.fixture
def given(photos: Path) -> Settings:
    return merge(
        {"model": "efficientnet_lite0", "data": {"source": str(photos)}, "backbone": {"size": 32}, "train": {"seed": 5}}
    )


def test_they_are_those_of_training(given: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = inspect_source(given.data.source, seed=5)
    images = open_settings_data(given)
    data = frozen.build_frozen(given, images, tmp_path, torch.device("cpu")).data
    wanted = np.empty((48, data.input_shape[0]), np.float32)
    for split in data.sizes:
        wanted[images.rows(split).numpy()] = np.concatenate([some.numpy() for some, _ in data.eval_batches(split, 7)])
    monkeypatch.setattr(frozen, "make_extractor", lambda *more: pytest.fail("computed again"))
    found = image_features(FeatureSource(given.model), given, report, tmp_path)
    assert found.rows.tolist() == list(range(48))
    varies = wanted.std(axis=0) > 1e-3
    standard = (wanted - wanted.mean(axis=0)) / np.where(varies, wanted.std(axis=0), 1)
    assert found.values[:, varies] == pytest.approx(standard[:, varies], abs=1e-3)
    assert np.array_equal(found.pixels(np.array([3, 40])), report.pictures.pixels[[3, 40]])
    (kept,) = kept_features(tmp_path)
    assert kept.images == 48


def test_a_review_with_a_network(given: Settings, photos: Path, tmp_path: Path) -> None:
    (photos / "blue" / "23.png").rename(photos / "red" / "99.png")
    report = inspect_source(given.data.source, seed=5)
    found = review_labels(given, report, tmp_path)
    facts = found.review.features
    assert (facts.kind, facts.model, facts.width, facts.reason) == ("pretrained", "efficientnet_lite0", 1904, "")
    assert [one.path for one in found.review.proposals if one.kind == "label"] == ["red/99.png"]
    assert review_labels(given, report, tmp_path).cached


def test_the_network_is_the_settings_own_else_the_one_that_fits(
    given: Settings, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, plain = inspect_source(str(photos)).pictures, merge({})
    large = inspect_source(str(photos), size=32).pictures
    assert choose_features(given, small) == FeatureSource("efficientnet_lite0")
    assert choose_features(plain, small) == FeatureSource("", "not_photographs")
    monkeypatch.setattr("trainer.analysis.image_features.pretrained_installed", lambda: True)
    assert choose_features(plain, large) == FeatureSource("efficientnet_lite0")
    monkeypatch.setattr("trainer.analysis.image_features.pretrained_installed", lambda: False)
    assert choose_features(plain, large) == FeatureSource("", "not_installed")
