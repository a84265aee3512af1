"""Rates by depth, and decay on weights alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from trainer.optim.parameter_groups import groups_by_depth


def blocks(count: int) -> list[nn.Sequential]:
    return [nn.Sequential(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2)) for _ in range(count)]


def test_a_block_has_the_rate_of_the_one_above_times_the_factor() -> None:
    head, network = nn.Linear(2, 3), blocks(3)
    parameters = [list(block.parameters()) for block in network]
    groups = groups_by_depth(head.parameters(), parameters, lr=1.0, factor=0.5, weight_decay=0.1, head_decay=0.3)
    rate = {id(parameter): group["lr"] for group in groups for parameter in group["params"]}
    assert rate[id(head.weight)] == rate[id(head.bias)] == 1.0
    for block, wanted in zip(network, (0.125, 0.25, 0.5), strict=True):
        assert [rate[id(parameter)] for parameter in block.parameters()] == pytest.approx([wanted] * 4)


def test_norms_and_biases_do_not_decay() -> None:
    head, (block,) = nn.Linear(2, 3), blocks(1)
    groups = groups_by_depth(
        head.parameters(), [list(block.parameters())], lr=1.0, factor=0.5, weight_decay=0.1, head_decay=0.3
    )
    decay = {id(parameter): group["weight_decay"] for group in groups for parameter in group["params"]}
    assert decay[id(head.weight)] == 0.3
    assert decay[id(block[0].weight)] == 0.1
    assert {decay[id(parameter)] for parameter in (head.bias, block[0].bias, *block[1].parameters())} == {0.0}


def test_what_is_frozen_is_left_out_and_torch_takes_the_groups() -> None:
    head, network = nn.Linear(2, 3), blocks(2)
    network[0].requires_grad_(False)
    parameters = [list(block.parameters()) for block in network]
    groups = groups_by_depth(head.parameters(), parameters, lr=1.0, factor=0.5, weight_decay=0, head_decay=0)
    trained = {id(parameter) for group in groups for parameter in group["params"]}
    assert trained == {id(parameter) for parameter in (*head.parameters(), *network[1].parameters())}
    assert len(torch.optim.SGD(groups, 1.0).param_groups) == 4
