"""MetricLog: the file is the table, whatever happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from callbacks.metric_log import MetricLog
from tests.engine.fakes import FaultyDisk, at_step, batches, make
from trainer.events import EpochEnded, EpochStarted
from trainer.result import COLUMNS
from trainer.store import durable


def table(folder: Path) -> pd.DataFrame:
    found, texts = (pd.read_csv(folder / "metrics.csv", dtype=kind) for kind in (None, str))
    # Python's own floats: what older pandas reads is off by a last bit
    floats = found.select_dtypes(float).columns
    found[floats] = texts[floats].astype(float)
    return found.set_index("epoch")


def test_the_file_equals_the_frame_equals_the_history(tmp_path: Path) -> None:
    log = MetricLog()
    result = make(callbacks=[log], epochs=3, run_dir=tmp_path / "run").fit()
    pd.testing.assert_frame_equal(table(tmp_path / "run"), log.frame, check_exact=True)
    pd.testing.assert_frame_equal(result.history, log.frame)
    assert list(log.frame.columns) == [name for name in COLUMNS if name != "epoch"]


def test_columns_are_epoch_and_the_scalar_fields_of_the_event() -> None:
    assert COLUMNS[0] == "epoch"
    assert set(COLUMNS) == set(EpochEnded.__struct_fields__) - {"train_f1", "valid_metrics"}
    assert len(COLUMNS) == len(set(COLUMNS))


def test_without_validation_its_columns_are_empty(tmp_path: Path) -> None:
    make(data={"train": batches(1)}, run_dir=tmp_path / "run").fit()
    found = table(tmp_path / "run")
    assert found[["valid_loss", "valid_accuracy", "valid_macro_f1"]].isna().all(axis=None)
    assert not found["improved"].any()


def test_without_a_folder_the_frame_is_there_all_the_same() -> None:
    log = MetricLog()
    result = make(callbacks=[log]).fit()
    pd.testing.assert_frame_equal(result.history, log.frame)


def test_on_resume_the_file_is_made_anew_from_what_counts(tmp_path: Path) -> None:
    """Stopped in epoch 3, after a crash that lost the checkpoint of epoch 2: its row comes once."""
    from trainer.store import checkpoint as container

    log = MetricLog()
    trainer = make(epochs=4, run_dir=tmp_path / "run")
    at_step(trainer, 5, trainer.stop)
    trainer.fit()
    for path in container.find(tmp_path / "run" / "checkpoints", "last")[:1]:
        path.unlink()
    (tmp_path / "run" / "metrics.csv").write_text("rubbish", encoding="utf-8")
    result = make(epochs=4, callbacks=[log], run_dir=tmp_path / "run").fit(resume=True)
    found = table(tmp_path / "run")
    assert list(found.index) == [1, 2, 3, 4]
    pd.testing.assert_frame_equal(found, log.frame, check_exact=True)
    pd.testing.assert_frame_equal(result.history, log.frame)


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_row_that_a_full_disk_refused_comes_later_and_once(
    epoch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disk(FaultyDisk):
        """Full for metrics.csv only."""

        def __init__(self) -> None:
            super().__init__("metrics.csv")

    disk = Disk()
    monkeypatch.setattr(durable, "seam", disk)
    trainer: Any = make(epochs=4, run_dir=tmp_path / "run")
    trainer.on(EpochStarted, lambda event: setattr(disk, "full", event.epoch == epoch))
    trainer.fit()
    assert list(table(tmp_path / "run").index) == [1, 2, 3, 4]
