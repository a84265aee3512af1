"""csv, csv-classes and json against what else there is of the same figures; and the command around all formats."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from tests.cli.conftest import Cli
from tests.cli.conftest import cli as cli
from tests.cli.conftest import runs as runs
from tests.data.image_folders import make_images
from tests.export.conftest import CLASSES, Train, nothing_in
from trainer.cli import main
from trainer.cli.app import build
from trainer.errors import UsageError
from trainer.events import EpochEnded
from trainer.export import FORMATS, choose, export_run
from trainer.store.arrays import read_arrays
from trainer.store.checkpoint import find
from trainer.store.folder import RunFolder
from trainer.store.journal import read_journal
from trainer.store.thumbnails import open_published


def test_a_row_per_epoch_says_what_metrics_and_predictions_say(digits: RunFolder, tmp_path: Path) -> None:
    made = export_run(digits, "csv", tmp_path)
    table, metrics = pd.read_csv(made.path), pd.read_csv(digits.metrics)
    pd.testing.assert_frame_equal(table[list(metrics.columns)], metrics)
    fingerprint = json.loads(digits.environment.read_text("utf-8"))["data_fingerprint"]
    labels = open_published(digits.path.parent, fingerprint).splits["valid"].labels
    for epoch, row in enumerate(table.to_dict("records"), 1):
        predicted = read_arrays(digits.predictions / f"epoch-{epoch:04d}.npz")["predicted"]
        expected = f1_score(labels, predicted, labels=range(10), average=None, zero_division=0)
        assert [row[f"valid_f1_{digit}"] for digit in range(10)] == pytest.approx(expected.tolist())
    assert table[[f"train_f1_{digit}" for digit in range(10)]].mean(axis=1).to_numpy() == pytest.approx(
        metrics["train_macro_f1"].to_numpy()
    )


def test_an_epoch_that_was_given_up_has_no_row(train: Train, tmp_path: Path) -> None:
    run = train("resumed", "digits", "--epochs", 2)
    for kind in ("last", "best"):
        find(run.checkpoints, kind)[0].unlink()  # as if the power had gone before the second epoch was safe
    assert main(["resume", str(run.path), "--epochs", "3"]) == 0
    told = [record.event for record in read_journal(run.journal).records if isinstance(record.event, EpochEnded)]
    assert [event.epoch for event in told] == [1, 2, 2, 3]
    assert pd.read_csv(export_run(run, "csv", tmp_path).path)["epoch"].tolist() == [1, 2, 3]
    found = json.loads(export_run(run, "json", tmp_path).path.read_text("utf-8"))
    assert [row["epoch"] for row in found["history"]] == [row["epoch"] for row in found["validations"]] == [1, 2, 3]


def test_a_row_per_split_and_class_says_what_the_evaluation_says(photos: RunFolder, tmp_path: Path) -> None:
    made = export_run(photos, "csv-classes", tmp_path)
    assert made.path.name == "photos.classes.csv"
    rows = list(csv.DictReader(io.StringIO(made.path.read_text("utf-8-sig"))))
    assert [(row["split"], row["class"]) for row in rows] == [
        (split, name) for split in ("train", "valid", "test") for name in sorted(CLASSES)
    ]
    for split in ("train", "valid", "test"):
        found = json.loads((photos.evaluation / f"{split}.json").read_text("utf-8"))
        for figure in ("precision", "recall", "f1", "support"):
            assert [float(row[figure]) for row in rows if row["split"] == split] == found[figure]


def test_the_document_is_what_show_says_and_the_history(digits: RunFolder, cli: Cli, tmp_path: Path) -> None:
    found = json.loads(export_run(digits, "json", tmp_path).path.read_text("utf-8"))
    shown = cli("runs", "show", digits.path, "--json").document
    assert {key: found[key] for key in shown} == shown
    history, metrics = pd.DataFrame(found["history"]), pd.read_csv(digits.metrics)
    pd.testing.assert_frame_equal(history[list(metrics.columns)], metrics)
    assert [done["epoch"] for done in found["validations"]] == [1, 2]
    confusion = np.array(found["validations"][-1]["confusion"])
    assert np.trace(confusion) / confusion.sum() == pytest.approx(history["valid_accuracy"].iloc[-1])


def test_what_a_run_does_not_have_yet(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "new")
    run.path.mkdir()
    run.journal.touch()
    for name, code in (("csv", "run.no_history"), ("csv-classes", "run.no_evaluation")):
        with pytest.raises(UsageError) as caught:
            export_run(run, name, tmp_path)
        assert caught.value.code == code
    assert export_run(run, "json", tmp_path).facts["epochs"] == 0


# --- the command


def test_every_format_is_told_of_and_lies_where_it_is_looked_for(cli: Cli) -> None:
    page = " ".join(cli("export", "--help").out.replace("│", " ").split())
    for name, one in FORMATS.items():
        assert f"{name}: {one.help}" in page
        module, function = one.write.split(":")
        assert (Path(__file__).parents[2] / f"{module.replace('.', '/')}.py").is_file()
        assert function.startswith("write_")
    assert "export" in list(build())


def test_the_file_lies_in_the_current_folder_and_is_never_replaced_unasked(
    digits: RunFolder, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    answer = cli("export", digits.path, "--format", "csv")
    assert (answer.code, answer.err) == (0, "exporting digits as csv ...\n")
    assert answer.out.startswith("digits.csv: ")
    path = Path("digits.csv")
    path.write_text("mine", "utf-8")
    refused = cli("export", digits.path, "--format", "csv")
    assert (refused.code, path.read_text("utf-8")) == (4, "mine")
    assert "--force" in refused.err
    assert cli("export", digits.path, "--format", "csv", "--force").code == 0
    assert path.read_text("utf-8").startswith("epoch,")
    assert [entry.name for entry in Path().iterdir()] == ["digits.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_it_can_be_read_by_whoever_the_umask_lets(digits: RunFolder, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        for name in ("csv", "safetensors"):
            assert stat.S_IMODE(export_run(digits, name, tmp_path).path.stat().st_mode) == 0o640
    finally:
        os.umask(before)


def test_a_model_is_spoken_of_with_what_it_was_checked_on(digits: RunFolder, cli: Cli, tmp_path: Path) -> None:
    answer = cli("export", digits.path, "--out", tmp_path / "m.safetensors")
    assert answer.code == 0
    assert "best weights, of epoch 2" in answer.out
    assert "exactly the logits of the run's weights on 24 validation images and 8 of random pixels" in answer.out
    found = cli("export", digits.path, "--out", tmp_path / "m.pt", "--json")
    assert (found.code, found.err) == (0, "")
    about = found.document
    assert (about["format"], about["weights"], about["epoch"], about["images"]) == ("pt", "best", 2, 24)
    assert about["bytes"] == Path(about["path"]).stat().st_size


def test_the_ending_says_the_format() -> None:
    run = RunFolder("/runs/a")
    for out, name in (("x.ONNX", "onnx"), ("x.pt2", "pt2"), ("x.classes.csv", "csv-classes"), ("x.csv", "csv")):
        assert choose(run, out=out) == (name, Path(out))
    assert choose(run, "onnx", "x.bin") == ("onnx", Path("x.bin"))


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--format", "onxx"], "did you mean 'onnx'"),
        ([], "No format was given"),
        (["--out", "x.zip"], "No format was given"),
        (["--out", "no/such/x.pt"], "There is no folder"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_made(
    digits: RunFolder, cli: Cli, flags: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    answer = cli("export", digits.path, *flags)
    assert (answer.code, answer.out) == (4, "")
    assert text in " ".join(answer.err.split())
    assert nothing_in(Path())


@pytest.mark.parametrize(
    ("name", "out", "made"),
    [
        ("csv", "v1.5", "v1.5.csv"),
        ("onnx", "model-0.5", "model-0.5.onnx"),
        ("safetensors", "run.2024.11", "run.2024.11.safetensors"),
        ("pt", "a.PTH", "a.PTH"),
        ("report", "r.htm", "r.htm"),
        ("csv-classes", "table.csv", "table.csv"),
        ("csv", ".csv", ".csv.csv"),
        ("figures", "v1.5", "v1.5"),
    ],
)
def test_a_dot_is_no_ending_and_the_final_name_is_the_one_that_is_refused(
    tmp_path: Path, name: str, out: str, made: str
) -> None:
    run = RunFolder("/runs/a")
    assert choose(run, name, tmp_path / out) == (name, tmp_path / made)
    (tmp_path / made).touch()
    with pytest.raises(UsageError) as caught:
        choose(run, name, tmp_path / out)
    assert caught.value.code == "export.exists"
    assert choose(run, name, tmp_path / out, force=True) == (name, tmp_path / made)


def test_names_travel_to_spreadsheets(train: Train, tmp_path: Path) -> None:
    names = {"=1+1": 12, "@кошки": 12, "-2": 12}
    make_images(tmp_path / "photos", names)
    run = train("formulas", tmp_path / "photos", "--epochs", 1, "--threads", 1)
    data = export_run(run, "csv-classes", tmp_path).path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(data))
    assert set(table["class"]) == {f"'{name}" for name in names}
    assert table.columns[0] == "split"
