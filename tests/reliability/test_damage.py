"""Files that are damaged or lost, folders that moved, data that changed, two that want one run."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from callbacks.checkpoint import Checkpoint
from tests.reliability.disks import CrashDisk, Dead
from tests.reliability.harness import (
    EPOCHS,
    STEPS,
    assert_same,
    at_step,
    attempts,
    history,
    metrics,
    newest,
    series,
    train,
)
from tests.reliability.scripted_losses import build
from trainer.errors import DataError, DiskError, UsageError
from trainer.events import BatchEnded, EpochStarted, EvaluationDone, RunEnded, RunStarted
from trainer.inference import evaluate, load_for_images, load_trained
from trainer.launch import resume, start
from trainer.settings import merge
from trainer.store import checkpoint, durable
from trainer.store.folder import RunFolder, read_owner, state
from trainer.store.journal import read_journal
from trainer.trainer import Trainer

# -- damaged files ---------------------------------------------------------------------------------------------------


def flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def stopped(folder: Path, step: int = 2 * STEPS + 2, **options: Any) -> RunFolder:
    trainer = build(folder, **options)
    at_step(step)(trainer)
    assert trainer.fit().status == "stopped"
    return RunFolder(folder)


@pytest.mark.parametrize(
    "damage",
    [flip, lambda path: flip(path, 200), lambda path: os.truncate(path, 100), lambda path: path.write_bytes(b"")],
    ids=["last byte", "header", "cut", "empty"],
)
def test_a_damaged_newest_checkpoint_is_passed_over_and_named(
    damage: Callable[[Path], None], tmp_path: Path, whole_hills: dict[bool, RunFolder]
) -> None:
    run = stopped(tmp_path / "run")
    bad, good = checkpoint.find(run.checkpoints, "last")
    damage(bad)
    trainer = build(run.path)
    ended: list[RunEnded] = []
    trainer.on(RunEnded, ended.append)
    at_step(2 * STEPS + 1)(trainer)  # stops before a step that the damaged one claims
    trainer.fit(resume=True)
    assert attempts(run)[-1].resumed_step == 2 * STEPS == checkpoint.parse_name(good.name)[1]  # type: ignore[index]
    assert bad.name in run.log.read_text("utf-8")
    assert ended[0].last_checkpoint == f"checkpoints/last-{2 * STEPS + 1:09d}.safetensors"
    build(run.path).fit(resume=True)
    assert_same(run, whole_hills[False])


def test_all_checkpoints_damaged_starts_from_the_beginning(tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    run = stopped(tmp_path / "run")
    for path in run.checkpoints.iterdir():
        flip(path)
    build(run.path).fit(resume=True)
    assert attempts(run)[-1].resumed_step == 0
    assert "no valid checkpoint" in run.log.read_text("utf-8")
    assert_same(run, whole_hills[False])


@pytest.mark.parametrize("lost", ["damaged", "missing"])
def test_a_best_file_that_is_lost(lost: str, tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    """A later best replaces it; where none comes the run says so and evaluates the last weights under their name."""
    run = stopped(tmp_path / "run")
    for path in checkpoint.find(run.checkpoints, "best"):
        flip(path) if lost == "damaged" else path.unlink()
    build(run.path).fit(resume=True)
    assert_same(run, whole_hills[False])

    rising = stopped(tmp_path / "rising", 3 * STEPS + 2, rising=True)
    for path in checkpoint.find(rising.checkpoints, "best"):
        flip(path) if lost == "damaged" else path.unlink()
    result = build(rising.path, rising=True).fit(resume=True)
    assert result.best_epoch == 2
    assert result.status == "completed"
    assert {event.weights for event in evaluations(rising)} == {"last"}
    assert "best" in rising.log.read_text("utf-8")


def evaluations(run: RunFolder) -> list[EvaluationDone]:
    return [record.event for record in history(run) if isinstance(record.event, EvaluationDone)]


@pytest.mark.parametrize("keep_best", [1, 3])
def test_the_best_weights_are_those_of_the_best_epoch(keep_best: int, tmp_path: Path) -> None:
    """With several kept, the newest `best` file is not the best one."""

    def make(folder: Path) -> Trainer:
        return build(folder, rising=True, checkpoints=Checkpoint(keep_best=keep_best))

    expected = train(make, tmp_path / "whole")
    found = train(make, tmp_path / "run", [at_step(3 * STEPS + 1), at_step(4 * STEPS + 1)])
    assert_same(found, expected)
    assert {event.weights for event in evaluations(found)} == {"best"}
    steps = [checkpoint.parse_name(path.name)[1] for path in checkpoint.find(found.checkpoints, "best")]  # type: ignore[index]
    assert 2 * STEPS in steps
    assert len(steps) == keep_best


def test_a_journal_with_a_torn_tail(tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    run = stopped(tmp_path / "run")
    with run.journal.open("ab") as file:
        file.write(b'0badc0de {"v":1,"seq":99999,"att')
    build(run.path).fit(resume=True)
    assert_same(run, whole_hills[False])
    assert read_journal(run.journal).damaged == 1


def test_a_damaged_line_of_the_journal_costs_that_line(tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    run = stopped(tmp_path / "run")
    lines = run.journal.read_bytes().splitlines(keepends=True)
    at = next(index for index, line in enumerate(lines) if b'"Preparing"' in line)
    lines[at] = lines[at][:30] + b"\x00" + lines[at][31:]
    run.journal.write_bytes(b"".join(lines))
    build(run.path).fit(resume=True)
    assert read_journal(run.journal).damaged == 1
    assert_same(run, whole_hills[False])


# -- one writer --------------------------------------------------------------------------------------------------------


def test_a_stale_owner_never_blocks(tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    run = stopped(tmp_path / "run")
    text = run.owner.read_text("utf-8")
    run.owner.write_text(text.replace(f'"pid":{os.getpid()}', '"pid":1'), "utf-8")
    build(run.path).fit(resume=True)
    assert_same(run, whole_hills[False])
    owner = read_owner(run)
    assert owner is not None
    assert owner.pid == os.getpid()
    assert owner.attempt == 2


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"pid": "x"}'])
def test_an_owner_record_that_cannot_be_read(content: bytes, tmp_path: Path) -> None:
    run = stopped(tmp_path / "run")
    run.owner.write_bytes(content)
    assert build(run.path).fit(resume=True).status == "completed"


def test_killed_before_the_first_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = train(lambda folder: build(folder, epochs=EPOCHS), tmp_path / "whole")
    disk = CrashDisk()
    monkeypatch.setattr(durable, "seam", disk)
    trainer = build(tmp_path / "run", epochs=EPOCHS)
    trainer.on(BatchEnded, lambda event: event.step == 3 and disk.die())
    with pytest.raises(Dead):
        trainer.fit()
    disk.dead = False
    run = RunFolder(tmp_path / "run")
    os.utime(run.owner, (0, 0))
    assert state(run) == "lost"
    build(run.path, epochs=EPOCHS).fit(resume=True)
    assert attempts(run)[-1].resumed_step == 0
    assert_same(run, expected)


def test_an_attempt_that_died_before_its_journal_has_a_number_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests name an attempt: two attempts of one number would answer each other's."""
    run = stopped(tmp_path / "run")

    class BeforeJournal(CrashDisk):
        def open(self, path: str | Path, flags: int, mode: int = 0o600) -> int:
            if Path(path).name == "journal.jsonl":
                self.die()
            return super().open(path, flags, mode)

    monkeypatch.setattr(durable, "seam", BeforeJournal())
    with pytest.raises(Dead):
        build(run.path).fit(resume=True)
    monkeypatch.undo()
    owner = read_owner(run)
    assert owner is not None
    assert owner.attempt == 2
    build(run.path).fit(resume=True)
    assert attempts(run)[-1].attempt == 3


def test_of_two_that_resume_at_once_one_wins(tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    """In one process; tests/reliability/test_children.py does it with two."""
    run = stopped(tmp_path / "run")
    refused: list[UsageError] = []

    def second() -> None:
        with pytest.raises(UsageError) as caught:
            build(run.path).fit(resume=True)
        refused.append(caught.value)

    first = build(run.path)
    threads: list[threading.Thread] = []

    def rival(event: EpochStarted) -> None:
        threads.append(threading.Thread(target=second))
        threads[-1].start()
        threads[-1].join(20)

    first.on(EpochStarted, rival, once=True)
    first.fit(resume=True)
    assert [(error.code, error.exit_code) for error in refused] == [("run.busy", 4)]
    assert str(os.getpid()) in str(refused[0])
    assert_same(run, whole_hills[False])


def test_a_continuation_that_was_overtaken_is_refused(tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    """Two read the folder at once; one resumes and stops before the other has taken the lock."""
    from trainer.engine import run_start as module

    run = stopped(tmp_path / "run")
    found = module.find_continuation

    def slow(folder: RunFolder) -> Any:
        continuation = found(folder)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "find_continuation", found)
            faster = build(run.path)
            at_step(3 * STEPS + 1)(faster)
            faster.fit(resume=True)
        return continuation

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "find_continuation", slow)
        with pytest.raises(UsageError) as caught:
            build(run.path).fit(resume=True)
    assert caught.value.code == "run.busy"
    build(run.path).fit(resume=True)
    assert_same(run, whole_hills[False])


# -- moved, changed --------------------------------------------------------------------------------------------------


def test_a_moved_run_goes_on(tmp_path: Path, whole_hills: dict[bool, RunFolder]) -> None:
    run = stopped(tmp_path / "run", rising=True, step=3 * STEPS + 1)
    (tmp_path / "elsewhere").mkdir()
    moved = RunFolder(shutil.move(run.path, tmp_path / "elsewhere" / "переезд"))
    build(moved.path, rising=True).fit(resume=True)
    assert_same(moved, whole_hills[True])
    assert str(run.path) not in moved.journal.read_text("utf-8")


def test_what_a_killed_export_left_in_the_run_folder_stays_and_disturbs_nobody(
    tmp_path: Path, whole_hills: dict[bool, RunFolder]
) -> None:
    """A temporary file goes; a folder may hold the only copy of what was there before."""
    run = stopped(tmp_path / "run", step=3 * STEPS + 1)
    folder = run.path / f".{'0' * 16}{durable.TEMP_SUFFIX}"
    folder.mkdir()
    (folder / "old.svg").write_bytes(b"old")
    (run.path / f".{'1' * 16}{durable.TEMP_SUFFIX}").write_bytes(b"half")
    build(run.path).fit(resume=True)
    assert_same(run, whole_hills[False])
    left = {path.name for path in run.path.iterdir() if path.suffix == durable.TEMP_SUFFIX}
    assert left == {folder.name}
    assert (folder / "old.svg").read_bytes() == b"old"


def settings(**more: Any) -> Any:
    return merge(
        {
            "model": "mlp",
            "mlp": {"hidden": 8, "layers": 1, "dropout": 0.2},
            "train": {"epochs": 2, "batch": 256, "optimizer": "sgd", "schedule": "cosine", "lr": 0.1},
            "augment": {"rotation": 5},
            "checkpoint": {"every_steps": 2},
        },
        more,
    )


def test_changed_data_is_refused(tmp_path: Path) -> None:
    result = start(settings(), tmp_path, name="run")
    run = RunFolder(tmp_path / "run")
    before = series(run)
    text = run.run_toml.read_text("utf-8")
    run.run_toml.write_text(text.replace("seed = 1234", "seed = 4321"), "utf-8")
    with pytest.raises(DataError) as caught:
        resume(run, epochs=3)
    assert (caught.value.code, caught.value.exit_code) == ("data.changed", 5)
    assert state(run) == "failed"
    run.run_toml.write_text(text, "utf-8")
    assert result.status == "completed"
    again = resume(run)
    assert again.status == "completed"
    assert series(run) == before
    assert [row["epoch"] for row in metrics(run)] == ["1", "2"]


def test_settings_path_stops_resumes_and_lengthens(tmp_path: Path) -> None:
    """Through run.toml; a longer run equals one that was that long from the start, where the schedule is constant."""
    constant = {"train": {"schedule": "constant"}}
    start(settings(train={"schedule": "constant", "epochs": 3}), tmp_path, name="long")
    start(settings(**constant), tmp_path, name="run")
    resume(RunFolder(tmp_path / "run"), epochs=3)
    found, expected = RunFolder(tmp_path / "run"), RunFolder(tmp_path / "long")
    tensors, _ = newest(found, "last")
    assert all(torch.equal(tensor, newest(expected, "last")[0][key]) for key, tensor in tensors.items())
    assert metrics(found) == metrics(expected)
    loaded = load_trained(found)
    assert loaded.weights == "best"
    best, _ = newest(found, "best")
    assert all(torch.equal(value, best[f"model.{key}"]) for key, value in loaded.trainer.model.state_dict().items())
    started = [record.event for record in history(found) if isinstance(record.event, RunStarted)]
    assert [event.epochs for event in started] == [2, 3]


def test_weights_of_another_model_than_the_settings_name_are_refused(tmp_path: Path) -> None:
    """As when run.toml was changed by hand, or files of two runs were mixed."""
    settings: dict[str, Any] = {
        "data": {"source": "digits"},
        "model": "mlp",
        "mlp": {"hidden": 4},
        "train": {"epochs": 1},
    }
    start(merge(settings), tmp_path, name="run")
    run = RunFolder(tmp_path / "run")
    run.run_toml.write_text(run.run_toml.read_text("utf-8").replace("hidden = 4", "hidden = 5"), "utf-8")
    for use in (load_trained, load_for_images, evaluate):
        with pytest.raises(DiskError) as caught:
            use(run)
        assert caught.value.code == "checkpoint.other_model"
