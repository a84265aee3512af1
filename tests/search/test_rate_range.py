"""The learning-rate range test, against a plain loop of torch; and that nothing is left of it."""

from __future__ import annotations

import copy
import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from trainer import Trainer, lr_range_test, open_data
from trainer.data.seeding import seed_generators
from trainer.errors import UsageError
from trainer.search.rate_proposal import proposals, steepest, valley


def network(dropout: float = 0.2) -> nn.Module:
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(dropout), nn.Linear(24, 10)
    )


def made(optimizer: Any = torch.optim.Adam, **options: Any) -> Trainer:
    data = open_data("digits", batch=64, seed=3)
    return Trainer(network(), data, optimizer=lambda parameters: optimizer(parameters, lr=0.01), seed=3, **options)


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD])
def test_it_is_the_plain_loop(optimizer: Any) -> None:
    steps = 40  # more than an epoch has
    found = lr_range_test(made(optimizer), low=1e-4, high=0.5, steps=steps)

    model, data = network(), open_data("digits", batch=64, seed=3)
    reference = optimizer(model.parameters(), lr=1.0)
    batches = [batch for epoch in (1, 2) for batch in data.train_batches(epoch)]
    seed_generators(3)
    losses = []
    for step, (images, labels) in enumerate(batches[:steps]):
        reference.param_groups[0]["lr"] = 1e-4 * (0.5 / 1e-4) ** (step / (steps - 1))
        loss = nn.functional.cross_entropy(model(images), labels)
        reference.zero_grad()
        loss.backward()
        reference.step()
        losses.append(loss.item())

    assert found.stopped == "end"
    np.testing.assert_allclose(found.losses, losses, rtol=1e-3)
    np.testing.assert_allclose(found.rates, np.geomspace(1e-4, 0.5, steps), rtol=1e-9)
    weights = 0.98 ** np.arange(steps)[::-1]
    for count in (1, 7, steps):
        np.testing.assert_allclose(
            found.smoothed[count - 1], np.average(found.losses[:count], weights=weights[-count:]), rtol=1e-9
        )


def test_everything_is_as_before() -> None:
    trainer = made()
    trainer.fit()  # the optimiser has a state by then
    before = copy.deepcopy((trainer.model.state_dict(), trainer.optimizer.state_dict()))
    modes = [module.training for module in trainer.model.modules()]
    generators = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()
    first = lr_range_test(trainer, steps=30)
    weights, state = trainer.model.state_dict(), trainer.optimizer.state_dict()["state"]
    assert all(torch.equal(weights[name], before[0][name]) for name in weights)
    assert all(torch.equal(state[0][slot], before[1]["state"][0][slot]) for slot in state[0])
    assert trainer.optimizer.param_groups[0]["lr"] == 0.01
    assert all(parameter.grad is None for parameter in trainer.model.parameters())
    assert modes == [module.training for module in trainer.model.modules()]
    assert torch.equal(generators[0], torch.get_rng_state())
    assert generators[1] == random.getstate()
    assert (generators[2] == np.random.get_state()[1]).all()
    assert lr_range_test(trainer, steps=30) == first


def test_a_run_is_the_same_with_a_test_before_it() -> None:
    losses = []
    for tested in (False, True):
        trainer = made(epochs=1)
        if tested:
            lr_range_test(trainer, steps=25)
        losses.append(trainer.fit().epochs[0].train_loss)
    assert losses[0] == losses[1]


def test_groups_keep_the_ratio_of_their_rates() -> None:
    model = network()
    groups = [{"params": model[1].parameters(), "lr": 0.1}, {"params": model[5].parameters(), "lr": 0.02}]
    seen = []

    class Watched(torch.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            seen.append([group["lr"] for group in self.param_groups])
            return super().step(closure)

    lr_range_test(Trainer(model, open_data("digits"), optimizer=Watched(groups, lr=0.1), seed=1), steps=20)
    assert len(seen) >= 20
    np.testing.assert_allclose([two / one for one, two in seen], 0.2)


def test_it_ends_where_the_loss_explodes() -> None:
    found = lr_range_test(made(torch.optim.SGD), low=1e-3, high=1e6, steps=100)
    assert found.stopped in ("exploded", "not_finite")
    assert len(found.rates) < 100
    assert np.isfinite(found.losses).all()


def test_a_loss_that_is_not_finite_ends_it() -> None:
    trainer = Trainer(
        network(), open_data("digits"), loss=lambda logits, labels: nn.functional.cross_entropy(logits, labels) / 0
    )
    found = lr_range_test(trainer, steps=20)
    assert (found.stopped, found.rates, found.proposal) == ("not_finite", (), None)
    assert all(torch.isfinite(parameter).all() for parameter in trainer.model.parameters())


@pytest.mark.parametrize("wrong", [{"low": 0.0}, {"low": 2.0, "high": 1.0}, {"steps": 3}, {"rule": "guess"}])
def test_arguments_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="expected") as caught:
        lr_range_test(made(), **wrong)
    assert caught.value.code == "lr_find.range"


def test_data_that_would_be_used_up() -> None:
    batch = (torch.zeros(4, 64), torch.zeros(4, dtype=torch.int64))
    with pytest.raises(UsageError) as caught:
        lr_range_test(Trainer(network(), {"train": iter([batch])}, epochs=1))
    assert caught.value.code == "lr_find.single_pass"


def test_rules_on_a_curve_that_is_known() -> None:
    """Flat, then down in a straight line over the logarithm from 1e-4 to 1e-2, then up."""
    rates = np.geomspace(1e-6, 1.0, 61)
    logs = np.log10(rates)
    losses = np.where(logs < -4, 2.0, np.where(logs < -2, 2.0 - (logs + 4), 2.0 * (logs + 2)))
    assert logs[valley(rates.tolist(), losses.tolist())] == pytest.approx(-3, abs=0.15)
    steep = losses.copy()
    steep[30:] -= 0.5  # a fall between 29 and 30
    assert steepest(rates.tolist(), steep.tolist()) == 29


def test_a_loss_that_never_falls_has_no_proposal() -> None:
    rates = np.geomspace(1e-6, 1.0, 40).tolist()
    assert proposals(rates, list(range(40)), 40) == {"valley": None, "steepest": None}
    assert proposals(rates[:6], [6.0, 5.0, 4.0, 3.0, 2.0, 1.0], 40) == {"valley": None, "steepest": None}
