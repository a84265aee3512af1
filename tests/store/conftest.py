"""A seam that fails on purpose."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trainer.store import durable


class FaultySeam(durable.Seam):
    """Fails the `at`-th call (1-based), or all calls from there on. `how`: an errno, or "short" for short writes."""

    def __init__(self, at: int = 0, how: int | str = errno.EIO, *, persistent: bool = False) -> None:
        self.at, self.how, self.persistent = at, how, persistent
        self.calls: list[str] = []
        self.faults = 0

    def _fails(self, call: str) -> bool:
        self.calls.append(call)
        count = len(self.calls)
        fails = self.at > 0 and (count >= self.at if self.persistent else count == self.at)
        self.faults += fails
        return fails

    def _raise(self) -> None:
        if isinstance(self.how, int):
            raise OSError(self.how, os.strerror(self.how))

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        if self._fails("open"):
            self._raise()
        return super().open(path, flags, mode)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self._fails("write"):
            # a full disk takes what fits, then refuses
            if self.how == "short" or self.persistent:
                written = super().write(fd, memoryview(data)[: max(1, len(data) // 2)])
                if self.how == "short" and not self.persistent:
                    return written
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._raise()
        return super().write(fd, data)

    def read(self, fd: int, count: int) -> bytes:
        if self._fails("read"):
            self._raise()
        return super().read(fd, count)

    def fsync(self, fd: int) -> None:
        if self._fails("fsync"):
            self._raise()
        super().fsync(fd)

    def close(self, fd: int) -> None:
        super().close(fd)
        if self._fails("close"):
            self._raise()

    def replace(self, source: Path, target: Path) -> None:
        if self._fails("replace"):
            self._raise()
        super().replace(source, target)

    def mkdir(self, path: Path) -> None:
        if self._fails("mkdir"):
            self._raise()
        super().mkdir(path)

    def unlink(self, path: Path) -> None:
        if self._fails("unlink"):
            self._raise()
        super().unlink(path)

    def touch(self, path: Path) -> None:
        if self._fails("touch"):
            self._raise()
        super().touch(path)


@pytest.fixture
def seam_with(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Puts a FaultySeam in the seam's place and returns it; without arguments the real one comes back."""

    def put(*args: Any, **kwargs: Any) -> durable.Seam:
        seam = FaultySeam(*args, **kwargs) if args or kwargs else durable.Seam()
        monkeypatch.setattr(durable, "seam", seam)
        return seam

    yield put
    monkeypatch.undo()
