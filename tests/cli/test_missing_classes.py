"""A run whose validation and test lack classes: macro-F1 is scikit-learn's, and it says of how many classes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from sklearn.metrics import f1_score, precision_recall_fscore_support
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from callbacks import Progress
from tests.cli.conftest import Cli
from trainer import Trainer
from trainer.baselines.entries import Contestant
from trainer.baselines.outcome import Outcome
from trainer.cli.seeds import Seeded, _table
from trainer.events import EpochEnded, ValidationDone
from trainer.report import write_report
from trainer.result import Result
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history

CLASSES = 10


def loader(labels: list[int], size: int = 8) -> DataLoader[Any]:
    """Images that show their label, with some noise."""
    y = torch.tensor(labels)
    noise = torch.randn(len(y), 1, 1, CLASSES, generator=torch.Generator().manual_seed(len(y)))
    images = nn.functional.one_hot(y, CLASSES)[:, None, None].float() + 0.3 * noise
    return DataLoader(TensorDataset(images, y), batch_size=size)


@pytest.fixture
def trained(runs: Path) -> tuple[Result, str, list[ValidationDone], list[EpochEnded]]:
    """The result, what it printed, and what it said of each epoch. Some answers name classes that have no image."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(CLASSES, CLASSES))
    data = {"train": loader(list(range(9)) * 4), "valid": loader([0, 1, 2, 3, 4] * 3), "test": loader([5, 6, 7] * 4)}
    text, said, ended = io.StringIO(), [], []
    trainer = Trainer(
        model,
        data,
        epochs=3,
        run_dir=runs / "one",
        device="cpu",
        optimizer=lambda parameters: torch.optim.Adam(parameters, 0.05),
        callbacks=[Progress(Console(file=text, width=200))],
    )
    trainer.on(ValidationDone, said.append)
    trainer.on(EpochEnded, ended.append)
    return trainer.fit(), text.getvalue(), said, ended


def test_macro_f1_is_scikit_learns_and_says_of_how_many_classes(
    trained: tuple[Result, str, list[ValidationDone], list[EpochEnded]], cli: Cli
) -> None:
    result, printed, said, ended = trained
    for split, found in result.evaluations.items():
        true, taken = found.outputs.labels, found.outputs.predicted
        assert found.metrics.macro_f1 == f1_score(true, taken, average="macro")
        low, high = found.intervals.macro_f1
        assert low <= found.metrics.macro_f1 <= high
        per_class = precision_recall_fscore_support(true, taken, labels=range(CLASSES), zero_division=0)
        np.testing.assert_array_equal((found.metrics.precision, found.metrics.recall, found.metrics.f1), per_class[:3])
        count = len({*true.tolist(), *taken.tolist()})
        assert count < CLASSES
        over = f"macro-F1 ({count} of 10 classes) {found.metrics.macro_f1:.4f}"
        assert over in str(found)
        assert f"{split} (best weights)" in printed
        assert over in printed
        assert f"macro avg: {count} of 10 classes" in found.report
        assert [line.split()[0] for line in found.report.splitlines()[2 : 2 + CLASSES]] == list(found.classes)
    for event, epoch in zip(said, ended, strict=True):
        table = np.array(event.confusion)
        true, taken = np.repeat(np.indices(table.shape).reshape(2, -1), table.reshape(-1), axis=1)
        assert epoch.valid_macro_f1 == event.macro_f1 == f1_score(true, taken, average="macro", zero_division=0)
        assert f"valid {len({*true, *taken})} of 10 classes" in printed
    assert "train 9 of 10 classes" in printed
    shown = cli("runs", "show", "one").out
    assert "of 10 classes" in shown.split("evaluation")[1]
    assert "/10)" in cli("runs", "list").out


def test_it_is_said_in_reports_tables_seeds_and_comparisons(
    trained: tuple[Result, str, list[ValidationDone], list[EpochEnded]], cli: Cli, tmp_path: Path
) -> None:
    result, *_ = trained
    assert result.run_dir is not None
    folder = RunFolder(result.run_dir)
    counts = {split: one.metrics.macro_classes for split, one in result.evaluations.items()}
    write_report(folder, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert all(f"({count} of 10 classes)" in page for count in counts.values())
    assert "nan" not in page.lower().replace("nano", "")
    assert f"test F1 ({counts['test']} of 10 classes)" in _table([Seeded(1, result)])[0]
    done = cli("runs", "diff", "one", "one", "--split", "valid")
    assert f"{counts['valid']} of 10 classes" in done.out
    outcome = Outcome(Contestant("ours", "", None), folder, read_history(JournalReader(folder.journal)))  # type: ignore[arg-type]
    assert f"macro-F1 on test of {counts['test']} of 10 classes" in outcome.notes()
    about = json.loads((folder.evaluation / "test.json").read_text("utf-8"))
    assert about["macro_f1_classes"] == counts["test"]
    rows = list(csv.DictReader(folder.metrics.read_text("utf-8").splitlines()))
    assert all(0 <= float(row["valid_macro_f1"]) <= 1 for row in rows)
