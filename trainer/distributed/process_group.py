"""What an engine asks of the processes that share a run. In one process the answers cost nothing. [no torch]

    rank, size                     who of how many
    gather(value)                  every process's value
    from_first(make), in_turn(make)    work that one process does for all, or that must not be done at once
    sum_gradients, exchange, copy_from_first    tensors, once per step or less
    gathered(item)                 the pieces of an evaluation, put together again
    wants, agreed                  whether a process has something to be dealt with; all learn of it at the same step
    mesh(device_type), cause_of(error)    for torch's own exchanges, as of a sharded model
    fail(error)                    the first error of any process ends all

Every process calls the same of these in the same order: whatever hangs on a clock, a signal or a file of one process is
agreed on first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.distributed.device_mesh import DeviceMesh

T = TypeVar("T")


class ProcessGroup:
    """One process on its own; `TorchGroup` is several."""

    rank = 0
    size = 1
    local_size = 1
    """Processes on this machine."""
    wants = False
    """Whether this process has something that all must deal with; any thread may set it."""
    agreed = False
    """Whether any process wanted that at the last exchange: the same everywhere."""
    exchange_seconds = 0.0
    """Seconds spent in exchanges of steps so far, waiting for slower processes included."""
    images = 0
    """Training images of this process so far."""

    def gather(self, value: T) -> list[T]:
        """Plain values of all processes, by rank."""
        return [value]

    def from_first(self, make: Callable[[], T]) -> T:
        """What `make` gives in the first process, in all; what it raises there is raised in all."""
        return make()

    def in_turn(self, make: Callable[[], T]) -> T:
        """Call `make` in one process of each machine, then in all others: they find what the first has put on the disk.
        What any of them raises is raised in all."""
        return make()

    def gathered(self, item: T | None) -> list[T]:
        """The items of all processes, by rank; None stands for no item."""
        return [] if item is None else [item]

    def use(self, device: torch.device) -> None:
        """Exchange tensors of this device from now on."""

    def sum_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Replace each gradient by its sum over all processes; one that some do not have counts as zero there."""

    def exchange(self, facts: Tensor) -> list[Tensor]:
        """The facts (n,) of a step of all processes, by rank; and what is `wanted`."""
        return [facts]

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        """Give all processes the values of the first."""

    def mesh(self, device_type: str) -> DeviceMesh:
        """All processes in a row, as torch calls them. Raises UsageError `distributed.shard_devices` where two of them
        compute on one GPU."""
        raise NotImplementedError("one process has no others")

    def remember(self, run: str) -> None:
        """Keep the path of the run for when the launcher starts all processes again."""

    def remembered(self) -> str:
        """The run that this launch was training when it was started again; empty where it was not."""
        return ""

    def remembers(self, run: str) -> bool:
        """Whether this launch has been started again since it trained that run."""
        return False

    def cause_of(self, error: BaseException) -> BaseException:
        """The error itself; or, where one of torch's own exchanges broke off, the one that ended another process."""
        return error

    def fail(self, error: BaseException) -> None:
        """Let the others know what has ended this process; they end as well."""


ALONE = ProcessGroup()
"""This process and no other."""
