"""What ends or steers a run of several processes: asked of one, done by all at the same step. [no torch]"""

from __future__ import annotations

from collections.abc import Iterable

from trainer.distributed.peer_errors import peer_error, told
from trainer.distributed.process_group import ProcessGroup
from trainer.engine.commands import CommandQueue
from trainer.errors import EpochscopeError
from trainer.events import Status, StopRequested
from trainer.store.requests import MalformedRequestError, Request

Item = Request | MalformedRequestError
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""The launcher hands a signal on to all processes: it is one request."""


class SharedCommands(CommandQueue):
    """A mailbox whose `waiting` turns true in all processes at once, at the exchange after it did in one."""

    def __init__(self, group: ProcessGroup) -> None:
        self._group = group
        super().__init__()

    @property  # an attribute there, which costs nothing at each step
    def waiting(self) -> bool:
        """Whether any process has something that needs attention."""
        return self._group.agreed

    @waiting.setter
    def waiting(self, value: bool) -> None:
        self._group.wants = value
        if not value:
            self._group.agreed = False


def command_queue(group: ProcessGroup) -> CommandQueue:
    """A mailbox for one of the processes in `group`."""
    return CommandQueue() if group.size == 1 else SharedCommands(group)


def requests_of_all(group: ProcessGroup, taken: list[Item]) -> list[Item]:
    """What all processes were asked for, a stop first, in the same order in each; `taken`: what this one was. A file
    that holds no request is answered where it was found."""
    if group.size == 1:
        return taken
    asked = [one for one in taken if isinstance(one, Request)]
    malformed: list[Item] = [one for one in taken if not isinstance(one, Request)]
    found: list[Request] = []
    for rank, others in enumerate(group.gather(asked)):
        found += asked if rank == group.rank else others
    return [*malformed, *sorted(_once(found), key=lambda one: one.do != "stop")]


def ending_of_all(
    group: ProcessGroup, error: EpochscopeError | None, status: Status | None, stop: StopRequested | None
) -> tuple[EpochscopeError | None, Status | None, StopRequested | None]:
    """The first error of any process, and how and by what request all end: given those of this one."""
    if group.size == 1:
        return error, status, stop
    facts = None if error is None else told(error, group.rank, group.size)
    for failure, ending, asked in group.gather((facts, status, stop)):
        error = error or (None if failure is None else peer_error(failure))
        if status is None and ending is not None:
            status, stop = ending, asked
    return error, status, stop


def _once(requests: Iterable[Request]) -> list[Request]:
    """Without the second and third of a signal that all processes got."""
    seen: set[str] = set()
    kept = []
    for one in requests:
        if one.source in SIGNALS and one.do == "stop":
            if one.source in seen:
                continue
            seen.add(one.source)
        kept.append(one)
    return kept
