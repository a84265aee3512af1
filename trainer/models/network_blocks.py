"""The blocks of a network, from its input to its output: what a rate by depth and a frozen lower part go by."""

from __future__ import annotations

import re

from torch import nn

_BLOCK = re.compile(r"(?:encoder\.layers|features|blocks|layers|stages)\.[^.]+|[^.]+(?:\.pos_embedding|\.ln)?")
"""A member of the list of blocks that networks of torchvision and timm have, by the names they have there; else a
direct part of the network."""


def network_blocks(network: nn.Module) -> list[list[nn.Parameter]]:
    """The parameters of each block. Blocks stand in the order in which the network names its parts, which is that of
    its layers in every network that can be chosen by name."""
    blocks: dict[str, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        found = _BLOCK.match(name)
        blocks.setdefault(found[0] if found else name, []).append(parameter)
    return list(blocks.values())


def top_blocks(blocks: int) -> int:
    """How many of so many blocks count as the top: the last third."""
    return -(-blocks // 3)


def freeze_batchnorm(network: nn.Module) -> None:
    """Put every batch normalisation into evaluation mode: it goes by the statistics that it has. A head or a few
    blocks trained on small batches do better with those of a million images."""
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001  # torch has no public name for them
            module.eval()


def freeze(network: nn.Module, blocks: list[list[nn.Parameter]]) -> None:
    """Train nothing of these blocks, and switch off their dropout and the like: modules all of whose parameters are in
    them, or in frozen ones, go into evaluation mode."""
    for parameter in (parameter for block in blocks for parameter in block):
        parameter.requires_grad_(False)
    for module in network.modules():
        inside = list(module.parameters())
        if inside and not any(parameter.requires_grad for parameter in inside):
            module.eval()
