"""Several processes with torch.distributed: gloo between CPUs, NCCL between GPUs.

Values and decisions always use gloo, so that a dead process is noticed at once: the system closes its sockets. Which
one it was and why is then looked up: errors are kept in the launcher's store, where the first one counts.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import torch
import torch.distributed as dist

# the defaults of its functions keep the group that is there when it is imported, and an optimiser imports it: the group
# and its threads outlived `_close`, and one that let go of a tensor while Python ended aborted the process
import torch.distributed.nn.functional
from torch import Tensor

from trainer.distributed.peer_errors import PeerError, lost, peer_error, stuck, told
from trainer.distributed.placement import Placement, wait_minutes
from trainer.distributed.process_group import ProcessGroup
from trainer.errors import UsageError
from trainer.store import process
from trainer.text.text_shortening import first_line
from trainer.torch_internals import copy_each, set_patience

if TYPE_CHECKING:
    from torch.distributed.device_mesh import DeviceMesh

T = TypeVar("T")

PATIENCE = timedelta(hours=12)
"""The first process of a machine may decode or download for hours while the others wait. Noticing that a process died
does not take that long."""
CONNECT = timedelta(minutes=5)
"""How long to wait for the first process."""
SEARCH_SECONDS = 4.0
"""How long to look for the cause after a connection broke."""
LATE_SECONDS = 10.0
"""The same after an exchange took too long: the others have begun to wait at about the same time."""
_RUN = "epochscope/run"


class TorchGroup(ProcessGroup):
    """Several processes connected by torch.distributed, see `ProcessGroup`.

    Args:
        place: Place of this process.

    Attributes:
        rank: Rank of this process, from 0.
        size: Number of processes.
        local_rank: Rank among the processes of this machine.
        local_size: Processes on this machine.

    Raises:
        UsageError: `distributed.connect`: the processes cannot connect.
    """

    def __init__(self, place: Placement) -> None:
        self.rank, self.size = place.rank, place.size
        self.local_rank, self.local_size = place.local_rank, place.local_size
        self._restart = place.restart
        self._open = True
        self._tensors: Any = None
        """The group of GPUs; None: gloo for everything."""
        self._buffers: dict[Any, list[Tensor]] = {}
        self._wait = timedelta(minutes=wait_minutes())
        self._patience = PATIENCE
        # of each start, or processes that are started again would look for those that are gone
        ours = f"epochscope/{place.restart}/{place.size}"
        try:
            self._store = _store(place)
            mine = dist.PrefixStore(ours, self._store)  # type: ignore[attr-defined]  # it is documented there
            dist.init_process_group("gloo", timeout=PATIENCE, store=mine, rank=place.rank, world_size=place.size)
        except (RuntimeError, ValueError, OSError) as error:
            raise UsageError(
                "distributed.connect",
                f"The {self.size} processes could not connect: {first_line(error)}",
                where=f"process {self.rank}, {os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}",
                expected="processes started by torchrun, on machines that reach each other",
                fix="start them as `torchrun --nproc-per-node 2 -m trainer train ...`",
            ) from error
        self._failed, self._waits = f"{ours}/failed", f"{ours}/waits"
        atexit.register(self._close)
        pid = os.getpid()
        self._peers = self.gather((platform.node(), pid, process.process_started(pid)))

    # -- plain values --------------------------------------------------------------------------------------------

    def gather(self, value: T) -> list[T]:
        """See `ProcessGroup`; exchanges `wants` too."""
        found: list[Any] = [None] * self.size
        self._call(lambda: dist.all_gather_object(found, (value, self.wants)))
        self.agreed = any(wants for _, wants in found)
        return [one for one, _ in found]

    def from_first(self, make: Callable[[], T]) -> T:
        """See `ProcessGroup`."""
        made, error = _tried(make) if self.rank == 0 else (None, None)
        sent = [(made, None if error is None else told(error, 0, self.size))]
        self._call(lambda: dist.broadcast_object_list(sent, src=0))
        if error is not None:
            raise error
        if sent[0][1] is not None:
            raise peer_error(sent[0][1])
        return sent[0][0]  # type: ignore[return-value]  # None only where `make` gave it

    def in_turn(self, make: Callable[[], T]) -> T:
        """See `ProcessGroup`."""
        self._wait_for(PATIENCE)
        made: T | None = None
        for first in (True, False):
            error, self.agreed = None, False  # what is wanted meanwhile waits until all do the same again
            if (self.local_rank == 0) is first:
                made, error = _tried(make)
            outcomes = self.gather(None if error is None else told(error, self.rank, self.size))
            if error is not None:
                raise error
            for facts in outcomes:
                if facts is not None:
                    raise peer_error(facts)
        return made  # type: ignore[return-value]  # one of the two rounds was this process's

    def gathered(self, item: T | None) -> list[T]:
        """See `ProcessGroup`."""
        return [one for one in self.gather(item) if one is not None]

    # -- tensors -------------------------------------------------------------------------------------------------

    def use(self, device: torch.device) -> None:
        """Exchange tensors by NCCL if each process has a GPU of its own, else by gloo.

        Args:
            device: Device of the model.

        Raises:
            UsageError: `distributed.devices`: the processes use different kinds of devices, or neither CPUs nor CUDA
                GPUs.
        """
        there = self.gather((platform.node(), str(device)))
        kinds = {name.split(":")[0] for _, name in there}
        if len(kinds) > 1 or kinds - {"cpu", "cuda"}:
            raise UsageError(
                "distributed.devices",
                f"The processes run on different devices: {', '.join(sorted(name for _, name in there))}.",
                expected="all of them on CPUs, or all of them on CUDA GPUs",
                fix="give all of them the same --device: auto, cpu or cuda",
            )
        if device.type == "cuda":
            torch.cuda.set_device(device)
            if self._tensors is None and len(set(there)) == self.size and dist.is_nccl_available():
                self._tensors = dist.new_group(backend="nccl", timeout=PATIENCE)

    def sum_gradients(self, parameters: Sequence[Tensor]) -> None:
        """See `ProcessGroup`. One exchange per dtype and device: all values in a row, then whether any process has
        each."""
        start = time.perf_counter()
        self._wait_for(self._wait)
        for kind in dict.fromkeys((one.dtype, one.device) for one in parameters):
            self._sum([one for one in parameters if (one.dtype, one.device) == kind], kind)
        self.exchange_seconds += time.perf_counter() - start

    def _sum(self, parameters: Sequence[Tensor], kind: tuple[torch.dtype, torch.device]) -> None:
        buffer, *places = self._places(parameters, kind)
        there = [(place, one.grad) for place, one in zip(places, parameters, strict=True) if one.grad is not None]
        buffer.zero_()
        if there:  # an uneven batch may have no image for this process
            copy_each([place for place, _ in there], [gradient for _, gradient in there])
        has = [float(one.grad is not None) for one in parameters]
        buffer[-len(has) :] = torch.tensor(has, dtype=buffer.dtype, device=buffer.device)
        self._call(lambda: dist.all_reduce(buffer, group=self._tensors))
        if len(there) < len(parameters):  # another process may have what this one has not
            anywhere = buffer[-len(has) :].tolist()
            for one, amount in zip(parameters, anywhere, strict=True):
                if amount and one.grad is None:
                    one.grad = torch.zeros_like(one)
        kept = [(place, one.grad) for place, one in zip(places, parameters, strict=True) if one.grad is not None]
        if kept:
            copy_each([gradient for _, gradient in kept], [place for place, _ in kept])

    def _places(self, parameters: Sequence[Tensor], kind: tuple[torch.dtype, torch.device]) -> list[Tensor]:
        """The memory that is exchanged, and the part of it that is each parameter's."""
        key = (kind, tuple(one.shape for one in parameters))
        if key not in self._buffers:
            sizes = [one.numel() for one in parameters]
            buffer = torch.zeros(sum(sizes) + len(sizes), dtype=kind[0], device=kind[1])
            parts = buffer[: sum(sizes)].split(sizes)
            self._buffers[key] = [buffer, *(part.view(one.shape) for part, one in zip(parts, parameters, strict=True))]
        return self._buffers[key]

    def exchange(self, facts: Tensor) -> list[Tensor]:
        """See `ProcessGroup`. A GPU does not wait for it: `wants` goes between the CPUs."""
        start = time.perf_counter()
        self._wait_for(self._wait)
        if facts.device.type == "cpu":
            own = torch.cat([facts, torch.tensor([float(self.wants)], dtype=facts.dtype)])
            found = [torch.empty_like(own) for _ in range(self.size)]
            self._call(lambda: dist.all_gather(found, own))
            self.agreed = any(one[-1].item() for one in found)
            found = [one[:-1] for one in found]
        else:
            found = [torch.empty_like(facts) for _ in range(self.size)]
            self._call(lambda: dist.all_gather(found, facts, group=self._tensors))
            wanted = torch.tensor(float(self.wants))
            self._call(lambda: dist.all_reduce(wanted, dist.ReduceOp.MAX))
            self.agreed = bool(wanted.item())
        self.exchange_seconds += time.perf_counter() - start
        return found

    def copy_from_first(self, tensors: Iterable[Tensor]) -> None:
        """See `ProcessGroup`."""
        for tensor in tensors:
            whole = tensor.detach().contiguous()
            bits = whole.reshape(-1).view(torch.uint8)  # gloo does not know all types: masks, for example
            self._call(lambda: dist.broadcast(bits, src=0, group=self._tensors))  # noqa: B023  # called here
            if whole.data_ptr() != tensor.data_ptr():
                tensor.detach().copy_(whole)

    def mesh(self, device_type: str) -> DeviceMesh:
        """See `ProcessGroup`."""
        from torch.distributed.device_mesh import DeviceMesh

        if device_type != "cpu" and self._tensors is None:
            raise UsageError(
                "distributed.shard_devices",
                "A model can only be sharded across processes that each have their own GPU, over NCCL.",
                expected="as many GPUs as processes, or CPU processes",
                fix="start as many processes as there are GPUs, or leave out shard",
            )
        group: Any = dist.group.WORLD if self._tensors is None else self._tensors
        return DeviceMesh.from_group(group, device_type)

    # -- started again -------------------------------------------------------------------------------------------

    def remember(self, run: str) -> None:
        """See `ProcessGroup`: in the launcher's store, which outlives the processes."""
        with contextlib.suppress(RuntimeError):
            for key in (_RUN, f"{_RUN}:{run}"):
                self._store.set(key, run)

    def remembered(self) -> str:
        """See `ProcessGroup`."""
        try:
            there = bool(self._restart) and self._store.check([_RUN])
            return self._store.get(_RUN).decode() if there else ""
        except RuntimeError:
            return ""

    def remembers(self, run: str) -> bool:
        """See `ProcessGroup`."""
        try:
            return bool(self._restart and self._store.check([f"{_RUN}:{run}"]))
        except RuntimeError:
            return False

    # -- failures ------------------------------------------------------------------------------------------------

    def _wait_for(self, patience: timedelta) -> None:
        """How long exchanges wait from now on: hours while data are prepared, minutes once steps are taken."""
        if self._patience != patience:
            self._patience = patience
            set_patience(patience)

    def _call(self, collective: Callable[[], object]) -> None:
        if not self._open:
            raise UsageError(
                "distributed.over",
                "The connection between the processes was closed: one of them failed.",
                fix="restart all of them",
            )
        try:
            collective()
        except RuntimeError as error:  # gloo has no error of its own
            raise self._cause(error) from error

    def cause_of(self, error: BaseException) -> BaseException:
        """See `ProcessGroup`. gloo has no error of its own."""
        broken = isinstance(error, RuntimeError) and (isinstance(error, dist.DistError) or "gloo" in str(error))
        return self._cause(error) if broken and self._open else error

    def _cause(self, error: BaseException) -> PeerError:
        """Why a connection broke: what another process said before it ended, else who is gone, or did not come."""
        late = "timed out" in str(error).lower()
        if late:
            with contextlib.suppress(RuntimeError):
                self._store.set(f"{self._waits}/{self.rank}", "")
        end = time.monotonic() + (LATE_SECONDS if late else SEARCH_SECONDS)
        while True:
            facts = self._said()
            if facts is not None:
                return peer_error(facts)
            over, gone = time.monotonic() > end, self._gone()
            if late and gone is None and (absent := self._absent(over)) is not None:
                host, pid, _ = self._peers[absent]
                return stuck(absent, self.size, host, pid, self._state(absent), self._wait.total_seconds() / 60)
            if gone is not None or over:
                rank = -1 if gone is None else gone
                facts = self._said()  # what was said just before counts more than who was seen to be gone
                host = "" if gone is None else self._peers[gone][0]
                return peer_error(facts) if facts else lost(rank, self.size, host, first_line(error))
            time.sleep(0.05)

    def _said(self) -> dict[str, Any] | None:
        try:
            if self._store.check([self._failed]):
                found: dict[str, Any] = json.loads(self._store.get(self._failed))
                return found if found["rank"] != self.rank else None
        except RuntimeError:  # the store was in the process that is gone
            return None
        return None

    def _gone(self) -> int | None:
        """The first process of this machine that does not run any more."""
        for rank, (host, pid, started) in enumerate(self._peers):
            if rank != self.rank and host == platform.node() and not process.alive(pid, started):
                return rank
        return None

    def _absent(self, over: bool) -> int | None:
        """The process that does not wait as this one does: one that was stopped, or, once the others have had the time
        to say that they wait, the first."""
        try:
            others = [rank for rank in range(self.size) if rank != self.rank]
            absent = [rank for rank in others if not self._store.check([f"{self._waits}/{rank}"])]
        except RuntimeError:  # the store was in the process that is gone
            return None
        stopped = next((rank for rank in absent if self._state(rank) == "stopped"), None)
        return next(iter(absent), None) if over and stopped is None else stopped

    def _state(self, rank: int) -> str:
        """What a process does; "" where it cannot be asked, on another machine."""
        host, pid, _ = self._peers[rank]
        return process.state(pid) if host == platform.node() else ""

    def fail(self, error: BaseException) -> None:
        """See `ProcessGroup`: the first error counts; closed connections wake the others."""
        if not self._open:
            return
        with contextlib.suppress(RuntimeError):
            self._store.compare_set(self._failed, "", json.dumps(told(error, self.rank, self.size), default=str))
        self._close()

    def _close(self) -> None:
        if self._open:
            self._open = False
            with contextlib.suppress(Exception):  # whatever it is, the process ends
                dist.destroy_process_group()


def _store(place: Placement) -> Any:
    """What the processes tell each other before they are connected, and when they fail: kept by the launcher, or by the
    first of them."""
    by_launcher = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    return dist.TCPStore(  # type: ignore[attr-defined]  # it is documented there
        os.environ["MASTER_ADDR"],
        int(os.environ["MASTER_PORT"]),
        is_master=place.rank == 0 and not by_launcher,
        timeout=CONNECT,
        multi_tenant=True,
    )


def _tried(make: Callable[[], T]) -> tuple[T | None, Exception | None]:
    try:
        return make(), None
    except Exception as error:  # it is raised once all know of it
        return None, error
