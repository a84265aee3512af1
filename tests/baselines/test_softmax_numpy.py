"""The numpy implementation against autograd, finite differences, torch's optimisers and plain arithmetic."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from trainer.baselines import softmax_numpy
from trainer.baselines.external_loops import linear_layer
from trainer.baselines.softmax_numpy import Descent, Plan, SoftmaxRegression, cross_entropy
from trainer.models import build_model
from trainer.optim.schedules import Schedule

SHAPE = (1, 2, 3)
FEATURES = 6


def made(classes: int, samples: int, seed: int, *, penalty: float = 0.0, scale: float = 1.0) -> tuple[Any, Any, Any]:
    """A model with weights, images (N, 6) and labels (N,), float64."""
    rng = np.random.default_rng(seed)
    model = SoftmaxRegression(FEATURES, classes, penalty=penalty, dtype=np.float64)
    model.weight[...] = scale * rng.normal(size=model.weight.shape)
    model.bias[...] = scale * rng.normal(size=classes)
    return model, rng.normal(size=(samples, FEATURES)), rng.integers(0, classes, samples)


def gradients(model: Any, images: Any, labels: Any, shape: Any = SHAPE) -> tuple[float, Any, Any]:
    """The loss with its penalty, and its gradients: how far a step of plain descent at a rate of 1 would move."""
    weight, bias = model.weight.copy(), model.bias.copy()
    plan = Plan(epochs=1, batch=len(labels), lr=1.0, momentum=0.0)
    (step,) = Descent(model, images, labels, shape, plan).epoch(1)
    found = step.loss + model.penalty / 2 * float((weight**2).sum()), weight - model.weight, bias - model.bias
    model.weight[...], model.bias[...] = weight, bias
    return found


cases = given(
    classes=st.integers(2, 7),
    samples=st.integers(1, 20),
    seed=st.integers(0, 10_000),
    penalty=st.sampled_from([0.0, 0.3]),
    scale=st.sampled_from([0.01, 1.0, 30.0]),
)


@settings(max_examples=60, deadline=None)
@cases
def test_gradients_are_those_of_autograd(classes: int, samples: int, seed: int, penalty: float, scale: float) -> None:
    model, images, labels = made(classes, samples, seed, penalty=penalty, scale=scale)
    weight, bias = (torch.tensor(part, requires_grad=True) for part in (model.weight, model.bias))
    logits = torch.from_numpy(images) @ weight.T + bias
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels)) + penalty / 2 * (weight**2).sum()
    loss.backward()
    found, d_weight, d_bias = gradients(model, images, labels)
    assert found == pytest.approx(loss.item(), rel=1e-9)
    for mine, theirs in ((d_weight, weight.grad), (d_bias, bias.grad)):
        size = np.abs(theirs.numpy()).max()
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-6, atol=1e-9 * size + 1e-13)


@settings(max_examples=20, deadline=None)
@cases
def test_gradients_are_those_of_finite_differences(
    classes: int, samples: int, seed: int, penalty: float, scale: float
) -> None:
    model, images, labels = made(classes, samples, seed, penalty=penalty, scale=min(scale, 1.0))
    _, d_weight, d_bias = gradients(model, images, labels)
    for values, gradient in ((model.weight, d_weight), (model.bias, d_bias)):
        for place in np.ndindex(values.shape):
            before, step = values[place], 1e-5
            ends = []
            for sign in (1, -1):
                values[place] = before + sign * step
                ends.append(gradients(model, images, labels)[0])
            values[place] = before
            assert gradient[place] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_ten_thousand_do_no_harm(dtype: Any) -> None:
    logits = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [0.0, 1e4, 1e4 - 1]], dtype)
    labels = np.array([1, 2, 2])
    expected = torch.nn.functional.cross_entropy(torch.from_numpy(logits.copy()), torch.from_numpy(labels))
    loss, errors = cross_entropy(logits, labels)
    assert loss == pytest.approx(expected.item(), rel=1e-6)
    assert np.isfinite(errors).all()
    np.testing.assert_allclose(errors.sum(axis=1), 0, atol=1e-6)


def test_numpy_torch_and_scikit_learn_agree_on_the_loss_of_the_same_weights() -> None:
    rng = np.random.default_rng(0)
    images = rng.normal(size=(300, 3 * 4 * 4)).astype(np.float32)
    labels = rng.integers(0, 5, 300)
    model = build_model("softmax", (3, 4, 4), 5)
    layer = linear_layer(model)
    mine = SoftmaxRegression(48, 5)
    mine.weight[...], mine.bias[...] = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    with torch.no_grad():
        logits = model(torch.from_numpy(images.reshape(-1, 3, 4, 4)))
        ours = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels)).item()
    theirs = log_loss(labels, logits.double().softmax(1).numpy(), labels=range(5))
    loss, *_ = gradients(mine, images, labels, (3, 4, 4))
    assert loss == pytest.approx(ours, rel=1e-5)
    assert loss == pytest.approx(theirs, rel=1e-5)


def descend(images: Any, labels: Any, plan: Plan, *, penalty: float = 0.0) -> Descent:
    """Trained for all epochs, in float64."""
    model = SoftmaxRegression(images.shape[1], 3, penalty=penalty, dtype=np.float64)
    descent = Descent(model, images, labels, SHAPE, plan)
    for epoch in range(1, plan.epochs + 1):
        for _ in descent.epoch(epoch):
            pass
    return descent


def batches(count: int, plan: Plan) -> list[Any]:
    """Rows of each step, as the descent takes them."""
    orders = [np.random.default_rng((plan.seed, epoch)).permutation(count) for epoch in range(1, plan.epochs + 1)]
    return [order[start : start + plan.batch] for order in orders for start in range(0, count, plan.batch)]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_steps_are_those_of_torchs_optimisers(optimizer: Any, schedule: Any) -> None:
    _, images, labels = made(3, 50, 1)
    plan = Plan(epochs=4, batch=16, lr=0.05, optimizer=optimizer, momentum=0.9, schedule=schedule, seed=3)
    mine = descend(images, labels, plan, penalty=0.01).model
    weight = torch.zeros(3, FEATURES, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    groups = [{"params": [weight], "weight_decay": 0.01}, {"params": [bias]}]
    rule = torch.optim.SGD(groups, lr=0.05, momentum=0.9) if optimizer == "sgd" else torch.optim.Adam(groups, lr=0.05)
    steps = batches(50, plan)
    rate = Schedule(rule, schedule, total=len(steps))
    for rows in steps:
        rule.zero_grad()
        logits = torch.from_numpy(images[rows]) @ weight.T + bias
        torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels[rows])).backward()
        rule.step()
        rate.step()
    np.testing.assert_allclose(mine.weight, weight.detach().numpy(), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(mine.bias, bias.detach().numpy(), rtol=1e-6, atol=1e-12)


def test_mirroring_the_weights_is_mirroring_the_images() -> None:
    _, images, labels = made(3, 40, 2)
    plan = {"epochs": 3, "batch": 16, "lr": 0.1, "seed": 5}
    mirrored = images.reshape(-1, *SHAPE)[..., ::-1].reshape(images.shape)
    by_weights = descend(images, labels, Plan(**plan, flip=1.0))
    by_images = descend(mirrored, labels, Plan(**plan))
    np.testing.assert_allclose(by_weights.model.weight, by_images.model.weight, rtol=1e-9, atol=1e-14)
    assert by_weights.predicted.tolist() == by_images.predicted.tolist()


def test_half_of_the_images_are_mirrored_each_of_its_own() -> None:
    _, images, labels = made(3, 41, 2)
    plan = Plan(epochs=1, batch=41, lr=0.1, flip=0.5, seed=5)
    found = descend(images, labels, plan).model
    rng = np.random.default_rng((5, 1))
    order = rng.permutation(41)
    flipped = rng.random(41) < 0.5
    assert 5 < flipped.sum() < 36
    seen = images[order].reshape(-1, *SHAPE)
    seen[flipped] = seen[flipped][..., ::-1]
    model = SoftmaxRegression(FEATURES, 3, dtype=np.float64)
    _, d_weight, d_bias = gradients(model, seen.reshape(-1, FEATURES), labels[order])
    np.testing.assert_allclose(found.weight, -0.1 * d_weight, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found.bias, -0.1 * d_bias, rtol=1e-9, atol=1e-14)


def test_each_image_is_seen_once_an_epoch_and_judged_by_the_weights_before_its_step() -> None:
    _, images, labels = made(3, 50, 4)
    plan = Plan(epochs=1, batch=16, lr=0.1)
    model = SoftmaxRegression(FEATURES, 3, dtype=np.float64)
    descent = Descent(model, images, labels, SHAPE, plan)
    said = np.full(50, -1)
    for rows, _ in zip(batches(50, plan), iter(steps := descent.epoch(1)), strict=True):
        said[rows] = descent.predicted[rows]
    assert next(steps, None) is None
    assert descent.predicted.tolist() == said.tolist()


def test_the_same_seed_gives_the_same_bits_and_another_one_does_not() -> None:
    _, images, labels = made(3, 50, 4)
    weights = [descend(images, labels, Plan(2, 16, 0.1, flip=0.5, seed=seed)).model.weight for seed in (1, 1, 2)]
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_a_step_on_a_loss_that_is_not_finite_is_not_taken() -> None:
    _, images, labels = made(3, 20, 4)
    images[3, 2] = np.nan
    model = SoftmaxRegression(FEATURES, 3, dtype=np.float64)
    with pytest.raises(FloatingPointError):
        next(Descent(model, images, labels, SHAPE, Plan(1, 20, 0.1)).epoch(1))
    assert not model.weight.any()


def test_it_is_numpy_alone() -> None:
    tree = ast.parse(Path(softmax_numpy.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.split(".")[0] for name in names} <= {
        "__future__",
        "collections",
        "dataclasses",
        "math",
        "numpy",
        "typing",
    }
