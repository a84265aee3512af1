"""The run folder during an attempt: the lock, the owner record, requests from viewers, signals.

Two small threads work also while the engine prepares, validates or waits: one touches owner.json every two seconds, the
other looks into requests/ ten times a second and hands what it finds to the engine's mailbox. On a slow network disk a
look may take longer than the time after which a run without a heartbeat is taken over.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from trainer.engine.commands import CommandQueue
from trainer.errors import EpochscopeError, UsageError
from trainer.store import durable, requests
from trainer.store import folder as folders
from trainer.store.heartbeat import works_elsewhere
from trainer.store.leftovers import sweep

if TYPE_CHECKING:
    from trainer.store.folder import RunFolder
    from trainer.store.lock import RunLock

POLL_SECONDS = 0.1
LAUNCHER_SECONDS = 5.0
"""A terminal's Ctrl-C reaches every process, and the launcher sends it once more: so soon it is the same one."""
BEAT_SECONDS = 2.0


_HANG_UP = getattr(signal, "SIGHUP", None)
"""A terminal was closed, or the connection to it was lost. Windows has no such signal."""


def _heard() -> list[signal.Signals]:
    """The signals that ask for a stop. What `nohup` has told a process to ignore, it goes on ignoring."""
    hang_up = [] if _HANG_UP is None or signal.getsignal(_HANG_UP) == signal.SIG_IGN else [_HANG_UP]
    return [signal.SIGINT, signal.SIGTERM, *hang_up]


class RunGuard:
    """A context manager around one attempt. Raises UsageError `run.busy` if another process is writing to the run.

    `launched`: one of several processes, which a launcher steers by signals.
    """

    def __init__(
        self,
        control: CommandQueue,
        folder: RunFolder | None,
        attempt: int,
        log: Callable[[str], None],
        *,
        signals: bool,
        launched: bool = False,
    ) -> None:
        self._control = control
        self._folder = folder
        self._attempt = attempt
        self._log = log
        # a launcher asks by SIGTERM when another process has failed: this one can still say so
        self._signals = signals or (launched and threading.current_thread() is threading.main_thread())
        self._grace = LAUNCHER_SECONDS if launched else 0.0
        self._signalled = 0.0
        self._before: dict[int, Any] = {}
        self._end = threading.Event()
        self._known: set[str] = set()
        self._lock: RunLock | None = None
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> RunGuard:
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self) -> None:
        if self._folder is not None:
            self._lock = folders.acquire(self._folder)
            self._check_not_elsewhere(self._folder)
            self._check_not_overtaken(self._folder)
            sweep(self._folder)
            folders.write_owner(self._folder, folders.current_owner(self._attempt))
        self._control.open()
        if self._signals:
            for number in _heard():
                self._before[number] = signal.signal(number, self._on_signal)
        if self._folder is not None:
            owner = self._folder.owner
            self._repeat("epochscope-heartbeat", BEAT_SECONDS, lambda: durable.touch(owner))
            self._repeat("epochscope-keeper", POLL_SECONDS, self._look)

    def _check_not_overtaken(self, folder: RunFolder) -> None:
        """The state to resume from was read before the lock was taken: another process may have resumed the run
        since."""
        owner = folders.read_owner(folder)
        if owner is not None and owner.attempt >= self._attempt:
            raise UsageError(
                "run.busy",
                f"This run was resumed by {owner} at the same moment.",
                where=str(folder.path),
                fix="Try again.",
                path=str(folder.path),
                holder=str(owner),
            )

    def _check_not_elsewhere(self, folder: RunFolder) -> None:
        """On a shared folder, a lock may not be visible from another machine, but the heartbeat is."""
        if works_elsewhere(folder.path):
            owner = folders.read_owner(folder)
            raise UsageError(
                "run.busy",
                f"This run is being written by {owner}.",
                where=str(folder.path),
                expected="a run that is not being trained; while it is, its owner.json changes every two seconds",
                fix="Wait until it ends, or stop it there first.",
                path=str(folder.path),
                holder=str(owner),
            )

    def __exit__(self, failure: type[BaseException] | None = None, *_: object) -> None:
        for number, handler in self._before.items():
            # a launcher ends all processes when one has failed; this one has yet to say why
            ending = self._grace and failure is not None and number == signal.SIGTERM
            signal.signal(number, signal.SIG_IGN if ending else handler)
        try:
            self._control.close()
            self._end.set()
            for thread in self._threads:
                thread.join()
        finally:  # Ctrl-C may come while a thread waits for a slow disk
            if self._lock is not None:
                self._lock.release()

    # -- signals -------------------------------------------------------------------------------------------------

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first asks for a stop after this step; the second ends the process now, as safe as a power cut."""
        now = time.monotonic()
        if self._control.interrupted:
            if now - self._signalled < self._grace or number == _HANG_UP:  # the shell repeats the terminal's
                return
            os.write(sys.stderr.fileno(), b"\nended at once; `epochscope resume` continues from the last checkpoint\n")
            os._exit(130)
        self._signalled = now
        self._control.interrupt(signal.Signals(number).name)

    # -- the threads ---------------------------------------------------------------------------------------------

    def _repeat(self, name: str, seconds: float, act: Callable[[], object]) -> None:
        def keep() -> None:
            while not self._end.wait(seconds):
                try:
                    act()
                except (OSError, EpochscopeError) as error:
                    # a full or missing disk is handled by the callbacks: they retry and report it
                    self._log(f"the run folder cannot be updated: {error}")

        thread = threading.Thread(target=keep, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _look(self) -> None:
        folder = self._folder
        if folder is None:
            return
        found = requests.poll(folder)
        self._known &= {item.id for item in found}
        for item in found:
            if item.id in self._known:
                continue
            self._known.add(item.id)
            if isinstance(item, requests.Request):
                self._control.submit(item)
            else:
                self._control.refuse(item)
