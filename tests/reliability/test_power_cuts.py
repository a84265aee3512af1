"""After a power cut at any moment everything is old or new, and what was promised is there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.crash_counts import Count
from tests.reliability.disks import Dead
from tests.reliability.mutations import Mutation, mutations
from tests.reliability.power_cut import Rebuilt, crash_states
from tests.reliability.power_cut_scenarios import SCENARIOS, KilledDisk, Scenario
from trainer.store import durable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are not synced there: NTFS does that")
ALL = 10_000
"""Kills: more than there are calls."""


def cut(
    scenario: Scenario,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    killed_at: int = 0,
    limit: int = 64,
    seed: int = 0,
) -> tuple[int, int]:
    """Check every disk that a power cut may leave; `killed_at`: a kill comes before, and the action is begun again.
    The number of disks, and of calls."""
    root = folder / "disk"
    root.mkdir(parents=True)
    scenario.prepare(root)
    disk = KilledDisk(root)
    with monkeypatch.context() as patch:
        patch.setattr(durable, "seam", disk)
        disk.at = killed_at
        if killed_at:
            with pytest.raises(Dead):
                scenario.act(root, disk.promise)
            disk.at = 0
        scenario.act(root, disk.promise)
    rebuilt = Rebuilt(folder / "rebuilt")
    count = 0
    for state in crash_states(disk, limit=limit, seed=seed):
        rebuilt.show(state.tree)
        try:
            scenario.check(rebuilt.folder, state.promised)
        except Exception as error:
            raise AssertionError(f"power cut after operation {state.at} of {len(disk.operations)}: {error}") from error
        count += 1
    return count, disk.calls


def cut_after_kills(
    scenario: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch, *, kills: int, limit: int = 16, seed: int = 0
) -> int:
    """Killed at each call to the disk, or at `kills` of them."""
    total, calls = cut(scenario, folder / "whole", monkeypatch, limit=limit, seed=seed)
    for at in range(1, calls + 1, max(1, calls // kills)):
        total += cut(scenario, folder / str(at), monkeypatch, killed_at=at, limit=limit, seed=seed)[0]
    return total


@pytest.mark.parametrize("name", SCENARIOS)
def test_old_or_new_after_a_power_cut(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Count) -> None:
    disks, _ = cut(SCENARIOS[name], tmp_path / "cut", monkeypatch)
    count("power cuts", disks)
    assert disks > 3


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_and_begun_again_before_the_power_cut(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    count("power cuts", cut_after_kills(SCENARIOS[name], tmp_path, monkeypatch, kills=30))


@pytest.mark.crash
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_disk_that_a_power_cut_can_leave(
    name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    """Without a kill nearly all of them, with one many more than above."""
    count("power cuts", cut(SCENARIOS[name], tmp_path / "cut", monkeypatch, limit=20_000, seed=seed)[0])
    count("power cuts", cut_after_kills(SCENARIOS[name], tmp_path, monkeypatch, kills=ALL, limit=200, seed=seed))


def cut_everything(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, scenario in SCENARIOS.items():
        cut(scenario, folder / name, monkeypatch)
    for name, scenario in SCENARIOS.items():
        cut_after_kills(scenario, folder / "again" / name, monkeypatch, kills=ALL)


@pytest.mark.parametrize("mutation", list(mutations()), ids=lambda mutation: mutation.name)
def test_no_step_can_be_left_out(mutation: Mutation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above fail without any one fsync or rename of the module that writes files."""
    mutation.apply(monkeypatch)
    with pytest.raises(AssertionError, match=r"^power cut after operation"):
        cut_everything(tmp_path, monkeypatch)


def test_the_steps_are_those_of_the_source() -> None:
    """Should they be renamed, none would be left out any more, and nobody would notice."""
    found = [mutation.name.split(" without ")[1].split("(")[0] for mutation in mutations()]
    assert {"seam.fsync", "seam.replace", "sync_folder", "_sync_name", "_replace"} == set(found) - {
        "source.parent",
        "target.parent",
    }
    assert len(found) >= 16


def test_the_seam_asks_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator stands in for it, and would not see that nothing reaches the system."""
    asked: list[int] = []
    monkeypatch.setattr("os.fsync", asked.append)
    if sys.platform != "darwin":
        durable.Seam().fsync(17)
        assert asked == [17]
    (tmp_path / "a").write_bytes(b"a")
    durable.Seam().replace(tmp_path / "a", tmp_path / "b")
    durable.Seam().link(tmp_path / "b", tmp_path / "c")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]
