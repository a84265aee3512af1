"""What callbacks have reported is in the JSON export, and the last of it in `runs show` and the report."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import runs as runs
from trainer.report import html
from trainer.store.folder import RunFolder

CHART = """
import numpy as np
from trainer import Callback, Phase

class Chart(Callback):
    phase = Phase.REPORT
    def on_epoch_ended(self, event, run):
        run.log_scalar("rounds", float("nan") if event.epoch == 1 else event.epoch / 8)
        run.log_picture("grey", np.full((2, 3), event.epoch, np.uint8))
"""


def test_all_of_it_is_exported_and_the_last_is_shown(
    cli: Cli, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "chart.py").write_text(CHART, "utf-8")
    assert cli("train", "digits", "--callback", tmp_path / "chart.py", "--epochs", 3, "--name", "a").code == 0
    assert cli("export", "a", "--format", "json", "--out", tmp_path / "a.json").code == 0
    found = json.loads((tmp_path / "a.json").read_text("utf-8"))
    steps = [row["step"] for row in found["history"]]
    values = ["NaN", 0.25, 0.375]
    assert found["scalars"] == {
        "rounds": [
            {"epoch": epoch, "step": step, "value": value}
            for epoch, step, value in zip((1, 2, 3), steps, values, strict=True)
        ]
    }
    assert [(one["name"], one["epoch"], one["width"], one["height"]) for one in found["pictures"]] == [
        ("grey", epoch, 3, 2) for epoch in (1, 2, 3)
    ]
    assert all((runs / "a" / one["path"]).is_file() for one in found["pictures"])

    page = re.sub(r"<[^>]+>", "|", html(RunFolder(runs / "a")))
    assert re.search(r"The latest value of each number reported by callbacks\..*rounds\|+0\.375\|+3\|", page, re.DOTALL)

    shown = [line.split() for line in cli("runs", "show", "a").out.splitlines()]
    assert ["rounds", "0.3750", "epoch", "3"] in shown
    assert ["grey", found["pictures"][-1]["path"], "epoch", "3"] in shown
    reported = cli("runs", "show", "a", "--json").document["reported"]
    assert reported["scalars"] == {"rounds": found["scalars"]["rounds"][-1]}
    assert reported["pictures"]["grey"]["path"] == found["pictures"][-1]["path"]
