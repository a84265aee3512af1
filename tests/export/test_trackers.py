"""A run that was made before, handed to a tracker's store: the same as the live callback gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.callbacks.trackers.conftest import NotingTracker
from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import runs as runs
from tests.export.conftest import Train
from trainer.cli import main
from trainer.errors import UsageError
from trainer.events import EpochEnded
from trainer.export import export_run, trackers
from trainer.store.checkpoint import find
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader, read_journal
from trainer.store.run_history import read_history


@pytest.fixture(scope="module")
def resumed(train: Train) -> RunFolder:
    """Two epochs, the second of which was lost and done again, and a third one."""
    run = train("resumed", "digits", "--epochs", 2)
    for kind in ("last", "best"):
        find(run.checkpoints, kind)[0].unlink()  # type: ignore[arg-type]
    assert main(["resume", str(run.path), "--epochs", "3"]) == 0
    told = [record.event for record in read_journal(run.journal).records if isinstance(record.event, EpochEnded)]
    assert [event.epoch for event in told] == [1, 2, 2, 3]
    return run


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[NotingTracker]:
    """The trackers that are made from now on only take notes."""
    made: list[NotingTracker] = []

    def load(name: str) -> Any:
        def make(folder: Path) -> NotingTracker:
            made.append(NotingTracker())
            return made[-1]

        return make

    monkeypatch.setattr(trackers, "load_callback", load)
    return made


def test_it_hears_the_run_as_if_made_in_one_go(resumed: RunFolder, noted: list[Any], tmp_path: Path) -> None:
    export_run(resumed, "tensorboard", tmp_path / "out")
    (tracker,) = noted
    (info,), (tool,) = tracker.infos, tracker.runs
    history = read_history(JournalReader(resumed.journal), whole_validations=True)
    assert info.resumed_step is None
    assert info.parameters["train.epochs"] == 3
    assert tool.curve("train/loss") == [(one.step, one.train_loss) for one in history.finished]
    assert tool.curve("valid/loss") == [(one.step, one.loss) for one in history.validations]
    steps = history.batches.column("step").tolist()
    assert tool.curve("batch/loss") == list(zip(steps, history.batches.column("loss").tolist(), strict=True))
    assert tool.calls[-1][:2] == ("finish", "completed")
    assert tool.of("model") == [[resumed.path]]


def test_it_tells_the_times_of_the_run(resumed: RunFolder, noted: list[Any], tmp_path: Path) -> None:
    export_run(resumed, "tensorboard", tmp_path / "out")
    walls = {record.wall / 1000 for record in read_journal(resumed.journal).records}
    told = [wall for _, _, wall in noted[0].runs[0].of("scalars")]
    assert set(told) <= walls
    assert told == sorted(told)


def test_a_run_that_never_ended_is_closed_as_stopped(resumed: RunFolder, noted: list[Any], tmp_path: Path) -> None:
    lost = RunFolder(tmp_path / "lost")
    lost.path.mkdir()
    lines = resumed.journal.read_bytes().splitlines(keepends=True)
    lost.journal.write_bytes(b"".join(line for line in lines if b'"type":"RunEnded"' not in line))
    export_run(lost, "mlflow", tmp_path / "out")
    (tool,) = noted[0].runs
    assert tool.calls[-1][:2] == ("finish", "stopped")
    # nothing but the journal is left of it
    assert not tool.of("text")
    assert {name for name, *_ in tool.of("picture")} == {
        "confusion/valid",
        *(f"confusion/evaluation_{split}" for split in ("train", "valid", "test")),
    }


def test_a_run_that_has_not_started(noted: list[Any], tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "new")
    run.path.mkdir()
    with pytest.raises(UsageError) as caught:
        export_run(run, "tensorboard", tmp_path / "out")
    assert caught.value.code == "run.no_history"
    assert not (tmp_path / "out").exists()


def test_a_folder_is_never_written_over(resumed: RunFolder, noted: list[Any], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    for force in (False, True):
        with pytest.raises(UsageError) as caught:
            export_run(resumed, "tensorboard", tmp_path / "out", force=force)
        assert caught.value.code == "export.exists"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_a_tool_that_fails_leaves_nothing(
    resumed: RunFolder, noted: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("no more ink")

    monkeypatch.setattr(NotingTracker, "connect", fail)
    with pytest.raises(UsageError, match="no more ink") as caught:
        export_run(resumed, "tensorboard", tmp_path / "out")
    assert caught.value.code == "export.failed"
    assert not (tmp_path / "out").exists()


def test_tensorboard_reads_it(resumed: RunFolder, cli: Cli, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="the extra tensorboard is not installed")
    from tests.callbacks.trackers.test_tensorboard import curve, read

    answer = cli("export", resumed.path, "--format", "tensorboard", "--out", tmp_path / "out", "--json")
    assert json.loads(answer.out)["path"] == str(tmp_path / "out")
    found = read(tmp_path / "out" / "resumed")
    history = read_history(JournalReader(resumed.journal))
    assert curve(found, "valid/loss") == [(one.step, float(np.float32(one.valid_loss))) for one in history.finished]
    assert [image.step for image in found.Images("weights/first_layer")] == [one.step for one in history.finished]


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")
def test_mlflow_reads_it(resumed: RunFolder, tmp_path: Path) -> None:
    pytest.importorskip("mlflow", reason="the extra mlflow is not installed")
    pytest.importorskip("sqlalchemy", reason="the extra mlflow is not installed")
    from tests.callbacks.trackers.test_mlflow import curve, runs_named

    made = export_run(resumed, "mlflow", tmp_path / "out")
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{made.path}/mlflow.db")
    (run,) = runs_named(client, "resumed")
    history = read_history(JournalReader(resumed.journal))
    assert run.info.status == "FINISHED"
    assert curve(client, run, "valid/loss") == [(one.step, one.valid_loss) for one in history.finished]
    times = [one.timestamp for one in client.get_metric_history(run.info.run_id, "train/loss")]
    assert times == [record.wall for record in read_journal(resumed.journal).records
                     if isinstance(record.event, EpochEnded) and record.seq in history.epochs.seq]  # fmt: skip
    artifacts = made.path / "artifacts" / run.info.run_id / "artifacts"
    assert run.info.artifact_uri == artifacts.as_uri()
    assert (artifacts / "model" / "MLmodel").is_file()
    assert "model" in {one.path for one in client.list_artifacts(run.info.run_id)}
