"""The gradient of a batch that several processes share, against plain torch on the whole batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.distributed.threads import together
from tests.engine.fakes import CLASSES, FEATURES, linear
from trainer.distributed.process_group import ProcessGroup
from trainer.engine.loss import Loss
from trainer.engine.shared_backward import SharedBackward
from trainer.engine.step import accumulated, backward
from trainer.engine.training_step import model_loss
from trainer.errors import EpochscopeError

CRITERIA = {
    "plain": nn.CrossEntropyLoss(),
    "smoothed": nn.CrossEntropyLoss(label_smoothing=0.1),
    "class weights": nn.CrossEntropyLoss(weight=torch.tensor([0.5, 1.0, 3.0])),
    "ignoring": nn.CrossEntropyLoss(ignore_index=1),
    "own": lambda logits, labels: nn.functional.cross_entropy(logits, labels),
}


def shared(size: int, criterion: Any, batch: list[torch.Tensor], accumulate: int = 1) -> list[Any]:
    """Predictions, loss and gradient in each of `size` threads."""
    images, *of_images = batch
    models = [linear() for _ in range(size)]  # made here: all threads have one global generator

    def work(group: ProcessGroup) -> Any:
        model = models[group.rank]
        loss = Loss(criterion, CLASSES)
        inner = accumulated(accumulate, loss.amounts) if accumulate > 1 else backward
        step = SharedBackward(inner, group, torch.optim.SGD(model.parameters(), lr=0.1), loss.amounts)
        loss_of = model_loss(model, loss, in_parts=True)
        predicted, value = step(loss_of, images[group.rank :: size], *of_images)
        return predicted, value.item(), model.weight.grad, model.bias.grad

    return together(size, work)


@given(
    size=st.integers(2, 4),
    count=st.integers(1, 9),
    name=st.sampled_from(sorted(CRITERIA)),
    weighted=st.booleans(),
    accumulate=st.sampled_from([1, 2]),
    seed=st.integers(0, 99),
)
@settings(max_examples=40)
def test_gradient_and_loss_are_those_of_the_whole_batch(
    size: int, count: int, name: str, weighted: bool, accumulate: int, seed: int
) -> None:
    source = torch.Generator().manual_seed(seed)
    images = torch.randn(count, FEATURES, generator=source)
    labels = torch.randint(CLASSES, (count,), generator=source)
    weights = torch.rand(count, generator=source) + 0.1
    criterion, model = CRITERIA[name], linear()
    if weighted:
        per_image = Loss(criterion, CLASSES)
        amounts = per_image.amounts(labels, weights)
        value = (per_image.images(model(images), labels) * weights).sum() / amounts.sum().clamp(min=1e-9)
    else:
        value = criterion(model(images), labels)
    if not bool(torch.isfinite(value)):  # nothing counts: torch's mean of nothing
        return
    value.backward()
    batch = [images, labels, *([weights] if weighted else [])]
    for predicted, loss, weight, bias in shared(size, criterion, batch, accumulate):
        assert torch.equal(predicted, model(images).argmax(1))
        assert loss == pytest.approx(value.item(), rel=1e-5, abs=1e-6)
        assert torch.allclose(weight, model.weight.grad, rtol=1e-4, atol=1e-6)
        assert torch.allclose(bias, model.bias.grad, rtol=1e-4, atol=1e-6)


def test_all_processes_have_the_same_bits() -> None:
    batch = [torch.randn(7, FEATURES), torch.randint(CLASSES, (7,))]
    first, *others = shared(3, CRITERIA["plain"], batch)
    for other in others:
        assert first[1] == other[1]
        assert all(torch.equal(one, two) for one, two in zip(first[2:], other[2:], strict=True))


def test_processes_that_were_given_different_batches_say_so() -> None:
    models = [linear() for _ in range(2)]

    def work(group: ProcessGroup) -> Any:
        model = models[group.rank]
        labels = torch.tensor([0, 1, 2, 0]) if group.rank else torch.tensor([1, 0, 2, 0])
        loss = Loss(nn.CrossEntropyLoss(), CLASSES)
        step = SharedBackward(backward, group, torch.optim.SGD(model.parameters(), lr=0.1), loss.amounts)
        return step(model_loss(model, loss), torch.randn(2, FEATURES), labels)

    for found in together(2, work):
        assert isinstance(found, EpochscopeError)  # of its own, or of the one that came first
        assert found.code == "distributed.batches"
