"""evaluation/<split>.json .txt .npz: what was written is read again; what cannot be is refused, and says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import classification_report

from trainer.errors import DataError
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.outputs import Outputs
from trainer.metrics.significance import Intervals, intervals
from trainer.store import evaluations
from trainer.store.arrays import write_arrays
from trainer.store.evaluations import SplitMetrics
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run

CLASSES = ("cat", "dog", "owl")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path / "runs", "one")


def outputs_of(pairs: list[tuple[int, int]]) -> Outputs:
    """True and predicted classes, with some confidence and loss."""
    labels, predicted = np.array(pairs, np.int64).reshape(-1, 2).T
    loss = np.linspace(0.1, 2.0, len(labels), dtype=np.float32)
    return Outputs(labels, predicted.astype(np.uint16), np.full(len(labels), 0.5, np.float16), loss)


def evaluated(outputs: Outputs, split: str = "test", *, seconds: float = 0.25) -> SplitMetrics:
    table = confusion(outputs.labels, outputs.predicted, len(CLASSES))
    return SplitMetrics(split, "best", CLASSES, Metrics.from_confusion(table, float(outputs.loss.sum())), seconds)


SOME = outputs_of([(0, 0), (0, 1), (1, 1), (2, 2), (2, 0), (1, 1)])
answered = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40).map(outputs_of)


@settings(max_examples=25, deadline=None)
@given(answered, st.sampled_from(evaluations.SPLITS), st.floats(0, 1e9))
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, outputs: Outputs, split: str, seconds: float
) -> None:
    folder = create_run(tmp_path_factory.mktemp("runs"), "one")
    written = evaluated(outputs, split, seconds=seconds)
    evaluations.write(folder, written, outputs)
    found = evaluations.read(folder, split)
    assert found.plain() == written.plain()
    assert found.intervals == written.intervals == intervals(written.metrics.confusion)
    assert evaluations.find_all(folder) == {split: found}
    text = (folder.evaluation / f"{split}.txt").read_text("utf-8")
    assert text == found.report
    if {*outputs.labels, *outputs.predicted} == {0, 1, 2}:
        assert text == classification_report(outputs.labels, outputs.predicted, target_names=CLASSES, zero_division=0)
    arrays = evaluations.read_outputs(folder.evaluation / f"{split}.npz")
    assert arrays.keys() == outputs.arrays().keys()
    for name, array in outputs.arrays().items():
        np.testing.assert_array_equal(arrays[name], array, strict=True)


def test_a_loss_that_is_not_finite_is_valid_json(folder: RunFolder) -> None:
    metrics = Metrics.from_confusion(np.eye(3), float("inf"))
    evaluations.write(folder, SplitMetrics("test", "last", CLASSES, metrics, 0.1), SOME)
    text = (folder.evaluation / "test.json").read_text("utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert evaluations.read(folder, "test").metrics == metrics


def test_what_is_not_there_is_missing(folder: RunFolder) -> None:
    with pytest.raises(FileNotFoundError):
        evaluations.read(folder, "test")
    assert evaluations.find(folder, "test") is None
    assert evaluations.find_all(folder) == {}


def rewrite(folder: RunFolder, change: Callable[[dict[str, Any]], object]) -> None:
    """Write an evaluation of the test split, then change its .json by hand."""
    evaluations.write(folder, evaluated(SOME), SOME)
    path = folder.evaluation / "test.json"
    about = json.loads(path.read_text("utf-8"))
    change(about)
    path.write_text(json.dumps(about), "utf-8")


@pytest.mark.parametrize("gone", ["interval_level", "accuracy_interval", "macro_f1_interval"])
def test_a_file_from_before_there_were_intervals_gets_them(folder: RunFolder, gone: str) -> None:
    rewrite(folder, lambda about: about.pop(gone))
    found = evaluations.read(folder, "test")
    assert found.recorded is None
    assert found.intervals == intervals(evaluated(SOME).metrics.confusion)


def test_intervals_are_those_that_were_recorded(folder: RunFolder) -> None:
    """A later version may compute them in another way: what was reported once stays."""
    rewrite(folder, lambda about: about.update(accuracy_interval=[0.1, 0.9], interval_level=0.9))
    kept = evaluated(SOME).intervals
    assert evaluations.read(folder, "test").intervals == Intervals((0.1, 0.9), kept.macro_f1, 0.9)


@pytest.mark.parametrize("interval", [[0.9, 0.1], [-1, 0.5], [0.5, 2], ["NaN", "NaN"]])
def test_intervals_that_cannot_be_are_computed_again(folder: RunFolder, interval: list[Any]) -> None:
    rewrite(folder, lambda about: about.update(macro_f1_interval=interval))
    assert evaluations.read(folder, "test").intervals == intervals(evaluated(SOME).metrics.confusion)


def test_fields_of_a_later_version_are_passed_over(folder: RunFolder) -> None:
    rewrite(folder, lambda about: about.update(calibration={"ece": 0.1}))
    assert evaluations.read(folder, "test").plain() == evaluated(SOME).plain()


FOREIGN: dict[str, dict[str, Any]] = {
    "another split": {"split": "valid"},
    "other weights": {"weights": "some"},
    "another number of classes": {"classes": ["cat", "dog"]},
    "no classes": {"classes": []},
    "ragged": {"confusion": [[1, 1, 0], [2], []]},
    "no square": {"confusion": [[1, 1, 0], [0, 2, 0]]},
    "metrics of too few": {"f1": [0.5]},
    "negative": {"confusion": [[3, -1, 0], [0, 2, 0], [1, 0, 1]]},
    "huge": {"confusion": [[10**40, 1, 0], [0, 2, 0], [1, 0, 1]]},
    "other sums": {"support": [6, 0, 0]},
    "words": {"loss": "much"},
    "a table": {"accuracy": {}},
}


@pytest.mark.parametrize("changed", FOREIGN)
def test_what_contradicts_itself_is_refused(folder: RunFolder, changed: str) -> None:
    rewrite(folder, lambda about: about.update(FOREIGN[changed]))
    with pytest.raises(ValueError, match=r"\w"):
        evaluations.read(folder, "test")
    assert evaluations.find(folder, "test") is None


DAMAGE = {
    "empty": b"",
    "cut": b'{"split": "test", "weights": "be',
    "a list": b"[]",
    "no text": b"\x00\xff{" * 40,
    "deeply nested": b'{"confusion": ' + b"[" * 100_000,
}


@pytest.mark.parametrize("text", DAMAGE)
def test_a_damaged_file_is_refused_and_the_others_are_read(folder: RunFolder, text: str) -> None:
    for split in evaluations.SPLITS:
        evaluations.write(folder, evaluated(SOME, split), SOME)
    (folder.evaluation / "valid.json").write_bytes(DAMAGE[text])
    with pytest.raises(ValueError, match=r"\w"):
        evaluations.read(folder, "valid")
    assert list(evaluations.find_all(folder)) == ["train", "test"]


def test_a_file_too_large_is_not_read(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluations.write(folder, evaluated(SOME), SOME)
    monkeypatch.setattr(evaluations, "MAX_BYTES", 100)
    with pytest.raises(OSError, match="larger than 100 bytes"):
        evaluations.read(folder, "test")
    assert evaluations.find(folder, "test") is None


def test_a_link_out_of_the_run_is_not_followed(folder: RunFolder, tmp_path: Path) -> None:
    evaluations.write(folder, evaluated(SOME), SOME)
    folder.evaluation.rename(tmp_path / "elsewhere")
    folder.evaluation.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(DataError):
        evaluations.read(folder, "test")
    assert evaluations.find(folder, "test") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"predicted": None},
        {"loss": np.zeros(5, np.float32)},
        {"loss": np.zeros(6)},
        {"predicted": np.zeros(6, np.int64)},
        {"predicted": np.zeros((6, 1), np.uint16)},
        dict.fromkeys(("predicted", "confidence", "loss")),
    ],
    ids=str,
)
def test_arrays_that_are_no_predictions_are_refused(folder: RunFolder, changed: dict[str, Any]) -> None:
    path = folder.evaluation / "test.npz"
    arrays = {name: array for name, array in (SOME.arrays() | changed).items() if array is not None}
    write_arrays(path, **arrays)
    with pytest.raises(DataError) as found:
        evaluations.read_outputs(path)
    assert (found.value.code, found.value.parameters["path"]) == ("arrays.damaged", str(path))


def test_predictions_that_are_not_there_are_refused(folder: RunFolder) -> None:
    with pytest.raises(DataError):
        evaluations.read_outputs(folder.evaluation / "test.npz")


def test_arrays_of_a_later_version_are_passed_over(folder: RunFolder) -> None:
    path = folder.evaluation / "test.npz"
    write_arrays(path, **SOME.arrays(), margin=np.zeros((6, 3)))
    assert evaluations.read_outputs(path).keys() == SOME.arrays().keys()
