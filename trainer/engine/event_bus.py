"""Delivery of events: one total order, on the engine's thread, to callbacks sorted by phase.

An event emitted while another is being delivered waits its turn, so every subscriber sees the same sequence. What
happens when a handler raises is decided here and nowhere else (`Callback.on_error`).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from trainer.callback import Callback, OnError, Phase, callback_name
from trainer.engine.callback_error import callback_error
from trainer.errors import DiskError, EpochscopeError, UsageError
from trainer.events import HOOKS, BatchEnded, CallbackFailed, EpochEnded, Event, RunEnded

if TYPE_CHECKING:
    from trainer.engine.context import RunContext

E = TypeVar("E", bound=Event)
Hook = Callable[[Any, "RunContext"], None]

RETRY_BUFFER = 10_000
"""Most events kept for a handler that is being retried; beyond that the oldest are dropped."""
RETRY_EPOCHS = 3
"""A handler that keeps failing for this many epochs ends the run."""


@dataclass(eq=False)
class _Subscriber:
    """One callback (or function) and its state."""

    name: str
    phase: Phase
    on_error: OnError
    hooks: dict[type[Event], Hook]
    reads_loss: bool
    keep: Hook
    active: bool = True
    pending: deque[Event] = field(default_factory=lambda: deque(maxlen=RETRY_BUFFER))
    failed_epochs: int = 0
    seconds: float = 0.0


class Subscription:
    """What `Trainer.on` returns: call `remove()`, or use it as a context manager, to stop listening.

    Args:
        remove: What `remove()` calls.
    """

    def __init__(self, remove: Callable[[], None]) -> None:
        self._remove = remove

    def remove(self) -> None:
        """Stop listening; calling it twice does no harm."""
        self._remove()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class EventBus:
    """Sorts subscribers, delivers events to them, and accounts for their time and failures.

    `first_error` is the first error that must end the run, or None; `alarm` is called when it comes. `detached`: the
    failures after which the run went on without the callback, by its name.
    `note_failure` is called whenever a hook has raised, at RunEnded too, which no event tells.
    `seconds` is the time spent per subscriber.
    Raises UsageError where two callbacks share a name.
    """

    def __init__(self, callbacks: Iterable[Callback] = ()) -> None:
        self.run: RunContext | None = None
        self.first_error: EpochscopeError | None = None
        self.detached: dict[str, CallbackFailed] = {}
        self.alarm: Callable[[], None] = lambda: None
        self.note_failure: Callable[[CallbackFailed, Exception], None] = lambda failure, error: None
        self._subscribers: list[_Subscriber] = []
        self._added = 0
        self._table: dict[type[Event], tuple[tuple[_Subscriber, Hook], ...]] = {}
        self._queue: deque[Event] = deque()
        self._delivering = False
        self._retrying = False
        self._closed = False
        self._thread = threading.get_ident()
        self._rebuild()  # so that a bus without listeners accepts events, too
        for callback in callbacks:
            self.add(callback)

    # -- who listens ---------------------------------------------------------------------------------------------

    def add(self, callback: Callback) -> Subscription:
        """Subscribe every overridden hook of `callback`."""
        if not isinstance(callback, Callback):
            raise UsageError(
                "callbacks.not_one",
                f"Expected a Callback instance, got {callback!r}.",
                expected="an instance of a class derived from trainer.Callback",
                fix="pass an instance such as EarlyStopping(), not the class; functions go to `trainer.on(Event, f)`",
            )
        hooks: dict[type[Event], Hook] = {
            event: getattr(callback, hook)
            for event, hook in HOOKS.items()
            if getattr(type(callback), hook, None) is not getattr(Callback, hook) or hook in vars(callback)
        }
        name = callback_name(callback)
        if any(name == other.name for other in self._subscribers):
            raise UsageError(
                "callbacks.same_name",
                f"Two callbacks are named {name!r}.",
                expected="names that are unique within a run, because state is stored under them",
                fix=f"set `.name` of one of them, for example {name}(...).name = '{name}2'",
                callback=name,
            )
        keep = callback.keep_for_retry
        return self._add(_Subscriber(name, callback.phase, callback.on_error, hooks, callback.reads_loss, keep))

    def on(
        self, event: type[E], function: Callable[[E], object], *, every: int = 1, once: bool = False, loss: bool = False
    ) -> Subscription:
        """Call `function(event)` at each `every`-th event of this class; with `once`, at the first one only."""
        kinds = [kind for kind in HOOKS if isinstance(event, type) and issubclass(kind, event)]
        if not kinds or event is object:
            raise UsageError(
                "callbacks.event",
                f"Expected the class of an event, got {event!r}.",
                expected="a class such as EpochEnded, or Event for every event",
                fix="`from trainer.events import EpochEnded`, then `trainer.on(EpochEnded, f)`",
                event=repr(event),
            )
        if not callable(function):
            raise UsageError(
                "callbacks.function",
                f"Expected a function, got {function!r}.",
                expected="a function of one argument, the event",
                function=repr(function),
            )
        if not isinstance(every, int) or every < 1:
            raise UsageError("callbacks.every", f"every: got {every!r}.", expected="a whole number of at least 1")
        count = 0

        def hook(record: Any, run: RunContext) -> None:
            nonlocal count
            count += 1
            if count % every:
                return
            if once:
                subscription.remove()
            function(record)

        name = f"{getattr(function, '__name__', type(function).__name__)}#{self._added + 1}"
        subscription = self._add(_Subscriber(name, Phase.VIEW, "detach", dict.fromkeys(kinds, hook), loss, hook))
        return subscription

    def _add(self, subscriber: _Subscriber) -> Subscription:
        self._subscribers.append(subscriber)
        self._added += 1
        self._rebuild()
        return Subscription(lambda: self._remove(subscriber))

    def _remove(self, subscriber: _Subscriber) -> None:
        if subscriber in self._subscribers:
            subscriber.active = False  # it may come later in a delivery that is under way
            self._subscribers.remove(subscriber)
            self._rebuild()

    def _rebuild(self) -> None:
        self._table = {
            event: tuple(
                (subscriber, subscriber.hooks[event])
                for subscriber in self._ordered()
                # whoever failed still hears how it ended
                if event in subscriber.hooks and (subscriber.active or event is RunEnded)
            )
            for event in HOOKS
        }

    def _ordered(self) -> list[_Subscriber]:
        return sorted(self._subscribers, key=lambda subscriber: subscriber.phase)  # stable: then the order given

    def listens(self, event: type[Event]) -> bool:
        """Whether anyone listens to this event; other events need not be built."""
        return bool(self._table[event])

    def shows(self, event: type[Event]) -> bool:
        """Whether anyone who listens to this event is there to show the run."""
        return any(subscriber.phase is Phase.VIEW for subscriber, _ in self._table[event])

    @property
    def reads_loss(self) -> bool:
        """Whether a listener of BatchEnded wants the loss as a float on a device too."""
        return any(subscriber.reads_loss for subscriber, _ in self._table[BatchEnded])

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds spent in each subscriber so far, in calling order."""
        return {subscriber.name: subscriber.seconds for subscriber in self._ordered()}

    def order(self) -> list[tuple[str, str, str, list[str]]]:
        """Name, phase, on_error and hooks of each subscriber, in calling order."""
        return [(s.name, s.phase.name, s.on_error, [HOOKS[event] for event in s.hooks]) for s in self._ordered()]

    # -- delivery ------------------------------------------------------------------------------------------------

    @property
    def here(self) -> bool:
        """Whether the caller is the engine's thread."""
        return threading.get_ident() == self._thread

    @property
    def delivering(self) -> bool:
        """Whether a handler is running right now."""
        return self._delivering

    def bind(self, run: RunContext) -> None:
        """Start delivering, on the calling thread, passing `run` to every hook.

        Failures in earlier runs are forgotten.
        """
        self.run = run
        self._thread = threading.get_ident()
        self._closed = False
        self._queue.clear()  # what came after the end of an earlier run belongs to no run
        self.first_error = None
        self.detached.clear()
        for subscriber in self._subscribers:
            subscriber.active, subscriber.failed_epochs, subscriber.seconds = True, 0, 0.0
        self._rebuild()

    def emit(self, event: Event) -> None:
        """Deliver `event` to all, or queue it during a delivery or when called from another thread."""
        self._queue.append(event)
        if self.here:
            self.drain()
        else:
            self.alarm()  # the engine drains the queue at its next boundary

    def drain(self) -> None:
        """Deliver queued events. Engine's thread only."""
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._queue:
                self._deliver(self._queue.popleft())
        finally:
            self._delivering = False

    def _deliver(self, event: Event) -> None:
        if self._closed:
            return
        if self._retrying:
            self._retry()
        kind = type(event)
        self._closed = kind is RunEnded
        for subscriber, hook in self._table[kind]:
            if subscriber.pending or (subscriber.on_error == "retry" and self._waits(subscriber)):
                self._hold_back(subscriber, event)
            elif subscriber.active or kind is RunEnded:
                self._call(subscriber, hook, event)

    def _call(self, subscriber: _Subscriber, hook: Hook, event: Event) -> None:
        start = perf_counter()
        try:
            hook(event, self.run)  # type: ignore[arg-type]  # bound before the first event
        except Exception as error:
            self._failed(subscriber, event, error)
        finally:
            subscriber.seconds += perf_counter() - start

    def must_end(self, error: EpochscopeError) -> None:
        """End the run with an error that no subscriber has raised, unless one did before."""
        self.first_error = self.first_error or error

    def settle(self) -> None:
        """Retry one last time; a failure now ends the run."""
        self._delivering = True  # what a retried hook emits waits its turn, as ever
        try:
            for subscriber in self._ordered():
                if subscriber.pending and (error := self._flush(subscriber)) is not None:
                    self._give_up(subscriber, error)
        finally:
            self._delivering = False
        self.drain()

    # -- failures ------------------------------------------------------------------------------------------------

    def _failed(self, subscriber: _Subscriber, event: Event, error: Exception) -> None:
        action: Literal["stop", "retry", "detach"] = subscriber.on_error
        if action == "retry" and (not isinstance(error, OSError | DiskError) or self._closed):
            action = "stop"
        if action == "stop":
            self._end_run(subscriber, event, error)
            return
        if action == "retry":
            self._put_off(subscriber, event)
        else:
            self._mute(subscriber)
        self._announce(subscriber, event, action, error)

    def _announce(
        self, subscriber: _Subscriber, event: Event, action: Literal["stop", "retry", "detach"], error: Exception
    ) -> None:
        # a retried subscriber is one of "all others" only once it works again: its own failure reaches it then
        known = error if isinstance(error, EpochscopeError) else None
        failure = CallbackFailed(
            epoch=event.epoch,
            step=event.step,
            callback=subscriber.name,
            hook=HOOKS[type(event)],
            action=action,
            error=f"{type(error).__name__}: {error}",
            code=known.code if known else "",
            parameters=dict(known.parameters) if known else {},
        )
        if action == "detach":
            self.detached[subscriber.name] = failure
        self.note_failure(failure, error)
        self._queue.append(failure)

    def _end_run(self, subscriber: _Subscriber, event: Event, error: Exception) -> None:
        self._mute(subscriber)
        if self.first_error is None:
            self.first_error = callback_error(subscriber.name, event, error)
            self.alarm()
        self._announce(subscriber, event, "stop", error)

    def _mute(self, subscriber: _Subscriber) -> None:
        """From here on the subscriber hears only RunEnded; a second failure of it cannot start a chain."""
        subscriber.active = False
        subscriber.pending.clear()
        self._rebuild()

    def _hold_back(self, subscriber: _Subscriber, event: Event) -> None:
        """Earlier events come first: this one waits with them."""
        if len(subscriber.pending) == RETRY_BUFFER and self.run is not None:
            lost = subscriber.pending[0]
            self.run.log(f"callback {subscriber.name} lost {type(lost).__name__} of step {lost.step}: too many wait")
        self._put_off(subscriber, event)
        try:
            subscriber.keep(event, self.run)  # type: ignore[arg-type]  # bound before the first event
        except Exception as error:
            self._end_run(subscriber, event, error)

    def _put_off(self, subscriber: _Subscriber, event: Event) -> None:
        subscriber.pending.append(event)
        subscriber.failed_epochs += isinstance(event, EpochEnded)
        self._retrying = True

    def _retry(self) -> None:
        """Hand the oldest failed events over again, in their order, before anything new is delivered."""
        for subscriber in self._ordered():
            if not subscriber.pending or self._waits(subscriber):
                continue
            error = self._flush(subscriber)
            if error is None:
                subscriber.failed_epochs = 0
            elif subscriber.failed_epochs >= RETRY_EPOCHS:
                self._give_up(subscriber, error)
        self._retrying = any(subscriber.pending for subscriber in self._subscribers)

    def _waits(self, subscriber: _Subscriber) -> bool:
        """PERSIST waits for REPORT: a checkpoint must not cover events that are not in the journal yet."""
        return subscriber.phase is Phase.PERSIST and any(
            other.pending and other.phase is Phase.REPORT for other in self._subscribers
        )

    def _give_up(self, subscriber: _Subscriber, error: Exception) -> None:
        event = subscriber.pending[0]
        self._end_run(subscriber, event, error)
        if subscriber.phase is Phase.REPORT:
            for other in self._subscribers:
                if other.phase is Phase.PERSIST:
                    other.pending.clear()  # what waited for the journal is not saved without it

    def _flush(self, subscriber: _Subscriber) -> Exception | None:
        start = perf_counter()
        try:
            while subscriber.pending:
                event = subscriber.pending[0]
                subscriber.hooks[type(event)](event, self.run)  # type: ignore[arg-type]
                subscriber.pending.popleft()
        except Exception as error:
            return error
        finally:
            subscriber.seconds += perf_counter() - start
        return None
