"""Networks built without memory: their values are those of an ordinary construction, to the bit."""

from __future__ import annotations

import weakref
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from tests.distributed.sharded_script import Peak, tower
from trainer import build_model
from trainer.distributed.deferred_init import DeferredInit, build_deferred, deferred_init, forget_deferred
from trainer.engine.arguments import placed
from trainer.errors import UsageError

CPU = torch.device("cpu")


class Odd(nn.Module):
    """What constructors do: read values, take arrays, seed, fill views, keep plain attributes, reject draws."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(30, 20))
        nn.init.trunc_normal_(self.weight)  # it draws again what is out of range
        self.turned = nn.Parameter(torch.empty(10, 10))
        nn.init.orthogonal_(self.turned)
        self.rates = [rate.item() for rate in torch.linspace(0, 1, 4)]
        self.limits = torch.linspace(0, 1, 3).tolist()
        self.register_buffer("mask", torch.tril(torch.ones(4, 4)).bool())
        table = torch.zeros(8, 4)
        table[:, 0::2] = torch.sin(torch.arange(8.0)[:, None] * torch.exp(torch.arange(0, 4, 2.0) * -0.1))
        self.register_buffer("table", table)
        self.register_buffer("given", torch.tensor([1.0, 2.0]))
        self.given[0] = torch.rand(1)[0]
        self.own = nn.Parameter(torch.randn(3, 3, generator=torch.Generator().manual_seed(1)))
        self.order = nn.Parameter(torch.randperm(4).float())
        self.plain = torch.rand(2)
        self.array = nn.Parameter(torch.from_numpy(np.ones((2, 2), dtype=np.float32)) * torch.rand(2, 2))
        self.chosen = nn.Parameter(torch.rand(10)[torch.rand(10) > 0.5].detach())
        self.weight.data.mul_(2)
        self.small = nn.Parameter(torch.rand(3, device=self.weight.device).to(torch.bfloat16), requires_grad=False)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            self.last = nn.Linear(2, 2)
        self.last.weight.data[:1].zero_()


MODELS: dict[str, Callable[[], nn.Module]] = {
    "layers": lambda: nn.Sequential(
        *(nn.Linear(20, 30), nn.MultiheadAttention(8, 2), nn.LayerNorm(4), nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)),
        *(nn.LSTM(3, 4), nn.Embedding(5, 3, padding_idx=1), nn.PReLU()),
    ),
    "transformer": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2), 2, enable_nested_tensor=False),
    "mlp": lambda: build_model("mlp", (1, 8, 8), 10),
    "resnet18": lambda: build_model("resnet18", (3, 32, 32), 10),
    "odd": Odd,
}


def recorder(model: nn.Module) -> DeferredInit:
    found = deferred_init(model)
    assert found is not None
    return found


@pytest.mark.parametrize("name", MODELS)
def test_values_are_those_of_an_ordinary_construction_to_the_bit(name: str) -> None:
    torch.manual_seed(5)
    whole, after = MODELS[name](), torch.rand(1)
    torch.manual_seed(5)
    model = build_deferred(MODELS[name], CPU)
    assert torch.equal(torch.rand(1), after)  # what is drawn next is the same, too
    state = torch.get_rng_state()
    for kind in ("named_parameters", "named_buffers"):
        for (key, expected), (found_key, empty) in zip(getattr(whole, kind)(), getattr(model, kind)(), strict=True):
            assert found_key == key
            assert empty.is_meta
            assert empty.requires_grad == expected.requires_grad
            value = recorder(model).value(empty)
            assert (value.dtype, value.stride()) == (expected.dtype, expected.stride())
            assert torch.equal(value, expected), key
    assert torch.equal(torch.get_rng_state(), state)
    forget_deferred(model)
    assert deferred_init(model) is None
    if isinstance(model, Odd) and isinstance(whole, Odd):
        assert torch.equal(model.plain, whole.plain)
        assert (model.rates, model.limits) == (whole.rates, whole.limits)


def test_building_takes_the_memory_of_one_tensor_and_values_that_of_another() -> None:
    with Peak() as whole:
        kept = tower()
    largest = max(one.nbytes for one in kept.parameters())
    with Peak() as deferred:
        model = build_deferred(tower, CPU)
        for empty in model.parameters():
            recorder(model).value(empty)
    assert whole.most >= sum(one.nbytes for one in kept.parameters()) > 8 * largest
    assert largest <= deferred.most < 2 * largest


def test_a_record_lasts_as_long_as_its_model() -> None:
    model = build_deferred(lambda: nn.Linear(2, 2), CPU)
    record = weakref.ref(recorder(model))
    del model
    assert record() is None


def listed() -> nn.Module:
    model = nn.Linear(2, 2)
    model.more = [torch.zeros(2)]  # type: ignore[assignment]
    return model


def to_numpy() -> nn.Module:
    torch.rand(2).numpy()
    return nn.Linear(2, 2)


@pytest.mark.parametrize(("make", "reason"), [(listed, "'more'"), (to_numpy, "numpy")])
def test_what_cannot_be_deferred_is_refused_and_says_what_to_do(make: Callable[[], nn.Module], reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        build_deferred(make, CPU)
    assert caught.value.code == "distributed.deferred"
    assert "the model itself" in str(caught.value.fix)


def test_it_can_be_tried_out_but_not_used_before_it_has_values() -> None:
    model = build_deferred(lambda: nn.Linear(2, 3), CPU)
    assert model(torch.zeros(4, 2, device="meta")).shape == (4, 3)
    with pytest.raises(UsageError) as caught:
        model(torch.zeros(4, 2))
    assert caught.value.code == "distributed.no_values"
    forget_deferred(model)
    model.to_empty(device="cpu")(torch.zeros(4, 2))


def test_errors_of_the_function_are_told() -> None:
    with pytest.raises(UsageError, match="modulo by zero"):
        build_deferred(lambda: nn.Linear(1, 1 // 0), CPU)


def test_a_function_is_called_where_nothing_is_sharded() -> None:
    made = placed(lambda: nn.Linear(2, 3), CPU)
    assert isinstance(made, nn.Linear)
    assert not made.weight.is_meta
    for wrong in (lambda inputs: inputs, lambda: "cnn", nn.Linear):
        with pytest.raises(UsageError) as caught:
            placed(wrong, CPU)
        assert caught.value.code == "model.not_one"
