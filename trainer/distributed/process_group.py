"""What an engine asks of the processes that share a run. In a single process the answers cost nothing. [no torch]

    rank, size                     who of how many
    gather(value)                  every process's value
    from_first(make), in_turn(make)    work that one process does for all, or that must not be done at once
    sum_gradients, exchange, copy_from_first    tensors, once per step or less
    gathered(item)                 the pieces of an evaluation, put together again
    wants, agreed                  whether a process needs attention; all learn of it at the same step
    mesh(device_type), cause_of(error)    for torch's own exchanges, as of a sharded model
    fail(error)                    the first error of any process ends all

Every process calls the same of these in the same order: what depends on a clock, a signal or a file of one process is
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

LARGE = 100_000
"""Numbers in a tensor of a checkpoint, at least, of which processes that share a model are told the shape alone."""


class ProcessGroup:
    """A single process; `TorchGroup` is several.

    Attributes:
        rank: Rank of this process, from 0.
        size: Number of processes.
    """

    rank = 0
    size = 1
    local_size = 1
    """Processes on this machine."""
    wants = False
    """Whether this process needs the attention of all; any thread may set it."""
    agreed = False
    """Whether any process needed it at the last exchange: the same everywhere."""
    exchange_seconds = 0.0
    """Seconds spent in exchanges of steps so far, waiting for slower processes included."""
    images = 0
    """Training images of this process so far."""

    def gather(self, value: T) -> list[T]:
        """Collect a value from every process.

        Args:
            value: A plain value.

        Returns:
            All values, by rank.
        """
        return [value]

    def from_first(self, make: Callable[[], T]) -> T:
        """Run a function in the first process only.

        Args:
            make: The function; what it raises there is raised in all processes.

        Returns:
            Its result, in all processes.
        """
        return make()

    def in_turn(self, make: Callable[[], T]) -> T:
        """Run a function in one process of each machine, then in all others, which find what the first wrote to disk.

        Args:
            make: The function; what it raises in any process is raised in all.

        Returns:
            Its result in this process.
        """
        return make()

    def gathered(self, item: T | None) -> list[T]:
        """Collect an item from every process that has one.

        Args:
            item: The item; None if this process has none.

        Returns:
            All items, by rank.
        """
        return [] if item is None else [item]

    def use(self, device: torch.device) -> None:
        """Exchange tensors on this device from now on.

        Args:
            device: Device of the model.
        """

    def sum_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Replace each gradient by its sum over all processes; one that is missing in a process counts as zero there.

        Args:
            parameters: Trainable parameters, the same in every process.
        """

    def exchange(self, facts: Tensor) -> list[Tensor]:
        """Exchange the numbers of a step, and `wants`.

        Args:
            facts: Numbers (n,), float.

        Returns:
            Those of all processes, by rank.
        """
        return [facts]

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        """Copy the values of the first process to all.

        Args:
            tensors: Changed in place; the same shapes in every process.
        """

    def mesh(self, device_type: str) -> DeviceMesh:
        """Get all processes in a row, as torch calls them.

        Args:
            device_type: "cpu" or "cuda": what they compute on.

        Returns:
            A mesh of one dimension.

        Raises:
            UsageError: `distributed.shard_devices`: two of them compute on one GPU.
        """
        raise NotImplementedError("one process has no others")

    def remember(self, run: str) -> None:
        """Keep the path of the run, for when the launcher restarts all processes.

        Args:
            run: The path.
        """

    def remembered(self) -> str:
        """Return the run that this launch was training before it was restarted.

        Returns:
            Its path; empty if it was not restarted.
        """
        return ""

    def remembers(self, run: str) -> bool:
        """Check whether this launch has been restarted since it trained a run.

        Args:
            run: Path of the run.

        Returns:
            Whether it has.
        """
        return False

    def cause_of(self, error: BaseException) -> BaseException:
        """Find out why one of torch's own exchanges broke off.

        Args:
            error: Any error of this process.

        Returns:
            The error that ended another process, if that is what it comes from; else the error itself.
        """
        return error

    def fail(self, error: BaseException) -> None:
        """Tell the other processes what ended this one; they end as well.

        Args:
            error: The error.
        """


ALONE = ProcessGroup()
"""This process and no other."""
