"""Optimiser, schedule and loss: torch's own ones are the oracle, and a resumed run takes the same steps."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, StepLR

from trainer.optim.optimizers import balanced_weights, make_loss, make_optimizer
from trainer.optim.schedules import Schedule, make_schedule
from trainer.settings import Train, merge

OPTIMISERS = get_args(Train.model_fields["optimizer"].annotation)
SHAPES = get_args(Train.model_fields["schedule"].annotation)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny tensors: a second thread only waits, and for long where the machine is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def train(**values: Any) -> Train:
    return merge({"train": values}).train


def model() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))


def steps(net: nn.Module, optimizer: torch.optim.Optimizer, schedule: Schedule | None, batches: range) -> list[float]:
    """Optimiser steps on batches that depend on their number alone; the rate of each."""
    rates = []
    for batch in batches:
        images = torch.randn(8, 6, generator=torch.Generator().manual_seed(batch))
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(images), torch.arange(8) % 3).backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if schedule is not None:
            schedule.step()
    return rates


def schedule_of(
    shape: str, epochs: int, per_epoch: int, **values: Any
) -> tuple[Schedule, torch.optim.Optimizer, nn.Module]:
    net, chosen = model(), train(schedule=shape, epochs=epochs, lr=0.1, optimizer="sgd", **values)
    optimizer = make_optimizer(net, chosen)
    schedule = make_schedule(optimizer, chosen, per_epoch)
    assert schedule is not None
    return schedule, optimizer, net


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_frozen_layer_stays_as_it_is(name: str) -> None:
    net = model()
    net[0].requires_grad_(False)
    before = copy.deepcopy(net.state_dict())
    steps(net, make_optimizer(net, train(optimizer=name, lr=0.1, weight_decay=0.1)), None, range(3))
    changed = {key for key, value in net.state_dict().items() if not torch.equal(value, before[key])}
    assert changed == {"2.weight", "2.bias"}


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("adam", lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1, foreach=False)),
        ("adamw", lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1, foreach=False)),
        ("nadam", lambda p: torch.optim.NAdam(p, lr=0.01, weight_decay=0.1, foreach=False)),
        ("sgd", lambda p: torch.optim.SGD(p, lr=0.01, weight_decay=0.1, momentum=0.8, foreach=False)),
        ("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01, weight_decay=0.1, foreach=False)),
    ],
)
def test_settings_mean_what_torch_means(name: str, theirs) -> None:
    ours, plain = model(), model()
    steps(ours, make_optimizer(ours, train(optimizer=name, lr=0.01, weight_decay=0.1, momentum=0.8)), None, range(20))
    steps(plain, theirs(plain.parameters()), None, range(20))
    for one, other in zip(ours.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_adam_is_torchs_default_adam() -> None:
    group = make_optimizer(model(), Train()).param_groups[0]
    oracle = torch.optim.Adam(model().parameters()).param_groups[0]
    assert all(group[key] == oracle[key] for key in ("lr", "betas", "eps", "weight_decay", "amsgrad"))


def test_no_schedule_where_the_rate_never_changes() -> None:
    assert make_schedule(make_optimizer(model(), Train()), Train(), 10) is None


@pytest.mark.parametrize(
    ("shape", "theirs"),
    [
        ("cosine", lambda optimizer: CosineAnnealingLR(optimizer, T_max=30)),
        ("linear", lambda optimizer: LinearLR(optimizer, 1.0, 0.0, total_iters=30)),
        ("step", lambda optimizer: StepLR(optimizer, step_size=5, gamma=0.1)),
    ],
)
def test_rates_are_torchs_own(shape: str, theirs) -> None:
    schedule, optimizer, net = schedule_of(shape, 3, 10, step_epochs=0.5, step_factor=0.1)
    ours = steps(net, optimizer, schedule, range(30))
    other = model()
    plain = torch.optim.SGD(other.parameters(), lr=0.1)
    oracle = steps(other, plain, theirs(plain), range(30))
    assert ours == pytest.approx(oracle, abs=1e-9)


@settings(max_examples=60)
@given(st.sampled_from(SHAPES), st.integers(1, 400), st.integers(0, 300))
def test_rise_then_fall_within_the_peak(shape: str, total: int, warmup: int) -> None:
    net = nn.Linear(1, 1)
    schedule = Schedule(torch.optim.SGD(net.parameters(), lr=1.0), shape, total, min(warmup, total - 1), 7, 0.5)
    factors = [schedule.factor(step) for step in range(total + 3)]
    peak = schedule.warmup
    assert all(0 <= factor <= 1 for factor in factors)
    assert factors[0] > 0
    assert factors[peak] == 1
    assert factors[: peak + 1] == sorted(factors[: peak + 1])
    assert factors[peak:] == sorted(factors[peak:], reverse=True)
    if shape in ("cosine", "linear"):
        assert factors[total] == pytest.approx(0, abs=1e-12)
        assert factors[total - 1] > 0


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_resumed_run_takes_the_same_steps_bit_for_bit(name: str, shape: str) -> None:
    chosen = train(optimizer=name, schedule=shape, warmup=0.4, epochs=4, lr=0.05, step_epochs=1)

    def fresh() -> tuple[nn.Module, torch.optim.Optimizer, Schedule]:
        net = model()
        optimizer = make_optimizer(net, chosen)
        schedule = make_schedule(optimizer, chosen, 10)
        assert schedule is not None
        return net, optimizer, schedule

    whole, optimizer, schedule = fresh()
    rates = steps(whole, optimizer, schedule, range(17))
    saved = copy.deepcopy((whole.state_dict(), optimizer.state_dict())), json.dumps(schedule.state_dict())
    rates += steps(whole, optimizer, schedule, range(17, 40))

    resumed, optimizer, schedule = fresh()
    (weights, slots), progress = saved
    resumed.load_state_dict(weights)
    schedule.load_state_dict(json.loads(progress))
    optimizer.load_state_dict(slots)
    assert steps(resumed, optimizer, schedule, range(17, 40)) == rates[17:]
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))


def test_a_lengthened_run_follows_the_new_length() -> None:
    short, *_ = schedule_of("linear", 2, 10)
    long, *_ = schedule_of("linear", 4, 10)
    long.load_state_dict({**short.state_dict(), "last_epoch": 20})
    assert long.get_last_lr() == short.get_last_lr()
    assert long.get_lr() == pytest.approx([0.05])


def test_the_loss_is_cross_entropy_in_nats() -> None:
    logits, labels = torch.zeros(4, 10), torch.arange(4)
    assert make_loss(Train())(logits, labels).item() == pytest.approx(math.log(10))


def test_balanced_class_weights_are_scikit_learns() -> None:
    labels = np.repeat([0, 2, 3], [1, 10, 4])
    counts = np.bincount(labels, minlength=5)
    weights = balanced_weights(counts)
    expected = compute_class_weight("balanced", classes=np.array([0, 2, 3]), y=labels)
    np.testing.assert_allclose(weights[[0, 2, 3]], expected, rtol=1e-6)
    assert weights[[1, 4]].tolist() == [1, 1]  # nothing to balance
    loss = make_loss(train(class_weights="balanced"), counts)
    assert torch.equal(loss.weight, weights)
    assert make_loss(train(), counts).weight is None


def test_label_smoothing() -> None:
    logits, labels = torch.randn(4, 5), torch.arange(4)
    target = nn.functional.one_hot(labels, 5) * 0.8 + 0.2 / 5
    expected = -(target * logits.log_softmax(1)).sum(1).mean()
    torch.testing.assert_close(make_loss(train(label_smoothing=0.2))(logits, labels), expected)
