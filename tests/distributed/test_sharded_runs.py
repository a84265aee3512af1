"""Sharded models by torchrun with two processes: against whole ones, and against one process."""

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
from trainer.distributed.sharding import GROUP_SIZE
from trainer.events import CheckpointSaved, RunEnded, RunStarted
from trainer.store import checkpoint

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="torchrun's launcher needs libuv there"),
]
SCRIPT = Path(__file__).parent / "sharded_script.py"
CASES = ("adam", "fused", "clip_norm", "clip_value", "ema", "frozen", "weighted")


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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sharded")


@pytest.fixture(scope="module")
def runs(folder: Path) -> list[dict[str, Any]]:
    """All that two processes can do in one launch."""
    return shared(folder, *CASES, "stopped", "saving", "diverging")


@pytest.fixture(scope="module")
def one(folder: Path) -> dict[str, Any]:
    """The cases in one process."""
    return alone(folder, *CASES)


def close(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in ("weights", "losses", "f1"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["sum"], expected["sum"], rtol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_weights_and_figures_are_those_of_a_whole_model(
    case: str, runs: list[dict[str, Any]], one: dict[str, Any]
) -> None:
    sharded = [found[case]["sharded"] for found in runs]
    assert sharded[0]["weights"] == sharded[1]["weights"]
    close(sharded[0], runs[0][case]["whole"])
    close(sharded[0], one[case]["whole"])
    moved = np.abs(np.subtract(sharded[0]["weights"], one[case]["whole"]["start"])).max()
    assert moved > 1e-4  # the tolerance is a hundredth of it


def test_each_process_holds_half_of_weights_and_optimizer_state(runs: list[dict[str, Any]]) -> None:
    for rank in range(2):
        whole, sharded = runs[rank]["adam"]["whole"]["bytes"], runs[rank]["adam"]["sharded"]["bytes"]
        assert whole[0] > 4 * GROUP_SIZE
        assert whole[1] == 2 * whole[0]  # two averages of each weight
        for mine, all_of_it in zip(sharded, whole, strict=True):
            assert 0.49 < mine / all_of_it < 0.51


def test_a_checkpoint_is_that_of_a_whole_model(runs: list[dict[str, Any]], folder: Path) -> None:
    counts = [
        event.parameters
        for name in ("ema-2", "ema-sharded")
        for record in events(folder / name)
        if isinstance(event := record.event, RunStarted)
    ]
    assert counts[0] == counts[1] > GROUP_SIZE
    for name in ("last-000000005", "best-000000010"):
        files = [folder / f"ema-{kind}" / "checkpoints" / f"{name}.safetensors" for kind in (2, "sharded")]
        (whole, meta), (sharded, other) = map(checkpoint.read, files)
        assert whole.keys() == sharded.keys()
        for key, tensor in whole.items():
            np.testing.assert_allclose(sharded[key].numpy(), tensor.numpy(), rtol=1e-4, atol=1e-6, err_msg=key)
        for key in ("epoch", "batch", "step", "optimizer", "modules", "best", "processes"):
            assert other[key] == meta[key]


def test_whoever_asks_for_a_checkpoint_gets_one_of_all_processes(runs: list[dict[str, Any]], folder: Path) -> None:
    run = folder / "saving"
    saved = [event for record in events(run) if isinstance(event := record.event, CheckpointSaved)]
    # a callback of the first process asks, and all save at the step after
    assert [event.step for event in saved if event.kind == "manual"] == [2, 5]
    assert {5, 9, 10} <= {event.step for event in saved if event.kind == "last"}
    for path in (run / "checkpoints").iterdir():
        checkpoint.read(path)
    assert runs[0]["saving"]["weights"] == runs[0]["adam"]["sharded"]["weights"]


def test_what_one_process_would_do_by_itself_is_refused(runs: list[dict[str, Any]]) -> None:
    assert set(runs[0]["saving"]["errors"]) == {"distributed.capture", "distributed.sharded_model"}
    assert runs[1]["saving"]["errors"] == ["distributed.sharded_model"]  # Trainer.evaluate


def test_a_gradient_that_is_not_finite_in_one_part_ends_all(runs: list[dict[str, Any]]) -> None:
    assert [found["diverging"] for found in runs] == [{"code": "diverged.step", "batch": 4}] * 2


def test_killed_and_stopped_runs_go_on_sharded_or_whole(runs: list[dict[str, Any]], folder: Path) -> None:
    with Launch(SCRIPT, folder, folder / "none", "killed", output=folder / "killed.txt") as launch:
        assert launch.wait() != 0
    assert "Process 1 of 2 was lost" in launch.text
    ended = [event for record in events(folder / "killed") if isinstance(event := record.event, RunEnded)]
    assert [(event.code, event.parameters["process"]) for event in ended] == [("distributed.lost", 1)]
    for name in ("killed-one", "killed-whole"):
        shutil.copytree(folder / "killed", folder / name)
    shutil.copytree(folder / "stopped-sharded", folder / "stopped-one")
    again = shared(
        folder,
        *("long:adam", "resume:killed,adam,sharded", "resume:killed-whole,adam,whole"),
        *("long:ema", "resume:stopped-sharded,ema,whole", "resume:stopped-whole,ema,sharded"),
    )[0]
    assert again["resume:killed,adam,sharded"] == again["long:adam"]  # to the bit
    by_one = alone(folder, "resume:killed-one,adam,whole", "resume:stopped-one,ema,whole")
    close(again["resume:killed-whole,adam,whole"], again["long:adam"])
    close(by_one["resume:killed-one,adam,whole"], again["long:adam"])
    close(again["resume:stopped-sharded,ema,whole"], again["long:ema"])
    close(again["resume:stopped-whole,ema,sharded"], again["long:ema"])
    close(by_one["resume:stopped-one,ema,whole"], again["long:ema"])
    started = [event for record in events(folder / "stopped-one") if isinstance(event := record.event, RunStarted)]
    assert [(event.processes, event.resumed_step) for event in started] == [(2, 0), (1, 8)]
