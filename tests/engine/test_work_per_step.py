"""What a step may cost, counted instead of timed: operations, calls, events, memory, lines of the journal. The seconds
are in `tests/benchmarks`. A count is that of a long epoch less that of a short one, by the steps between them."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from tests.engine.fakes import FEATURES, Batch, batches, callback, linear
from trainer.data.opening import open_data
from trainer.engine.event_bus import EventBus
from trainer.trainer import Trainer

SHORT, LONG = 64, 320
"""Steps of the two epochs; multiples of the 64 steps after which outputs are reduced."""


@pytest.fixture(autouse=True)
def _no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports and progress come by the clock: they belong to the second, not to the step."""
    monkeypatch.setattr("trainer.engine.loop.REPORT_SECONDS", 1e9)
    monkeypatch.setattr("trainer.engine.session.PROGRESS_SECONDS", 1e9)


class Ready:
    """Ready-made batches, handed over without a look at them, as our own sources do."""

    classes = tuple("abc")
    input_shape = (FEATURES,)
    single_pass = False
    exact_resume = "exact"
    fingerprint = ""

    def __init__(self, steps: int) -> None:
        self._batches = batches(steps)
        self.batch = len(self._batches[0][1])
        self.steps_per_epoch = steps
        self.sizes = {"train": sum(len(labels) for _, labels in self._batches)}

    def to(self, device: Any) -> None:
        """They stay where they are."""

    def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
        return iter(self._batches)

    def eval_batches(self, split: str, batch: int) -> Iterator[Batch]:
        return iter(self._batches)


def adam(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, fused=True)


class Counter:
    """Something that counts between `start` and `stop`."""

    count = 0

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""


class Operations(Counter):
    """Operations that reach torch's dispatcher."""

    def __init__(self) -> None:
        outer = self

        class Mode(TorchDispatchMode):
            def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                outer.count += 1
                return function(*args, **(kwargs or {}))

        self._mode = Mode()

    def start(self) -> None:
        self._mode.__enter__()

    def stop(self) -> None:
        self._mode.__exit__(None, None, None)


class Calls(Counter):
    """Python functions entered on this thread."""

    def start(self) -> None:
        sys.setprofile(self._profile)

    def stop(self) -> None:
        sys.setprofile(None)

    def _profile(self, frame: Any, event: str, argument: Any) -> None:
        self.count += event == "call"


class Held(Counter):
    """Bytes of Python's memory that were taken and are still held."""

    def start(self) -> None:
        gc.collect()
        tracemalloc.start()

    def stop(self) -> None:
        gc.collect()
        self.count = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()


def of_engine(counter: Callable[[], Counter], run_dir: Path | None = None, long: int = LONG) -> float:
    """What a step of the engine adds to the count."""

    def epoch(steps: int, number: int) -> int:
        found = counter()
        hooks = [
            callback("first", on_epoch_started=lambda event, run: found.start()),
            callback("last", on_epoch_ended=lambda event, run: found.stop()),
        ]
        folder = run_dir / str(number) if run_dir else None
        Trainer(linear(), Ready(steps), optimizer=adam, epochs=1, callbacks=hooks, run_dir=folder, device="cpu").fit()
        return found.count

    return _slope(epoch, long)


def of_bare_loop(counter: Callable[[], Counter]) -> float:
    """What a step of the loop everybody writes adds to it, on the same batches."""

    def epoch(steps: int, number: int) -> int:
        found, model, criterion = counter(), linear(), nn.CrossEntropyLoss()
        optimizer, ready = adam(model.parameters()), batches(steps)
        found.start()
        for images, labels in ready:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            loss.item()
        found.stop()
        return found.count

    return _slope(epoch)


def _slope(epoch: Callable[[int, int], int], long: int = LONG) -> float:
    _, few, many = (epoch(steps, number) for number, steps in enumerate((SHORT, SHORT, long)))  # imports come first
    return (many - few) / (long - SHORT)


@pytest.fixture
def one_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of batches come a few times a second, so that a slow machine has more of them in the same steps."""
    monkeypatch.setattr("trainer.engine.loop.REPORT_SECONDS", 3600.0)


@pytest.mark.usefixtures("one_report")
def test_no_more_operations_are_called_than_in_the_bare_loop() -> None:
    # the check of the gradients included; for it, the optimiser is called by a shorter way. Metrics are counted every
    # 64 steps: less than one operation a step is theirs
    assert of_engine(Operations) < of_bare_loop(Operations) + 1


def test_no_more_python_functions_are_entered_than_in_the_bare_loop() -> None:
    assert of_engine(Calls) <= of_bare_loop(Calls)


def test_memory_does_not_grow_with_the_steps() -> None:
    # a number kept for each step takes 8 bytes at the least; the few kilobytes that come and go with whatever ran
    # before in this process are spread over many steps
    assert min(of_engine(Held, long=16 * LONG) for _ in range(3)) < 8


@pytest.mark.parametrize("listeners", [0, 2])
def test_an_event_of_a_step_is_emitted_once_and_only_where_somebody_listens(
    monkeypatch: pytest.MonkeyPatch, listeners: int
) -> None:
    emitted: list[int] = []
    plain = EventBus.emit
    monkeypatch.setattr(EventBus, "emit", lambda self, event: (emitted.append(1), plain(self, event))[1])

    def epoch(steps: int, number: int) -> int:
        emitted.clear()
        hooks = [callback(str(name), on_batch_ended=lambda event, run: None) for name in range(listeners)]
        Trainer(linear(), Ready(steps), optimizer=adam, epochs=1, callbacks=hooks, device="cpu").fit()
        return len(emitted)

    assert _slope(epoch) == min(listeners, 1)


def test_the_callbacks_of_the_command_line_enter_no_function_and_write_no_line_per_step(tmp_path: Path) -> None:
    assert of_engine(Calls, tmp_path) == pytest.approx(of_engine(Calls), abs=0.5)
    short, long = (len((tmp_path / name / "journal.jsonl").read_bytes().splitlines()) for name in "12")
    assert short == long


def test_batches_take_few_operations_and_a_few_blocks_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.data.image_data.worthwhile", lambda threads: False)  # operations are counted by thread
    data = open_data("digits", batch=16, rotation=5, flip=0.5, crop=1)
    places = set()
    counted = Operations()
    counted.start()
    for images, _ in data.train_batches(1):
        places.add(images.untyped_storage().data_ptr())
        del images
    counted.stop()
    steps = data.steps_per_epoch
    assert steps > 80
    assert counted.count <= 2 * steps + 200  # two views a batch; all else once for many
    assert len(places) <= 4
