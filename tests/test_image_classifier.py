"""`ImageClassifier`: scikit-learn's own checks, its tools, and what a plain Trainer comes to as the oracle."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch import nn

from callbacks import EarlyStopping
from trainer import Callback, EpochscopeError, ImageClassifier, Run, Trainer, build_model, open_data
from trainer.backbones import WEIGHTS_PACKAGE
from trainer.errors import DataError, UsageError
from trainer.events import EpochEnded

DIGITS = load_digits()
PIXELS: NDArray[np.uint8] = (DIGITS.images / 16 * 255).round().astype(np.uint8)
NUMBERS: NDArray[np.int64] = DIGITS.target
NAMES = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])[NUMBERS]
QUICK: dict[str, Any] = {"epochs": 3, "lr": 0.02, "random_state": 0, "device": "cpu"}

NOT_PASSED = {
    "check_class_weight_classifiers": "class_weight is 'balanced' or None, as the engine's setting; weights by label "
    "are not taken",
}
"""Checks of scikit-learn that do not apply, and why."""


CHECKS = parametrize_with_checks(
    [ImageClassifier(epochs=10, lr=0.1, batch=32, random_state=0, device="cpu")],
    expected_failed_checks=lambda _: NOT_PASSED,
)
ARGUMENTS, CHECK_CASES = CHECKS.args  # scikit-learn 1.6 makes a generator of them, which pytest 9 warns of


@pytest.mark.parametrize(ARGUMENTS, list(CHECK_CASES), **CHECKS.kwargs)
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


# --- the same as a Trainer


def test_it_is_what_a_trainer_with_the_same_settings_is() -> None:
    some, rest = slice(0, 600), slice(600, 700)
    found = ImageClassifier(epochs=3, lr=0.01, batch=32, random_state=5, device="cpu").fit(PIXELS[some], NAMES[some])
    data = open_data((PIXELS[some], NAMES[some]), valid=0, test=0, seed=5, batch=32)
    model = build_model("softmax", data.input_shape, 10, seed=5)
    trainer = Trainer(
        model,
        data,
        optimizer=lambda weights: torch.optim.Adam(weights, lr=0.01),
        epochs=3,
        seed=5,
        threads=1,
        device="cpu",
    )
    trainer.fit()
    expected = trainer.predict(PIXELS[rest])
    assert list(found.classes_) == sorted(set(NAMES))
    probabilities = expected[list(found.classes_)].to_numpy()
    assert np.allclose(found.predict_proba(PIXELS[rest]), probabilities, atol=1e-5)
    assert (
        found.predict(PIXELS[rest]) == expected["class"].to_numpy()
    ).mean() > 0.98  # one may be as likely as another


def test_with_validation_it_has_the_best_epoch_and_calibrated_probabilities() -> None:
    found = ImageClassifier(valid=0.2, patience=1, epochs=30, lr=0.3, random_state=0, device="cpu").fit(PIXELS, NUMBERS)
    assert found.n_iter_ == len(found.history_) < 30
    assert found.temperature_ != 1.0
    assert found.history_["valid_loss"].notna().all()
    numbers = ImageClassifier(valid=0.2, epochs=2, random_state=0, device="cpu").fit(DIGITS.data, NUMBERS)
    assert numbers.history_["valid_loss"].notna().all()


def test_normalised_numbers_are_the_same_whatever_their_scale() -> None:
    one = ImageClassifier(**QUICK).fit(DIGITS.data, NUMBERS)
    other = ImageClassifier(**QUICK).fit(1000 * DIGITS.data + 5, NUMBERS)
    assert np.allclose(one.predict_proba(DIGITS.data), other.predict_proba(1000 * DIGITS.data + 5), atol=1e-3)


# --- what X may be


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("images")
    paths = [str(folder / f"{number}.png") for number in range(60)]
    for path, pixels in zip(paths, PIXELS, strict=False):
        Image.fromarray(pixels).save(path)
    return paths


@pytest.mark.parametrize(
    "form",
    [
        list,
        np.array,
        lambda paths: [Path(one) for one in paths],
        lambda paths: [Image.open(one) for one in paths],
        lambda paths: pd.DataFrame({"path": paths}),
        lambda paths: pd.Series(paths),
    ],
    ids=["paths", "array of paths", "Path", "Pillow", "DataFrame", "Series"],
)
def test_forms_of_images(form: Any, files: list[str]) -> None:
    found = ImageClassifier(epochs=40, lr=0.05, random_state=0, device="cpu").fit(form(files), NAMES[:60])
    assert found.score(form(files), NAMES[:60]) > 0.9
    assert (found.predict(form(files)) == found.predict(PIXELS[:60])).all()
    assert not hasattr(found, "n_features_in_")


@pytest.mark.parametrize("shape", [(8, 8), (1, 8, 8), (8, 8, 1)])
def test_forms_of_numbers(shape: tuple[int, ...]) -> None:
    small: dict[str, Any] = {**QUICK, "settings": {"cnn": {"width": 4}, "train": {"threads": 1}}}
    rows, y = DIGITS.data[:200], NUMBERS[:200]
    x = rows.reshape(-1, *shape)
    found = ImageClassifier("cnn", **small).fit(x, y)
    of_rows = ImageClassifier("cnn", image_shape=(8, 8), **small).fit(rows, y)
    assert np.allclose(found.predict_proba(x), of_rows.predict_proba(rows), atol=1e-4)
    assert of_rows.n_features_in_ == 64


def test_a_table_of_numbers_has_names_of_its_columns() -> None:
    frame = pd.DataFrame(DIGITS.data, columns=[f"p{number}" for number in range(64)])
    found = ImageClassifier(**QUICK).fit(frame, NUMBERS)
    assert list(found.feature_names_in_) == list(frame.columns)
    with pytest.raises(ValueError, match="feature names"):
        found.predict(frame.rename(columns={"p0": "q"}))


def test_more_than_ten_classes_keep_their_order() -> None:
    """Twelve of them, each with a bright pixel of its own; numbered as texts, "10" would come before "2"."""
    numbers = np.arange(120) % 12
    x = np.zeros((120, 8, 8), np.uint8)
    x[np.arange(120), numbers // 8, numbers % 8] = 255
    y = np.array([f"class {letter}" for letter in "lkjihgfedcba"])[numbers]
    found = ImageClassifier(epochs=20, lr=0.1, random_state=0, device="cpu").fit(x, y)
    assert found.score(x, y) == 1.0


@pytest.mark.parametrize(
    ("x", "error", "text"),
    [
        (np.zeros((4, 2, 2, 2, 2)), ValueError, "dim 5"),
        (["missing.png"] * 4, DataError, "missing.png"),
        ("a.png", ValueError, "got one image"),
        (pd.DataFrame({"a": ["x"] * 4, "b": ["y"] * 4}), UsageError, "no column of paths"),
        (DIGITS.data[:3], ValueError, "inconsistent numbers of samples"),
    ],
)
def test_what_cannot_be_used_is_said(x: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        ImageClassifier(**QUICK).fit(x, [0, 0, 1, 1])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"model": "nonsense"}, "nonsense"),
        ({"epochs": 0}, "train.epochs"),
        ({"recipe": "nonsense"}, "no recipe"),
        ({"patience": 3}, "validation"),
        ({"class_weight": {0: 1}}, "class_weights"),
    ],
)
def test_wrong_arguments_are_said_by_fit(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(EpochscopeError, match=text):
        ImageClassifier(**{**QUICK, **arguments}).fit(DIGITS.data, NUMBERS)


def test_images_and_numbers_are_not_mixed_up() -> None:
    numbers = ImageClassifier(**QUICK).fit(DIGITS.data, NUMBERS)
    with pytest.raises(ValueError, match="fitted on numbers"):
        numbers.predict(PIXELS)
    with pytest.raises(ValueError, match="does not fit X"):
        ImageClassifier(image_shape=(7, 8), **QUICK).fit(DIGITS.data, NUMBERS)
    with pytest.raises(ValueError, match="takes images, not numbers"):
        ImageClassifier("torchvision/resnet18", **QUICK).fit(DIGITS.data, NUMBERS)
    with pytest.raises(NotFittedError):
        ImageClassifier().predict(PIXELS)


# --- scikit-learn's tools


def test_in_a_pipeline_a_search_and_a_cross_validation() -> None:
    pipeline = make_pipeline(StandardScaler(), ImageClassifier(**QUICK))
    scores = cross_val_score(pipeline, DIGITS.data, NAMES, cv=3)
    assert scores.min() > 0.7
    search = GridSearchCV(ImageClassifier(**QUICK), {"lr": [1e-6, 0.02], "model": ["softmax"]}, cv=2)
    search.fit(PIXELS, NAMES)
    assert search.best_params_["lr"] == 0.02
    assert search.best_estimator_.score(PIXELS, NAMES) == pytest.approx(search.score(PIXELS, NAMES))


def test_search_over_paths(files: list[str]) -> None:
    search = GridSearchCV(ImageClassifier(**QUICK), {"lr": [1e-6, 0.1]}, cv=2, error_score="raise")
    assert search.fit(files, NUMBERS[:60] % 2).best_params_ == {"lr": 0.1}


def test_a_pickle_says_the_same(files: list[str]) -> None:
    for x in (PIXELS[:200], DIGITS.data[:200], files):
        found = ImageClassifier(valid=0.2, **QUICK).fit(x, NUMBERS[: len(x)] % 2)
        again = pickle.loads(pickle.dumps(found))
        assert (again.predict_proba(x) == found.predict_proba(x)).all()
        assert again.history_.equals(found.history_)
        assert clone(again).get_params().keys() == found.get_params().keys()


def make_network(shape: tuple[int, int, int], classes: int) -> nn.Module:
    """A network of one's own."""
    return nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), classes))


@pytest.mark.parametrize("x", [PIXELS, DIGITS.data], ids=["images", "numbers"])
def test_a_network_of_ones_own(x: Any) -> None:
    found = ImageClassifier(make_network, **QUICK).fit(x, NUMBERS)
    again = ImageClassifier(make_network, **QUICK).fit(x, NUMBERS)
    assert (found.predict_proba(x) == again.predict_proba(x)).all(), "the seed decides"
    assert pickle.loads(pickle.dumps(found)).score(x, NUMBERS) == found.score(x, NUMBERS) > 0.7


def test_random_state_is_scikit_learns() -> None:
    def weights(state: Any) -> Any:
        options = {**QUICK, "epochs": 1, "random_state": state}
        return ImageClassifier(**options).fit(DIGITS.data[:100], NUMBERS[:100]).predict_proba(DIGITS.data)

    assert (weights(1) == weights(1)).all()
    assert (weights(1) != weights(2)).any()
    state = np.random.RandomState(0)
    assert (weights(state) != weights(state)).any(), "the state goes on"
    assert (weights(np.random.RandomState(0)) == weights(np.random.RandomState(0))).all()
    np.random.seed(3)
    first = weights(None)
    np.random.seed(3)
    assert (weights(None) == first).all()


class Counting(Callback):
    """Counts epochs."""

    def __init__(self) -> None:
        self.epochs = 0

    def on_epoch_ended(self, event: EpochEnded, run: Run) -> None:
        self.epochs += 1


def test_callbacks_are_copied_for_each_fit() -> None:
    given = Counting()
    found = ImageClassifier(callbacks=[given], **QUICK).fit(DIGITS.data, NUMBERS)
    assert given.epochs == 0, "arguments stay as they are"
    assert found.n_iter_ == 3
    early = ImageClassifier(callbacks=[EarlyStopping(1)], valid=0.2, **{**QUICK, "epochs": 50, "lr": 0.5})
    assert early.fit(DIGITS.data, NUMBERS).n_iter_ == clone(early).fit(DIGITS.data, NUMBERS).n_iter_ < 50


def test_balanced_weights_are_scikit_learns() -> None:
    rare = np.flatnonzero((NUMBERS != 3) | (np.arange(len(NUMBERS)) % 40 == 0))
    x, y = DIGITS.data[rare], (NUMBERS[rare] == 3).astype(int)
    plain, balanced = (ImageClassifier(class_weight=how, **QUICK).fit(x, y) for how in (None, "balanced"))
    recall = [found.predict(DIGITS.data[NUMBERS == 3]).mean() for found in (plain, balanced)]
    assert recall[1] > recall[0]


def test_a_pretrained_network_on_photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(WEIGHTS_PACKAGE, reason="pretrained networks come with epochscope[pretrained]")
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(tmp_path))
    random = np.random.default_rng(0)
    y = np.arange(24) % 2
    x = (random.integers(0, 60, (24, 32, 32, 3)) + 120 * y[:, None, None, None]).astype(np.uint8)
    found = ImageClassifier(recipe="photos", epochs=5, random_state=0, device="cpu").fit(x, y)
    assert found.score(x, y) == 1.0
    again = pickle.loads(pickle.dumps(found))
    assert np.allclose(again.predict_proba(x), found.predict_proba(x), atol=1e-5)
    outputs = found.model_(found.source_.prepare(x))
    assert outputs.shape == (24, 2)


def test_importing_trainer_does_not_import_scikit_learn() -> None:
    code = "import sys, trainer; assert 'sklearn' not in sys.modules; trainer.ImageClassifier; sys.modules['sklearn']"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
