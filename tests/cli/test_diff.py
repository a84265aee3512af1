"""`runs diff`: made-up runs, with real files, whose answers differ by a known number of images."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cli.conftest import Cli
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.outputs import Outputs
from trainer.metrics.paired_comparison import mcnemar, paired_bootstrap
from trainer.metrics.significance import intervals
from trainer.store.arrays import write_arrays
from trainer.store.evaluations import find
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run
from trainer.store.thumbnails import SplitImages, publish

CLASSES = ("cat", "dog[bold]", "frog", "owl")
COUNT = 400
TRUE = np.arange(COUNT) % 4
KEY = "0123456789abcdef"


def answers(*wrong: range) -> NDArray[np.int64]:
    """The truth, but for some images."""
    taken = TRUE.copy()
    for places in wrong:
        taken[places] = (taken[places] + 1) % 4
    return taken


def publish_images(root: Path, key: str = KEY, *, pixel: int = 0, paths: bool = False, size: int = 4) -> None:
    """The images of `key`: of equal pixels, unless told otherwise."""
    pixels = np.full((COUNT, size, size, 3), pixel, np.uint8)
    names = [f"test/{number}.png" if paths else "" for number in range(COUNT)]
    images = SplitImages(pixels, TRUE, [(8, 8)] * COUNT, names)
    publish(root, key, CLASSES, {"test": images, "valid": images})


def judged(root: Path, name: str, taken: NDArray[np.int64], *, key: str = KEY, lr: float = 0.1) -> RunFolder:
    """A run that gave these answers to the test images."""
    folder = create_run(root, name)
    folder.run_toml.write_text(f'model = "softmax"\n[train]\nlr = {lr}\n', "utf-8")
    folder.environment.write_text(json.dumps({"data_fingerprint": key}), "utf-8")
    evaluate(folder, taken)
    return folder


def evaluate(folder: RunFolder, taken: NDArray[np.int64], split: str = "test") -> None:
    """As the engine writes it, without intervals: those came later."""
    about = {"split": split, "weights": "best", "classes": CLASSES, "seconds": 0.1}
    about |= Metrics.from_confusion(confusion(TRUE, taken, 4), COUNT * 1.0).fields()
    (folder.evaluation / f"{split}.json").write_text(json.dumps(about), "utf-8")
    write_answers(folder, taken, split)


def write_answers(folder: RunFolder, taken: NDArray[np.int64], split: str = "test") -> None:
    """The answers alone."""
    blank = np.zeros(len(taken), np.float32)
    outputs = Outputs(taken, taken.astype(np.uint16), blank.astype(np.float16), blank)
    write_arrays(folder.evaluation / f"{split}.npz", **outputs.arrays())


@pytest.fixture
def root(runs: Path) -> Path:
    """With published images."""
    runs.mkdir()
    publish_images(runs)
    return runs


def test_a_difference_beyond_noise(cli: Cli, root: Path) -> None:
    a, b = answers(range(100)), answers(range(60), range(390, 396))
    judged(root, "first", a)
    judged(root, "second", b, lr=0.2)
    found = cli("runs", "diff", "first", "second", "--json").document
    between, expected = found["difference"], paired_bootstrap(TRUE, a, b, 4)
    assert (found["same_images"], found["images"], found["reason"]) == (True, COUNT, "")
    assert found["settings"] == [{"key": "train.lr", "a": 0.1, "b": 0.2}]
    assert (between["accuracy"]["only_a"], between["accuracy"]["only_b"]) == (6, 40)
    assert between["accuracy"]["p"] == pytest.approx(mcnemar(6, 40))
    assert between["accuracy"]["value"] == pytest.approx(34 / COUNT)
    assert not between["accuracy"]["within_noise"]
    assert tuple(between["macro_f1"]["interval"]) == pytest.approx(expected.macro_f1.interval)
    assert [one["class"] for one in between["classes"]] == list(CLASSES)
    assert tuple(found["b"]["macro_f1_interval"]) == intervals(confusion(TRUE, b, 4)).macro_f1

    page = cli("runs", "diff", "first", "second").out
    assert (
        "B is better on test: 8.5 points of accuracy, p < 0.001 (A alone is right on 6 images, B alone on 40)." in page
    )
    assert "test: the same 400 images for both" in page
    assert "train.lr  0.1  0.2" in page
    assert "dog[bold]" in page
    assert "not that of the seed" in page
    assert "A is better on test: 8.5 points" in cli("runs", "diff", "second", "first").out


def test_a_difference_within_noise(cli: Cli, root: Path) -> None:
    judged(root, "first", answers(range(100)))
    judged(root, "second", answers(range(3, 100), range(200, 202)))
    found = cli("runs", "diff", "first", "second", "--json").document["difference"]
    assert found["accuracy"]["within_noise"]
    assert found["macro_f1"]["within_noise"]
    assert all(one["within_noise"] for one in found["classes"])
    page = cli("runs", "diff", "first", "second").out
    assert "On test the difference in accuracy is within noise: 0.2 points, p = " in page
    assert "The difference in macro-F1 is within noise" in page
    assert "no setting differs" in page
    assert page.count("within noise") == 2 + len(CLASSES)


def test_a_run_beside_itself(cli: Cli, root: Path) -> None:
    judged(root, "first", answers(range(100)))
    assert cli("runs", "diff", "first", "first", "--json").document["difference"]["accuracy"]["p"] == 1
    assert "-0.0" not in cli("runs", "diff", "first", "first").out


def test_another_seed_may_leave_the_test_images_as_they_are(cli: Cli, root: Path) -> None:
    """The fingerprint is another then; what counts is the images."""
    judged(root, "first", answers(range(9)))
    judged(root, "same-images", answers(range(50)), key="a" * 16)
    judged(root, "other-images", answers(range(50)), key="b" * 16)
    publish_images(root, "a" * 16)
    publish_images(root, "b" * 16, pixel=1)
    assert cli("runs", "diff", "first", "same-images", "--json").document["same_images"]
    found = cli("runs", "diff", "first", "other-images", "--json").document
    assert not found["same_images"]
    assert found["difference"] == {"accuracy": None, "macro_f1": None, "classes": None}
    page = cli("runs", "diff", "first", "other-images").out
    assert "Their test images are not the same: other data, or a split that was drawn with another seed." in page
    assert "They cannot be compared one by one" in page
    assert "better" not in page


def test_the_same_files_taken_at_another_size_are_the_same_images(cli: Cli, root: Path) -> None:
    judged(root, "small", answers(range(9)), key="c" * 16)
    judged(root, "large", answers(range(50)), key="d" * 16)
    publish_images(root, "c" * 16, paths=True)
    publish_images(root, "d" * 16, paths=True, size=6)
    assert cli("runs", "diff", "small", "large", "--json").document["same_images"]


def _unreadable(folder: RunFolder) -> None:
    (folder.evaluation / "test.npz").write_bytes(b"damage")


def _of_another_evaluation(folder: RunFolder) -> None:
    write_answers(folder, answers(range(5)))


def _too_few(folder: RunFolder) -> None:
    write_answers(folder, answers(range(9))[:-1])


def _no_environment(folder: RunFolder) -> None:
    folder.environment.unlink()


def _hostile_fingerprint(folder: RunFolder) -> None:
    folder.environment.write_text(json.dumps({"data_fingerprint": "../../etc"}), "utf-8")


def _no_images(folder: RunFolder) -> None:
    shutil.rmtree(folder.path.parent / ".data")


def _other_classes(folder: RunFolder) -> None:
    path = folder.evaluation / "test.json"
    path.write_text(path.read_text("utf-8").replace("cat", "cow"), "utf-8")


@pytest.mark.parametrize(
    "damage",
    [_unreadable, _of_another_evaluation, _too_few, _no_environment, _hostile_fingerprint, _no_images, _other_classes],
)
def test_what_does_not_belong_together_is_not_compared(cli: Cli, root: Path, damage: Any) -> None:
    judged(root, "first", answers(range(9)))
    damage(judged(root, "second", answers(range(9))))
    answer = cli("runs", "diff", "first", "second")
    assert answer.code == 0
    assert "They cannot be compared one by one" in answer.out
    assert cli("runs", "diff", "first", "second", "--json").document["reason"]


def test_what_was_not_evaluated_names_the_command(cli: Cli, root: Path) -> None:
    folder = judged(root, "first", answers(range(9)))
    evaluate(folder, answers(range(20)), "valid")
    (folder.evaluation / "test.json").unlink()
    answer = cli("runs", "diff", "first", "first")
    assert answer.code == 4
    assert "first has not been evaluated on its test split" in answer.err
    assert "epochscope evaluate first" in answer.err
    assert "--split valid" in answer.err
    assert cli("runs", "diff", "first", "first", "--split", "valid").code == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"confusion": "x"}', '{"confusion": [[1e400]]}', '{"confusion": [[-1, 2], [3, 4]]}']
)
def test_a_damaged_evaluation_is_none(cli: Cli, root: Path, text: str) -> None:
    folder = judged(root, "first", answers(range(9)))
    (folder.evaluation / "test.json").write_text(text, "utf-8")
    assert find(folder, "test") is None
    assert cli("runs", "show", "first").code == 0
    assert cli("runs", "diff", "first", "first").code == 4


def test_an_evaluation_from_before_there_were_intervals_gets_them(cli: Cli, root: Path) -> None:
    judged(root, "first", answers(range(100)))
    found = cli("runs", "show", "first", "--json").document["evaluation"]["test"]
    assert tuple(found["accuracy_interval"]) == intervals(confusion(TRUE, answers(range(100)), 4)).accuracy
    low, high = found["accuracy_interval"]
    assert f"0.7500 ({low:.4f} to {high:.4f})" in cli("runs", "show", "first").out


def test_runs_that_were_trained(cli: Cli, runs: Path, done: str) -> None:
    assert cli("train", "digits", "--epochs", 4, "--lr", "0.01", "--name", "more").code == 0
    answer = cli("runs", "diff", done, "more")
    assert "train.epochs  2" in answer.out
    assert "B is better on test" in answer.out
    for split in ("train", "valid", "test"):
        kept = json.loads((runs / "more" / "evaluation" / f"{split}.json").read_text("utf-8"))
        assert kept["macro_f1_interval"][0] <= kept["macro_f1"] <= kept["macro_f1_interval"][1]
