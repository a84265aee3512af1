"""What of a sharded model can be told without other processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from tests.distributed.threads import together
from tests.engine.fakes import CLASSES, FEATURES, batches, linear
from trainer import Trainer
from trainer.data.inputs import inputs_of, stand_in
from trainer.data.shares import eval_shares, with_stand_ins
from trainer.distributed.process_group import ProcessGroup
from trainer.distributed.sharding import GROUP_SIZE, exchange_groups
from trainer.engine.evaluation_loop import pass_over
from trainer.engine.loss import Loss
from trainer.engine.sharded_start import check_shardable
from trainer.engine.step_options import StepOptions
from trainer.errors import UsageError


def layer(inputs: int, outputs: int) -> nn.Linear:
    """One that takes no memory."""
    return nn.Linear(inputs, outputs, device="meta")


def test_large_blocks_are_exchanged_by_themselves_and_the_rest_with_the_model() -> None:
    block = nn.Sequential(layer(1000, 600), layer(600, 1000))
    large = layer(1000, 1000)
    listed = nn.ModuleList([layer(900, 900) for _ in range(2)])  # it has no forward pass
    model = nn.Sequential(block, large, layer(3, 3))
    outer = nn.ModuleDict({"model": model, "listed": listed, "small": layer(3, 3)})
    assert list(exchange_groups(model)) == [block, large, model]
    assert list(exchange_groups(outer)) == [block, large, outer]


def test_layers_that_may_not_be_called_are_exchanged_with_the_block_that_uses_them() -> None:
    attention = nn.MultiheadAttention(1024, 4, device="meta")
    assert attention.out_proj.weight.numel() > GROUP_SIZE
    assert list(exchange_groups(model := nn.Sequential(attention, layer(2, 2)))) == [attention, model]


def tied() -> nn.Module:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[1].weight = model[0].weight
    return model


class Scaled(nn.Module):
    """With a single number."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1.0))


def outside(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD([*model.parameters(), nn.Parameter(torch.zeros(2))], lr=0.1)


REFUSED: dict[str, tuple[Callable[[], nn.Module], Callable[[Any], torch.optim.Optimizer], StepOptions]] = {
    "accumulated": (linear, lambda model: torch.optim.SGD(model.parameters()), StepOptions(accumulate=2)),
    "training step": (
        linear,
        lambda model: torch.optim.SGD(model.parameters()),
        StepOptions(training_step=lambda model, batch: torch.zeros(())),
    ),
    "LBFGS": (linear, lambda model: torch.optim.LBFGS(model.parameters()), StepOptions()),
    "state before": (linear, lambda model: torch.optim.Adagrad(model.parameters()), StepOptions()),
    "the loss has": (linear, outside, StepOptions()),
    "share their weights": (tied, lambda model: torch.optim.SGD(model.parameters()), StepOptions()),
    "'scale'": (Scaled, lambda model: torch.optim.SGD(model.parameters()), StepOptions()),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_sharded_is_refused_and_says_why(reason: str) -> None:
    make, optimizer_of, options = REFUSED[reason]
    model = make()
    with pytest.raises(UsageError, match=reason) as caught:
        check_shardable(model, optimizer_of(model), options)
    assert caught.value.code == "distributed.shard"
    assert caught.value.fix


@pytest.mark.usefixtures("threaded")
def test_compiling_is_refused_with_several_processes() -> None:
    def work(group: ProcessGroup) -> Trainer:
        return Trainer(linear(), {"train": batches(2)}, device="cpu", compile=True, shard=True)

    assert {found.code for found in together(2, work)} <= {"distributed.shard", "compile.no_compiler"}


def test_one_process_trains_a_whole_model(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for shard in (False, True):
        model = linear()
        Trainer(model, {"train": batches(2)}, device="cpu", epochs=1, shard=shard).fit()
        found.append(model.weight.detach())
    assert type(found[1]) is torch.Tensor
    assert torch.equal(*found)


@pytest.mark.parametrize("count", [1, 4, 5])
def test_a_process_without_a_batch_makes_the_pass_of_the_others(count: int) -> None:
    data = batches(count, 3, seed=1)
    calls = [0, 0]
    for rank in range(2):
        own = with_stand_ins(eval_shares(iter(data), rank, 2), lambda: iter(data))

        def forward(images: torch.Tensor, rank: int = rank) -> torch.Tensor:
            calls[rank] += 1
            assert images.shape[1:] == (FEATURES,)
            assert len(images)  # some layers do not take an empty batch
            return torch.zeros(len(images), CLASSES)

        metrics, _, _ = pass_over(nn.Identity(), own, Loss(nn.CrossEntropyLoss(), CLASSES), CLASSES, forward=forward)
        assert metrics.samples == sum(len(labels) for _, labels in data[rank::2])
    assert calls[0] == calls[1]


def test_a_stand_in_is_one_image_of_the_same_kind() -> None:
    images = torch.ones(0, 3, 2, dtype=torch.float64)
    made = stand_in(images)
    assert (made.shape, made.dtype) == ((1, 3, 2), torch.float64)
    inputs = stand_in(inputs_of({"ids": torch.ones(0, 5, dtype=torch.int64), "mask": torch.ones(0, 5)}))
    assert len(inputs) == 1
    seen = inputs.given_to(lambda ids, mask: (ids, mask))  # type: ignore[union-attr]
    assert [part.shape for part in seen] == [(1, 5), (1, 5)]
    assert not seen[0].any()
