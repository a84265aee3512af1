"""Folds are scikit-learn's, and a fold is data as any other."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.model_selection import StratifiedKFold

from trainer.data import ImageData, open_data

PIXELS = np.random.default_rng(0).integers(0, 255, (60, 8, 8), dtype=np.uint8)
LABELS = np.arange(60) % 3


def test_they_are_those_of_scikit_learn() -> None:
    data = open_data((PIXELS, LABELS), seed=4, valid=0, test=0)
    cut = StratifiedKFold(5, shuffle=True, random_state=4).split(PIXELS, LABELS)
    folds = list(data.folds())
    assert len(folds) == 5
    for fold, (rest, held_out) in zip(folds, cut, strict=True):
        assert fold.rows("test").tolist() == held_out.tolist()
        assert fold.rows("train").tolist() == rest.tolist()
        assert (fold.mean, fold.std) != (data.mean, data.std), "measured on the fold's own training images"
    assert len({fold.fingerprint for fold in folds}) == 5


def test_splits_are_disjoint_and_cover_all_images() -> None:
    data = open_data((PIXELS, LABELS), valid=0.2, rotation=5.0, batch=8)
    tested: list[int] = []
    for fold in data.folds(4):
        rows = {split: fold.rows(split).tolist() for split in fold.sizes}
        assert set(rows) == {"train", "valid", "test"}
        assert sorted(chain.from_iterable(rows.values())) == list(range(60))
        assert fold.batch == 8
        tested += rows["test"]
    assert sorted(tested) == list(range(60))


def test_what_cannot_be_read_is_in_no_fold(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        Image.fromarray(PIXELS[number]).save(folder / f"{number}.png")
    (tmp_path / "a" / "bad.png").write_bytes(b"no image")
    data = open_data(tmp_path, skip_bad=True, valid=0, test=0)
    tested = [path for fold in data.folds(2) for path in fold.files("test")]
    assert len(tested) == 20
    assert not any("bad" in path for path in tested)


def test_other_data_has_no_folds() -> None:
    data = open_data((PIXELS, LABELS))
    made = ImageData(
        data._pictures,
        {"train": np.arange(60)},
        seed=1,
        fractions=(0, 0),
        batch=4,
        augmentation=data._augmentation,
    )
    with pytest.raises(TypeError, match="open_data"):
        made.folds(2)
