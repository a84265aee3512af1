"""The loss of a split beside plain torch: the criterion applied to the whole split as one batch."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from tests.engine.fakes import CLASSES, Recorder, batches, linear, make, make_deferred
from trainer.engine.evaluation_loop import pass_over
from trainer.engine.loss import Loss
from trainer.errors import UsageError
from trainer.events import BatchesReported, EpochEnded, ValidationDone

WEIGHT = torch.tensor([0.2, 3.0, 1.0])
NONE = torch.tensor([0.0, 3.0, 1.0])


class Bce(nn.BCEWithLogitsLoss):
    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return super().forward(outputs, functional.one_hot(labels, outputs.shape[1]).to(outputs))


class Focal(nn.Module):
    reduction = "mean"  # which it does not look at

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        losses = functional.cross_entropy(outputs, labels, reduction="none")
        return ((1 - (-losses).exp()) ** 2 * losses).mean()


class Inner(nn.Module):
    """A module around another, without a word on how it reduces."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        found: Tensor = self.inner(outputs, labels)
        return found


class OfPairs(nn.Module):
    """What is alike in a batch: it cannot be split."""

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return (outputs @ outputs.T)[labels[:, None] == labels].mean().square()


class Drawn(nn.Module):
    """Another value at each call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
        self.calls += 1
        return functional.cross_entropy(outputs, labels) * (1 + self.calls)


def cross_entropy(outputs: Tensor, labels: Tensor, **options: Any) -> Tensor:
    return functional.cross_entropy(outputs, labels, **options)


MEANS: dict[str, Callable[[], Any]] = {
    "cross-entropy": nn.CrossEntropyLoss,
    "smoothing": lambda: nn.CrossEntropyLoss(label_smoothing=0.2),
    "weights": lambda: nn.CrossEntropyLoss(WEIGHT),
    "weights and smoothing": lambda: nn.CrossEntropyLoss(WEIGHT, label_smoothing=0.2),
    "weight 0": lambda: nn.CrossEntropyLoss(NONE),
    "binary": Bce,
    "binary, weights": lambda: Bce(pos_weight=WEIGHT),
    "margin": lambda: nn.MultiMarginLoss(weight=WEIGHT),
    "focal": Focal,
    "function": lambda: cross_entropy,
    "function, weights": lambda: functools.partial(cross_entropy, weight=WEIGHT),
    "function, weights and smoothing": lambda: functools.partial(cross_entropy, weight=WEIGHT, label_smoothing=0.2),
    "function, weight 0": lambda: functools.partial(cross_entropy, weight=NONE),
    "wrapped": lambda: Inner(nn.CrossEntropyLoss(WEIGHT)),
}
"""Criteria that give one number, the mean."""

REDUCIBLE: dict[str, Callable[..., Any]] = {
    "cross-entropy": nn.CrossEntropyLoss,
    "weights": functools.partial(nn.CrossEntropyLoss, WEIGHT),
    "weight 0": functools.partial(nn.CrossEntropyLoss, NONE),
    "weights and smoothing": functools.partial(nn.CrossEntropyLoss, WEIGHT, label_smoothing=0.2),
    "binary": Bce,
    "margin": nn.MultiMarginLoss,
    "wrapped": lambda **how: Inner(nn.CrossEntropyLoss(**how)),
    "function": lambda **how: functools.partial(cross_entropy, **how),
}


def split_of(sizes: list[int], seed: int, dtype: torch.dtype = torch.float32) -> list[tuple[Tensor, Tensor]]:
    source = torch.Generator().manual_seed(seed)
    return [
        (3 * torch.randn(size, CLASSES, generator=source).to(dtype), torch.randint(CLASSES, (size,), generator=source))
        for size in sizes
    ]


def whole(data: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    return torch.cat([images for images, _ in data]), torch.cat([labels for _, labels in data])


def to_type(criterion: Any, dtype: torch.dtype) -> Any:
    return criterion.to(dtype) if isinstance(criterion, nn.Module) else criterion


@settings(deadline=None, max_examples=20)
@pytest.mark.parametrize("name", MEANS)
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_the_loss_of_a_split_is_that_of_one_batch(name: str, sizes: list[int], seed: int) -> None:
    data = split_of(sizes, seed)
    expected = MEANS[name]()(*whole(data)).item()
    metrics, outputs, _ = pass_over(nn.Identity(), data, Loss(MEANS[name](), CLASSES), CLASSES)
    assert metrics.loss == pytest.approx(expected, rel=1e-4, abs=1e-5, nan_ok=True)
    assert len(outputs.loss) == len(outputs.predicted) == sum(sizes)
    assert np.isfinite(outputs.loss).all()


@settings(deadline=None, max_examples=15)
@pytest.mark.parametrize("reduction", ["none", "sum"])
@pytest.mark.parametrize("name", REDUCIBLE)
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_sums_and_unreduced_losses_are_averaged(name: str, reduction: str, sizes: list[int], seed: int) -> None:
    data = split_of(sizes, seed)
    expected = REDUCIBLE[name](reduction="mean")(*whole(data)).item()
    metrics, _, _ = pass_over(nn.Identity(), data, Loss(REDUCIBLE[name](reduction=reduction), CLASSES), CLASSES)
    assert metrics.loss == pytest.approx(expected, rel=1e-4, abs=1e-5, nan_ok=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", ["cross-entropy", "weights", "binary", "focal", "wrapped"])
def test_every_type_of_logits_has_the_loss_of_one_batch(name: str, dtype: torch.dtype) -> None:
    data = split_of([1, 40, 3, 1000], 5, dtype)
    exact = [part.double() if part.is_floating_point() else part for part in whole(data)]
    expected = to_type(MEANS[name](), torch.float64)(*exact).item()
    criterion = to_type(MEANS[name](), dtype)
    found = Loss(criterion, CLASSES, torch.zeros((), dtype=dtype))
    metrics, _, _ = pass_over(nn.Identity(), data, found, CLASSES)
    rough = {torch.float64: 1e-9, torch.float16: 2e-3, torch.bfloat16: 1e-2}[dtype]
    assert metrics.loss == pytest.approx(expected, rel=rough)


@pytest.mark.parametrize("make_it", [make, make_deferred], ids=["cpu", "device"])
@pytest.mark.parametrize("reduction", ["none", "sum"])
@pytest.mark.parametrize("name", REDUCIBLE)
def test_training_takes_the_steps_of_the_mean(name: str, reduction: str, make_it: Any) -> None:
    def sgd(parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=0.1, fused=True)

    data = {"train": batches(4, 5), "valid": batches(2, seed=1)}
    found, expected = (
        make_it(linear(), data, loss=REDUCIBLE[name](reduction=how), optimizer=sgd) for how in (reduction, "mean")
    )
    ours, theirs = found.fit().history, expected.fit().history
    for mine, yours in zip(found.model.parameters(), expected.model.parameters(), strict=True):
        torch.testing.assert_close(mine, yours)
    np.testing.assert_allclose(ours[["train_loss", "valid_loss"]], theirs[["train_loss", "valid_loss"]], rtol=1e-5)


@settings(deadline=None, max_examples=15)
@pytest.mark.parametrize("make_it", [make, make_deferred], ids=["cpu", "device"])
@pytest.mark.parametrize("name", ["cross-entropy", "weights", "weight 0", "function, weights", "binary"])
@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_the_loss_of_an_epoch_weighs_its_steps(name: str, make_it: Any, sizes: list[int], seed: int) -> None:
    """With a learning rate of 0, the loss of the epoch is that of its images as one batch."""
    data = [batches(1, size, seed=seed + at)[0] for at, size in enumerate(sizes)]
    model, recorder = linear(), Recorder()
    expected = MEANS[name]()(model(whole(data)[0]), whole(data)[1]).item()

    def still(parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=0.0, fused=True)

    made = make_it(model, data, loss=MEANS[name](), optimizer=still, epochs=1, callbacks=[recorder])
    made.fit()
    assert recorder.of(EpochEnded)[0].train_loss == pytest.approx(expected, rel=1e-4, abs=1e-5, nan_ok=True)
    assert sum(report.samples for report in recorder.of(BatchesReported)) == sum(sizes)


def test_a_batch_that_weighs_nothing_changes_nothing_and_is_no_divergence() -> None:
    images, labels = batches(1, 6)[0]
    data = {"train": [(images, labels * 0), (images, labels * 0 + 1)], "valid": [(images, labels)]}
    for criterion in (nn.CrossEntropyLoss(NONE), functools.partial(cross_entropy, weight=NONE)):
        result = make(data=data, loss=criterion, epochs=1).fit()
        assert np.isfinite(result.history[["train_loss", "valid_loss"]].to_numpy(float)).all()


def test_best_weights_follow_the_loss_of_the_whole_split(recorder: Recorder) -> None:
    """Batches of one class each: their means, averaged over images, would tell another epoch."""
    images, labels = batches(1, 60)[0]
    groups = [(images[labels == label], labels[labels == label]) for label in range(CLASSES)]
    make(data={"train": batches(3), "valid": groups}, loss=nn.CrossEntropyLoss(WEIGHT), callbacks=[recorder]).fit()
    other = Recorder()
    make(
        data={"train": batches(3), "valid": [(images, labels)]}, loss=nn.CrossEntropyLoss(WEIGHT), callbacks=[other]
    ).fit()
    for mine, theirs in zip(recorder.of(ValidationDone), other.of(ValidationDone), strict=True):
        assert mine.loss == pytest.approx(theirs.loss, rel=1e-5)
        assert (mine.best_epoch, mine.improved) == (theirs.best_epoch, theirs.improved)


# -- what cannot be split ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("criterion", [OfPairs(), Drawn()], ids=["of pairs", "drawn"])
def test_what_cannot_be_split_is_averaged_over_batches_and_says_so(criterion: nn.Module) -> None:
    data = split_of([2, 5, 9], 3)
    loss = Loss(criterion, CLASSES)
    assert len(loss.notes) == 1
    assert "cannot be split" in loss.notes[0]
    expected = copy.deepcopy(criterion)
    mean = sum(expected(outputs, labels).item() * len(labels) for outputs, labels in data) / 16
    metrics, outputs, _ = pass_over(nn.Identity(), data, loss, CLASSES)
    assert metrics.loss == pytest.approx(mean, rel=1e-5)
    np.testing.assert_allclose(outputs.loss, cross_entropy(*whole(data), reduction="none"), rtol=1e-5)


def test_trying_a_criterion_leaves_no_trace() -> None:
    class Centres(nn.Module):
        seen: Tensor

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("seen", torch.zeros(()))

        def forward(self, outputs: Tensor, labels: Tensor) -> Tensor:
            self.seen += len(labels)
            return cross_entropy(outputs + torch.randn_like(outputs), labels)

    criterion, before = Centres(), torch.get_rng_state()
    loss = Loss(criterion, CLASSES)
    assert not loss.splits
    assert criterion.seen == 0
    assert criterion.training
    assert torch.equal(torch.get_rng_state(), before)


def test_the_plain_case_is_the_criterion_itself() -> None:
    for criterion in (nn.CrossEntropyLoss(), nn.CrossEntropyLoss(WEIGHT), nn.CrossEntropyLoss(label_smoothing=0.1)):
        loss = Loss(criterion, CLASSES)
        assert loss.step is criterion
        assert not loss.notes


def test_notes_are_in_the_log_once(tmp_path: Path) -> None:
    make(loss=nn.CrossEntropyLoss(reduction="sum"), run_dir=tmp_path / "run").fit()
    text = (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")
    assert text.count("reduction='sum'") == 1


@pytest.mark.parametrize("criterion", [nn.BCEWithLogitsLoss(), nn.MSELoss(), nn.KLDivLoss(reduction="batchmean")])
def test_losses_that_take_no_class_numbers_are_refused_at_the_start(criterion: nn.Module) -> None:
    with pytest.raises(UsageError, match="class numbers") as caught:
        make(loss=criterion)
    assert caught.value.code == "loss.labels"


@pytest.mark.parametrize(
    "weight",
    [torch.ones(CLASSES + 1), torch.ones(CLASSES).double(), torch.ones(CLASSES).long(), torch.ones(1)],
    ids=str,
)
def test_class_weights_that_do_not_fit_are_refused_at_the_start(weight: Tensor) -> None:
    with pytest.raises(UsageError) as caught:
        make(loss=nn.CrossEntropyLoss(weight))
    assert caught.value.code == "loss.class_weights"


# -- images that do not count -----------------------------------------------------------------------------------------

IGNORING: dict[str, Callable[[], Any]] = {
    "cross-entropy": nn.CrossEntropyLoss,
    "weights": lambda: nn.CrossEntropyLoss(WEIGHT),
    "weight 0": lambda: nn.CrossEntropyLoss(NONE),
    "another label": lambda: nn.CrossEntropyLoss(ignore_index=255),
    "a class": lambda: nn.CrossEntropyLoss(ignore_index=1),
    "function": lambda: cross_entropy,
    "sum": lambda: nn.CrossEntropyLoss(WEIGHT, reduction="sum"),
    "function, sum": lambda: functools.partial(cross_entropy, reduction="sum"),
    "function, none": lambda: functools.partial(cross_entropy, reduction="none"),
}
AS_MEAN: dict[str, Callable[[], Any]] = {
    "sum": lambda: nn.CrossEntropyLoss(WEIGHT),
    "function, sum": lambda: cross_entropy,
    "function, none": lambda: cross_entropy,
}
"""What torch gives for the images that count."""


@pytest.mark.parametrize("make_it", [make, make_deferred], ids=["cpu", "device"])
@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("name", IGNORING)
def test_ignored_images_count_in_nothing(name: str, accumulate: int, make_it: Any, recorder: Recorder) -> None:
    """As plain torch trains: the same steps; figures over the images that count."""
    label = {"another label": 255, "a class": 1}.get(name, -100)
    data = [(images, torch.where(torch.arange(len(labels)) % 3 == at % 3, label, labels))
            for at, (images, labels) in enumerate(batches(4, 6))]  # fmt: skip
    model, criterion = linear(), AS_MEAN.get(name, IGNORING[name])()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    grouped = [whole(data[at : at + accumulate]) for at in range(0, 4, accumulate)]
    seen = right = 0
    for images, labels in grouped:
        optimizer.zero_grad()
        criterion(model(images), labels).backward()
        seen += int((labels != label).sum())
        right += int((model(images).argmax(1) == labels)[labels != label].sum())
        optimizer.step()
    made = make_it(
        linear(),
        {"train": data, "valid": data},
        loss=IGNORING[name](),
        optimizer=lambda p: torch.optim.SGD(p, lr=0.1, fused=True),
        epochs=1,
        accumulate=accumulate,
        callbacks=[recorder],
    )
    made.feed.say = lambda text: None
    result = made.fit()
    for mine, theirs in zip(made.model.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
    (validated,) = recorder.of(ValidationDone)
    assert validated.samples == seen
    with torch.no_grad():
        images, labels = whole(data)
        assert validated.loss == pytest.approx(criterion(model(images), labels).item(), rel=1e-4)
    assert sum(report.samples for report in recorder.of(BatchesReported)) == seen
    assert sum(report.correct for report in recorder.of(BatchesReported)) == right
    assert len(result.evaluations["valid"].outputs.loss) == seen
