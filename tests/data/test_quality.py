"""Balance, mean images and odd images, against plain sums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import accuracy_score, f1_score

from tests.data.image_folders import make_images, noise
from trainer.data import inspect_source
from trainer.data.quality import balance


def test_what_the_most_frequent_class_scores_is_what_scikit_learn_says() -> None:
    found = balance({"train": (30, 10, 5), "test": (3, 4, 2)})
    assert found is not None
    truth = [0] * 3 + [1] * 4 + [2] * 2
    said = [0] * len(truth)
    assert (found.largest, found.smallest, found.ratio, found.split) == (0, 2, 6.0, "test")
    assert found.accuracy == pytest.approx(accuracy_score(truth, said))
    assert found.macro_f1 == pytest.approx(f1_score(truth, said, average="macro", zero_division=0))
    lacking = balance({"train": (30, 10, 5, 4), "test": (3, 0, 2, 0)})
    assert lacking is not None
    assert lacking.macro_f1 == pytest.approx(f1_score([0, 0, 0, 2, 2], [0] * 5, average="macro", zero_division=0))
    assert balance({}) is None
    empty = balance({"train": (3, 0)})
    assert empty is not None
    assert empty.ratio == float("inf")


def test_mean_images(pictures: Path) -> None:
    report = inspect_source(str(pictures), valid=0.2, test=0.0)
    train = np.flatnonzero(report.parts == 0)
    for label in (0, 1):
        rows = train[report.pictures.labels[train] == label]
        plain = np.rint(report.pictures.pixels[rows, :, :, :3].astype(float).mean(axis=0))
        assert np.array_equal(report.mean_images()[label], plain)
    grey = inspect_source("digits").mean_images()
    assert grey.shape == (10, 8, 8, 3)
    assert np.array_equal(grey[..., 0], grey[..., 2])


def test_odd_images_are_named(tmp_path: Path) -> None:
    root = tmp_path / "set"
    make_images(root, {"a": 30, "b": 30}, size=(40, 40))
    Image.new("RGB", (40, 40), "black").save(root / "a" / "black.png")
    Image.fromarray(np.full((40, 40, 3), 77, np.uint8) + np.eye(40, dtype=np.uint8)[..., None]).save(
        root / "b/dull.png"
    )
    noise(12, 12).save(root / "a" / "tiny.png")
    noise(200, 40).save(root / "b" / "wide.png")
    noise(40, 40, mode="L").save(root / "b" / "grey.png")
    report = inspect_source(str(root))
    assert {(one.path, one.kind) for one in report.odd} == {
        ("a/black.png", "plain"),
        ("a/tiny.png", "enlarged"),
        ("b/dull.png", "plain"),
        ("b/wide.png", "cropped"),
        ("b/grey.png", "mode"),
    }
    assert next(one.reason for one in report.odd if one.path == "a/black.png") == "black all over"


def test_what_is_chosen_for_all_is_not_odd() -> None:
    assert inspect_source("digits", size=28).odd == ()
