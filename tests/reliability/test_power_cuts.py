"""After a power cut at any moment everything is old or new, and what was promised is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.disks import Dead
from tests.reliability.power_cut import Rebuilt, crash_states
from tests.reliability.power_cut_scenarios import SCENARIOS, MortalDisk, Scenario
from trainer.store import durable

LIMIT = 64


def cut(scenario: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch, *, killed_at: int = 0, limit: int = LIMIT) -> tuple[int, int]:
    """Check every disk that a power cut may leave; `killed_at`: a kill comes before, and the action is begun again.
    The number of disks, and of calls."""
    root = folder / "disk"
    root.mkdir(parents=True)
    scenario.prepare(root)
    disk = MortalDisk(root)
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
    for state in crash_states(disk, limit=limit):
        rebuilt.show(state.tree)
        try:
            scenario.check(rebuilt.folder, state.promised)
        except Exception as error:
            raise AssertionError(f"after operation {state.at}: {error}") from error
        count += 1
    return count, disk.calls


@pytest.mark.parametrize("name", SCENARIOS)
def test_old_or_new_after_a_power_cut(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count, _ = cut(SCENARIOS[name], tmp_path / "cut", monkeypatch)
    print(name, count)
    assert count >= 4


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_and_begun_again_before_the_power_cut(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, calls = cut(SCENARIOS[name], tmp_path / "whole", monkeypatch)
    total = 0
    for at in range(1, calls + 1):
        total += cut(SCENARIOS[name], tmp_path / f"at{at}", monkeypatch, killed_at=at, limit=16)[0]
    print(name, calls, total)
