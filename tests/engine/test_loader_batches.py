"""Unusual batches of own loaders on their way through a run, beside a few lines of plain torch."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from tests.engine.fakes import CLASSES, FEATURES, Recorder, at_step, batches, linear, make, make_deferred
from trainer import Callback, Trainer, build_model, open_data
from trainer.analysis.embedding import make_map
from trainer.errors import DataError, UsageError
from trainer.events import BatchEnded, BatchesReported, ValidationDone

WEIGHT = torch.tensor([0.2, 3.0, 1.0])


def sgd(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=0.1, fused=True)


def weighted(count: int, seed: int = 0) -> list[tuple[Tensor, Tensor, Tensor]]:
    source = torch.Generator().manual_seed(seed)
    return [(*batch, torch.rand(5, generator=source)) for batch in batches(count, 5, seed=seed)]


@pytest.mark.parametrize("make_it", [make, make_deferred], ids=["cpu", "device"])
@pytest.mark.parametrize("accumulate", [1, 2, 3])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["images", "images and classes"])
def test_weights_of_images_apply_to_the_loss(weight: Any, accumulate: int, make_it: Any, recorder: Recorder) -> None:
    data = weighted(5)
    data[1] = (*data[1][:2], torch.zeros(5))  # nothing of it counts

    def mean(outputs: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        losses = functional.cross_entropy(outputs, labels, weight=weight, reduction="none")
        return (losses * weights).sum() / (weights * (1 if weight is None else weight[labels])).sum().clamp(min=1e-9)

    model = linear()
    optimizer = sgd(model.parameters())
    for at in range(0, 5, accumulate):
        images, labels, weights = (torch.cat(part) for part in zip(*data[at : at + accumulate], strict=True))
        optimizer.zero_grad()
        mean(model(images), labels, weights).backward()
        optimizer.step()
    loss = nn.CrossEntropyLoss(weight)
    options = {"optimizer": sgd, "epochs": 1, "accumulate": accumulate, "callbacks": [recorder]}
    made = make_it(linear(), {"train": data, "valid": data}, loss=loss, **options)
    made.fit()
    for mine, theirs in zip(made.model.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
    images, labels, weights = (torch.cat(part) for part in zip(*data, strict=True))
    (validated,) = recorder.of(ValidationDone)
    assert validated.loss == pytest.approx(mean(model(images), labels, weights).item(), rel=1e-5)
    assert validated.samples == 25


def test_weights_cannot_be_applied_to_a_loss_that_cannot_be_split() -> None:
    def of_pairs(outputs: Tensor, labels: Tensor) -> Tensor:
        return (outputs @ outputs.T)[labels[:, None] == labels].mean().square()

    with pytest.raises(UsageError) as caught:
        make(data=weighted(2), loss=of_pairs).fit()
    assert caught.value.code == "loss.weights"


def test_a_step_of_ones_own_gets_the_weights() -> None:
    def step(model: nn.Module, batch: Any) -> Any:
        images, labels, weights = batch
        logits = model(images)
        return (functional.cross_entropy(logits, labels, reduction="none") * weights).mean(), logits

    assert make(data=weighted(2), training_step=step).fit().status == "completed"


def test_mixing_refuses_weights() -> None:
    data = [(torch.rand(4, 1, 8, 8), torch.zeros(4).long(), torch.ones(4))]
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    with pytest.raises(DataError) as caught:
        make(model, data, mixup=0.2).fit()
    assert caught.value.code == "data.mixup"


# -- empty batches ----------------------------------------------------------------------------------------------------

EMPTY = (torch.zeros(0, FEATURES), torch.zeros(0).long())


@pytest.mark.parametrize("at", [0, 1, 3])
def test_an_empty_batch_is_skipped_with_a_word(at: int, caplog: pytest.LogCaptureFixture) -> None:
    plain = batches(3)
    data = [*plain[:at], EMPTY, EMPTY, *plain[at:]]
    found, expected = (make(linear(), {"train": one, "valid": one}, optimizer=sgd) for one in (data, plain))
    with caplog.at_level(logging.WARNING, "epochscope"):
        ours = found.fit().history
    assert [record.message.count("empty") for record in caplog.records] == [1]
    assert ours.valid_loss.equals(expected.fit().history.valid_loss)


@pytest.mark.parametrize("data", [[EMPTY], [EMPTY, EMPTY]])
def test_data_of_empty_batches_is_refused(data: Any) -> None:
    with pytest.raises(DataError, match="empty"):
        make(data=data)
    with pytest.raises(DataError, match="'valid' has no images"):
        make(data={"train": batches(1), "valid": data}).fit()


# -- ignored images ---------------------------------------------------------------------------------------------------


def test_a_batch_of_ignored_images_is_left_out_and_ignoring_is_said_once(tmp_path: Path) -> None:
    plain = batches(3)
    ignored = [(images, torch.full_like(labels, -100)) for images, labels in batches(2, seed=9)]
    data = [plain[0], ignored[0], *plain[1:], ignored[1]]
    found = make(linear(), {"train": data, "valid": data}, optimizer=sgd, run_dir=tmp_path / "run")
    expected = make(linear(), {"train": plain, "valid": plain}, optimizer=sgd)
    assert found.fit().history.valid_loss.equals(expected.fit().history.valid_loss)
    assert (tmp_path / "run" / "log.txt").read_text(encoding="utf-8").count("-100") == 1


@pytest.mark.parametrize("label", [-1, -100, 3, 255])
def test_a_label_that_the_loss_does_not_ignore_is_refused(label: int) -> None:
    images, labels = batches(1)[0]
    labels[0] = label

    def smooth(outputs: Tensor, labels: Tensor) -> Tensor:
        return -(outputs.log_softmax(1) * functional.one_hot(labels, CLASSES)).sum(1).mean()

    with pytest.raises(DataError, match=f"is {label}\\.") as caught:
        make(data=[(images, labels)], loss=smooth).fit()
    assert caught.value.code == "data.labels"


def test_mixing_leaves_ignored_images_out() -> None:
    images, labels = torch.rand(8, 1, 8, 8), torch.tensor([0, 1, 2, -100, 0, 1, -100, 2])
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    seen: list[int] = []
    made = make(model, [(images, labels)], mixup=0.2, cutmix=0.2)
    made.on(BatchEnded, lambda event: seen.append(event.samples))
    assert made.fit().status == "completed"
    assert seen == [6, 6]


def test_a_map_of_images_leaves_out_weights_and_ignored_images() -> None:
    images, labels = batches(1, 20)[0]
    labels[3] = -100
    made = make(data={"train": batches(1), "valid": [(images, labels, torch.ones(20))]})
    made.fit()
    assert len(make_map(made, tsne=False).labels) == 19


def test_a_split_of_ignored_images_is_refused() -> None:
    images, labels = batches(1)[0]
    with pytest.raises(DataError, match="no images that count"):
        make(data={"train": batches(1), "valid": [(images, labels * 0 - 100)]}).fit()


# -- a batch of one image meets BatchNorm -----------------------------------------------------------------------------


def normed() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(FEATURES, 4), nn.BatchNorm1d(4), nn.Linear(4, CLASSES))


def dataset_of(count: int) -> TensorDataset:
    images, labels = batches(1, count)[0]
    return TensorDataset(images, labels)


class Stream:
    """Batches of these sizes, and no length."""

    def __init__(self, *sizes: int) -> None:
        self.sizes = sizes

    def __iter__(self) -> Iterator[Any]:
        images, labels = batches(1, sum(self.sizes))[0]
        yield from zip(images.split(self.sizes), labels.split(self.sizes), strict=True)


@pytest.mark.parametrize(
    ("data", "sizes"),
    [
        (DataLoader(dataset_of(9), batch_size=4), [4, 5]),
        (DataLoader(dataset_of(9), batch_size=4, drop_last=True), [4, 4]),
        (DataLoader(dataset_of(10), batch_size=4), [4, 4, 2]),
        (Stream(4, 1, 4, 1), [5, 5]),
        (Stream(4, 4), [4, 4]),
        (list(Stream(3, 1)), [4]),
    ],
    ids=["DataLoader", "drop_last", "no single", "stream", "even stream", "list"],
)
@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_single_image_joins_the_batch_before(data: Any, sizes: list[int], accumulate: int) -> None:
    found: list[int] = []
    made = make(normed(), data, epochs=2, accumulate=accumulate)
    made.on(BatchEnded, lambda event: found.append(event.samples))
    made.feed.say = lambda text: None  # type: ignore[attr-defined]
    made.fit()
    grouped = [sum(sizes[at : at + accumulate]) for at in range(0, len(sizes), accumulate)]
    assert found == 2 * grouped
    if isinstance(data, DataLoader):
        assert made.feed.steps_per_epoch == len(sizes)


def test_without_batch_norm_a_single_image_stays_alone() -> None:
    found: list[int] = []
    made = make(linear(), DataLoader(dataset_of(9), batch_size=4), epochs=1)
    made.on(BatchEnded, lambda event: found.append(event.samples))
    made.fit()
    assert found == [4, 4, 1]


def test_the_word_about_a_single_image_comes_once(tmp_path: Path) -> None:
    make(normed(), DataLoader(dataset_of(9), batch_size=4), epochs=3, run_dir=tmp_path / "run").fit()
    assert (tmp_path / "run" / "log.txt").read_text(encoding="utf-8").count("BatchNorm") == 1


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_run_with_joined_batches_resumes_to_the_same_bits(step: int, tmp_path: Path) -> None:
    def trainer(folder: str) -> Trainer:
        data = DataLoader(dataset_of(13), batch_size=4, shuffle=True, generator=torch.Generator())
        model = nn.Sequential(normed(), nn.Dropout(0.0))
        return make(model, data, epochs=2, run_dir=tmp_path / folder)

    whole, broken = trainer("whole"), trainer("broken")
    whole.fit()
    at_step(broken, step, broken.stop)
    broken.fit()
    resumed = trainer("broken")
    resumed.fit(resume=True)
    for mine, theirs in zip(resumed.model.state_dict().values(), whole.model.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize("data", [list(Stream(1, 1)), [batches(1, 1)[0]]])
def test_batches_of_one_image_are_refused_before_the_first_step(data: Any) -> None:
    with pytest.raises(UsageError) as caught:
        make(normed(), data)
    assert caught.value.code == "model.batch_norm"
    assert make(linear(), data).fit().status == "completed"


@pytest.mark.parametrize(("batch", "sizes"), [(64, [65]), (32, [32, 33]), (65, [65]), (13, [13] * 5), (66, [65])])
def test_our_own_data_has_no_last_batch_of_one_image(batch: int, sizes: list[int]) -> None:
    data = open_data("digits", samples=65, batch=batch)
    assert data.steps_per_epoch == len(sizes)
    found = [len(labels) for _, labels in data.train_batches(1)]
    assert found == sizes
    for first in range(len(sizes) + 1):
        rest = list(data.train_batches(1, first))
        assert [len(labels) for _, labels in rest] == sizes[first:]
        for (mine, _), (theirs, _) in zip(rest, list(data.train_batches(1))[first:], strict=True):
            assert torch.equal(mine, theirs)


def test_every_image_of_an_epoch_is_trained_on_once() -> None:
    data = open_data("digits", samples=65, batch=32)
    plain = open_data("digits", samples=65, batch=65)
    ours = torch.cat([images for images, _ in data.train_batches(3)])
    assert torch.equal(ours, next(plain.train_batches(3))[0])
    model = build_model("resnet18", data.input_shape, len(data.classes))
    assert Trainer(model, open_data("digits", samples=65), epochs=1, device="cpu").fit().status == "completed"


# -- data without an end ----------------------------------------------------------------------------------------------


class Endless:
    def __iter__(self) -> Iterator[Any]:
        return itertools.repeat(batches(1)[0])


class Limit(Callback):
    def on_batch_ended(self, event: BatchEnded, run: Any) -> None:
        if event.step == 5:
            run.request_stop("enough")


def test_endless_training_data_is_not_evaluated(tmp_path: Path) -> None:
    data = {"train": Endless(), "test": batches(1)}
    result = make(data=data, epochs=1, callbacks=[Limit()], run_dir=tmp_path / "run").fit()
    assert (result.status, result.reason, list(result.evaluations)) == ("completed", "enough", ["test"])
    assert "not evaluated" in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")


def test_a_stream_that_ends_is_evaluated(recorder: Recorder) -> None:
    result = make(data=Stream(4, 4), epochs=2, callbacks=[recorder]).fit()
    assert result.evaluations["train"].metrics.samples == 8
    assert np.isfinite(result.evaluations["train"].metrics.loss)
    assert sum(report.samples for report in recorder.of(BatchesReported)) == 16


def test_own_data_may_have_a_class_that_the_loss_ignores(tmp_path: Path) -> None:
    data = open_data("digits", samples=40, batch=2)  # some batches hold nothing else
    model = build_model("softmax", data.input_shape, len(data.classes))
    loss = nn.CrossEntropyLoss(ignore_index=3)
    result = Trainer(model, data, loss=loss, epochs=2, device="cpu", run_dir=tmp_path / "run").fit()
    images, labels = (torch.cat(part) for part in zip(*data.eval_batches("test", 7), strict=True))
    with torch.no_grad():
        expected = loss(model(images), labels).item()
    assert result.evaluations["test"].metrics.loss == pytest.approx(expected, rel=1e-5)
    assert result.evaluations["test"].metrics.support[3] == 0
