"""The power fails while something is exported over an earlier export: of each file the old one or the new one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.crash_counts import Count
from tests.reliability.power_cut import Rebuilt, RecordingDisk, crash_states
from trainer.cli import main
from trainer.store import durable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are not synced there: NTFS does that")
FORMATS = ("safetensors", "pt", "csv", "json", "report", "figures", "huggingface")


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPOCHSCOPE_RUNS", str(root))
        for name, seed in (("run", 1), ("other", 2)):
            assert main(["train", "digits", "--epochs", "1", "--name", name, "--seed", str(seed)]) == 0
    return root


def files(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if durable.TEMP_SUFFIX not in name}


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_over_an_earlier_one(
    form: str, two_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(two_runs))
    out = tmp_path / "out"
    out.mkdir()

    def export(run: str) -> None:
        heat_maps = ["--no-heat-maps"] if form == "report" else []
        assert main(["export", run, "--format", form, "--out", str(out / "export"), "--force", *heat_maps]) == 0

    export("other")
    old = files(out)
    disk = RecordingDisk(out)
    with monkeypatch.context() as patch:
        patch.setattr(durable, "seam", disk)
        export("run")
        disk.promise("exported")
    new = files(out)
    assert new != old
    rebuilt = Rebuilt(tmp_path / "rebuilt")
    disks = 0
    for state in crash_states(disk, limit=8):
        rebuilt.show(state.tree)
        found = files(rebuilt.folder)
        for name in old.keys() | new.keys():
            allowed = [new.get(name)] if "exported" in state.promised else [old.get(name), new.get(name)]
            assert found.get(name) in allowed, f"{name} after operation {state.at}"
        disks += 1
    count("power cuts", disks)
    assert disks > 4
