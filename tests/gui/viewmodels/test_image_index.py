"""From a class or a cell to its images, on runs with real files, damaged ones too. No Qt."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gui.viewmodels import image_index
from gui.viewmodels.image_index import ImageFilter, ImageIndex
from gui.viewmodels.selection import EpochCursor, OpenRun, class_columns, f1_by_epoch, first_split, kept_epoch, look
from tests.gui.sample_runs import KEY, SampleRun, shown
from trainer import events as ev
from trainer.store.arrays import write_arrays
from trainer.store.journal import Record


@pytest.fixture
def made(tmp_path: Path) -> SampleRun:
    return SampleRun(tmp_path, per_class=20)


def index_of(run: OpenRun) -> ImageIndex:
    return ImageIndex(run.folder, run.model)


def test_a_cell_holds_as_many_images_as_the_matrix_says(made: SampleRun) -> None:
    run = made.make()
    index = index_of(run)
    for epoch, verdict in run.model.verdicts.items():
        for true in range(3):
            for predicted in range(3):
                found = index.select(ImageFilter("valid", (true,), (predicted,)), epoch)
                assert len(found.items) == verdict.confusion[true, predicted]
                assert found.reason == ""
                for item in found.items:
                    seen = index.seen("valid", int(item), epoch)
                    assert seen is not None
                    assert (seen.true, seen.predicted) == (true, predicted)
                    assert seen.path == f"{made.classes[true]}/{item}.png"
                    assert seen.pixels[0, 0, 0] == item % 256
                    assert seen.size == (16, 16)


@pytest.mark.parametrize(("order", "key"), [("-loss", "loss"), ("loss", "loss"), ("-confidence", "confidence")])
def test_order(made: SampleRun, order: Any, key: str) -> None:
    index = index_of(made.make())
    items = index.select(ImageFilter("valid", order=order), 2).items
    values = made.outputs[2][key][items].astype(float)
    falling = order.startswith("-")
    assert (np.diff(values) <= 0).all() if falling else (np.diff(values) >= 0).all()
    assert sorted(items) == list(range(len(made.labels)))


def test_nan_is_the_largest_loss(made: SampleRun) -> None:
    run = made.make()
    arrays = made.outputs[3] | {"loss": made.outputs[3]["loss"].copy()}
    arrays["loss"][7] = np.nan
    write_arrays(run.folder.predictions / "epoch-0003.npz", **arrays)
    assert index_of(run).select(ImageFilter("valid"), 3).items[0] == 7
    assert index_of(run).select(ImageFilter("valid", order="loss"), 3).items[-1] == 7


def test_wrong_and_right_are_all(made: SampleRun) -> None:
    index = index_of(made.make())
    wrong = index.select(ImageFilter("valid", keep="wrong"), 1).items
    right = index.select(ImageFilter("valid", keep="right"), 1).items
    assert sorted([*wrong, *right]) == list(range(len(made.labels)))
    assert (made.outputs[1]["predicted"][wrong] != made.labels[wrong]).all()


def test_several_classes_at_once(made: SampleRun) -> None:
    index = index_of(made.make())
    both = index.select(ImageFilter("valid", (0, 1)), 1).items
    assert sorted(both) == list(np.flatnonzero(made.labels < 2))


def test_verdicts_over_the_epochs(made: SampleRun) -> None:
    run = made.make()
    found = index_of(run).verdicts(4)
    assert list(found.epochs) == [1, 2, 3]
    assert list(found.predicted) == [made.outputs[epoch]["predicted"][4] for epoch in (1, 2, 3)]
    assert found.true == made.labels[4]
    assert list(found.right) == [made.outputs[epoch]["predicted"][4] == made.labels[4] for epoch in (1, 2, 3)]
    assert len(index_of(run).verdicts(10_000).epochs) == 0


def test_many_epochs_are_thinned_evenly(made: SampleRun, monkeypatch: pytest.MonkeyPatch) -> None:
    made.epochs = 9
    monkeypatch.setattr(image_index, "MAX_VERDICTS", 3)
    assert list(index_of(made.make()).verdicts(0).epochs) == [1, 5, 9]


def test_the_test_split_by_its_evaluation(made: SampleRun) -> None:
    run = made.make()
    matrix = np.array(run.model.evaluations["test"].confusion)
    assert len(index_of(run).select(ImageFilter("test", (0,), (0,)), 3).items) == matrix[0, 0]


def test_a_sample_is_mapped_by_its_places(made: SampleRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.store.thumbnails.MAX_BYTES", 8 * 8 * 3 * 10)
    index = index_of(made.make())
    found = index.select(ImageFilter("valid"), 1)
    assert (found.published, found.total, len(found.items)) == (10, 60, 10)
    for item in range(10):
        seen = index.seen("valid", item, 1)
        assert seen is not None
        assert seen.path.endswith(f"/{seen.place}.png")
        assert seen.predicted == made.outputs[1]["predicted"][seen.place]


def test_the_cache_is_bounded(made: SampleRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_index, "CACHE_BYTES", 60 * 8 * 2)
    index = index_of(made.make())
    for epoch in (1, 2, 3, 1, 2, 3):
        index.select(ImageFilter("valid"), epoch)
        assert len(index._cache) <= 2


def broken(tmp_path: Path, how: str) -> OpenRun:
    made = SampleRun(tmp_path, epochs=1)
    run = made.make()
    data, file = tmp_path / ".data" / KEY, run.folder.predictions / "epoch-0001.npz"
    if how == "images gone":
        shutil.rmtree(data)
    elif how == "images damaged":
        (data / "valid.npy").write_bytes(b"no")
    elif how == "images elsewhere":
        shutil.move(data, tmp_path.parent / "elsewhere")
        data.symlink_to(tmp_path.parent / "elsewhere")
    elif how == "gone":
        file.unlink()
    elif how == "damaged":
        file.write_bytes(b"PK\x03\x04")
    elif how == "link":
        file.unlink()
        file.symlink_to("/etc/passwd")
    elif how == "other arrays":
        write_arrays(file, predicted=np.zeros(3), confidence=np.zeros(3), loss=np.zeros(3))
    elif how == "other length":
        few = {name: array[:5] for name, array in made.outputs[1].items()}
        write_arrays(file, **few)
    return run


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("images gone", "missing"),
        ("images damaged", "damaged"),
        ("images elsewhere", "outside"),
        ("gone", "missing"),
        ("damaged", "damaged"),
        ("link", "outside"),
        ("other arrays", "damaged"),
        ("other length", "mismatch"),
    ],
)
def test_what_is_broken_is_empty_and_named(tmp_path: Path, how: str, reason: str) -> None:
    root = tmp_path / "runs"
    root.mkdir()
    run = broken(root, how)
    index = index_of(run)
    found = index.select(ImageFilter("valid"), 1)
    assert (len(found.items), found.reason) == (0, reason)
    assert index.seen("valid", 0, 1) is None
    index.verdicts(0)


@pytest.mark.parametrize("path", ["../x", "/etc", ".data/../..", "elsewhere/0123456789abcdef", ".data", ""])
def test_images_are_looked_for_in_the_data_folder_only(made: SampleRun, path: str) -> None:
    run = made.make()
    event = ev.SnapshotSaved(epoch=3, step=3, kind="images", split=None, path=path, bytes=1)
    run.model.add(Record(seq=1_000, attempt=1, t=3.0, wall=0, event=event))
    assert index_of(run).select(ImageFilter("valid"), 1).reason == "outside"


def test_an_epoch_without_predictions_and_a_split_that_is_not_there(tmp_path: Path) -> None:
    run = SampleRun(tmp_path, splits=("test",), ended=False).make()
    index = index_of(run)
    assert index.select(ImageFilter("valid"), 1).reason == "no_split"
    assert index.select(ImageFilter("test"), 1).reason == "no_predictions"


def test_without_published_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = SampleRun(tmp_path)
    monkeypatch.setattr(sample, "publish", lambda: None)
    assert index_of(sample.make()).select(ImageFilter("test"), 1).reason == "unpublished"


# -- which figures are looked at ---------------------------------------------------------------------------------


def test_looking_by_epoch_and_at_the_test(made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    found = look(run, cursor, "valid")
    assert found is not None
    assert (found.epoch, found.weights) == (3, "epoch")
    cursor.chosen = 1
    found = look(run, cursor, "valid")
    assert found is not None
    assert found.epoch == 1
    test = look(run, cursor, "test")
    assert test is not None
    assert test.weights == "best"
    assert test.metrics.confusion.sum() == 60


def test_figures_of_a_damaged_run_are_not_looked_at(made: SampleRun) -> None:
    run = made.make()
    verdict = run.model.verdicts[3]
    run.model.verdicts[3] = replace(verdict, f1=verdict.f1[:1])
    assert look(run, EpochCursor(), "valid") is None
    assert list(f1_by_epoch(run.model)[0]) == [1, 2]


def test_changes_of_f1(made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    cursor.chosen = 2
    looked = look(run, cursor, "valid")
    assert looked is not None
    found, verdicts = class_columns(run.model, looked), run.model.verdicts
    np.testing.assert_allclose(found["since_last"], verdicts[2].f1 - verdicts[1].f1)
    np.testing.assert_allclose(found["since_best"], verdicts[2].f1 - verdicts[3].f1)
    epochs, table = f1_by_epoch(run.model)
    assert list(epochs) == [1, 2, 3]
    np.testing.assert_array_equal(table[:, 1], verdicts[2].f1)


def test_a_run_evaluated_later_is_seen_without_an_event(tmp_path: Path) -> None:
    import os

    from trainer.store.durable import write_json

    run = SampleRun(tmp_path, ended=False).make()
    assert look(run, EpochCursor(), "test") is None
    about = {"split": "test", "weights": "last", "classes": run.model.classes, "seconds": 0.1}
    figures = {"loss": "NaN", "accuracy": 1.0, "macro_f1": 1.0, "weighted_f1": 1.0, "samples": 3}
    per_class = dict.fromkeys(("precision", "recall", "f1", "support"), (1, 1, 1))
    path = run.folder.evaluation / "test.json"
    write_json(path, about | figures | per_class | {"confusion": np.eye(3, dtype=int).tolist()})
    found = look(run, EpochCursor(), "test")
    assert found is not None
    assert found.weights == "last"
    # an evaluation older than the journal is of weights that are no longer the best
    os.utime(path, (1, 1))
    assert look(run, EpochCursor(), "test") is None
    path.write_text("[", encoding="utf-8")
    assert look(run, EpochCursor(), "test") is None


def test_a_live_run_shows_the_last_file_until_the_next_is_there(tmp_path: Path) -> None:
    run, cursor = SampleRun(tmp_path, ended=False).make(), EpochCursor()
    del run.model.predictions[3]
    assert kept_epoch(run.model.predictions, run.model, cursor) == 2
    cursor.chosen = 3
    assert kept_epoch(run.model.predictions, run.model, cursor) == 3
    cursor.live()
    run.model.ended = ev.RunEnded(epoch=3, step=3, status="stopped", reason="")
    assert kept_epoch(run.model.predictions, run.model, cursor) == 3


def test_the_first_split_is_one_that_is_there(tmp_path: Path) -> None:
    assert first_split(SampleRun(tmp_path, name="a").make().model) == "valid"
    assert first_split(SampleRun(tmp_path, name="b", splits=("test",)).make().model) == "test"


def test_a_rewound_run_is_read_anew(made: SampleRun) -> None:
    run = made.make()
    index = index_of(run)
    before = index.predictions("valid", 1).loss.copy()
    write_arrays(run.folder.predictions / "epoch-0001.npz", **made.made(1))
    index.forget()
    assert not np.array_equal(index.predictions("valid", 1).loss, before)
    assert shown(run.folder).model.predictions == run.model.predictions
