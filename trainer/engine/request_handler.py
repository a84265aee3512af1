"""What is asked of an attempt, by callbacks, other threads, signals and the files of viewers. [no torch]

Requests wait in the session's mailbox. At each boundary all of them are handled, and each is answered once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from trainer.distributed.process_group import ProcessGroup
from trainer.engine.checkpoint_times import CheckpointTimes
from trainer.engine.clock import Clock
from trainer.engine.commands import CommandQueue
from trainer.engine.context import Attempt
from trainer.engine.event_bus import EventBus
from trainer.engine.shared_commands import Item, ending_of_all, requests_of_all
from trainer.errors import EpochscopeError, Parameter, Plain
from trainer.events import (
    Answer,
    CheckpointRequested,
    CheckpointSaved,
    RequestHandled,
    RunPaused,
    RunUnpaused,
    Status,
    StopRequested,
)
from trainer.reasons import reason_text
from trainer.store import requests
from trainer.store.folder import RunFolder
from trainer.store.requests import MalformedRequestError, Request


class StopNow(Exception):  # noqa: N818  # it is no error: it carries a request to the end of the attempt
    """Raised at a boundary after a stop request; only the session catches it."""


@dataclass
class RequestHandler:
    """Pauses, saves and ends an attempt as it is asked to.

    `status`: how the attempt ends, once that is known; `reason`: why, in a word.
    """

    session: Attempt
    control: CommandQueue
    bus: EventBus
    clock: Clock
    saving: CheckpointTimes
    group: ProcessGroup
    folder: RunFolder | None
    status: Status | None = None
    reason: str = ""
    _stop: StopRequested | None = None
    _after_epoch: bool = False
    _paused: bool = False
    _clock_ran: bool = False
    _taken: deque[Item] = field(default_factory=deque)

    def boundary(self) -> None:
        """Handle all requests; returns when training may continue, raises StopNow otherwise."""
        self._handle_waiting(timeout=0.0)
        while self._paused and not self.status:
            self._handle_waiting(timeout=0.1)
        if self.bus.first_error is not None:
            raise self.bus.first_error
        if self.status:
            raise StopNow

    def epoch_boundary(self) -> None:
        """The boundary after an epoch, where `stop(when="epoch")` takes effect too."""
        if self._after_epoch and not self.status:
            self.status = "stopped"
        self.boundary()

    def refuse_rest(self) -> None:
        """Refuse what is left when the attempt ends, and whatever comes later."""
        for request in (*self._taken, *self.control.close()):
            self._answer(request, "refused", "request.run_ended")

    def outcome(self) -> dict[str, Any]:
        """Fields of RunEnded where there was no error."""
        code = {"code": self._stop.code, "parameters": self._stop.parameters} if self._stop is not None else {}
        return {"status": self.status or "completed", "reason": self.reason, **code}

    def stop_for_callback(self, reason: str, code: str, parameters: dict[str, Plain]) -> None:
        """A callback ends the run, which counts as completed."""
        if not self.status:
            stop = StopRequested(
                **self.session.position, source="callback", reason=reason, code=code, parameters=parameters
            )
            self._end("completed", reason, stop)
        self.control.waiting = True

    def _end(self, status: Status | None, reason: str, stop: StopRequested) -> None:
        self.status, self.reason, self._stop = status, reason, stop
        self.session.emit(stop)

    def _handle_waiting(self, timeout: float) -> None:
        self._taken.extend(requests_of_all(self.group, self.control.take(timeout)))
        self.bus.drain()
        while self._taken:
            self._handle(self._taken[0])
            self._taken.popleft()  # only now: if answering raises, it is still answered at the end of the attempt
        error, status, stop = ending_of_all(self.group, self.bus.first_error, self.status, self._stop)
        if error is not None:
            self.bus.must_end(error)
        if status and stop is not None and not self.status:
            self._end(status, stop.reason, replace(stop, **self.session.position))

    def _handle(self, request: Item) -> None:
        match request:
            case MalformedRequestError():
                self._answer(request, "refused", request.code, "", **request.parameters)
            case Request(attempt=int(attempt)) if attempt != self.session.attempt:
                self._answer(request, "stale", "request.stale", attempt=attempt)
            case Request(do="stop"):
                self._handle_stop(request)
            case Request(do="pause"):
                self._pause(request)
            case Request(do="unpause"):
                self._unpause(request)
            case Request(do="checkpoint"):
                with self.saving.together():
                    self._save(request)

    def _answer(self, request: Item, result: Answer, code: str = "", path: str = "", **about: Parameter) -> None:
        session, text = self.session, path or reason_text(code, about)
        answer = RequestHandled(
            **session.position, id=request.id, result=result, reason=text, code=code, parameters=about, path=path
        )
        session.emit(answer)
        if self.folder is not None and request.file:
            try:
                requests.remove(self.folder, request.file)
            except EpochscopeError as error:
                session.log(f"the request {request.id} was answered but its file cannot be deleted: {error}")
        if isinstance(request, Request):
            request.set_answer(answer)

    def _handle_stop(self, request: Request) -> None:
        source, when = request.source, request.when
        if self.status or (self._after_epoch and when == "epoch"):
            return self._answer(request, "already", "request.stopping")
        later = when == "epoch" and self.session.capture is not None
        if later:
            self._after_epoch = True
            if self._paused:  # otherwise the epoch could never end
                self._go_on(source)
        about = {"source": source, "when": when}
        stop = StopRequested(
            **self.session.position, source=source, reason=f"after this {when}", code="stop.request", parameters=about
        )
        self._end(None if later else "stopped", source, stop)
        return self._answer(request, "done")

    def _pause(self, request: Request) -> None:
        if self._paused:
            return self._answer(request, "already", "request.paused")
        if self.status:
            return self._answer(request, "refused", "request.stopping")
        self._paused, self._clock_ran = True, self.clock.running
        self.clock.stop()
        self.session.emit(RunPaused(**self.session.position, source=request.source, reason=""))
        return self._answer(request, "done")

    def _unpause(self, request: Request) -> None:
        if not self._paused:
            return self._answer(request, "already", "request.not_paused")
        self._go_on(request.source)
        return self._answer(request, "done")

    def _go_on(self, source: str) -> None:
        self._paused = False
        if self._clock_ran:  # the clock has not started in a run that is paused during preparation
            self.clock.start()
        self.session.emit(RunUnpaused(**self.session.position, source=source, reason=""))

    def _save(self, request: Request) -> None:
        session = self.session
        if session.capture is None:
            return self._answer(request, "refused", "request.not_training")
        if not self.bus.listens(CheckpointRequested):
            return self._answer(request, "refused", "request.no_checkpoint_callback")
        saved: list[CheckpointSaved] = []
        with self.bus.on(CheckpointSaved, saved.append):
            session.emit(CheckpointRequested(**session.position, kind=request.kind, source=request.source))
        # a retried `last` may be among them
        paths = [event.path for event in saved if event.kind == request.kind]
        if paths:
            return self._answer(request, "done", path=paths[-1])
        return self._answer(request, "refused", "request.save_failed")
