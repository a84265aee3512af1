"""Runs that are interrupted, and what must be equal to the same run without interruptions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from tests.logical import logical
from trainer.events import (
    BatchEnded,
    BatchesReported,
    CallbackFailed,
    EpochEnded,
    EpochStarted,
    EvaluationDone,
    RunStarted,
    SnapshotSaved,
    ValidationDone,
)
from trainer.store import checkpoint
from trainer.store.folder import RunFolder
from trainer.store.journal import Record, read_journal
from trainer.trainer import Trainer

CLASSES, FEATURES, STEPS, EPOCHS = 3, 5, 5, 3
Stop = Callable[[Trainer], Any]
Build = Callable[[Path], Trainer]

CLOCKED = {"seconds", "train_seconds", "valid_seconds", "data_seconds", "step_seconds", "samples_per_second"}


def batches(count: int, seed: int, size: int = 4) -> list[tuple[Tensor, Tensor]]:
    """Easy ones: each epoch learns something."""
    images = torch.randn(count * size, FEATURES, generator=torch.Generator().manual_seed(seed))
    return list(zip(images.split(size), images[:, :CLASSES].argmax(1).split(size), strict=True))


def lists() -> dict[str, Any]:
    """`STEPS` training batches, two of validation, one of test."""
    return {"train": batches(STEPS, 0), "valid": batches(2, 1), "test": batches(1, 2)}


def seeded(make: Callable[[], nn.Module]) -> nn.Module:
    """A model with the same first weights each time."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(7)
        return make()


def dropout_net() -> nn.Module:
    return seeded(
        lambda: nn.Sequential(nn.Linear(FEATURES, 8), nn.ReLU(), nn.Dropout(0.4), nn.Linear(8, CLASSES, bias=False))
    )


def scramble(seed: int) -> None:
    """What a new process would find in the global generators: anything."""
    torch.manual_seed(1000 + seed)
    np.random.seed(2000 + seed)
    random.seed(3000 + seed)


# -- where to stop ---------------------------------------------------------------------------------------------------


def at_step(step: int) -> Stop:
    """After this optimiser step."""
    return lambda trainer: trainer.on(BatchEnded, lambda event: event.step == step and trainer.stop())


def at_epoch_started(epoch: int) -> Stop:
    """Before the first step of an epoch."""
    return lambda trainer: trainer.on(EpochStarted, lambda event: event.epoch == epoch and trainer.stop())


def at_epoch_ended(epoch: int) -> Stop:
    """Between two epochs."""
    return lambda trainer: trainer.on(EpochEnded, lambda event: event.epoch == epoch and trainer.stop())


def after_epoch(step: int) -> Stop:
    """Asked for at this step, honoured once its epoch is over."""
    return lambda trainer: trainer.on(BatchEnded, lambda event: event.step == step and trainer.stop(when="epoch"))


def in_validation(epoch: int) -> Stop:
    """Between two batches of the validation of an epoch."""

    def arm(trainer: Trainer) -> None:
        passes = trainer.feed.eval_batches
        begun: list[int] = []
        trainer.on(EpochStarted, lambda event: begun.append(event.epoch))

        def eval_batches(split: str, batch: int) -> Iterable[Any]:
            for index, item in enumerate(passes(split, batch)):
                if split == "valid" and index == 1 and begun[-1] == epoch:  # also where a resumed run validates it anew
                    trainer.stop()
                yield item

        trainer.feed.eval_batches = eval_batches  # type: ignore[method-assign]

    return arm


# -- running ---------------------------------------------------------------------------------------------------------


def train(build: Build, folder: Path, stops: Iterable[Stop] = ()) -> RunFolder:
    """Fit, stopping and resuming at each of `stops`, then to the end; generators are scrambled before each attempt."""
    for attempt, stop in enumerate([*stops, None]):
        trainer = build(folder)
        if stop is not None:
            stop(trainer)
        scramble(attempt)
        result = trainer.fit(resume=attempt > 0)
        assert result.status == ("stopped" if stop is not None else "completed"), f"attempt {attempt + 1}"
    return RunFolder(folder)


def assert_same(found: RunFolder, expected: RunFolder) -> None:
    """Everything that must not depend on interruptions: checkpoints, history, metrics.csv, evaluation."""
    assert_same_checkpoints(found, expected)
    assert series(found) == series(expected)
    assert metrics(found) == metrics(expected)
    assert evaluation(found) == evaluation(expected)


def assert_as_undisturbed(found: RunFolder, expected: RunFolder) -> None:
    """The same but for snapshots that a full disk kept from being written: they are for viewers, and are not made up
    for."""
    if "was not written" in found.log.read_text("utf-8"):
        assert_same_checkpoints(found, expected)
        assert metrics(found) == metrics(expected)
        assert evaluation(found) == evaluation(expected)
    else:
        assert_same(found, expected)


def assert_same_checkpoints(found: RunFolder, expected: RunFolder) -> None:
    for kind in ("last", "best"):
        tensors, meta = newest(found, kind)
        other_tensors, other_meta = newest(expected, kind)
        assert tensors.keys() == other_tensors.keys(), kind
        for key, tensor in tensors.items():
            other = other_tensors[key]
            assert tensor.dtype == other.dtype, f"{kind}: {key}"
            assert tensor.stride() == other.stride(), f"{kind}: {key}"
            assert raw(tensor) == raw(other), f"{kind}: {key} differs"
        assert plain(meta) == plain(other_meta), kind


def newest(folder: RunFolder, kind: Any) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and meta of the newest checkpoint of a kind; what clocks and record numbers say is left out."""
    path, skipped = checkpoint.newest_valid(folder.checkpoints, kind)
    assert path is not None, f"no valid {kind} in {folder.path}"
    assert not skipped
    tensors, meta = checkpoint.read(path)
    for key in ("seq", "elapsed", "spent"):
        del meta[key]
    return tensors, meta


def raw(tensor: Tensor) -> bytes:
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def plain(value: Any) -> Any:
    """With tensors as bytes, so that `==` compares bit for bit."""
    if isinstance(value, Tensor):
        return (str(value.dtype), tuple(value.shape), raw(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return repr(value) if isinstance(value, float) else value


def history(folder: RunFolder) -> list[Record]:
    """The logical history, checked: steps without gap or duplicate, epochs in order, one end each."""
    journal = read_journal(folder.journal)
    records = logical(journal.records)
    check_history(records)
    return records


def check_history(records: list[Record]) -> None:
    """No gap, no duplicate, no zigzag."""
    assert [r.seq for r in records] == sorted({r.seq for r in records})
    assert [r.t for r in records] == sorted(r.t for r in records), "the training clock ran backwards"
    step = 0
    for event in (r.event for r in records if isinstance(r.event, BatchesReported)):
        assert event.first_step == step + 1, f"steps after {step}: next report begins at {event.first_step}"
        assert event.last_step - event.first_step + 1 == event.count
        step = event.last_step
    ended = [r.event.epoch for r in records if isinstance(r.event, EpochEnded)]
    found = [r.event.epoch for r in records if isinstance(r.event, SnapshotSaved) and r.event.kind == "predictions"]
    # one before a crash, and one of the same epoch validated anew after a checkpoint of its last step
    shown = list(dict.fromkeys(found))
    if not any(isinstance(r.event, CallbackFailed) for r in records):  # a full disk has no room for snapshots either
        assert shown[: len(ended)] == ended, "a viewer would not find what an epoch predicted"
    for kind in (EpochStarted, ValidationDone, EpochEnded):
        epochs = [r.event.epoch for r in records if type(r.event) is kind]
        assert epochs == list(range(1, len(epochs) + 1)), f"{kind.__name__}: {epochs}"


def series(folder: RunFolder) -> list[dict[str, Any]]:
    """What was learned, in order, without what clocks say; reports come by the clock, so only their sums are kept."""
    kept: list[dict[str, Any]] = []
    samples = correct = 0
    for record in history(folder):
        event = record.event
        if isinstance(event, BatchesReported):
            samples, correct = samples + event.samples, correct + event.correct
        if isinstance(event, EpochStarted):  # of an epoch begun twice the first one counts: it began at its beginning
            kept.append({"type": "EpochStarted", "epoch": event.epoch, "learning_rate": event.learning_rate})
        if isinstance(event, ValidationDone | EpochEnded | EvaluationDone):
            fields = msgspec.to_builtins(event)
            kept.append({key: repr(value) for key, value in fields.items() if key not in CLOCKED})
    return [*kept, {"samples": samples, "correct": correct}]


def metrics(folder: RunFolder) -> list[dict[str, str]]:
    """metrics.csv without its times."""
    header, *rows = folder.metrics.read_text("utf-8").splitlines()
    columns = header.split(",")
    return [{k: v for k, v in zip(columns, row.split(","), strict=True) if k not in CLOCKED} for row in rows]


def evaluation(folder: RunFolder) -> dict[str, Any]:
    """Reports, figures and outputs of evaluation/."""
    found: dict[str, Any] = {}
    for path in sorted(folder.evaluation.iterdir()):
        if path.suffix == ".json":
            found[path.name] = {k: v for k, v in msgspec.json.decode(path.read_bytes()).items() if k not in CLOCKED}
        elif path.suffix == ".npz":
            with np.load(path) as arrays:
                found[path.name] = {key: (str(arrays[key].dtype), arrays[key].tobytes()) for key in arrays.files}
        else:
            found[path.name] = path.read_text("utf-8")
    return found


def attempts(folder: RunFolder) -> list[RunStarted]:
    """RunStarted of each attempt, in file order."""
    return [r.event for r in read_journal(folder.journal).records if isinstance(r.event, RunStarted)]
