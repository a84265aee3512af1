"""What Weights & Biases has in its files, offline; in a process of its own, since its threads stay until that ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.callbacks.trackers.test_reported import COLOURS
from tests.callbacks.trackers.wandb_file import history, records
from trainer.errors import UsageError

pytest.importorskip("wandb", reason="the extra wandb is not installed")

from callbacks import WeightsAndBiases

SCRIPT = """
import json, sys
from callbacks import WeightsAndBiases
from tests.callbacks.trackers import test_reported
from trainer.store.checkpoint import find
from trainer.store.folder import RunFolder

def fit(resume=False):
    result = test_reported.fit(sys.argv[1], WeightsAndBiases(patience=300), resume=resume)
    return {name: result.history[name].tolist() for name in ("step", "train_loss", "valid_loss", "valid_share")}

first = fit()
for kind in ("last", "best"):
    for path in find(RunFolder(sys.argv[1]).checkpoints, kind):
        if int(path.stem.rpartition("-")[2]) > 4:
            path.unlink()
print(json.dumps([first, fit(resume=True)]))
"""


CURVES = {"train/loss": "train_loss", "valid/loss": "valid_loss", "valid/share": "valid_share"}


def curve(rows: list[dict[str, Any]], name: str) -> list[list[float]]:
    return [[row["step"], row[name]] for row in rows if name in row]


@pytest.mark.timeout(600)
def test_rows_are_those_of_the_history_and_a_resumed_run_keeps_its_id(tmp_path: Path) -> None:
    elsewhere = {f"WANDB_{name}_DIR": str(tmp_path / name) for name in ("CACHE", "CONFIG", "DATA")}
    run = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(run)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=500,
        check=True,
        env={**os.environ, **elsewhere},
    )
    first, second = json.loads(done.stdout)  # it prints nothing itself
    one, two = sorted(run.glob("wandb/offline-run-*/run-*.wandb"))
    assert one.name == two.name, "it is the run's id"
    for name, column in CURVES.items():
        told = [list(pair) for pair in zip(first["step"], first[column], strict=True)]
        assert curve(history(one), name) == told
        assert curve(history(two), name) == [[6, second[column][-1]]]
    assert curve(history(one), "reported/norm") == [[2, 0.1], [4, 0.2], [6, 0.3]]
    (started,) = [record.run for record in records(one) if record.WhichOneof("record_type") == "run"]
    config = {item.key: json.loads(item.value_json) for item in started.config.update}
    assert (started.project, started.display_name, config["train.epochs"]) == ("epochscope", "run", 3)
    kept = one.parent / "files"
    assert (kept / "metrics.csv").read_bytes()
    assert not (kept / "run.toml").is_symlink()
    assert list((kept / "media" / "images" / "confusion").iterdir())
    looks = sorted((kept / "media" / "images" / "reported").iterdir(), key=lambda path: int(path.name.split("_")[1]))
    for epoch, path in enumerate(looks, 1):
        np.testing.assert_array_equal(np.asarray(Image.open(path)), COLOURS + np.uint8(epoch))
    assert len(looks) == 3


def test_modes() -> None:
    with pytest.raises(UsageError) as caught:
        WeightsAndBiases(mode="cloud")  # type: ignore[arg-type]
    assert caught.value.code == "tracker.options"
