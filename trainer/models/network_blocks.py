"""The blocks of a network, from input to output: what layer-wise learning rates and freezing go by."""

from __future__ import annotations

import re

from torch import nn

from trainer.torch_internals import BatchNorm

_BLOCK = re.compile(r"(?:encoder\.layers|features|blocks|layers|stages)\.[^.]+|[^.]+(?:\.pos_embedding|\.ln)?")
"""A member of the list of blocks that networks of torchvision and timm have, by the names they have there; else a
direct part of the network."""


def network_blocks(network: nn.Module) -> list[list[nn.Parameter]]:
    """Group the parameters of a network by block.

    Args:
        network: A network of torchvision or timm, or any module.

    Returns:
        Parameters of each block, in the order in which the network names its parts: that of its layers, for every
        network that can be chosen by name.
    """
    blocks: dict[str, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        found = _BLOCK.match(name)
        blocks.setdefault(found[0] if found else name, []).append(parameter)
    return list(blocks.values())


def top_blocks(blocks: int) -> int:
    """Count the blocks that "top" stands for: the last third, rounded up.

    Args:
        blocks: Number of all blocks.

    Returns:
        Number of blocks at the top.
    """
    return -(-blocks // 3)


def freeze_batchnorm(network: nn.Module) -> None:
    """Put every batch normalisation into evaluation mode, so that it keeps its statistics. A head or a few blocks
    trained on small batches do better with those of a million images.

    Args:
        network: Changed in place.
    """
    for module in network.modules():
        if isinstance(module, BatchNorm):
            module.eval()


def freeze(network: nn.Module, blocks: list[list[nn.Parameter]]) -> None:
    """Exclude blocks from training, and switch off dropout and the like in them: modules whose parameters are all
    frozen go into evaluation mode.

    Args:
        network: Changed in place.
        blocks: Parameters of each block to freeze.
    """
    for parameter in (parameter for block in blocks for parameter in block):
        parameter.requires_grad_(False)
    for module in network.modules():
        inside = list(module.parameters())
        if inside and not any(parameter.requires_grad for parameter in inside):
            module.eval()
