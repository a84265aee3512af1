"""Commands that look: runs, data, describe, evaluate, predict."""

from __future__ import annotations

import csv
import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gui.viewmodels.run_list import RunList
from tests.cli.conftest import Cli
from trainer.cli.output import plain, table
from trainer.store import checkpoint, notes
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder
from trainer.store.notes import ViewerNotes
from trainer.store.run_files import data_fingerprint
from trainer.store.summary import recipe_name


def test_no_runs_yet(cli: Cli, runs: Path) -> None:
    assert f"no runs in {runs} yet" in cli("runs").out
    assert cli("runs", "--json").document == []


def test_runs_as_table_and_json(cli: Cli, done: str) -> None:
    answer = cli("runs", "list")
    head, line = answer.out.splitlines()
    assert head.split()[:2] == ["name", "status"]
    assert line.split()[:2] == ["done", "completed"]
    assert "2/2" in line
    (entry,) = cli("runs", "--json").document
    assert (entry["name"], entry["status"], entry["epoch"], entry["epochs"]) == ("done", "completed", 2, 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {"done", "other"}),
        ("DIGITS completed", {"done", "other"}),
        ("mlp", {"other"}),
        ("night", {"done"}),
        ("softmax first try", {"done"}),
        ("mlp night", set()),
        ("failed", set()),
    ],
)
def test_a_search_finds_what_the_window_finds(cli: Cli, runs: Path, done: str, text: str, found: set[str]) -> None:
    assert done == "done"
    shutil.copytree(runs / "done", runs / "other")
    summary = json.loads((runs / "other" / "summary.json").read_text("utf-8"))
    (runs / "other" / "summary.json").write_text(json.dumps({**summary, "model": "mlp"}), "utf-8")
    notes.write(RunFolder(runs / "done").viewer, ViewerNotes(note="First try", tags=("night",)))
    assert {entry["name"] for entry in cli("runs", "--search", text, "--json").document} == found
    window = RunList(runs)
    window.refresh()
    window.filter(text)
    assert {row.name for row in window.rows} == found
    shown = cli("runs", "list", "--search", text).out.splitlines()
    if found:
        assert {line.split()[0] for line in shown[1:]} == found
    else:
        assert shown == [f"no run matches: {text}", "all of them: epochscope runs"]


def test_the_recipe_of_a_run_is_recorded_and_shown_and_changes_nothing(
    cli: Cli, runs: Path, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    assert "recipe" not in cli("runs").out, "no run has one"
    recipe = runs / "mine.toml"
    recipe.write_text("[train]\nepochs = 2\n")  # as `done`
    assert cli("train", "digits", "--recipe", recipe, "--name", "by-recipe").code == 0
    assert recipe_name(tomllib.loads((runs / "by-recipe" / "run.toml").read_text("utf-8"))) == str(recipe)
    assert "recipe" not in (runs / done / "run.toml").read_text()
    found = {entry["name"]: entry["recipe"] for entry in cli("runs", "--json").document}
    assert found == {"by-recipe": str(recipe), done: ""}
    head, *rows = (line.split() for line in cli("runs").out.splitlines())
    assert {row[0]: row[-1] for row in rows} == {"by-recipe": str(recipe), done: "-"}
    assert head[-1] == "recipe"
    assert f"softmax (recipe {recipe}) on digits, epoch 2 of 2" in cli("runs", "show", "by-recipe").out
    one, other = (RunFolder(runs / name) for name in ("by-recipe", done))
    assert data_fingerprint(one) == data_fingerprint(other) != ""
    weights = [checkpoint.read(max(run.checkpoints.glob("last-*")))[0] for run in (one, other)]
    assert weights[0].keys() == weights[1].keys()
    assert all(weights[0][key].equal(weights[1][key]) for key in weights[0])


def test_a_resumed_run_keeps_its_recipe(cli: Cli, runs: Path) -> None:
    assert cli("train", "digits", "--recipe", "seed", "--epochs", 1, "--name", "one").code == 0
    before = (runs / "one" / "run.toml").read_text()
    assert cli("resume", "one", "--epochs", 2).code == 0
    assert (runs / "one" / "run.toml").read_text() == before.replace("\nepochs = 1\n", "\nepochs = 2\n")
    (entry,) = cli("runs", "--json").document
    assert (entry["recipe"], entry["epoch"]) == ("seed", 2)
    (runs / "one" / "summary.json").unlink()
    assert cli("runs", "--json").document[0]["recipe"] == "seed", "the journal has it as well"
    assert cli("train", "digits", "--settings", runs / "one" / "run.toml", "--name", "again").code == 0
    assert [entry["recipe"] for entry in cli("runs", "--json").document] == ["seed", "seed"]


def test_a_run_that_follows_a_metric_shows_it_and_the_others(
    cli: Cli, runs: Path, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    flags = ("--metrics", "top2,brier", "--monitor", "brier")
    assert cli("train", "digits", "--epochs", 2, "--name", "own", *flags).code == 0
    best = cli("runs", "show", "own", "--json").document["best"]
    row = list(csv.DictReader((runs / "own" / "metrics.csv").read_text().splitlines()))[best["epoch"] - 1]
    assert (best["monitor"], best["mode"], best["value"]) == ("brier", "min", float(row["valid_brier"]))
    assert best["metrics"] == {name: float(row[f"valid_{name}"]) for name in ("top2", "brier")}
    answer = cli("runs", "show", "own").out
    assert f"best: epoch {best['epoch']} (lowest brier), validation loss" in answer
    assert f"top2 {best['metrics']['top2']:.4f}, brier {best['value']:.4f}" in answer
    test = json.loads((runs / "own" / "evaluation" / "test.json").read_text())["metrics"]
    (line,) = [line for line in answer.splitlines() if line.split()[:2] == ["test", "best"]]
    assert line.split()[-2:] == [f"{test['top2']:.4f}", f"{test['brier']:.4f}"]
    # by the loss, which is the rule, nothing is said
    assert "best: epoch 2, validation loss" in cli("runs", "show", done).out
    assert cli("train", "digits", "--epochs", 2, "--name", "right", "--monitor", "accuracy").code == 0
    best = cli("runs", "show", "right", "--json").document["best"]
    answer = cli("runs", "show", "right").out
    assert "(highest accuracy), validation loss" in answer
    assert f", accuracy {best['value']:.4f}, macro-F1" in answer


def test_a_narrow_terminal_gets_fewer_columns_and_a_file_all(monkeypatch: pytest.MonkeyPatch) -> None:
    heads, row = ("name", "much", "n"), ("a" * 20, "b" * 80, "1")
    monkeypatch.setenv("COLUMNS", "40")
    assert table(heads, [row], left=("name",), spare=("much",)) == [f"name{' ' * 17} n", f"{'a' * 20}  1"]
    monkeypatch.setenv("COLUMNS", "12")
    assert table(heads, [row], left=("name",), spare=("much",))[1] == f"{'a' * 8}…  1"
    monkeypatch.delenv("COLUMNS")
    assert len(table(heads, [row], left=("name",), spare=("much",))[1]) == 105


def test_one_run(cli: Cli, runs: Path, done: str) -> None:
    with (runs / done / "journal.jsonl").open("ab") as journal:
        journal.write(b"damage\n")
    answer = cli("runs", "show", "do")
    assert answer.code == 0
    for part in (
        "650 parameters",
        "attempts",
        "evaluation",
        "best-",
        'source = "digits"',
        "damaged lines of the journal: 1",
    ):
        assert part in answer.out
    assert max(map(len, answer.out.splitlines())) <= 120
    found = cli("runs", "show", done, "--json").document
    assert found["journal"]["damaged"] == 1
    assert set(found["evaluation"]) == {"train", "valid", "test"}
    assert found["attempts"][0]["status"] == "completed"


def test_json_spells_what_is_not_finite() -> None:
    values = {"a": float("nan"), "b": [float("inf"), (float("-inf"), 1.5)]}
    assert plain(values) == {"a": "NaN", "b": ["Infinity", ["-Infinity", 1.5]]}


def test_evaluate_prints_what_training_printed(cli: Cli, runs: Path, done: str) -> None:
    answer = cli("evaluate", done)
    assert answer.code == 0
    assert (runs / done / "evaluation" / "test.txt").read_text("utf-8") in answer.out
    assert cli("evaluate", done, "--json").document["test"]["samples"] == 180


def test_predict_names_classes_and_what_cannot_be_read(cli: Cli, tmp_path: Path, done: str) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(good)
    bad.write_bytes(b"no image")
    answer = cli("predict", done, good)
    assert answer.code == 0
    assert answer.out.splitlines()[0].split()[:3] == ["image", "class", "confidence"]
    (image,) = cli("predict", done, good, "--json").document["images"]
    assert len(image["top"]) == 3
    assert image["confidence"] == image["top"][0]["probability"]
    mixed = cli("predict", done, bad, good, "--json")
    assert mixed.code == 5
    assert str(bad) in mixed.err
    assert [one["image"] for one in mixed.document["unreadable"]] == [str(bad)]
    assert len(mixed.document["images"]) == 1


def test_data_counts(cli: Cli) -> None:
    answer = cli("data")
    assert answer.code == 0
    assert "digits: 1,797 images, 10 classes, taken as 8x8 grey" in answer.out
    found = cli("data", "digits", "--json", "--data.test", "0.2").document
    assert sum(map(sum, found["counts"].values())) == 1797
    assert sum(found["counts"]["test"]) == pytest.approx(359, abs=10)


def test_data_tells_what_would_end_a_run(cli: Cli, photos: Path) -> None:
    answer = cli("data", photos)
    assert answer.code == 5
    assert "cats/cut[bold].png: " in answer.out
    assert "dögs" in answer.out
    assert "--skip-bad" in answer.err
    assert cli("data", photos, "--skip-bad").code == 0
    found = cli("data", photos, "--json")
    assert (found.code, found.err, found.document["stops"]) == (5, "", True)


def test_data_names_copies_leaks_and_odd_images(cli: Cli, photos: Path, tmp_path: Path) -> None:
    for name in ("train", "test"):
        shutil.copytree(photos, tmp_path / "set" / name)
    root = tmp_path / "set"
    for one in (root / "test").rglob("*.png"):
        if one.stem not in ("3", "4"):
            one.unlink()
    (root / "train" / "cats" / "cut[bold].png").unlink()
    shutil.copy(root / "train" / "cats" / "3.png", root / "train" / "dögs" / "again.png")
    Image.new("RGB", (16, 12), "white").save(root / "train" / "cats" / "white.png")
    means = tmp_path / "means.png"
    answer = cli("data", root, "--data.valid", 0, "--means", means)
    assert answer.code == 0
    for part in (
        "to beat: always predicting one class gives accuracy 0.500, macro-F1 0.333 on test",
        "copies: 4 pictures more than once (4 pixel for pixel)",
        "1 of them in two classes",
        "test/cats/3.png",
        "LEAK: 4 of 4 test images (100.00%) are in train too, 4 pixel for pixel",
        "odd: 1 (plain 1)",
        "train/cats/white.png: white all over",
        str(means),
    ):
        assert part in answer.out
    with Image.open(means) as sheet:
        assert sheet.width > 200
    found = cli("data", root, "--data.valid", 0, "--json").document
    assert len(found["leaks"]) == 4
    assert found["leaks"][0]["seen"]["split"] == "train"
    assert found["balance"]["ratio"] == 1.0
    assert [group["conflict"] for group in found["duplicates"]["groups"]].count(True) == 1
    assert cli("data", root, "--means", tmp_path / "means.txt").code == 4


def test_preview_writes_the_tensors_the_engine_gets(cli: Cli, tmp_path: Path) -> None:
    from trainer.data import open_data

    out = tmp_path / "few.npz"
    changes = ["--augment.rotation", 10, "--augment.resized-crop", 0.3, "--augment.randaugment", 9]
    answer = cli("data", "digits", "--preview", 5, "--out", out, "--epoch", 2, *changes, "--seed", 7)
    assert answer.code == 0
    arrays = read_arrays(out)
    data = open_data("digits", seed=7, rotation=10, resized_crop=0.3, randaugment=9)
    images, labels, indices = data.preview(5, epoch=2)
    assert np.array_equal(arrays["images"], images.numpy())
    assert np.array_equal(arrays["labels"], labels.numpy())
    assert np.array_equal(arrays["indices"], indices.numpy())
    assert arrays["mean"] == pytest.approx(np.asarray(data.mean))
    batch = next(iter(data.train_batches(2)))[0]
    assert np.array_equal(arrays["images"], batch[:5].numpy())


@pytest.mark.parametrize("flags", [["--preview", "3"], ["--out", "x.npz"], ["--preview", "0", "--out", "x.npz"]])
def test_half_a_preview_is_refused(cli: Cli, flags: list[str]) -> None:
    assert cli("data", *flags).code == 4


def test_describe(cli: Cli, runs: Path) -> None:
    found = cli("describe", "--json").document
    assert {"train.epochs", "data.source", "cnn.width"} <= {f"{s['group']}.{s['key']}" for s in found["settings"]}
    assert {recipe["name"] for recipe in found["recipes"]} >= {"seed", "linear", "digits"}
    assert found["devices"] is None
    assert found["paths"]["runs"] == str(runs)
    assert {"journal", "progress"} <= {callback["name"] for callback in found["callbacks"]}
    page = cli("describe")
    assert page.code == 0
    assert "--augment.rotation" in page.out


def test_describe_in_full_knows_devices_and_options(cli: Cli) -> None:
    found = cli("describe", "--json", "--full").document
    assert found["devices"][0]["name"] == "cpu"
    stopping = next(one for one in found["callbacks"] if one["name"] == "early_stopping")
    assert "patience" in {option["name"] for option in stopping["options"]}
    assert not any("problem" in one for one in found["callbacks"])
    page = cli("describe", "--full").out.splitlines()
    at = next(number for number, line in enumerate(page) if line.startswith("  early_stopping"))
    shown = [" ".join(line.split()) for line in page[at + 1 : at + 1 + len(stopping["options"])]]
    assert shown[0] == "patience: int [default: 5]"
    assert shown[3] == "mode: Optional[Literal['min', 'max']] [default: None]"
    assert "      **options: float" in page


def test_what_is_left_out_is_said_on_the_screen(cli: Cli, photos: Path) -> None:
    (photos / "cats" / "cut[bold].png").unlink()
    (photos / "loose.png").write_bytes(b"x")
    for number in range(48):
        (photos / "dögs" / f"{number}.CR2").write_bytes(b"x")
    trained = cli("train", photos, "--epochs", 1)
    assert trained.code == 0
    before, _, _ = trained.out.partition("train loss")
    looked = cli("data", photos)
    for text in (before, looked.out):
        assert "48 pictures in formats that are not read: RAW (dögs: 48)" in text
        assert "loose.png" in text
    (line,) = [line for line in looked.out.splitlines() if line.startswith("dögs ")]
    assert line.split()[-1] == "48"
    (counted, loose) = cli("data", photos, "--json").document["left_out"][::-1]
    assert (counted["class"], counted["kind"], counted["what"], counted["count"]) == ("dögs", "format", "RAW", 48)
    assert (loose["class"], loose["kind"], loose["example"]) == ("", "no_class", "loose.png")


def test_compare_says_it_too(cli: Cli, photos: Path) -> None:
    (photos / "cats" / "cut[bold].png").rename(photos / "cats" / "x.nef")
    compared = cli("compare", photos, "--only", "numpy", "--epochs", 1)
    assert compared.code == 0
    assert "RAW (cats: 1)" in compared.out


def test_advice_on_data_fits_the_fault(cli: Cli, photos: Path) -> None:
    (photos / "cats" / "cut[bold].png").unlink()
    (photos / "one").mkdir()
    (photos / "cats" / "0.png").rename(photos / "one" / "0.png")
    for answer in (cli("data", photos), cli("train", photos)):
        assert answer.code == 5
        assert "add images to the class" in " ".join(answer.err.split())
        assert "skip-bad" not in answer.err


def test_a_run_that_failed_at_its_data_has_no_figures_to_export(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / "bad" / name).mkdir(parents=True)
        (tmp_path / "bad" / name / "1.png").write_text("no image")
    assert cli("train", tmp_path / "bad", "--name", "failed").code == 5
    found = cli("export", "failed", "--format", "figures")
    assert found.code == 4
    assert "nothing to draw" in found.err
    assert "0 figures" not in found.out
    assert not (tmp_path / "failed-figures").exists()
