"""Blocks of every network that can be chosen: all parameters, in order, and what is frozen of them."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from trainer.models.feature_network import make_body
from trainer.models.network_blocks import freeze, freeze_batchnorm, network_blocks, top_blocks

COUNTS = {
    "efficientnet_lite0": 18,
    "torchvision/resnet18": 6,  # stem, its norm, four stages
    "torchvision/mobilenet_v3_small": 14,  # 13 blocks, and the layer before the last
    "torchvision/convnext_tiny": 9,
    "torchvision/vit_b_16": 16,  # token, patches, positions, 12 layers, the last norm
    "torchvision/swin_t": 9,
}


@pytest.mark.parametrize("name", COUNTS)
def test_blocks_hold_every_parameter_once_in_order(name: str) -> None:
    body, _ = make_body(name)
    blocks = network_blocks(body)
    flat = [id(parameter) for block in blocks for parameter in block]
    assert sorted(flat) == sorted(id(parameter) for parameter in body.parameters())
    assert len(set(flat)) == len(flat)
    assert len(blocks) == COUNTS[name]


def test_the_first_layer_is_in_the_first_block_and_the_last_in_the_last() -> None:
    body, _ = make_body("efficientnet_lite0")
    blocks = network_blocks(body)
    assert blocks[0][0].shape == (32, 3, 3, 3)
    assert blocks[-1][0].shape == (1280, 320, 1, 1)


@pytest.mark.parametrize(("blocks", "top"), [(1, 1), (3, 1), (4, 2), (18, 6)])
def test_the_top_is_a_third(blocks: int, top: int) -> None:
    assert top_blocks(blocks) == top


def test_frozen_blocks_stay_as_they_are_in_training() -> None:
    body = nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.5)),
        nn.Sequential(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.5)),
    ).train()
    freeze(body, network_blocks(body)[:1])
    before = {name: tensor.clone() for name, tensor in body.state_dict().items()}
    optimizer = torch.optim.SGD([parameter for parameter in body.parameters() if parameter.requires_grad], 0.1)
    for _ in range(2):
        body(torch.rand(4, 1, 3, 3)).square().sum().backward()
        optimizer.step()
    changed = {name for name, tensor in body.state_dict().items() if not torch.equal(tensor, before[name])}
    assert {name.split(".")[0] for name in changed} == {"1"}
    assert not body[0][2].training  # type: ignore[index]
    assert body[1][2].training  # type: ignore[index]


def test_frozen_statistics_are_not_updated() -> None:
    body = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2)).train()
    freeze_batchnorm(body)
    body(torch.rand(8, 1, 3, 3))
    assert body[1].running_mean is not None
    assert torch.equal(body[1].running_mean, torch.zeros(2))
