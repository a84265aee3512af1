"""Runs of earlier versions can be opened, listed, resumed, evaluated, reported and exported.

What is read from files must match the record exactly. What is computed again is compared with results from the same
processor, or with a tolerance far above rounding.
"""

from __future__ import annotations

import csv
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.golden import attempt
from tests.golden.rows import NAMES, ROWS, VERSIONS, copied, expected, faults, take
from tests.golden.state import command, differences, json_output, state_of
from trainer import events as ev
from trainer.engine import run_guard
from trainer.engine.resume import trained_weights
from trainer.store import checkpoint, heartbeat
from trainer.store.folder import RunFolder
from trainer.store.journal import read_journal

INTERRUPTED = [(version, name) for version, name in ROWS if name != "completed"]
LOSS = 1e-3
"""Tolerance: far more than the rounding of another processor changes the loss of the same weights."""


@pytest.fixture(autouse=True)
def no_other_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the host that recorded the runs still works on them is not waited for: seconds for every command."""
    monkeypatch.setattr(heartbeat, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(run_guard, "works_elsewhere", partial(heartbeat.works_elsewhere, seconds=0.05))


@pytest.fixture
def root(version: str, tmp_path: Path) -> Path:
    """A copy of the runs of a version."""
    return copied(version, tmp_path / "runs")


def test_every_released_version_has_recorded_runs() -> None:
    changelog = Path(__file__).parents[2] / "CHANGELOG.md"
    assert sorted(re.findall(r"^## \[(\d\S*)\]", changelog.read_text("utf-8"), re.MULTILINE)) == VERSIONS


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_a_run_is_read_as_recorded(version: str, name: str, root: Path, tmp_path: Path) -> None:
    found = state_of(root, name, tmp_path)
    for fault in faults(version):
        if fault["run"] == name:
            take(found, fault["at"])
    assert not differences(found, expected(version, name))


@pytest.mark.parametrize("version", VERSIONS)
def test_known_faults_are_as_recorded_or_fixed(version: str, root: Path, tmp_path: Path) -> None:
    """A fix changes `now` in faults.json, nothing else: see `FAULTS` in record.py."""
    found = {name: state_of(root, name, tmp_path) for name in {fault["run"] for fault in faults(version)}}
    for fault in faults(version):
        part = take(found[fault["run"]], fault["at"])
        assert not differences(part, fault["now"]), fault["fault"]


@pytest.mark.parametrize("version", VERSIONS)
def test_runs_are_listed(root: Path) -> None:
    names = [entry["name"] for entry in json_output("runs", "list", "--runs", root)]
    assert names == ["killed", "resumed", "completed"], "latest first"


@pytest.mark.parametrize("version", VERSIONS)
def test_resuming_a_completed_run_changes_nothing(root: Path) -> None:
    folder = RunFolder(root / "completed")
    before = _files(folder)
    found = json_output("resume", "completed", "--runs", root)
    assert (found["status"], "completed" in found["message"]) == ("completed", True)
    assert _files(folder) == before


@pytest.mark.parametrize(("version", "name"), INTERRUPTED)
def test_an_interrupted_run_is_resumed(version: str, name: str, root: Path) -> None:
    folder = RunFolder(root / name)
    recorded = expected(version, name)
    before = len(read_journal(folder.journal).records)
    newest = max(_meta(path)["step"] for kind in ("last", "manual") for path in _checkpoints(folder, kind))
    assert command("resume", name, "--runs", root)[0] == 0
    records = read_journal(folder.journal).records[before:]
    started = next(record.event for record in records if isinstance(record.event, ev.RunStarted))
    assert (started.attempt, started.resumed_step) == (recorded["listed"]["attempt"] + 1, newest)
    lines = folder.metrics.read_text("utf-8").splitlines()
    kept = len(recorded["metrics"])
    assert lines[:kept] == recorded["metrics"], "epochs that were finished before"
    epochs = recorded["listed"]["epochs"]
    assert [int(row["epoch"]) for row in csv.DictReader(lines)] == list(range(1, epochs + 1))
    found = json_output("runs", "show", name, "--runs", root)
    assert (found["status"], found["summary"]["epoch"], found["journal"]["damaged"]) == ("completed", epochs, 0)
    assert sorted(found["evaluation"]) == ["test", "train", "valid"]


@pytest.mark.parametrize(("version", "name"), INTERRUPTED)
def test_one_more_stop_changes_no_bit_of_a_resumed_run(version: str, name: str, tmp_path: Path) -> None:
    unbroken, broken = (copied(version, tmp_path / one) for one in ("unbroken", "broken"))
    assert command("resume", name, "--runs", unbroken)[0] == 0
    stop = json.dumps({"end": expected(version, name)["window"]["step"] + 8, "signal": "SIGINT"})
    assert attempt.main(str(broken), name, stop) == 3
    assert command("resume", name, "--runs", broken)[0] == 0
    one, other = (RunFolder(root / name) for root in (unbroken, broken))
    assert _weights(one) == _weights(other)
    assert _learnt(one) == _learnt(other)


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_a_run_is_evaluated_with_its_best_weights(version: str, name: str, root: Path) -> None:
    recorded = expected(version, name)
    losses = {row["epoch"]: float(row["valid_loss"]) for row in csv.DictReader(recorded["metrics"])}
    best = min(losses, key=lambda epoch: losses[epoch])
    found = json_output("evaluate", name, "--runs", root)
    info = recorded["window"]["info"]
    assert {split: one["samples"] for split, one in found.items()} == info["split_sizes"]
    assert found["valid"]["loss"] == pytest.approx(losses[best], abs=LOSS)
    assert found["valid"]["weights"] == "best"
    for split, one in recorded["shown"]["evaluation"].items():
        assert found[split]["support"] == one["support"]
        assert found[split]["loss"] == pytest.approx(one["loss"], abs=LOSS)


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_a_run_is_reported(name: str, version: str, root: Path, tmp_path: Path) -> None:
    others = [part for other in NAMES if other != name for part in ("--with", other)]
    for language in ("en", "ru"):
        page = tmp_path / f"{language}.html"
        given = ("--format", "report", "--out", page, "--language", language, "--runs", root)
        assert command("export", name, *given, *others)[0] == 0
        text = page.read_text("utf-8")
        assert text.startswith("<!doctype html>")
        assert all(other in text for other in NAMES)


@pytest.mark.parametrize(("version", "name"), ROWS)
def test_the_best_weights_are_exported_as_they_were_saved(name: str, version: str, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    assert command("export", name, "--out", path, "--runs", root)[0] == 0
    rows = csv.DictReader(expected(version, name)["metrics"])
    step = int(min(rows, key=lambda row: float(row["valid_loss"]))["step"])
    saved, _ = checkpoint.read(root / name / "checkpoints" / f"best-{step:09d}.safetensors")
    models = {key.removeprefix("model."): value.numpy() for key, value in saved.items() if key.startswith("model.")}
    found = load_file(path)
    assert found.keys() == models.keys()
    assert all(np.array_equal(found[key], models[key]) for key in models)


def _files(folder: RunFolder) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}


def _checkpoints(folder: RunFolder, kind: str) -> list[Path]:
    return sorted(folder.checkpoints.glob(f"{kind}-*.safetensors"))


def _meta(path: Path) -> dict[str, Any]:
    return checkpoint.read(path)[1]


def _weights(folder: RunFolder) -> dict[str, bytes]:
    """All of the last state but the clock: model, optimiser, random generators."""
    tensors, _ = checkpoint.read(_checkpoints(folder, "last")[-1])
    return {key: value.numpy().tobytes() for key, value in tensors.items()}


def _learnt(folder: RunFolder) -> tuple[int, dict[str, bytes]]:
    found = trained_weights(folder)
    return found.epoch, {key: value.numpy().tobytes() for key, value in found.tensors.items()}
