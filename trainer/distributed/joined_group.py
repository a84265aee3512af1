"""The group that this process belongs to. [no torch until there are several]"""

from __future__ import annotations

from functools import cache

from trainer.distributed.placement import placement
from trainer.distributed.process_group import ALONE, ProcessGroup


def process_group() -> ProcessGroup:
    """Return the group of processes that torchrun started, this one included.

    The first call waits until all of them are connected.

    Returns:
        The group; `ALONE` without torchrun.

    Raises:
        UsageError: `distributed.connect`: the processes cannot connect.
    """
    return ALONE if placement().size == 1 else _joined()


@cache
def _joined() -> ProcessGroup:
    from trainer.distributed.torch_group import TorchGroup

    return TorchGroup(placement())
