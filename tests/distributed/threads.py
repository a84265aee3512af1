"""Threads in the place of processes: everything but torch.distributed itself, in a second."""

from __future__ import annotations

import contextlib
import pickle
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from trainer.distributed.peer_errors import lost, peer_error, told
from trainer.distributed.process_group import ProcessGroup

PATIENCE = 60.0


class Hall:
    """Where `size` threads meet."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.barrier = threading.Barrier(size, timeout=PATIENCE)
        self.places: list[Any] = [None] * size
        self.failed: dict[str, Any] | None = None
        self.guard = threading.Lock()


class ThreadGroup(ProcessGroup):
    """One of several threads; exchanges what `TorchGroup` does, by the same rules."""

    def __init__(self, rank: int, hall: Hall) -> None:
        self.rank, self.size = rank, hall.size
        self._hall = hall

    def _meet(self, value: Any) -> list[Any]:
        hall = self._hall
        try:
            hall.places[self.rank] = value
            hall.barrier.wait()
            found = list(hall.places)
        except threading.BrokenBarrierError:
            with hall.guard:
                facts = hall.failed
            raise (peer_error(facts) if facts else lost(-1, self.size, "", "a thread is gone")) from None
        with contextlib.suppress(threading.BrokenBarrierError):  # another has failed meanwhile: told next time
            hall.barrier.wait()
        return found

    def gather(self, value: Any) -> list[Any]:
        found = [pickle.loads(sent) for sent in self._meet(pickle.dumps((value, self.wants)))]
        self.agreed = any(wants for _, wants in found)
        return [one for one, _ in found]

    def from_first(self, make: Callable[[], Any]) -> Any:
        made, error = None, None
        if self.rank == 0:
            try:
                made = make()
            except Exception as raised:
                error = raised
        sent = pickle.dumps((made, None if error is None else told(error, 0, self.size)))
        made, facts = pickle.loads(self._meet(sent)[0])
        if error is not None:
            raise error
        if facts is not None:
            raise peer_error(facts)
        return made

    def in_turn(self, make: Callable[[], Any]) -> Any:
        first = self.from_first(make)
        return make() if self.rank else first

    def gathered(self, item: Any) -> list[Any]:
        return [one for one in self.gather(item) if one is not None]

    def sum_gradients(self, parameters: Sequence[Tensor]) -> None:
        found = self._meet([None if one.grad is None else one.grad.clone() for one in parameters])
        for one, parts in zip(parameters, zip(*found, strict=True), strict=True):
            there = [part for part in parts if part is not None]
            if there:
                one.grad = torch.stack(there).sum(0)

    def exchange(self, facts: Tensor) -> list[Tensor]:
        return [one.clone() for one in self.gather(facts)]

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        for tensor in tensors:
            first = self._meet(tensor.detach().clone())[0]
            with torch.no_grad():
                tensor.copy_(first)

    def fail(self, error: BaseException) -> None:
        with self._hall.guard:
            self._hall.failed = self._hall.failed or told(error, self.rank, self.size)
        self._hall.barrier.abort()


_here = threading.local()


def here() -> ProcessGroup:
    """The group of the calling thread: stands for `process_group`."""
    group: ProcessGroup = _here.group
    return group


def together(size: int, work: Callable[[ProcessGroup], Any]) -> list[Any]:
    """What `work` gives in each of `size` threads, or the exception that it raised."""
    hall = Hall(size)
    results: list[Any] = [None] * size

    def run(rank: int) -> None:
        _here.group = ThreadGroup(rank, hall)
        try:
            results[rank] = work(_here.group)
        except BaseException as error:
            results[rank] = error
            _here.group.fail(error)

    threads = [threading.Thread(target=run, args=(rank,), name=f"rank {rank}") for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results
