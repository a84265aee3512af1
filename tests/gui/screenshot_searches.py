"""Searches for pictures of the window: one with trials of all kinds, and one whose first trial is under way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from trainer.store import summary
from trainer.store.folder import RunFolder
from trainer.store.lock import RunLock
from trainer.store.search_folder import (
    DimensionRecord,
    SearchRecord,
    TrialRecord,
    hold,
    make_search,
    search_folder,
    write_record,
)

SPACE = (
    DimensionRecord(name="train.lr", low=1e-4, high=1e-1, log=True),
    DimensionRecord(name="train.batch", choices=(32, 64, 128)),
    DimensionRecord(name="cnn.dropout", low=0.0, high=0.5),
)
FIRST_TRIAL = "leaves-1"
IMPORTANCE = {"train.lr": 0.71, "cnn.dropout": 0.18, "train.batch": 0.11}


def write_search(root: Path) -> RunLock:
    """A search of learning rate, batch and dropout, of which some trials were pruned and one is under way. Returns its
    lock, which is to be released."""
    trials = _trials()
    best = max((one for one in trials if one.state == "completed"), key=lambda one: one.value or 0.0)
    about: dict[str, Any] = {"name": "flowers", "state": "running", "monitor": "macro_f1", "wanted": 40, "seed": 1}
    about |= {"source": "/photos/flowers", "model": "cnn", "best": best.number, "importance": IMPORTANCE}
    folder = search_folder(root, "flowers")
    make_search(folder)
    write_record(folder, SearchRecord(**about, space=SPACE, trials=trials))
    return hold(folder)


def _trials() -> tuple[TrialRecord, ...]:
    """Best near a learning rate of 0.004, without dropout."""
    random = np.random.default_rng(7)
    trials = []
    for number in range(1, 17):
        rate, batch = float(10 ** random.uniform(-4, -1)), int(random.choice((32, 64, 128)))
        dropout = float(random.uniform(0, 0.5))
        value = float(0.86 - 0.12 * abs(np.log10(rate) + 2.4) - 0.05 * dropout + random.normal(0, 0.01))
        state: Any = "running" if number == 16 else "pruned" if value < 0.72 else "completed"
        values = {"train.lr": rate, "train.batch": batch, "cnn.dropout": dropout}
        ended = {"value": value, "epoch": 3 if state == "pruned" else 12} if state != "running" else {}
        trials.append(TrialRecord(number=number, run=f"flowers-{number:02}", state=state, values=values, **ended))
    return tuple(trials)


def write_first_trial(root: Path) -> RunLock:
    """A search whose first trial is under way. Returns its lock, which is to be released."""
    folder, run = search_folder(root, "leaves"), RunFolder(root / FIRST_TRIAL)
    make_search(folder)
    run.path.mkdir(exist_ok=True)
    summary.write(run.summary, summary.Summary(status="running", epoch=11, epochs=60))
    trial = TrialRecord(number=1, run=FIRST_TRIAL, state="running", values={"train.lr": 0.003})
    about: dict[str, Any] = {"name": "leaves", "state": "running", "monitor": "loss", "wanted": 20, "seed": 1}
    write_record(folder, SearchRecord(**about, source="/photos/leaves", model="mlp", space=SPACE[:1], trials=(trial,)))
    return hold(folder)
