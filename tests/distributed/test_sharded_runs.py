"""Sharded models by torchrun with two processes: against whole ones, and against one process.

Two tests that look at many things: a launch costs seconds.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.distributed.launcher import SECONDS, Launch, environment, events
from tests.distributed.sharded_script import tower
from trainer.distributed.sharding import GROUP_SIZE
from trainer.events import CheckpointSaved, RunEnded, RunStarted
from trainer.store import checkpoint

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="torchrun's launcher needs libuv there"),
]
SCRIPT = Path(__file__).parent / "sharded_script.py"
CASES = ("adam", "fused", "fused_sgd", "clip_norm", "clip_value", "ema", "frozen", "weighted")


def alone(folder: Path, *names: str) -> dict[str, Any]:
    """In one process."""
    line = [sys.executable, str(SCRIPT), str(folder), str(folder / "one"), *names]
    done = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "one.0").read_text())
    return found


def shared(folder: Path, *names: str) -> list[dict[str, Any]]:
    """In two; what each found."""
    with Launch(SCRIPT, folder, folder / "two", *names, output=folder / "two.txt") as launch:
        assert launch.wait() == 0, launch.text
    return [json.loads((folder / f"two.{rank}").read_text()) for rank in range(2)]


def of(kind: type[Any], run: Path) -> list[Any]:
    return [record.event for record in events(run) if isinstance(record.event, kind)]


def check_close(found: dict[str, Any], expected: dict[str, Any], what: str) -> None:
    for name in ("weights", "losses", "f1"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-6, err_msg=f"{what}: {name}")
    np.testing.assert_allclose(found["sum"], expected["sum"], rtol=1e-5, err_msg=what)


def test_a_sharded_model_is_trained_as_a_whole_one(tmp_path: Path) -> None:
    runs = shared(tmp_path, *CASES, "saving", "diverging")
    one = alone(tmp_path, *CASES)
    for case in CASES:
        sharded = [found[case]["sharded"] for found in runs]
        assert sharded[0]["weights"] == sharded[1]["weights"]
        check_close(sharded[0], runs[0][case]["whole"], f"{case}, two processes")
        check_close(sharded[0], one[case]["whole"], f"{case}, one process")
        moved = np.abs(np.subtract(sharded[0]["weights"], one[case]["whole"]["start"])).max()
        assert moved > 1e-4, case  # the tolerance is a hundredth of it
    check_halves([found["adam"] for found in runs])
    check_same_checkpoints(tmp_path / "ema-2", tmp_path / "ema-sharded")
    check_saving(tmp_path / "saving", runs)
    # one part of one process was not finite
    assert [found["diverging"] for found in runs] == [{"code": "diverged.step", "batch": 4}] * 2


def check_halves(runs: list[dict[str, Any]]) -> None:
    """Of the weights and the state of the optimiser each process holds one."""
    for found in runs:
        whole, sharded = found["whole"]["bytes"], found["sharded"]["bytes"]
        assert whole[0] > 4 * GROUP_SIZE
        assert whole[1] == 2 * whole[0]  # two averages of each weight
        for mine, all_of_it in zip(sharded, whole, strict=True):
            assert 0.49 < mine / all_of_it < 0.51


def check_same_checkpoints(whole_run: Path, sharded_run: Path) -> None:
    counts = [event.parameters for run in (whole_run, sharded_run) for event in of(RunStarted, run)]
    assert counts[0] == counts[1] > GROUP_SIZE
    for name in ("last-000000005", "best-000000010"):
        files = [run / "checkpoints" / f"{name}.safetensors" for run in (whole_run, sharded_run)]
        (whole, meta), (sharded, other) = map(checkpoint.read, files)
        assert whole.keys() == sharded.keys()
        for key, tensor in whole.items():
            np.testing.assert_allclose(sharded[key].numpy(), tensor.numpy(), rtol=1e-4, atol=1e-6, err_msg=key)
        for key in ("epoch", "batch", "step", "optimizer", "modules", "processes"):
            assert other[key] == meta[key]


def test_a_model_given_as_a_function_is_built_in_parts(tmp_path: Path) -> None:
    runs, one = shared(tmp_path, "deferred"), alone(tmp_path, "deferred")["deferred"]
    shutil.copytree(tmp_path / "deferred-2", tmp_path / "by-one")
    expected = tower()
    largest = max(part.nbytes for part in expected.parameters())
    for found in (found["deferred"] for found in runs):
        whole, parts = found["whole"], found["function"]
        assert parts["first"] == whole["first"] == one["whole"]["first"]  # to the bit
        assert parts["next"] == whole["next"]
        assert parts["bytes"] < 0.51 * one["whole"]["bytes"]
        assert whole["peak"] > one["whole"]["bytes"] > 8 * largest
        assert parts["peak"] < parts["bytes"] + 2 * largest
        check_close(found, one, "two processes")
    longer = "resume:deferred-2,tower,sharded"
    again = [found[longer] for found in shared(tmp_path, longer)]
    check_close(again[0], alone(tmp_path, "resume:by-one,tower,whole")["resume:by-one,tower,whole"], "resumed")
    check_close(again[1], again[0], "the other")
    state = sum(again[1]["bytes"])  # weights and optimiser, the half of it
    assert again[1]["peak"] < 2 * state < again[0]["peak"], (
        again[1]["peak"],
        state,
        again[0]["peak"],
    )  # only the first reads the checkpoint


def check_saving(run: Path, runs: list[dict[str, Any]]) -> None:
    """Whatever the first process asks for, all save at the step after; what it would do by itself is refused."""
    saved = of(CheckpointSaved, run)
    assert [event.step for event in saved if event.kind == "manual"] == [2, 5]
    assert {5, 9, 10} <= {event.step for event in saved if event.kind == "last"}
    for path in (run / "checkpoints").iterdir():
        checkpoint.read(path)
    assert runs[0]["saving"]["weights"] == runs[0]["adam"]["sharded"]["weights"]
    assert set(runs[0]["saving"]["errors"]) == {"distributed.capture", "distributed.sharded_model"}
    assert runs[1]["saving"]["errors"] == ["distributed.sharded_model"]  # by Trainer.evaluate


def test_killed_and_stopped_runs_go_on_sharded_or_whole(tmp_path: Path) -> None:
    with Launch(SCRIPT, tmp_path, tmp_path / "none", "killed", output=tmp_path / "killed.txt") as launch:
        assert launch.wait() != 0
    assert "Process 1 of 2 was lost" in launch.text
    ended = of(RunEnded, tmp_path / "killed")
    assert [(event.code, event.parameters["process"]) for event in ended] == [("distributed.lost", 1)]
    for name in ("killed-one", "killed-whole"):
        shutil.copytree(tmp_path / "killed", tmp_path / name)
    again = shared(
        tmp_path,
        *("stopped", "long:adam", "resume:killed,adam,sharded", "resume:killed-whole,adam,whole"),
        *("long:ema", "resume:stopped-sharded,ema,whole", "resume:stopped-whole,ema,sharded"),
    )[0]
    by_one = alone(tmp_path, "resume:killed-one,adam,whole", "resume:stopped-one,ema,whole")
    assert {found["status"] for found in again["stopped"].values()} == {"stopped"}
    assert again["resume:killed,adam,sharded"]["weights"] == again["long:adam"]["weights"]  # to the bit
    for found in (again, by_one):
        for name in found:
            if name.startswith("resume:"):
                check_close(found[name], again[f"long:{name.split(',')[1]}"], name)
    started = of(RunStarted, tmp_path / "stopped-one")
    assert [(event.processes, event.resumed_step) for event in started] == [(2, 0), (1, 8)]
