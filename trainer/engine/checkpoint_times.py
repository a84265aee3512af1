"""When a checkpoint that is asked for can be made. [no torch]"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from trainer.engine.commands import CommandQueue
from trainer.events import CheckpointRequested
from trainer.store.requests import Request


class CheckpointTimes:
    """Of one attempt, in the process `rank`, whose requests go to `control`.

    `meeting`: what all processes enter to capture the state together; None: each can capture it at any time.
    """

    def __init__(self, control: CommandQueue, rank: int) -> None:
        self.meeting: Callable[[], AbstractContextManager[None]] | None = None
        self._control = control
        self._rank = rank
        self._held: list[CheckpointRequested] | None = None

    def together(self) -> AbstractContextManager[None]:
        """What is captured inside is captured by all processes, which enter it at the same step."""
        return nullcontext() if self.meeting is None else self.meeting()

    def postpones(self, event: CheckpointRequested, by_callback: bool) -> bool:
        """Whether the checkpoint will be asked for again, when it can be made."""
        if self.meeting is not None and by_callback:  # of one process: all of them have to learn of it
            if not self._rank:
                self._control.submit(Request("checkpoint", source=event.source, kind=event.kind))
        elif self._held is not None:
            self._held.append(event)
        else:
            return False
        return True

    def hold(self) -> None:
        """From ValidationDone to EpochEnded there is no state to continue from: a resumed run would validate, and have
        its callbacks decide, a second time. Checkpoints asked for meanwhile are made at EpochEnded."""
        self._held = []

    def release(self) -> list[CheckpointRequested]:
        """What was held back."""
        held, self._held = self._held or [], None
        return held
