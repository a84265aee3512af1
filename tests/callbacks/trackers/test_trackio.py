"""Trackio's own interface finds what the run says; in a process of its own, since its folder is set once for all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trackio", reason="the extra trackio is not installed")

SCRIPT = """
import json, sys
from callbacks import Trackio
from tests.callbacks.trackers import test_reported
from trainer.store.checkpoint import find
from trainer.store.folder import RunFolder

def fit(resume=False):
    return test_reported.fit(sys.argv[1], Trackio(patience=300), resume=resume)

def curve(name):
    from trackio.api import Api
    from trackio.sqlite_storage import SQLiteStorage
    (run,) = Api().runs("epochscope")
    rows = SQLiteStorage.get_logs("epochscope", run=run.name, run_id=run.id)
    return [(row["step"], row[name]) for row in rows if name in row], run.config

first = fit()
found, config = curve("train/loss")
norm, share = (curve(name)[0] for name in ("reported/norm", "valid/share"))
for kind in ("last", "best"):
    for path in find(RunFolder(sys.argv[1]).checkpoints, kind):
        if int(path.stem.rpartition("-")[2]) > 4:
            path.unlink()
second = fit(resume=True)
print("JSON" + json.dumps({
    "first": list(zip(first.history["step"].tolist(), first.history["train_loss"])), "found": found,
    "second": second.history["train_loss"].iloc[-1], "after": curve("train/loss")[0], "epochs": config["train.epochs"],
    "norm": norm, "share": [value for _, value in share], "shares": first.history["valid_share"].tolist(),
}))
"""


def test_rows_are_those_of_the_history_and_a_resumed_run_goes_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "run")],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={**os.environ, "TRACKIO_DIR": str(tmp_path / "store")},
    )
    head, _, text = done.stdout.partition("JSON")
    assert head == "", "it prints nothing"
    told = json.loads(text)
    assert told["found"] == told["first"]
    assert told["after"] == [*told["first"], [6, told["second"]]]
    assert told["epochs"] == 3
    assert told["norm"] == [[2, 0.1], [4, 0.2], [6, 0.3]]
    assert told["share"] == told["shares"]
