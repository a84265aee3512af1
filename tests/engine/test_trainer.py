"""Design section 3: the Python surface, with whatever people hand to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from tests.engine.fakes import CLASSES, FEATURES, Recorder, at_step, batches, dataset, linear, make
from trainer import Result
from trainer.errors import DataError, UsageError
from trainer.events import EpochEnded, RunEnded, RunStarted


def test_it_trains_from_plain_data_loaders(recorder: Recorder) -> None:
    data = {"train": DataLoader(dataset(), batch_size=4, shuffle=True), "valid": DataLoader(dataset(), batch_size=5)}
    result = make(data=data, callbacks=[recorder]).fit()
    assert (result.status, len(result.history)) == ("completed", 2)
    (started,) = recorder.of(RunStarted)
    assert started.split_sizes == {"train": 12, "valid": 12}
    assert started.steps_per_epoch == 3
    assert started.input_shape == (FEATURES,)
    assert started.exact_resume == "replayed"
    assert started.parameters == (FEATURES + 1) * CLASSES
    assert started.settings["custom"] is True


def test_it_trains_from_a_lone_loader_and_from_numpy_arrays() -> None:
    assert make(data=DataLoader(dataset(), batch_size=4)).fit().status == "completed"
    arrays = [(images.numpy(), labels.numpy()) for images, labels in batches(2)]
    one = make(data={"train": arrays, "valid": arrays}).fit()
    other = make(data={"train": batches(2), "valid": batches(2)}).fit()
    assert one.history["valid_loss"].equals(other.history["valid_loss"])


def test_an_iterator_is_good_for_one_epoch(recorder: Recorder) -> None:
    def generate() -> Iterator[Any]:
        yield from batches(3)

    with pytest.raises(UsageError, match="iterator"):
        make(data=generate(), epochs=2)
    with pytest.raises(UsageError, match="iterator"):
        make(data={"train": batches(1), "valid": generate()}, epochs=1)
    result = make(data={"train": generate(), "test": generate()}, epochs=1, callbacks=[recorder]).fit()
    assert recorder.of(RunEnded)[0].step == 3
    assert list(result.evaluations) == ["test"]  # the training images are gone


def test_an_iterable_that_makes_new_iterators_is_good_for_many() -> None:
    class Loader:
        epochs: list[int]

        def __init__(self) -> None:
            self.epochs = []

        def set_epoch(self, epoch: int) -> None:
            self.epochs.append(epoch)

        def __iter__(self) -> Iterator[Any]:
            yield from batches(2)

    loader = Loader()
    assert len(make(data=loader, epochs=3).fit().history) == 3
    assert loader.epochs == [1, 2, 3]


@pytest.mark.parametrize("splits", [("train",), ("train", "valid"), ("train", "test")])
def test_missing_splits_are_left_out(splits: tuple[str, ...]) -> None:
    result = make(data={split: batches(1) for split in splits}).fit()
    assert list(result.evaluations) == list(splits)


@pytest.mark.parametrize("label", [CLASSES, -1, 10**9])
@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_labels_out_of_range_are_a_data_error_that_names_the_place(label: int, split: str) -> None:
    data = {name: batches(2) for name in ("train", "valid", "test")}
    data[split] = [(images, labels.clone()) for images, labels in batches(2)]
    data[split][1][1][0] = label
    with pytest.raises(DataError) as caught:
        make(data=data).fit()
    assert caught.value.code == "data.labels"
    assert str(label) in str(caught.value)
    assert split in str(caught.value)
    assert "batch 2" in str(caught.value)


@pytest.mark.parametrize(
    "batch",
    [
        (torch.zeros(4, FEATURES), torch.zeros(4, CLASSES)),
        (torch.zeros(4, FEATURES), torch.zeros(3, dtype=torch.int64)),
        (torch.zeros(4, FEATURES), torch.zeros(4, 2, dtype=torch.int64)),
        (torch.zeros(4, FEATURES),),
        torch.zeros(4, FEATURES),
        "text",
        {"image": 1, "label": 2},
    ],
    ids=["one-hot", "another length", "two columns", "no labels", "a tensor", "text", "a mapping"],
)
def test_batches_that_are_no_pairs_are_a_data_error(batch: Any) -> None:
    with pytest.raises(DataError) as caught:
        make(data={"train": [batch, batch]}).fit()
    assert caught.value.code == "data.batch"


def test_empty_data_is_a_data_error() -> None:
    with pytest.raises(DataError, match="train"):
        make(data={"train": []})
    for split in ("valid", "test"):
        with pytest.raises(DataError, match=split):
            make(data={"train": batches(1), split: []}).fit()


@pytest.mark.parametrize("data", [{}, {"valid": []}, {"train": batches(1), "trials": batches(1)}])
def test_splits_of_other_names_are_wrong_usage(data: Any) -> None:
    with pytest.raises(UsageError) as caught:
        make(data=data)
    assert caught.value.code == "data.splits"


class Odd(nn.Module):
    """A model whose answer has any shape."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.answer = answer

    def forward(self, images: Tensor) -> Any:
        return self.answer(images)


@pytest.mark.parametrize(
    "model",
    [
        nn.Linear(FEATURES + 1, CLASSES),
        Odd(lambda images: images.sum()),
        Odd(lambda images: images[:1]),
        Odd(lambda images: (images, images)),
        Odd(lambda images: images[..., None]),
    ],
    ids=["other input", "a number", "another length", "a tuple", "three dimensions"],
)
def test_a_model_that_does_not_fit_the_data_is_found_before_the_first_step(model: nn.Module) -> None:
    with pytest.raises(UsageError) as caught:
        make(model)
    assert caught.value.code == "model.shape"


def test_a_model_without_trainable_parameters_is_refused() -> None:
    frozen = linear().requires_grad_(False)
    for model in (nn.Flatten(), frozen):
        with pytest.raises(UsageError, match="trainable"):
            make(model)


def test_frozen_parameters_stay_as_they_are() -> None:
    model = nn.Sequential(nn.Linear(FEATURES, 4), nn.Linear(4, CLASSES))
    model[0].requires_grad_(False)
    before = [parameter.clone() for parameter in model.parameters()]
    for optimizer in (None, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)):
        make(model, optimizer=optimizer).fit()
    same = [torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)]
    assert same == [True, True, False, False]


@pytest.mark.parametrize(
    "name", ["SGD", "Adam", "AdamW", "NAdam", "RMSprop", "Adagrad", "Adadelta", "Rprop", "ASGD", "LBFGS"]
)
def test_it_trains_with_any_torch_optimizer_given_as_class_or_object(name: str, tmp_path: Path) -> None:
    kind = getattr(torch.optim, name)
    model = linear()
    made = make(model, optimizer=kind(model.parameters(), lr=0.01), run_dir=tmp_path / "run")
    at_step(made, 3, made.stop)
    made.fit()
    resumed = make(linear(1), optimizer=lambda p: kind(p, lr=0.01), run_dir=tmp_path / "run")
    resumed.fit(resume=True)
    plain = make(optimizer=lambda p: kind(p, lr=0.01))
    plain.fit()
    assert all(torch.equal(a, b) for a, b in zip(plain.model.parameters(), resumed.model.parameters(), strict=True))


def test_the_loss_may_be_any_function_and_is_the_same_everywhere(recorder: Recorder) -> None:
    def squares(outputs: Tensor, labels: Tensor) -> Tensor:
        return ((outputs - nn.functional.one_hot(labels, CLASSES)) ** 2).mean()

    trainer = make(loss=squares, callbacks=[recorder])
    result = trainer.fit()
    assert recorder.of(RunStarted)[0].settings["train"]["loss"] == "squares"
    images, labels = batches(1, seed=1)[0]
    expected = squares(trainer.model(images), labels).item()
    assert result.evaluations["valid"].metrics.loss == pytest.approx(expected)


def test_a_custom_loss_that_is_infinite_at_the_end_does_not_break_the_run(tmp_path: Path) -> None:
    def broken(outputs: Tensor, labels: Tensor) -> Tensor:
        loss = nn.functional.cross_entropy(outputs, labels)
        return loss if outputs.requires_grad else loss * float("inf")

    result = make(loss=broken, run_dir=tmp_path / "run").fit()
    assert result.status == "completed"
    assert result.best_epoch is None
    assert '"Infinity"' in (tmp_path / "run" / "evaluation" / "test.json").read_text(encoding="utf-8")


def test_a_wrong_number_of_epochs_is_refused() -> None:
    for epochs in (0, -1):
        with pytest.raises(UsageError, match="epochs"):
            make(epochs=epochs)


# -- results -----------------------------------------------------------------------------------------------------------


def test_the_result_tells_how_it_went(recorder: Recorder) -> None:
    result = make(callbacks=[recorder]).fit()
    assert isinstance(result, Result)
    assert (result.status, result.reason, result.run_dir) == ("completed", "", None)
    rows = recorder.of(EpochEnded)
    assert isinstance(result.history, pd.DataFrame)
    assert list(result.history.index) == [1, 2]
    for name in EpochEnded.__struct_fields__:
        if name not in ("epoch", "train_f1", "valid_metrics"):
            assert result.history[name].tolist() == [getattr(row, name) for row in rows], name
    assert result.best_loss == min(row.valid_loss for row in rows)
    evaluation = result.evaluations["test"]
    assert "macro avg" in evaluation.report
    assert "accuracy" in str(evaluation)
    assert evaluation.figures is evaluation.metrics, "the name before 0.2"


def test_the_result_shows_as_tables_in_a_notebook_and_names_are_no_markup() -> None:
    class Named(list):  # type: ignore[type-arg]
        classes = ("<b>cat</b>", "dog", "[red]")

    result = make(data={"train": Named(batches(2)), "test": batches(1)}).fit()
    html = result._repr_html_()
    assert html.count("<table") >= 3
    assert "&lt;b&gt;cat&lt;/b&gt;" in html
    assert "<b>cat</b>" not in html
    assert "completed" in html


def test_the_result_of_a_run_stopped_before_its_first_epoch_ended_is_empty_but_whole() -> None:
    trainer = make()
    at_step(trainer, 1, trainer.stop)
    result = trainer.fit()
    assert len(result.history) == 0
    assert "valid_loss" in result.history
    assert result._repr_html_()


def test_predict_gives_classes_confidences_and_probabilities() -> None:
    trainer = make()
    trainer.fit()
    trainer.model.train()
    images = batches(1, seed=5)[0][0]
    table = trainer.predict(images)
    assert trainer.model.training
    expected = trainer.model(images).softmax(1).detach().numpy()
    np.testing.assert_allclose(table[["0", "1", "2"]].to_numpy(), expected, rtol=1e-6)
    assert table["class"].tolist() == [str(i) for i in expected.argmax(1)]
    assert table["confidence"].tolist() == pytest.approx(expected.max(1).tolist())
    with pytest.raises(UsageError):
        trainer.predict(np.zeros((2, 4, 4, 3), np.uint8))


def test_evaluate_equals_what_fit_evaluated_and_changes_nothing() -> None:
    trainer = make()
    result = trainer.fit()
    for split in ("train", "valid", "test"):
        again = trainer.evaluate(split)
        assert again.metrics == result.evaluations[split].metrics
        np.testing.assert_array_equal(again.outputs.predicted, result.evaluations[split].outputs.predicted)
    with pytest.raises(UsageError, match="dev"):
        trainer.evaluate("dev")


def test_the_outputs_of_a_split_are_per_image_and_in_stored_order() -> None:
    trainer = make(data={"train": batches(1), "valid": batches(3, seed=7)})
    result = trainer.fit()
    images, labels = (torch.cat(part) for part in zip(*batches(3, seed=7), strict=True))
    logits = trainer.model(images).detach()
    outputs = result.evaluations["valid"].outputs
    np.testing.assert_array_equal(outputs.labels, labels.numpy())
    np.testing.assert_array_equal(outputs.predicted, logits.argmax(1).numpy())
    assert outputs.predicted.dtype == np.uint16
    np.testing.assert_allclose(
        outputs.loss, nn.functional.cross_entropy(logits, labels, reduction="none").numpy(), rtol=1e-5
    )
    np.testing.assert_allclose(outputs.confidence, logits.softmax(1).max(1).values.numpy(), rtol=1e-3)
