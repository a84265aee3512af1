"""The actions available for a run, and pending requests. No Qt.

    idle   starting -> preparing -> running -> (pausing -> paused) -> stopping -> completed, stopped, failed, lost
    gone   from any state: the folder no longer exists

States follow the engine's acknowledgements in the journal; `pausing` and `stopping` mean a pending request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from gui.engine import processes
from gui.engine.processes import EngineProcess
from gui.viewmodels.selection import OpenRun
from trainer import events as ev
from trainer.store.requests import Do, Request, When

State = Literal[
    "idle",
    "starting",
    "preparing",
    "running",
    "pausing",
    "paused",
    "stopping",
    "completed",
    "stopped",
    "failed",
    "lost",
    "gone",
]
Action = Literal["pause", "unpause", "stop_epoch", "stop_step", "discard", "checkpoint", "continue", "end_process"]

ENABLED: dict[State, frozenset[Action]] = {
    "idle": frozenset(),
    "starting": frozenset(),
    "preparing": frozenset({"pause", "stop_step", "discard"}),
    "running": frozenset({"pause", "stop_epoch", "stop_step", "discard", "checkpoint"}),
    "pausing": frozenset({"stop_epoch", "stop_step", "discard"}),
    "paused": frozenset({"unpause", "stop_step", "discard", "checkpoint"}),
    "stopping": frozenset(),
    "completed": frozenset({"continue"}),
    "stopped": frozenset({"continue"}),
    "failed": frozenset({"continue"}),
    "lost": frozenset({"continue"}),
    "gone": frozenset(),
}
LIVE: frozenset[State] = frozenset({"starting", "preparing", "running", "pausing", "paused", "stopping"})
OVERDUE_SECONDS = 5.0


class RunState:
    """Controls one run, or none, by requests in its folder.

    Call `settle` on each tick: it processes the answers, which arrive through the journal.

    Args:
        run: The run; None if there is none.
        engine: The process that this window started for it, if any.
        clock: Seconds, monotonic. Default: `time.monotonic`.

    Attributes:
        run: As above.
        engine: As above.
        ending: The process that is being ended; None if there is none.
    """

    def __init__(
        self, run: OpenRun | None, engine: EngineProcess | None = None, clock: Callable[[], float] = time.monotonic
    ):
        self.run = run
        self.engine = engine
        self.pending: dict[Request, float] = {}
        """Unanswered requests in order, each with its time on `clock`."""
        self.ending: processes.Ending | None = None
        self._clock = clock

    @property
    def state(self) -> State:
        """State of the run, pending requests included."""
        starting = self.engine is not None and self.engine.exit_code is None
        if self.run is None:
            return "starting" if starting else "idle"
        said = self.run.follower.state
        if said == "gone":
            return "gone"
        if said in ("completed", "stopped", "failed", "lost"):
            if starting and not self.run.follower.alive and not self._written:
                return "starting"
            return said if self._began else "failed"  # type: ignore[return-value]
        if self.run.model.stopping or self._asked("stop"):
            return "stopping"
        if said != "paused" and self._asked("pause"):
            return "pausing"
        return said  # type: ignore[return-value]

    @property
    def enabled(self) -> frozenset[Action]:
        """Actions that are available now."""
        actions = ENABLED[self.state]
        if self._asked("unpause"):
            actions -= {"unpause"}
        if self._asked("checkpoint"):
            actions -= {"checkpoint"}
        if self._stops_late():
            actions |= {"stop_step"}
        if "continue" in actions and (self.custom or not self._began or self._newer):
            actions -= {"continue"}
        if self.overdue is not None and self.ending is None:
            actions |= {"end_process"}
        return actions

    @property
    def _written(self) -> bool:
        """Whether the engine that was started here has written of its attempt: then what is said is of that, also while
        its process ends."""
        if self.run is None or self.engine is None:
            return False
        return self._began and self.run.model.began >= 1000 * self.engine.started_at

    @property
    def _began(self) -> bool:
        return self.run is not None and self.run.model.began > 0

    @property
    def _newer(self) -> bool:
        return self.run is not None and self.run.follower.newer is not None

    @property
    def custom(self) -> bool:
        """Whether the run was started from Python with a model of its own: only that script can continue it."""
        info = self.run.model.info if self.run else None
        return bool(info and info.settings.get("custom"))

    @property
    def overdue(self) -> Request | None:
        """The oldest request that was not answered within 5 seconds; None if there is none."""
        now = self._clock()
        return next((request for request, asked in self.pending.items() if now - asked >= OVERDUE_SECONDS), None)

    def ask(self, do: Do, when: When = "step") -> None:
        """Send a request to the run's engine.

        Args:
            do: What it is to do.
            when: After this step or this epoch. Default: "step".

        Raises:
            UsageError: The request is not possible.
            DiskError: It could not be written.
        """
        if self.run is not None:
            self.pending[processes.ask(self.run.folder, do, when)] = self._clock()

    def settle(self) -> list[ev.RequestHandled]:
        """Remove requests that were answered, or no longer can be.

        Returns:
            The answers.
        """
        if self.run is None:
            return []
        answers = self.run.model.answers
        found = [answers[request.id] for request in self.pending if request.id in answers]
        over = self.run.follower.state in ("completed", "stopped", "failed", "lost", "gone")
        waiting = {} if over else self.pending
        self.pending = {request: asked for request, asked in waiting.items() if request.id not in answers}
        if self.ending is not None and self.ending.done():
            self.ending = None
        return found

    def end_process(self) -> None:
        """Start to end the engine's process.

        Raises:
            UsageError: That is not possible from here.
        """
        if self.run is not None:
            self.ending = processes.Ending(self.run.folder)

    def _asked(self, do: Do) -> bool:
        return any(request.do == do for request in self.pending)

    def _stops_late(self) -> bool:
        """Whether a stop was requested only for the end of the epoch, so that an immediate one is still possible."""
        if self.state != "stopping" or self.run is None:
            return False
        if stops := [request for request in self.pending if request.do == "stop"]:
            return all(request.when == "epoch" for request in stops)
        last = next((found for found in reversed(self.run.model.messages) if found.kind == "StopRequested"), None)
        return last is not None and last.values["parameters"].get("when") == "epoch"
