"""`evaluate --data`: the figures of scikit-learn on the same answers, and those of the run's own test images."""

from __future__ import annotations

import csv
import io
import json
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import accuracy_score, classification_report, cohen_kappa_score, f1_score

from tests.cli.conftest import Cli
from trainer import Trainer, build_model, load_run, open_data
from trainer.metrics import named_metrics
from trainer.store.folder import RunFolder, acquire

OF_THE_LOCK = ("lock", "owner.json")


@pytest.fixture
def test_images(tmp_path: Path) -> Path:
    """The test images of the run `done`, as files in a folder per class."""
    data = open_data("digits")
    view = data.published("test")
    for number, (pixels, label) in enumerate(zip(view.pixels[:], view.labels.tolist(), strict=True)):
        path = tmp_path / "digits" / data.classes[label] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return tmp_path / "digits"


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_its_own_test_images_give_the_figures_of_the_run(cli: Cli, runs: Path, done: str, test_images: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (runs / done).rglob("*") if path.is_file()}
    lock = acquire(RunFolder(runs / done))  # as a run in training has it
    try:
        found = cli("evaluate", done, "--data", test_images, "--json").document
    finally:
        lock.release()
    after = {path: path.stat().st_mtime_ns for path in (runs / done).rglob("*") if path.is_file()}
    assert {path: when for path, when in after.items() if path.name not in OF_THE_LOCK} == {
        path: when for path, when in before.items() if path.name not in OF_THE_LOCK
    }
    wanted = json.loads((runs / done / "evaluation" / "test.json").read_text())
    for name in ("accuracy", "macro_f1", "f1", "support", "confusion", "accuracy_interval", "macro_f1_interval"):
        assert found[name] == wanted[name], name
    assert found["loss"] == pytest.approx(wanted["loss"], rel=1e-5)
    assert (found["weights"], found["skipped"], found["unreadable"], found["trained_on"]) == ("best", {}, [], [])


def test_the_table_and_the_report_are_those_of_scikit_learn(
    cli: Cli, done: str, test_images: Path, tmp_path: Path
) -> None:
    for label in (3, 7):  # classes without images are no fault
        for path in (test_images / str(label)).iterdir():
            path.unlink()
    answer = cli("evaluate", done, "--data", test_images, "--csv", tmp_path / "table.csv")
    assert answer.code == 0
    rows = rows_of(tmp_path / "table.csv")
    truth, answers = [row["true_class"] for row in rows], [row["class"] for row in rows]
    assert truth == [Path(row["image"]).parent.name for row in rows]
    assert [row["correct"] for row in rows] == [str(a == b).lower() for a, b in zip(truth, answers, strict=True)]
    labels = [str(number) for number in range(10)]
    report = classification_report(truth, answers, labels=labels, zero_division=0)
    ours = answer.out.splitlines()
    for line in report.splitlines()[:13]:
        assert line.split() in [one.split() for one in ours]
    f1 = f1_score(truth, answers, average="macro", zero_division=0)
    assert f"accuracy {accuracy_score(truth, answers):.4f} (" in answer.out
    assert f"{f1:.4f} (" in answer.out
    predicted = cli("predict", done, test_images, "--csv", tmp_path / "predicted.csv")
    assert predicted.code == 0
    by_image = {row["image"]: row for row in rows_of(tmp_path / "predicted.csv")}
    for row in rows:
        for name in ("class", "class_2", "class_3"):
            assert row[name] == by_image[row["image"]][name]
        assert float(row["confidence"]) == pytest.approx(float(by_image[row["image"]]["confidence"]), abs=1e-6)


def test_bad_images_and_unknown_classes_stop_it_or_are_counted(
    cli: Cli, done: str, test_images: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    (test_images / "1" / "bad.png").write_bytes(b"no image")
    answer = cli("evaluate", done, "--data", test_images, "--csv", table)
    assert (answer.code, answer.out) == (5, "")
    assert "bad.png" in answer.err
    assert "--skip-bad" in answer.err
    assert not table.exists()
    Image.new("L", (8, 8)).save(test_images / "2" / "a.png")
    (test_images / "2").rename(test_images / "two")
    answer = cli("evaluate", done, "--data", test_images, "--skip-bad")
    assert answer.code == 5
    assert "not among those of the run: two" in answer.err
    answer = cli("evaluate", done, "--data", test_images, "--skip-bad", "--skip-unknown", "--json")
    assert answer.code == 0
    assert "1 image that cannot be read" in answer.err
    assert answer.document["skipped"] == {"two": len(list((test_images / "two").iterdir()))}
    assert [Path(one["image"]).name for one in answer.document["unreadable"]] == ["bad.png"]


def test_images_that_the_run_has_learnt_are_told(cli: Cli, photos: Path, tmp_path: Path) -> None:
    (photos / "cats" / "cut[bold].png").unlink()
    assert cli("train", photos, "--epochs", 1, "--name", "photos", "--metrics", "brier").code == 0
    found = cli("evaluate", "photos", "--data", photos, "--json")
    trained = open_data(str(photos)).files("train")
    assert sorted(found.document["trained_on"]) == sorted(trained)
    assert f"trained on {len(trained)} of these 60 images" in found.err
    photos.rename(tmp_path / "moved")
    own = cli("evaluate", "photos")
    assert own.code == 4
    assert "that this run was trained on are missing" in own.err
    assert str(photos) in own.err
    # new images need none of them
    judged = cli("evaluate", "photos", "--data", tmp_path / "moved", "--json")
    assert judged.code == 0
    assert "are missing" in judged.err
    assert judged.document["accuracy"] == found.document["accuracy"]
    assert judged.document["metrics"] == {"brier": pytest.approx(found.document["metrics"]["brier"])}
    assert cli("predict", "photos", tmp_path / "moved").code == 0
    (tmp_path / "moved").rename(photos)
    copy = tmp_path / "new" / "cats" / "renamed.png"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(Path(trained[0]).read_bytes())
    Image.fromarray(np.zeros((12, 16, 3), np.uint8)).save(copy.parent / "0.png")
    assert cli("evaluate", "photos", "--data", tmp_path / "new", "--json").document["trained_on"] == [str(copy)]


def test_the_metrics_of_the_run_are_computed_and_those_that_are_asked_for(
    cli: Cli, runs: Path, test_images: Path
) -> None:
    assert cli("train", "digits", "--epochs", 2, "--name", "own", "--metrics", "top2,kappa").code == 0
    wanted = json.loads((runs / "own" / "evaluation" / "test.json").read_text())
    answer = cli("evaluate", "own", "--data", test_images, "--metrics", "mcc", "--json")
    found = answer.document["metrics"]
    assert {name: found[name] for name in wanted["metrics"]} == pytest.approx(wanted["metrics"])
    assert list(found) == ["top2", "kappa", "mcc"]
    assert answer.document["metrics_left_out"] == []
    assert f"mcc {found['mcc']:.4f}" in cli("evaluate", "own", "--data", test_images, "--metrics", "mcc").out
    unknown = cli("evaluate", "own", "--data", test_images, "--metrics", "mccc")
    assert (unknown.code, "did you mean 'mcc'" in unknown.err) == (4, True)


def test_a_metric_of_a_package_that_is_gone_or_broken_is_named(
    cli: Cli, runs: Path, test_images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("train", "digits", "--epochs", 1, "--name", "own", "--metrics", "kappa").code == 0
    settings = runs / "own" / "run.toml"
    settings.write_text(settings.read_text("utf-8").replace('"kappa"', '"f_beta"'), "utf-8")
    answer = cli("evaluate", "own", "--data", test_images, "--json")
    assert "metrics" not in answer.document
    assert [(one["name"], one["code"]) for one in answer.document["metrics_left_out"]] == [("f_beta", "metric.unknown")]
    assert "the metric f_beta is left out: There is no metric 'f_beta'" in answer.err
    broken = EntryPoint("f_beta", "trainer.no_such_module:f_beta", "epochscope.metrics")
    monkeypatch.setattr("trainer.plugins._find", lambda group, name: (broken,))
    answer = cli("evaluate", "own", "--data", test_images, "--json")
    assert [(one["name"], one["code"]) for one in answer.document["metrics_left_out"]] == [("f_beta", "plugin.broken")]
    assert "No module named 'trainer.no_such_module'" in answer.err
    assert cli("predict", "own", next((test_images / "1").iterdir())).code == 0


def test_metrics_of_a_script_are_named_and_can_be_given_again(cli: Cli, runs: Path, test_images: Path) -> None:
    data = open_data("digits")
    model = build_model("softmax", data.input_shape, len(data.classes))
    metrics = {"zeros": lambda chances, labels: float((chances.argmax(1) == 0).mean())}
    Trainer(model, data, epochs=1, metrics=metrics, run_dir=runs / "script").fit()
    answer = cli("evaluate", "script", "--data", test_images, "--metrics", "kappa", "--json")
    assert [(one["name"], one["code"]) for one in answer.document["metrics_left_out"]] == [
        ("zeros", "metric.in_script")
    ]
    assert "load_run(..., metrics={'zeros': ...})" in answer.err
    assert "trained by a script" in answer.err
    with pytest.warns(UserWarning, match="the metric zeros is left out"):
        assert load_run("script").evaluate(test_images).custom == {}
    again = load_run("script", metrics={**metrics, "kappa": cohen_kappa_score}).evaluate(test_images)
    zeros = (again.outputs.predicted == 0).mean()
    assert again.custom == pytest.approx({"zeros": zeros, **answer.document["metrics"]})


@pytest.mark.filterwarnings("default")
def test_a_metric_that_fails_is_nan_and_said_in_a_line(
    cli: Cli, test_images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("train", "digits", "--epochs", 1, "--name", "own", "--metrics", "kappa,top2").code == 0
    monkeypatch.setitem(named_metrics._FUNCTIONS, "kappa", lambda y_true, y_pred: 1 / 0)
    answer = cli("evaluate", "own", "--data", test_images, "--json")
    assert answer.document["metrics"]["kappa"] == "NaN"
    assert answer.document["metrics"]["top2"] > 0
    line = "warning: the metric kappa could not be computed on digits: ZeroDivisionError: division by zero"
    assert line in answer.err.splitlines()


def test_options_that_do_not_go_together(cli: Cli, tmp_path: Path) -> None:
    for options in (
        ("--skip-bad",),
        ("--metrics", "top2"),
        ("--csv", tmp_path / "x.csv"),
        ("--data", tmp_path, "--map"),
    ):
        answer = cli("evaluate", "any", *options)
        assert answer.code == 4
        assert "--data" in answer.err
