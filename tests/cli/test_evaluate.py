"""`evaluate`: the map that the window and reports draw, and the temperature of the confidences."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from tests.cli.conftest import Cli
from trainer.analysis import embedding
from trainer.cli.evaluate import map_line
from trainer.cli.run_view import NO_TEMPERATURE, calibration_line
from trainer.metrics.calibration import Believability, Calibration, Coverage, Reliability, SplitCalibration
from trainer.metrics.temperature import Outcome
from trainer.store import calibration_file
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder


def test_the_command_writes_a_map_that_can_be_read(
    cli: Cli, runs: Path, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "MOST", 60)
    answer = cli("evaluate", done, "--map", "--no-tsne")
    assert answer.code == 0
    assert "map: PCA of the logits of 60 (each class has its share) of 180 valid images" in answer.out
    path = runs / done / "evaluation" / "map-valid.npz"
    arrays = read_arrays(path)
    assert {name: (one.shape, str(one.dtype)) for name, one in arrays.items()} == {
        "pca": ((60, 2), "float32"),
        "indices": ((60,), "int64"),
        "labels": ((60,), "int64"),
        "predicted": ((60,), "uint16"),
        "explained": ((2,), "float32"),
    }
    evaluated = read_arrays(runs / done / "evaluation" / "valid.npz")["predicted"]
    assert np.array_equal(arrays["predicted"], evaluated[arrays["indices"]])
    found = cli("evaluate", done, "--map", "--json").document["map"]
    assert (found["path"], found["images"], found["total"], found["tsne"]) == (str(path), 60, 180, True)
    assert read_arrays(path)["tsne"].shape == (60, 2)
    assert embedding.map_path(RunFolder(runs / done), "valid") == path


def test_changed_data_are_warned_of(cli: Cli, photos: Path) -> None:
    (photos / "cats" / "cut[bold].png").unlink()
    assert cli("train", photos, "--epochs", 1, "--name", "photos").code == 0
    assert "warning" not in cli("evaluate", "photos").err
    (photos / "cats" / "0.png").write_bytes((photos / "cats" / "1.png").read_bytes())
    changed = cli("evaluate", "photos", "--json")
    assert changed.code == 0
    assert "the data has changed since this run was trained" in changed.err
    assert cli("resume", "photos", "--epochs", 2).code == 5


def test_other_classes_are_refused_and_not_taken_for_those_of_the_run(cli: Cli, photos: Path) -> None:
    (photos / "cats" / "cut[bold].png").unlink()
    assert cli("train", photos, "--epochs", 1, "--name", "photos").code == 0
    (photos / "cats").rename(photos / "zebras")  # as many, in another order
    changed = cli("evaluate", "photos")
    assert changed.code == 5
    assert "The classes differ from those that this run was trained on" in changed.err


def test_fewer_than_five_images_get_pca_alone_and_are_told_so() -> None:
    few = np.arange(4)
    points = np.zeros((4, 2), np.float32)
    found = embedding.Embedding(
        "valid", "logits", few, few, few.astype(np.uint16), points, np.array([0.5, 0.25], np.float32), None, 4
    )
    assert map_line(found) == (
        "map: PCA of the logits of all 4 valid images (t-SNE needs at least 5); PCA shows 75% of the variance"
    )


def test_a_temperature_is_found_told_and_used(cli: Cli, runs: Path, done: str, tmp_path: Path) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    picture = tmp_path / "one.png"
    Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(picture)
    folder = RunFolder(runs / done)
    told = cli("evaluate", done, "--json").document
    kept = calibration_file.read(folder)
    assert set(told) == {"train", "valid", "test"}
    assert "calibration" not in told["train"]
    for split in ("valid", "test"):
        about, one = told[split]["calibration"], kept.splits[split]
        assert (about["temperature"], about["outcome"], about["fitted_on"]) == (kept.temperature, "fitted", 180)
        assert (about["ece_before"], about["ece_after"]) == (one.before.ece, one.after.ece)
        assert (about["nll_before"], about["nll_after"]) == (one.before.nll, one.after.nll)
        assert about["nll_before"] == pytest.approx(told[split]["loss"], rel=1e-5), "figures are those without it"
    calibrated = cli("predict", done, picture, "--json").document
    assert calibrated["temperature"] == kept.temperature != 1
    (folder.path / calibration_file.FILE).unlink()
    plain = cli("predict", done, picture, "--json").document
    assert plain["temperature"] == 1.0
    ours, theirs = calibrated["images"][0], plain["images"][0]
    assert [one["class"] for one in ours["top"]] == [one["class"] for one in theirs["top"]]
    # probabilities p of logits z: those of z / T go as p ** (1 / T)
    ratios = [[one["probability"] / made["top"][0]["probability"] for one in made["top"]] for made in (ours, theirs)]
    assert ratios[0] == pytest.approx([ratio ** (1 / kept.temperature) for ratio in ratios[1]], rel=1e-3)
    assert "calibration: temperature" in cli("evaluate", done).out


def stage(ece: float) -> Believability:
    return Believability(ece, 0.5, Reliability((1,), (0.5,), (1.0,)), Coverage((1.0,), (1.0,), (0.5,)))


@pytest.mark.parametrize(
    ("outcome", "temperature", "splits", "line"),
    [
        (
            "fitted",
            1.316,
            ("valid", "test"),
            "temperature 1.32 on 1,500 validation images; expected calibration error on test 0.041, 0.018 with it",
        ),
        ("fitted", 1.316, (), "temperature 1.32 on 1,500 validation images"),
        (
            "no_images",
            1.0,
            ("test",),
            "no temperature (no validation images); expected calibration error on test 0.041",
        ),
        (
            "all_right",
            1.0,
            ("valid",),
            "no temperature (every validation image is classified correctly); "
            "expected calibration error on valid 0.041",
        ),
    ],
)
def test_a_line_says_it(outcome: Outcome, temperature: float, splits: tuple[str, ...], line: str) -> None:
    found = {split: SplitCalibration(1, 1, stage(0.041), stage(0.018)) for split in splits}
    made = Calibration(temperature, outcome, 1500, "best", 1, found)
    assert calibration_line(made) == f"calibration: {line}"


def test_every_outcome_can_be_told() -> None:
    for outcome in get_args(Outcome):
        assert calibration_line(Calibration(1.0, outcome, 0, "last", 1)).startswith("calibration: ")
    assert set(NO_TEMPERATURE) == set(get_args(Outcome)) - {"fitted", "bound"}
