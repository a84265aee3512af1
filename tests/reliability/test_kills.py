"""Killed at random microseconds, again and again, until it is through: as if nothing had happened."""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from callbacks.checkpoint import Checkpoint
from tests.crash_counts import Count
from tests.reliability.harness import assert_same, scramble
from tests.reliability.nursery import Nursery, nursery
from tests.reliability.scripted_losses import build as scripted
from trainer.engine.resume import best_weights
from trainer.events import CheckpointSaved, RunEnded, RunStarted
from trainer.store import checkpoint, durable
from trainer.store.file_set import write_files
from trainer.store.folder import SUBFOLDERS, RunFolder, is_run
from trainer.store.journal import read_journal
from trainer.store.output_file import remove_stale
from trainer.trainer import Trainer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and timers of POSIX")
EPOCHS = 3
QUICK, SHARDS = 20, 20
TRAINING, EXPORTS, COMMANDS = 0.85, 0.1, 0.05
"""Shares of the kills: while a model is trained, while files are written over older ones, and in all else."""
MOMENTS = {
    "Preparing", "RunStarted", "EpochStarted", "BatchesReported", "CheckpointRequested", "CheckpointSaved",
    "ValidationDone", "SnapshotSaved", "EpochEnded", "EvaluationDone",
}  # fmt: skip
"""What the journal may end with when the process dies."""


class QuickDisk(durable.Seam):
    def fsync(self, fd: int) -> None:
        pass  # a kill loses nothing that the system has


def build(folder: Path) -> Trainer:
    return scripted(folder, epochs=EPOCHS, rising=True, checkpoints=Checkpoint(every_steps=3))


def train(folder: Path, number: int) -> None:
    """What the process does."""
    durable.seam = QuickDisk()
    scramble(number)
    build(folder).fit(resume=is_run(folder))


def export(folder: Path, version: int) -> None:
    durable.seam = QuickDisk()
    write_files(folder / "figures", figures(version))
    durable.write_bytes(folder / "model.bin", figures(version)["a.svg"])


def figures(version: int) -> dict[str, bytes]:
    return {name: (name * (5000 + 100 * version)).encode() for name in ("a.svg", "b.svg", "c.csv")}


def check_after_kill(run: RunFolder) -> str:
    """Nothing that was reported is lost. What the journal ends with."""
    if not is_run(run.path):
        # killed while its folder was made: there is nothing to resume
        shutil.rmtree(run.path, ignore_errors=True)
        return "no run yet"
    events = [record.event for record in read_journal(run.journal).records]
    for kind in ("last", "best"):
        assert all(checkpoint.verify(path) for path in checkpoint.find(run.checkpoints, kind))
    reported = [event.step for event in events if isinstance(event, CheckpointSaved) and event.kind == "last"]
    path, _ = checkpoint.newest_valid(run.checkpoints, "last")
    if path is not None:
        tensors, meta = checkpoint.read(path)
        assert not meta["best"]["epoch"] or best_weights(run, tensors, meta), "the best weights are gone"
    assert max(checkpoint.by_step(run.checkpoints, "last"), default=0) >= max(reported, default=0)
    return type(events[-1]).__name__ if events else "settings only"


def check_resumptions(run: RunFolder) -> None:
    """Each attempt goes on from the newest checkpoint that was reported before, or a later one."""
    reported = 0
    for event in (record.event for record in read_journal(run.journal).records):
        if isinstance(event, RunStarted):
            assert event.resumed_step >= reported, "committed work was done again"
            reported = event.resumed_step
        if isinstance(event, CheckpointSaved) and event.kind == "last":
            reported = max(reported, event.step)


def kill_and_resume(
    kills: int,
    seed: int,
    folder: Path,
    whole: RunFolder,
    place: Nursery,
    work: Callable[[Path, int], None] = train,
    times: tuple[float, float] = (1e-6, 1.0),
) -> Counter[str]:
    """As many runs as it takes for so many kills. How often the journal ended with what.

    `work` makes or resumes a run; it is killed between these shares of the `times` that it takes.
    """
    draw = random.Random(seed)
    seconds = min(place.run(work, folder / f"timed{seed}-{n}" / "run", n).seconds for n in range(2))
    moments = Counter[str]()
    number = 0
    while moments.total() < kills:
        number += 1
        root = folder / f"root{seed}-{number}"
        run = RunFolder(root / "run")
        for one in range(draw.randrange(1, 12)):
            # what goes on is shorter than what begins
            kill_after = seconds * draw.uniform(*times) * (0.6 if one else 1.0)
            if not place.run(work, run.path, draw.randrange(9), kill_after=kill_after).killed:
                break
            moments[check_after_kill(run)] += 1
        place.run(work, run.path, draw.randrange(9))
        assert_same(run, whole)
        check_resumptions(run)
        assert isinstance(read_journal(run.journal).records[-1].event, RunEnded)
        assert leftovers(run) == []
        shutil.rmtree(root)
    return moments


def leftovers(run: RunFolder) -> list[Path]:
    """What killed writers have left in a run folder."""
    return [path for part in ("", *SUBFOLDERS) for path in (run.path / part).glob(f".*{durable.TEMP_SUFFIX}")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("whole") / "run"
    build(folder).fit()
    return RunFolder(folder)


def test_killed_at_random_moments(tmp_path: Path, whole: RunFolder, count: Count) -> None:
    with nursery(tmp_path / "errors.txt") as place:
        moments = kill_and_resume(QUICK, 0, tmp_path, whole, place)
    count("kills", moments.total())


@pytest.mark.crash
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("seed", range(1, SHARDS + 1))
def test_killed_thousands_of_times(
    seed: int, tmp_path: Path, whole: RunFolder, count: Count, request: pytest.FixtureRequest
) -> None:
    kills = round(int(request.config.getoption("kills")) * TRAINING) // SHARDS
    with nursery(tmp_path / "errors.txt") as place:
        moments = kill_and_resume(kills, seed, tmp_path, whole, place)
    count("kills", moments.total())
    # some last for microseconds
    assert kills < 400 or len(MOMENTS.intersection(moments)) > len(MOMENTS) / 2, moments


@pytest.mark.crash
@pytest.mark.timeout(1200)
def test_killed_while_exporting(tmp_path: Path, count: Count, request: pytest.FixtureRequest) -> None:
    """Each file is the old one or the new one, whole."""
    draw = random.Random(0)
    version = kills = 0
    wanted = max(1, round(int(request.config.getoption("kills")) * EXPORTS))
    with nursery(tmp_path / "errors.txt") as place:
        seconds = place.run(export, tmp_path, 0).seconds
        while kills < wanted:  # some come too late
            version += 1
            before = {path.name: path.read_bytes() for path in (tmp_path / "figures").iterdir()}
            kills += place.run(export, tmp_path, version, kill_after=draw.uniform(1e-6, seconds)).killed
            for name, data in figures(version).items():
                assert (tmp_path / "figures" / name).read_bytes() in (before[name], data)
            remove_stale(tmp_path)
            for path in tmp_path.glob(f".*{durable.TEMP_SUFFIX}"):
                assert not path.name.startswith(".epochscope"), "a temporary file of a dead process"
                shutil.rmtree(path)  # what was to be replaced, which only its writer may remove
    count("kills", kills)
