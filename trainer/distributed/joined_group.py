"""The group that this process belongs to. [no torch until there are several]"""

from __future__ import annotations

from functools import cache

from trainer.distributed.placement import placement
from trainer.distributed.process_group import ALONE, ProcessGroup


def process_group() -> ProcessGroup:
    """The processes that torchrun has started with this one; `ALONE` where it has not. Connecting waits for all."""
    return ALONE if placement().size == 1 else _joined()


@cache
def _joined() -> ProcessGroup:
    from trainer.distributed.torch_group import TorchGroup

    return TorchGroup(placement())
