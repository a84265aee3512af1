"""`OptimizerStep` does what `zero_grad` and `step` do, bit for bit, and leaves them the cases it does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from torch.optim.adam import adam
from torch.optim.lr_scheduler import StepLR

from trainer import torch_internals
from trainer.engine import optimizer_step
from trainer.engine.optimizer_step import OptimizerStep

Make = Callable[[Any], Optimizer]

MAKES: dict[str, Make] = {
    "adam": lambda p: Adam(p, lr=0.1, fused=True),
    "adam, weight decay": lambda p: Adam(p, lr=0.1, weight_decay=0.1, betas=(0.8, 0.9), eps=1e-3, fused=True),
    "adamw": lambda p: AdamW(p, lr=0.1, fused=True),
    "adam, maximised": lambda p: Adam(p, lr=0.1, maximize=True, fused=True),
    "adam, amsgrad": lambda p: Adam(p, lr=0.1, amsgrad=True, fused=True),
    "adam, not fused": lambda p: Adam(p, lr=0.1),
    "adam, rate as a tensor": lambda p: Adam(p, lr=torch.tensor(0.1), fused=True),
    "sgd": lambda p: SGD(p, lr=0.1, momentum=0.9, fused=True),
    "rmsprop": lambda p: RMSprop(p, lr=0.1),
}


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))


def train(make: Make, *, ours: bool, change: Callable[[int, nn.Module, Optimizer], None] | None = None) -> list[Tensor]:
    """Eight steps; the weights, the optimiser's state and the rate after them."""
    net = model()
    optimizer = make(net.parameters())
    update = OptimizerStep(optimizer)
    generator = torch.Generator().manual_seed(1)
    for step in range(8):
        if change is not None:
            change(step, net, optimizer)
        (update.clear if ours else optimizer.zero_grad)()
        net(torch.randn(6, 4, generator=generator)).square().mean().backward()
        (update.step if ours else optimizer.step)()
    state = [value for each in optimizer.state.values() for value in each.values() if isinstance(value, Tensor)]
    return [*net.parameters(), *state, torch.tensor(float(optimizer.param_groups[0]["lr"]))]


def same(make: Make, change: Callable[[int, nn.Module, Optimizer], None] | None = None) -> bool:
    ours, theirs = train(make, ours=True, change=change), train(make, ours=False, change=change)
    return len(ours) == len(theirs) and all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("name", MAKES)
def test_every_optimiser_ends_at_the_same_bits(name: str) -> None:
    assert same(MAKES[name])


def halve_rate(step: int, net: nn.Module, optimizer: Optimizer) -> None:
    if step == 3:
        optimizer.param_groups[0]["lr"] /= 2


def forget(step: int, net: nn.Module, optimizer: Optimizer) -> None:
    if step == 4:
        optimizer.state.clear()


def reload(step: int, net: nn.Module, optimizer: Optimizer) -> None:
    if step == 4:
        state = optimizer.state_dict()
        state["state"] = {key: {k: v.clone() for k, v in each.items()} for key, each in state["state"].items()}
        optimizer.load_state_dict(state)


def freeze(step: int, net: nn.Module, optimizer: Optimizer) -> None:
    if step == 2:
        net[0].weight.requires_grad_(False)  # type: ignore[index]


@pytest.mark.parametrize("change", [halve_rate, forget, reload, freeze])
@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_what_happens_to_the_optimiser_between_steps_is_seen(name: str, change: Any) -> None:
    assert same(MAKES[name], change)


def test_parameters_added_later_are_trained() -> None:
    def make(parameters: Any) -> Optimizer:
        return Adam(list(parameters)[:2], lr=0.1, fused=True)

    def add(step: int, net: nn.Module, optimizer: Optimizer) -> None:
        if step == 3:
            optimizer.add_param_group({"params": list(net.parameters())[2:], "lr": 0.01})

    before = [value.clone() for value in model().parameters()]
    assert same(make, add)
    assert not any(torch.equal(a, b) for a, b in zip(before, train(make, ours=True, change=add), strict=False))


def test_whoever_listens_to_the_optimiser_hears_every_step() -> None:
    net = model()
    optimizer = Adam(net.parameters(), lr=0.1, fused=True)
    update, heard = OptimizerStep(optimizer), []
    handles: list[Any] = []
    for step in range(6):
        if step == 3:
            handles.append(optimizer.register_step_post_hook(lambda *_: heard.append(step)))  # noqa: B023  # called now
        if step == 5:
            handles.pop().remove()
        update.clear()
        net(torch.ones(1, 4)).sum().backward()
        update.step()
    assert heard == [3, 4]


def test_a_step_of_ones_own_is_called() -> None:
    net = model()
    optimizer = Adam(net.parameters(), lr=0.1, fused=True)
    calls: list[str] = []
    optimizer.step = lambda *_: calls.append("step")  # type: ignore[method-assign, assignment]
    optimizer.zero_grad = lambda *_: calls.append("zero_grad")  # type: ignore[method-assign, assignment]
    update = OptimizerStep(optimizer)
    update.clear()
    update.step()
    assert calls == ["zero_grad", "step"]


def test_a_scheduler_sees_its_optimiser_step(recwarn: pytest.WarningsRecorder) -> None:
    net = model()
    optimizer = Adam(net.parameters(), lr=0.1, fused=True)
    scheduler = StepLR(optimizer, step_size=2, gamma=0.1)
    update = OptimizerStep(optimizer)
    for _ in range(4):
        update.clear()
        net(torch.ones(1, 4)).sum().backward()
        update.step()
        scheduler.step()
    assert not recwarn.list
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.001)


def test_the_usual_optimiser_is_stepped_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise everything above would hold without any gain."""
    net = model()
    optimizer = Adam(net.parameters(), lr=0.1, fused=True)
    update, own = OptimizerStep(optimizer), 0
    init_group = Adam._init_group

    def counted(*given: Any) -> Any:
        nonlocal own
        own += 1
        return init_group(*given)

    monkeypatch.setattr(Adam, "_init_group", counted)
    for _ in range(5):
        update.clear()
        net(torch.ones(1, 4)).sum().backward()
        update.step()
    assert own == 1


@pytest.mark.parametrize("changed", [lambda params, grads: None, lambda novelty, **more: None])
def test_a_torch_that_takes_something_else_is_left_to_itself(
    monkeypatch: pytest.MonkeyPatch, changed: Callable[..., None]
) -> None:
    """Fewer arguments than are given, or more: neither is called."""
    assert optimizer_step.is_known(adam)
    monkeypatch.setattr(optimizer_step, "adam", changed)
    assert same(MAKES["adam"])


def test_a_torch_without_its_private_lists_of_hooks_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch_internals.optimizers, "_global_optimizer_pre_hooks")
    assert not OptimizerStep(MAKES["adam"](model().parameters()))._untouched()
