"""Seeds and folds: scikit-learn's folds, each image tested once, and the intervals of their papers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from tests.engine.fakes import at_step, batches, linear, make
from trainer import Trainer, build_model, cross_validate, open_data, repeat_seeds
from trainer.data import ImageData
from trainer.errors import DivergedError, UsageError


@pytest.fixture(scope="module")
def data() -> ImageData:
    return open_data("digits", samples=300)


def trainer_for(data: ImageData, seed: int = 1) -> Trainer:
    model = build_model("softmax", data.input_shape, len(data.classes), seed=seed)
    return Trainer(model, data, epochs=1, seed=seed, device="cpu")


def test_seeds_give_a_run_each_and_students_interval() -> None:
    runs = repeat_seeds(lambda seed: make(model=linear(seed), seed=seed), 4)
    assert runs.names == (1234, 1235, 1236, 1237)
    assert list(runs.table.index) == list(runs.names)
    values = [one.evaluations["test"].metrics.accuracy for one in runs.results]
    assert list(runs.table["test_accuracy"]) == values
    row = runs.summary.loc["test_accuracy"]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert row["mean"] == pytest.approx(np.mean(values))
    assert row["sd"] == pytest.approx(np.std(values, ddof=1))
    assert (row["low"], row["high"]) == (pytest.approx(max(low, 0)), pytest.approx(min(high, 1)))
    assert "seed" in runs._repr_html_()


def test_seeds_may_be_chosen_and_one_run_has_no_interval() -> None:
    runs = repeat_seeds(lambda seed: make(model=linear(seed), seed=seed), [7])
    assert runs.names == (7,)
    assert runs.summary.loc["test_accuracy", ["sd", "low", "high"]].isna().all()


def test_every_image_is_tested_once_in_its_fold(data: ImageData) -> None:
    runs = cross_validate(trainer_for, data, 3)
    assert runs.names == (1, 2, 3)
    true = np.concatenate([one.evaluations["test"].outputs.labels for one in runs.results])
    said = np.concatenate([one.evaluations["test"].outputs.predicted for one in runs.results])
    images = sum(data.sizes.values())
    pooled = runs.pooled
    assert pooled.samples == len(true)
    assert pooled.samples == 1797 > images, "samples limits training images alone"
    assert pooled.accuracy == pytest.approx((true == said).mean())
    assert pooled.macro_f1 == pytest.approx(f1_score(true, said, average="macro"))


def test_folds_share_images_and_their_mean_is_less_certain(data: ImageData) -> None:
    """Nadeau & Bengio (2003): the variance of the mean is s^2 (1/k + test images / training images)."""
    runs = cross_validate(trainer_for, data, 3)
    values = runs.table["test_accuracy"]
    row = runs.summary.loc["test_accuracy"]
    reach = stats.t.ppf(0.975, 2) * values.std() * math.sqrt(1 / 3 + 1 / 2)
    assert row["high"] - row["mean"] == pytest.approx(min(reach, 1 - row["mean"]))


def test_a_stopped_run_is_the_last_and_is_left_out() -> None:
    def making(seed: int) -> Trainer:
        trainer = make(seed=seed)
        if seed == 2:
            at_step(trainer, 1, trainer.stop)
        return trainer

    runs = repeat_seeds(making, [1, 2, 3])
    assert [one.status for one in runs.results] == ["completed", "stopped"]
    assert list(runs.completed) == list(runs.table.index) == [1]


def test_an_error_says_in_which_run() -> None:
    def making(seed: int) -> Trainer:
        x, y = batches(1)[0]
        return make(data=[(x * math.nan if seed == 2 else x, y)], seed=seed)

    with pytest.raises(DivergedError) as raised:
        repeat_seeds(making, [1, 2])
    assert raised.value.__notes__ == ["seed 2, after 1 completed runs"]


@pytest.mark.parametrize("folds", [0, 1, 400])
def test_a_number_of_folds_that_cannot_be(folds: int, data: ImageData) -> None:
    with pytest.raises(UsageError, match="folds: got"):
        cross_validate(trainer_for, data, folds)


def test_without_test_images_there_is_nothing_to_pool() -> None:
    data = open_data("digits", samples=100, test=0)
    with pytest.raises(UsageError) as caught:
        _ = repeat_seeds(lambda seed: trainer_for(data, seed), 1).pooled
    assert caught.value.code == "data.no_split"
    with pytest.raises(UsageError) as caught:
        _ = repeat_seeds(lambda seed: trainer_for(data, seed), 0).pooled
    assert caught.value.code == "run.no_evaluation"
