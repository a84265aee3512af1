"""Design section 2, rule 11: when Checkpoint acts, and that the journal always covers it; and resumption."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from callbacks.checkpoint import Checkpoint
from callbacks.learning_rate import LearningRate
from tests.engine.fakes import Calling, FaultyDisk, Recorder, at_step, batches, callback, linear, make
from tests.logical import logical
from trainer.callback import Callback, Phase
from trainer.engine.checkpoint_state import load_model_state
from trainer.errors import CallbackError, DiskError, UsageError
from trainer.events import HOOKS, BatchEnded, BatchesReported, CheckpointRequested, CheckpointSaved, EpochEnded
from trainer.store import checkpoint as container
from trainer.store import durable
from trainer.store.folder import RunFolder
from trainer.store.journal import read_journal
from trainer.trainer import Trainer


def hooks_of(made: Checkpoint) -> set[str]:
    from trainer.engine.event_bus import EventBus

    return set(EventBus([made]).order()[0][3])


def test_rule_11_checkpoint_saves_on_two_events_only() -> None:
    acting = {HOOKS[EpochEnded], HOOKS[CheckpointRequested]}
    looking = {"on_run_started"}
    assert hooks_of(Checkpoint()) == acting | looking
    assert hooks_of(Checkpoint(every_steps=2)) == acting | looking | {HOOKS[BatchEnded]}
    assert hooks_of(Checkpoint(every_seconds=2)) == acting | looking | {HOOKS[BatchesReported]}


def test_rule_11_every_save_answers_one_of_the_two_events(recorder: Recorder, tmp_path: Path) -> None:
    trainer = make(callbacks=[recorder, Checkpoint(every_steps=1)], run_dir=tmp_path / "run", epochs=2)
    at_step(trainer, 3, trainer.checkpoint)
    trainer.fit()
    asked: list[Any] = []
    for event in recorder.seen:
        if isinstance(event, EpochEnded):
            asked = [(event.step, "best")] * event.improved + [(event.step, "last")]
        elif isinstance(event, CheckpointRequested):
            asked = [(event.step, event.kind)]
        elif isinstance(event, CheckpointSaved):
            assert asked.pop(0) == (event.step, event.kind)


@pytest.mark.parametrize(
    ("every", "expected"), [(1, [*range(1, 11)]), (2, [2, 4, 6, 8, 10]), (3, [3, 6, 9]), (5, [5, 10]), (11, [])]
)
def test_rule_11_every_steps_is_exact_across_epochs(
    every: int, expected: list[int], recorder: Recorder, tmp_path: Path
) -> None:
    trainer = make(
        data={"train": batches(5)}, callbacks=[recorder, Checkpoint(every_steps=every)], run_dir=tmp_path / "run"
    )
    metas: list[Any] = []
    trainer.on(
        CheckpointSaved, lambda event: metas.append((event.step, container.read(tmp_path / "run" / event.path)[1]))
    )
    trainer.fit()
    asked = recorder.of(CheckpointRequested)
    assert [(event.step, event.kind, event.source) for event in asked] == [
        (step, "last", "every_steps") for step in expected
    ]
    assert all(meta["step"] == step for step, meta in metas)
    assert {step for step, _ in metas} == {*expected, 5, 10}


@pytest.mark.parametrize("phase_first", [True, False])
def test_rule_11_the_journal_is_on_disk_before_the_checkpoint(
    phase_first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last write to the journal and the first byte of a checkpoint there is an fsync of the journal."""
    disk = FaultyDisk("nothing")
    monkeypatch.setattr(durable, "seam", disk)
    from callbacks.journal import Journal

    given = [Checkpoint(every_steps=1), Journal()]
    trainer = make(callbacks=given if phase_first else given[::-1], run_dir=tmp_path / "run")
    at_step(trainer, 3, trainer.checkpoint)
    trainer.fit()
    unsynced, saves = 0, 0
    for call, path in disk.calls:
        name, folder = Path(path).name, Path(path).parent.name
        if name == "journal.jsonl":
            unsynced = unsynced + 1 if call == "write" else 0
        elif folder == "checkpoints" and call == "write":
            assert unsynced == 0
            saves += 1
    assert saves >= 7


def test_rule_11_the_journal_covers_what_the_checkpoint_says(recorder: Recorder, tmp_path: Path) -> None:
    seen: list[tuple[int, Any, list[Any]]] = []

    def look(event: CheckpointSaved, run: Any) -> None:
        _, meta = container.read(run.folder.path / event.path)
        records = read_journal(run.folder.journal).records
        seen.append((meta["seq"], event, [record for record in records if record.seq <= meta["seq"]]))

    make(callbacks=[callback(on_checkpoint_saved=look), Checkpoint(every_steps=1)], run_dir=tmp_path / "run").fit()
    assert len(seen) >= 5
    for seq, event, records in seen:
        assert [record.seq for record in records] == [*range(1, seq + 1)]
        assert isinstance(records[-1].event, EpochEnded | CheckpointRequested)
        assert records[-1].event.step == event.step
        steps = [record.event for record in records if isinstance(record.event, BatchesReported)]
        assert sum(report.count for report in steps) == event.step


def test_rule_11_a_stop_saves_once_and_only_what_is_not_saved_yet(recorder: Recorder, tmp_path: Path) -> None:
    trainer = make(
        data={"train": batches(4)}, callbacks=[recorder, Checkpoint(every_steps=2)], run_dir=tmp_path / "run"
    )
    at_step(trainer, 2, trainer.stop)
    trainer.fit()
    assert [(event.kind, event.source) for event in recorder.of(CheckpointRequested)] == [("last", "every_steps")]


def test_rule_11_a_manual_checkpoint_does_not_stand_in_for_the_one_a_stop_makes(
    recorder: Recorder, tmp_path: Path
) -> None:
    """Only `last` is what a run is resumed from."""
    trainer = make(data={"train": batches(4)}, callbacks=[recorder], run_dir=tmp_path / "run")
    at_step(trainer, 3, lambda: [trainer.checkpoint(), trainer.stop()])
    trainer.fit()
    assert [(event.kind, event.source) for event in recorder.of(CheckpointRequested)] == [
        ("manual", "api"),
        ("last", "stop"),
    ]
    names = {path.name for path in (tmp_path / "run" / "checkpoints").iterdir()}
    assert names == {"manual-000000003.safetensors", "last-000000003.safetensors"}


def test_rule_11_without_the_checkpoint_callback_a_request_is_refused(tmp_path: Path) -> None:
    tickets: list[Any] = []
    trainer = make()
    at_step(trainer, 1, lambda: tickets.append(trainer.checkpoint()))
    trainer.fit()
    assert tickets[0].result == "refused"


def test_rule_11_while_the_journal_cannot_be_written_nothing_is_saved_that_it_does_not_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only journal.jsonl is on the full disk. Whenever the process might die, a resumed run has every row."""
    disk = FaultyDisk("journal.jsonl")
    monkeypatch.setattr(durable, "seam", disk)
    folder = RunFolder(tmp_path / "run")
    checked: list[int] = []

    def look(event: Any, run: Any) -> None:
        for path in container.find(folder.checkpoints, "last"):
            _, meta = container.read(path)
            records = read_journal(folder.journal).records
            covered = logical([record for record in records if record.seq <= meta["seq"]])
            rows = [record.event.epoch for record in covered if isinstance(record.event, EpochEnded)]
            assert rows == [*range(1, meta["epoch"])]
            checked.append(meta["epoch"])

    watcher = callback("watcher", on_checkpoint_saved=look, on_epoch_started=look, on_epoch_ended=look)
    trainer = make(epochs=5, callbacks=[watcher, Checkpoint(every_steps=1)], run_dir=folder.path)
    at_step(trainer, 3, lambda: setattr(disk, "full", True))
    at_step(trainer, 7, lambda: setattr(disk, "full", False))
    assert trainer.fit().status == "completed"
    assert max(checked) == 6
    records = read_journal(folder.journal).records
    assert [record.seq for record in records] == [*range(1, len(records) + 1)]


# -- resumption --------------------------------------------------------------------------------------------------------


class Noisy(nn.Sequential):
    """Dropout, so that the global generator matters."""

    def __init__(self) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            super().__init__(nn.Linear(5, 16), nn.Dropout(0.5), nn.Linear(16, 3))


def loader(shuffle: bool) -> DataLoader[Any]:
    images, labels = (torch.cat(part) for part in zip(*batches(6), strict=True))
    return DataLoader(TensorDataset(images, labels), batch_size=4, shuffle=shuffle)


def noisy(run_dir: Path | None, shuffle: bool, **options: Any) -> Trainer:
    def momentum(parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)

    data = {"train": loader(shuffle), "valid": batches(2, seed=1)}
    given = [LearningRate(warmup=1.0), *options.pop("callbacks", [])]
    return make(Noisy(), data, optimizer=momentum, callbacks=given, run_dir=run_dir, epochs=3, **options)


def weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


@pytest.fixture(scope="module")
def uninterrupted() -> dict[bool, tuple[dict[str, torch.Tensor], Any]]:
    """Final weights and history, by whether the loader shuffles."""
    found = {}
    for shuffle in (False, True):
        plain = noisy(None, shuffle)
        history = plain.fit().history
        found[shuffle] = weights(plain), history
    return found


@pytest.mark.parametrize(
    ("when", "stop_at", "shuffle"),
    [
        ("step", 1, True),
        ("step", 6, True),
        ("step", 8, False),
        ("step", 9, True),
        ("step", 18, True),
        ("epoch", 8, True),
    ],
)
def test_stopped_and_resumed_is_as_never_stopped(
    when: Any, stop_at: int, shuffle: bool, tmp_path: Path, uninterrupted: Any
) -> None:
    """With dropout, momentum, a schedule and a shuffling DataLoader of the caller's own."""
    expected, history = uninterrupted[shuffle]
    stopped = noisy(tmp_path / "run", shuffle)
    at_step(stopped, stop_at, lambda: stopped.stop(when))
    assert stopped.fit().status == "stopped"
    resumed = noisy(tmp_path / "run", shuffle)
    result = resumed.fit(resume=True)
    assert result.status == "completed"
    assert all(torch.equal(value, weights(resumed)[name]) for name, value in expected.items())
    timeless = [name for name in history if "seconds" not in name and "per_second" not in name]
    assert result.history[timeless].equals(history[timeless])
    events = [record.event for record in logical(read_journal(tmp_path / "run" / "journal.jsonl").records)]
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [1, 2, 3]
    assert sum(event.count for event in events if isinstance(event, BatchesReported)) == 18


def test_stopped_in_a_validation_and_resumed_validates_once(tmp_path: Path, recorder: Recorder) -> None:
    data: dict[str, Any] = {"train": batches(3), "valid": batches(3, seed=1)}
    plain = make(data=data, epochs=2)
    plain.fit()
    valid = Calling(data["valid"], 1, lambda: stopped.stop())
    stopped = make(data={**data, "valid": valid}, epochs=2, run_dir=tmp_path / "run")
    valid.arm()
    assert stopped.fit().status == "stopped"
    resumed = make(data=data, epochs=2, run_dir=tmp_path / "run", callbacks=[recorder])
    result = resumed.fit(resume=True)
    assert all(torch.equal(value, weights(resumed)[name]) for name, value in weights(plain).items())
    assert len(result.history) == 2
    assert [event.epoch for event in recorder.of(EpochEnded)] == [1, 2]
    assert sum(event.count for event in recorder.of(BatchesReported)) == 3


def test_resume_goes_on_with_more_epochs_and_evaluates_a_finished_run_at_once(tmp_path: Path) -> None:
    assert len(make(epochs=2, run_dir=tmp_path / "run").fit().history) == 2
    assert list(make(epochs=4, run_dir=tmp_path / "run").fit(resume=True).history.index) == [1, 2, 3, 4]
    recorder = Recorder()
    result = make(epochs=4, run_dir=tmp_path / "run", callbacks=[recorder]).fit(resume=True)
    assert result.status == "completed"
    assert set(recorder.kinds) == {"RunStarted", "EvaluationDone", "RunEnded"}


def test_resume_without_a_run_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        make().fit(resume=True)
    with pytest.raises(UsageError):
        make(run_dir=tmp_path / "none").fit(resume=True)


def test_the_last_checkpoint_damaged_the_one_before_is_taken_and_named(tmp_path: Path) -> None:
    plain = make(epochs=4)
    plain.fit()
    make(epochs=3, run_dir=tmp_path / "run").fit()
    newest = container.find(tmp_path / "run" / "checkpoints", "last")[0]
    newest.write_bytes(newest.read_bytes()[:-1] + b"\0\0")
    resumed = make(epochs=4, run_dir=tmp_path / "run")
    resumed.fit(resume=True)
    assert torch.equal(resumed.model.weight, plain.model.weight)  # type: ignore[arg-type]
    assert newest.name in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")


class Counting(Callback):
    """Has a state: how many epochs it saw."""

    def __init__(self) -> None:
        self.epochs = 0

    def state_dict(self) -> dict[str, Any]:
        return {"epochs": self.epochs, 3: (1, 2)}  # type: ignore[dict-item]

    def load_state_dict(self, state: dict[str, Any]) -> None:
        assert state[3] == (1, 2)  # type: ignore[index]
        self.epochs = state["epochs"]

    def on_epoch_ended(self, event: EpochEnded, run: Any) -> None:
        self.epochs += 1


def test_callbacks_get_their_state_back_and_strangers_are_named(tmp_path: Path) -> None:
    trainer = make(epochs=2, callbacks=[Counting()], run_dir=tmp_path / "run")
    at_step(trainer, 3, trainer.stop)
    trainer.fit()
    again = Counting()
    make(epochs=2, callbacks=[again], run_dir=tmp_path / "run").fit(resume=True)
    assert again.epochs == 2
    make(epochs=3, run_dir=tmp_path / "run").fit(resume=True)
    assert "Counting" in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")


def test_a_state_that_an_epochs_checkpoint_would_lack_is_told(tmp_path: Path) -> None:
    class Reported(Counting):
        phase = Phase.REPORT

    class Shown(Counting):
        phase = Phase.VIEW

    class Stopping(Callback):
        def on_epoch_ended(self, event: EpochEnded, run: Any) -> None:
            run.request_stop("enough")

    counts = {}
    for kind in (Counting, Reported, Shown):
        folder, again = tmp_path / kind.__name__, kind()
        make(epochs=2, callbacks=[kind(), Stopping()], run_dir=folder).fit()
        make(epochs=2, callbacks=[again], run_dir=folder).fit(resume=True)
        told = "is called after the epoch's checkpoint" in (folder / "log.txt").read_text(encoding="utf-8")
        counts[kind.__name__] = (again.epochs, told)
    assert counts["Reported"] == (2, False)
    assert counts["Counting"] == (1, True), "if it counts both, the sentence can go"
    assert not counts["Shown"][1], "chosen"
    make(epochs=1, callbacks=[Counting()]).fit()  # nothing is written: nothing to say


def test_a_callback_that_cannot_take_its_state_back_is_named(tmp_path: Path) -> None:
    class Changed(Counting):
        name = "Counting"

        def load_state_dict(self, state: dict[str, Any]) -> None:
            raise KeyError("since")

    make(epochs=1, callbacks=[Counting()], run_dir=tmp_path / "run").fit()
    with pytest.raises(CallbackError, match="Counting cannot restore its state: KeyError: 'since'") as caught:
        make(epochs=2, callbacks=[Changed()], run_dir=tmp_path / "run").fit(resume=True)
    assert isinstance(caught.value.__cause__, KeyError)
    assert make(epochs=2, run_dir=tmp_path / "run").fit(resume=True).status == "completed"


WRAPPED: dict[str, Callable[[nn.Module], nn.Module]] = {
    "plain": lambda model: model,
    "compiled": lambda model: cast(nn.Module, torch.compile(model, backend="eager")),
    "parallel": nn.DataParallel,
    "both": lambda model: nn.DataParallel(cast(nn.Module, torch.compile(model, backend="eager"))),
}


@pytest.mark.parametrize("now", WRAPPED)
@pytest.mark.parametrize("then", WRAPPED)
def test_weights_are_found_whatever_wrapped_the_model(then: str, now: str) -> None:
    state = WRAPPED[then](linear(1)).state_dict()
    model = WRAPPED[now](linear(2))
    load_model_state(model, state)
    for found, expected in zip(model.state_dict().values(), linear(1).state_dict().values(), strict=True):
        assert torch.equal(found, expected)
    with pytest.raises(DiskError):
        load_model_state(model, {**state, "more": torch.ones(1)})
