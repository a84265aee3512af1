"""What the helper found becomes rows; an answer that is none is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gui.viewmodels.image_index import ImageFilter, ImageIndex
from gui.viewmodels.slice_table import WORST, read_slices, stamp
from tests.gui.sample_runs import SampleRun
from tests.gui.sample_slices import SliceRun
from trainer.metrics.classification import confusion
from trainer.store.arrays import write_arrays


@pytest.fixture
def sliced(tmp_path: Path) -> SliceRun:
    made = SliceRun(tmp_path)
    made.make()
    return made


def test_the_rows_of_a_fact_and_the_worst(sliced: SliceRun, tmp_path: Path) -> None:
    table = read_slices(sliced.answer(tmp_path / "slices.npz"))
    assert (table.images, table.total, table.enough) == (240, 240, True)
    assert table.accuracy == pytest.approx(1 - table.wrong / 240)
    assert {"brightness", "name", "class"} <= set(table.facts)
    first = table.rows(WORST)[0]
    assert (first.group.fact, first.group.word) == ("name", "cam2")
    assert first.places.tolist() == np.flatnonzero(sliced.bad).tolist()
    assert [row.same_as for row in table.rows(WORST)[1:]] == [0] * (len(table.rows(WORST)) - 1)
    assert table.alone == [first]
    by_name = table.rows("name")
    assert [row.group.word for row in by_name] == ["cam1", "cam2"]
    assert sum(row.images for row in by_name) == 240
    assert [row.macro_f1 for row in table.rows("class")] == pytest.approx([float("nan")] * 3, nan_ok=True)


@pytest.mark.parametrize("broken", [{"slices": []}, {"out": "/nowhere.npz"}, {"facts": None}, {"worst": [{}]}])
def test_an_answer_that_is_none_is_refused(sliced: SliceRun, tmp_path: Path, broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="slices"):
        read_slices({**sliced.answer(tmp_path / "slices.npz"), **broken})


def test_the_stamp_changes_with_the_evaluation(tmp_path: Path) -> None:
    made = SampleRun(tmp_path)
    run = made.make()
    before = stamp(run.folder, "test")
    assert before
    assert stamp(run.folder, "valid") == ()
    write_arrays(run.folder.evaluation / "test.npz", **made.made(1))
    assert stamp(run.folder, "test") not in (before, ())


def test_images_at_some_places_and_their_matrix(sliced: SliceRun) -> None:
    index = ImageIndex(sliced.run.folder, sliced.run.model)
    places = frozenset(np.flatnonzero(sliced.bad).tolist())
    made = sliced.outputs[sliced.epochs]["predicted"]
    wrong = ImageFilter("test", keep="wrong", places=places)
    chosen = index.select(wrong, 1).items.tolist()
    assert sorted(chosen) == np.flatnonzero(sliced.bad & (made != sliced.labels)).tolist()
    assert index.select(ImageFilter("test", places=frozenset()), 1).items.tolist() == []
    matrix = index.confusion("test", 1, places, 3)
    assert matrix is not None
    expected = confusion(sliced.labels[sliced.bad], made[sliced.bad], 3)
    np.testing.assert_array_equal(matrix.dense(), expected)
    assert index.confusion("valid", 99, places, 3) is None
    assert index.confusion("test", 1, places, 2) is None
