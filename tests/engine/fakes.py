"""Tiny runs: lists of batches, a recorder of events, faults on demand."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from trainer.callback import Callback, OnError, Phase
from trainer.engine.loop import Loop
from trainer.engine.parts import Parts
from trainer.engine.run_start import training_loop
from trainer.engine.session import Session
from trainer.events import HOOKS, BatchEnded, Event, Preparing, Working
from trainer.store import durable
from trainer.trainer import Trainer

CLASSES, FEATURES = 3, 5
BROKEN = RuntimeError("broken on purpose")
Batch = tuple[Tensor, Tensor]


def full_disk() -> OSError:
    """What writing to one raises."""
    return OSError(errno.ENOSPC, "No space left on device")


def batches(count: int = 2, size: int = 4, seed: int = 0) -> list[Batch]:
    """`count` batches of `size` images (5,) with labels 0 ... 2."""
    source = torch.Generator().manual_seed(seed)
    return [
        (torch.randn(size, FEATURES, generator=source), torch.randint(CLASSES, (size,), generator=source))
        for _ in range(count)
    ]


def dataset() -> TensorDataset:
    images, labels = (torch.cat(part) for part in zip(*batches(3), strict=True))
    return TensorDataset(images, labels)


def linear(seed: int = 0) -> nn.Module:
    """One linear layer, its weights by the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return nn.Linear(FEATURES, CLASSES)


class Opened(Trainer):
    """A Trainer whose loop can be looked into while it runs."""

    loop: Loop

    def train(self, session: Session, make_loop: Callable[[Session, Parts], Loop] = training_loop) -> None:
        def made(session: Session, parts: Parts) -> Loop:
            self.loop = make_loop(session, parts)
            return self.loop

        super().train(session, made)


def make(model: nn.Module | None = None, data: Any = None, **options: Any) -> Opened:
    """A Trainer on the CPU: two training batches, one validation and one test batch, two epochs, nothing written."""
    if data is None:
        data = {"train": batches(2), "valid": batches(1, seed=1), "test": batches(1, seed=2)}
    return Opened(model or linear(), data, **{"epochs": 2, "device": "cpu", **options})


class Deferred(Opened):
    """A Trainer whose steps wait for no device, on the CPU."""

    def _parts(self) -> Parts:
        return replace(super()._parts(), deferred=True)


def make_deferred(model: nn.Module | None = None, data: Any = None, **options: Any) -> Opened:
    """As `make`, with the step of a device."""
    if data is None:
        data = {"train": batches(2), "valid": batches(1, seed=1)}
    return Deferred(model or linear(), data, **{"epochs": 2, "device": "cpu", **options})


class Recorder(Callback):
    """Keeps every event it hears, in `seen`."""

    on_error: ClassVar[OnError] = "stop"

    def __init__(self, name: str = "recorder") -> None:
        self.name = name
        self.seen: list[Event] = []

    def _record(self, event: Event, run: Any) -> None:
        self.seen.append(event)

    @property
    def kinds(self) -> list[str]:
        """Names of the events, in order; those that come by the clock left out."""
        return [type(event).__name__ for event in self.seen if not isinstance(event, Preparing | Working)]

    def of(self, kind: type[Event]) -> list[Any]:
        """The events of one type."""
        return [event for event in self.seen if type(event) is kind]


for _hook in HOOKS.values():
    setattr(Recorder, _hook, Recorder._record)


def callback(name: str = "fake", phase: Phase = Phase.VIEW, on_error: OnError = "stop", **hooks: Any) -> Callback:
    """A callback made of functions `(event, run)`, by hook name."""
    made = type(
        "Fake", (Callback,), {"phase": phase, "on_error": on_error, **{k: staticmethod(f) for k, f in hooks.items()}}
    )()
    made.name = name
    return made


def raising(error: BaseException) -> Callable[..., Any]:
    """A function that raises."""

    def function(*_: Any) -> None:
        raise error

    return function


def elsewhere(function: Callable[[], Any]) -> Any:
    """The result of a function that another thread has called to its end."""
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(function()), name="elsewhere")
    thread.start()
    thread.join(10)
    return result[0]


class Calling:
    """A loader that calls `action` just before it gives batch `at` (0-based), once."""

    def __init__(self, loader: Iterable[Any], at: int, action: Callable[[], Any]) -> None:
        self._loader = list(loader)
        self._at = at
        self._action = action
        self._armed = False
        self._called = False

    def arm(self) -> None:
        """From now on; before, it is an ordinary loader (the Trainer looks at the first batch)."""
        self._armed = True

    def __len__(self) -> int:
        return len(self._loader)

    def __iter__(self) -> Iterator[Any]:
        for index, batch in enumerate(self._loader):
            if self._armed and not self._called and index == self._at:
                self._called = True
                self._action()
            yield batch


def at_step(trainer: Trainer, step: int, action: Callable[[], Any]) -> None:
    """Call `action` in a BatchEnded handler, on the engine's thread."""
    trainer.on(BatchEnded, lambda event: action() if event.step == step else None)


class FaultyDisk(durable.Seam):
    """A disk that is full for files of a name, or below a folder of it, while `full`; it records what was done."""

    def __init__(self, part: str = "") -> None:
        self.part = part
        self.full = False
        self.calls: list[tuple[str, str]] = []
        self._names: dict[int, str] = {}

    def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
        writes = flags & (os.O_WRONLY | os.O_RDWR)
        if self.full and writes and self.part in Path(path).parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        fd = super().open(path, flags, mode)
        self._names[fd] = str(path)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        if self.full and self.part in Path(self._names[fd]).parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.calls.append(("write", self._names[fd]))
        return super().write(fd, data)

    def fsync(self, fd: int) -> None:
        self.calls.append(("fsync", self._names[fd]))
        super().fsync(fd)

    def replace(self, source: Path, target: Path) -> None:
        if self.full and self.part in target.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.calls.append(("replace", str(target)))
        super().replace(source, target)
