"""The reference task on real images: softmax regression on CIFAR-10, from the command line to every file of the run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from trainer.cli import main
from trainer.events import RunEnded, RunStarted
from trainer.result import COLUMNS
from trainer.settings import from_toml, merge
from trainer.store import checkpoint, summary
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder, read_owner, state
from trainer.store.journal import read_journal
from trainer.store.thumbnails import open_published

IMAGES = os.environ.get("EPOCHSCOPE_CIFAR10", "")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    root = tmp_path_factory.mktemp("reference")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPOCHSCOPE_CACHE", str(root / "cache"))
        assert main(["train", IMAGES, "--recipe", "seed", "--runs", str(root), "--name", "seed"]) == 0
    return RunFolder(root / "seed")


pytestmark = [
    pytest.mark.slow,
    pytest.mark.cifar10,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not IMAGES, reason="EPOCHSCOPE_CIFAR10 names no folder with the CIFAR-10 images"),
]


def test_the_figures_are_those_published(run: RunFolder) -> None:
    records = read_journal(run.journal).records
    (started,) = [record.event for record in records if isinstance(record.event, RunStarted)]
    assert started.split_sizes == {"train": 45_000, "valid": 5_000, "test": 10_000}
    assert started.parameters == 30_730
    assert started.input_shape == (3, 32, 32)
    figures = {
        split: json.loads((run.evaluation / f"{split}.json").read_text("utf-8")) for split in started.split_sizes
    }
    assert 0.28 < figures["test"]["macro_f1"] < 0.34
    assert {split: sum(found["support"]) for split, found in figures.items()} == started.split_sizes


def test_the_reports_are_scikit_learns(run: RunFolder) -> None:
    from sklearn.metrics import classification_report

    records = read_journal(run.journal).records
    (started,) = [record.event for record in records if isinstance(record.event, RunStarted)]
    fingerprint = json.loads(run.environment.read_text("utf-8"))["data_fingerprint"]
    published = open_published(run.path.parent, fingerprint)
    for split in ("valid", "test"):
        predicted = read_arrays(run.evaluation / f"{split}.npz")["predicted"]
        labels = published.splits[split].labels
        expected = classification_report(
            labels, predicted, labels=range(10), target_names=list(started.classes), zero_division=0
        )
        assert (run.evaluation / f"{split}.txt").read_text("utf-8") == expected


def test_every_file_is_there_and_read_back_by_our_own_reader(run: RunFolder) -> None:
    journal = read_journal(run.journal)
    assert journal.damaged == 0
    assert isinstance(journal.records[-1].event, RunEnded)
    assert [record.seq for record in journal.records] == list(range(1, len(journal.records) + 1))
    assert merge(from_toml(run.run_toml.read_text("utf-8"))).train.epochs == 5
    assert run.metrics.read_text("utf-8").splitlines()[0] == ",".join(COLUMNS)
    assert len(run.metrics.read_text("utf-8").splitlines()) == 6
    found = summary.read(run.summary)
    assert found is not None
    assert (found.status, found.epoch) == ("completed", 5)
    assert state(run) == "completed"
    assert read_owner(run) is not None
    for kind in ("last", "best"):
        path, skipped = checkpoint.newest_valid(run.checkpoints, kind)
        assert path is not None
        assert not skipped
        tensors, _ = checkpoint.read(path)
        assert tensors["model.1.weight"].shape == (10, 3072)
    for epoch in range(1, 6):
        assert len(read_arrays(run.predictions / f"epoch-{epoch:04d}.npz")["predicted"]) == 5_000
        assert read_arrays(run.snapshots / f"epoch-{epoch:04d}.npz")["weight"].shape == (10, 3072)
    assert list(run.requests.iterdir()) == []
    assert run.lock.exists()
    assert "attempt 1 begins" in run.log.read_text("utf-8")


def test_published_images_are_the_source_files(run: RunFolder) -> None:
    from PIL import Image

    fingerprint = json.loads(run.environment.read_text("utf-8"))["data_fingerprint"]
    published = open_published(run.path.parent, fingerprint)
    split = published.splits["test"]
    assert split.images.shape == (10_000, 32, 32, 3)
    for index in (0, 1234, 9_999):
        with Image.open(Path(IMAGES) / split.paths[index]) as image:
            assert np.array_equal(np.asarray(image.convert("RGB")), split.images[index])
