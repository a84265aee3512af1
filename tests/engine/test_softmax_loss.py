"""`SoftmaxLoss` gives the gradients of autograd, bit for bit, and leaves it what it does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from trainer.engine.loss import Loss
from trainer.engine.softmax_loss import SoftmaxLoss, softmax_loss
from trainer.engine.training_step import model_loss
from trainer.models import build_model
from trainer.models.feature_network import make_head
from trainer.models.linear import NarrowLinear

CLASSES = 4
SHAPE = (3, 5, 6)


def make(criterion: nn.Module | None = None, *, bias: bool = True) -> tuple[Any, nn.Module]:
    """The model and its loss; every call gives the same weights."""
    return build_model("softmax", SHAPE, CLASSES, {"bias": bias}), criterion or nn.CrossEntropyLoss()


def wrapped(model: nn.Module, criterion: Any) -> Any:
    loss = Loss(criterion, CLASSES)
    return softmax_loss(model_loss(model, loss), model, loss)


def a_batch(seed: int = 0, count: int = 9) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(count, *SHAPE, generator=generator)
    return images, torch.randint(0, CLASSES, (count,), generator=generator)


def gradients(model: nn.Module) -> list[Tensor | None]:
    return [None if value.grad is None else value.grad.clone() for value in model.parameters()]


def same(ours: list[Tensor | None], theirs: list[Tensor | None]) -> bool:
    pairs = zip(ours, theirs, strict=True)
    return all(a is b if a is None or b is None else torch.equal(a, b) for a, b in pairs)


def calls_of_formula(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with every batch that autograd has not seen."""
    calls: list[int] = []
    formula = SoftmaxLoss._by_formula

    def counted(self: SoftmaxLoss, features: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        calls.append(1)
        return formula(self, features, labels)

    monkeypatch.setattr(SoftmaxLoss, "_by_formula", counted)
    return calls


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("count", [1, 9, 64])
def test_gradients_are_those_of_autograd(count: int, bias: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_of_formula(monkeypatch)
    ours, criterion = make(bias=bias)
    theirs, _ = make(bias=bias)
    images, labels = a_batch(1, count)
    outputs, loss = wrapped(ours, criterion).backward(images, labels)
    plain = theirs(images)
    plain_loss = nn.functional.cross_entropy(plain, labels)
    plain_loss.backward()
    assert calls
    assert torch.equal(outputs, plain)
    assert torch.equal(loss, plain_loss)
    assert not outputs.requires_grad
    assert same(gradients(ours), gradients(theirs))


def test_gradients_are_those_of_the_textbook() -> None:
    """(softmax - one-hot) / n times the images, in float64."""
    model, criterion = make()
    images, labels = a_batch(2)
    wrapped(model, criterion).backward(images, labels)
    flat = images.flatten(1).double().numpy()
    logits = flat @ model[1].weight.detach().double().numpy().T + model[1].bias.detach().double().numpy()
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    shares[np.arange(len(labels)), labels.numpy()] -= 1
    np.testing.assert_allclose(model[1].weight.grad.numpy(), shares.T @ flat / len(labels), atol=1e-6)
    np.testing.assert_allclose(model[1].bias.grad.numpy(), shares.mean(0), atol=1e-6)


def test_images_that_the_loss_ignores_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_of_formula(monkeypatch)
    criterion = nn.CrossEntropyLoss(ignore_index=-7)
    (ours, _), (theirs, _) = make(), make()
    images, labels = a_batch(3)
    labels[::2] = -7
    _, loss = wrapped(ours, criterion).backward(images, labels)
    plain = criterion(theirs(images), labels)
    plain.backward()
    assert calls
    assert torch.equal(loss, plain)
    assert same(gradients(ours), gradients(theirs))


def test_softmax_regression_on_features_goes_by_the_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_of_formula(monkeypatch)
    torch.manual_seed(0)
    ours = make_head(12, CLASSES)
    assert isinstance(ours, nn.Sequential)
    theirs = make_head(12, CLASSES)
    theirs.load_state_dict(ours.state_dict())
    features, labels = torch.randn(20, 12), torch.arange(20) % CLASSES
    wrapped(ours, nn.CrossEntropyLoss()).backward(features, labels)
    nn.functional.cross_entropy(theirs(features), labels).backward()
    assert calls
    assert same(gradients(ours), gradients(theirs))


HEARD: list[str] = []


def hear(*_: Any) -> None:
    HEARD.append("called")


def freeze(model: Any, criterion: Any) -> None:
    model[1].weight.requires_grad_(False)


def replace(model: Any, criterion: Any) -> None:
    torch.manual_seed(5)
    model[1] = NarrowLinear(90, CLASSES)


def scale(model: Any, criterion: Any) -> None:
    forward = model[1].forward
    model[1].forward = lambda images: 2 * forward(images)


def smooth(model: Any, criterion: Any) -> None:
    criterion.label_smoothing = 0.1


def weigh(model: Any, criterion: Any) -> None:
    criterion.weight = torch.arange(1.0, CLASSES + 1)


CHANGES: dict[str, Callable[[Any, Any], object]] = {
    "hook of the model": lambda model, criterion: model.register_forward_hook(hear),
    "hook before the layer": lambda model, criterion: model[1].register_forward_pre_hook(hear),
    "backward hook of the layer": lambda model, criterion: model[1].register_full_backward_pre_hook(hear),
    "hook of the flattening": lambda model, criterion: model[0].register_forward_hook(hear),
    "hook of the loss": lambda model, criterion: criterion.register_forward_hook(hear),
    "hook of the weights": lambda model, criterion: model[1].weight.register_hook(hear),
    "hook after the gradient": lambda model, criterion: model[1].bias.register_post_accumulate_grad_hook(hear),
    "frozen": freeze,
    "another layer": replace,
    "another forward": scale,
    "label smoothing": smooth,
    "class weights": weigh,
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_between_steps_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_of_formula(monkeypatch)
    (ours, criterion), (theirs, plain) = make(), make()
    loss_of = wrapped(ours, criterion)
    for model, one in ((ours, criterion), (theirs, plain)):
        CHANGES[name](model, one)
    HEARD.clear()
    _, loss = loss_of.backward(*a_batch())
    heard = len(HEARD)
    images, labels = a_batch()
    expected = plain(theirs(images), labels)
    expected.backward()
    assert not calls
    assert heard == ("hook" in name)
    assert torch.equal(loss, expected)
    assert same(gradients(ours), gradients(theirs))


def test_hooks_of_all_modules_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_of_formula(monkeypatch)
    HEARD.clear()
    handle = nn.modules.module.register_module_forward_hook(hear)
    try:
        wrapped(*make()).backward(*a_batch())
    finally:
        handle.remove()
    assert HEARD
    assert not calls


@pytest.mark.parametrize("kind", ["shares", "weights", "twice", "float64", "images with a gradient"])
def test_batches_of_another_kind_are_left_to_autograd(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = calls_of_formula(monkeypatch)
    (ours, criterion), (theirs, _) = make(), make()
    images, labels = a_batch()
    batch: tuple[Tensor, ...] = (images, labels)
    if kind == "shares":
        batch = images, nn.functional.one_hot(labels, CLASSES).float()
    elif kind == "weights":
        batch = images, labels, torch.ones(len(labels))
    elif kind == "float64":
        ours, theirs, batch = ours.double(), theirs.double(), (images.double(), labels)
    elif kind == "images with a gradient":
        images.requires_grad_()
    times = 2 if kind == "twice" else 1
    loss_of = wrapped(ours, criterion)
    for _ in range(times):
        loss_of.backward(*batch)
        nn.functional.cross_entropy(theirs(batch[0]), batch[1]).backward()
    assert len(calls) == times - 1
    for a, b in zip(gradients(ours), gradients(theirs), strict=True):
        assert a is not None
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize(
    ("model", "criterion"),
    [
        (lambda: build_model("mlp", SHAPE, CLASSES), nn.CrossEntropyLoss()),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(90, CLASSES)), nn.CrossEntropyLoss()),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(90, 90), NarrowLinear(90, CLASSES)), nn.CrossEntropyLoss()),
        (lambda: make()[0], nn.CrossEntropyLoss(reduction="sum")),
        (lambda: make()[0], nn.CrossEntropyLoss(ignore_index=1)),
        (lambda: make()[0], nn.functional.cross_entropy),
    ],
)
def test_other_models_and_losses_stay_as_they_are(model: Callable[[], nn.Module], criterion: Any) -> None:
    assert not isinstance(wrapped(model(), criterion), SoftmaxLoss)
