"""Whether an engine is working on a run: its lock, its process, or a heartbeat that changes between two checks. [no
torch]

Clocks are never compared: the modification time of owner.json comes from the clock of another machine or of a file
server. It only matters whether it has changed since the last check, timed by this process's monotonic clock.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable

from trainer.store import durable, lock, process
from trainer.store import summary as summaries
from trainer.store.run_owner import Owner, decode_owner

FRESH_SECONDS = 10.0
"""A heartbeat (every 2 s) that has been seen to change may pause this long: an engine can be slow."""
WATCH_SECONDS = 5.0
"""How long a run of another machine is watched before a list reports its engine as gone: longer than a heartbeat takes
on a network disk whose calls need two seconds."""
TAKEOVER_SECONDS = 8.0
"""How long it is watched before another process may resume it."""
_POLL_SECONDS = 0.1
_MAX_OWNER = 1 << 16


class Heartbeat:
    """Watches one run: call `look` repeatedly. `path`: the run folder. `clock`: seconds, monotonic."""

    def __init__(self, path: str | os.PathLike[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._base = os.fspath(path)
        self._clock = clock
        self._beat: tuple[int, ...] | None = None
        self._since = clock()
        self._moves = 0
        self.undecided = False
        """The last check was inconclusive because the owner is on another machine; a later one will tell."""

    def look(self) -> bool:
        """Whether an engine is working on the run. On another machine: yes while the heartbeat changes. Until it has
        changed, or has been watched for `WATCH_SECONDS`, the result is a guess by its age, and `undecided`."""
        now, self.undecided = self._clock(), False
        if lock.is_locked(os.path.join(self._base, "lock")):  # noqa: PTH118 - of thousands
            self._beat = None
            return True
        found = _read_beat(self._base)
        if found is None:
            self._beat = None
            return False
        beat, owner = found
        if self._beat is None:
            self._since = now
        elif beat != self._beat:
            self._since, self._moves = now, self._moves + 1
        self._beat = beat
        if owner.host == platform.node():
            if process.alive(owner.pid, owner.started):
                # both times are of this machine, whose clock may have been set since
                return _is_fresh(beat) or (self._moves > 0 and now - self._since < FRESH_SECONDS)
            # unless another machine has the same name, and its engine is still running
            return self._moves > 1 and now - self._since < FRESH_SECONDS
        if self._moves:
            return now - self._since < FRESH_SECONDS
        if _said_its_end(self._base, owner):
            self._beat = None
            return False
        self.undecided = now - self._since < WATCH_SECONDS
        return self.undecided and _is_fresh(beat)


def _is_fresh(beat: tuple[int, ...]) -> bool:
    return abs(time.time() - beat[0] / 1e9) < FRESH_SECONDS


def _read_beat(base: str) -> tuple[tuple[int, ...], Owner] | None:
    """Opened for each check: a network file system then asks its server again."""
    try:
        fd = durable.open_regular(os.path.join(base, "owner.json"))  # noqa: PTH118
    except OSError:
        return None
    try:
        about = os.fstat(fd)
        owner = decode_owner(os.read(fd, _MAX_OWNER))
    except (OSError, ValueError):
        return None
    finally:
        os.close(fd)
    return (about.st_mtime_ns, about.st_size, about.st_ino), owner


def _said_its_end(base: str, owner: Owner) -> bool:
    found = summaries.find(os.path.join(base, "summary.json"))  # noqa: PTH118
    return found is not None and found.status in summaries.ENDED and found.attempt >= owner.attempt


def watch(hearts: Iterable[Heartbeat], seconds: float = WATCH_SECONDS) -> None:
    """Check all of them until each is conclusive, for at most about `seconds`."""
    waiting = [heart for heart in hearts if heart.undecided]
    end = time.monotonic() + seconds
    while waiting and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)
        for heart in waiting:
            heart.look()
        waiting = [heart for heart in waiting if heart.undecided]


def works_elsewhere(path: str | os.PathLike[str], seconds: float = TAKEOVER_SECONDS) -> bool:
    """Whether an engine on another machine is working on a run whose lock is free here: checked before a run is
    resumed, as the lock may not be visible there. Waits up to `seconds` if the last owner is on another machine and did
    not record an end."""
    found = _read_beat(os.fspath(path))
    if found is None or found[1].host == platform.node() or _said_its_end(os.fspath(path), found[1]):
        return False
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(_POLL_SECONDS)
        now = _read_beat(os.fspath(path))
        if now is not None and now[0] != found[0]:
            return True
    return False
