"""Weights as images: the view model without Qt, and the panel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.viewmodels.first_layer import as_pictures, read_weights
from gui.viewmodels.selection import EpochCursor
from tests.gui.sample_runs import SampleRun
from trainer.analysis.first_layer import coloured
from trainer.store.arrays import write_arrays

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

GREY = np.stack([np.arange(256)] * 3, axis=1).astype(np.uint8)


def rows(*values: float, size: int = 192) -> NDArray[np.float32]:
    return np.array([[value] * size for value in values], np.float32)


def test_a_linear_model_has_a_template_of_each_class(tmp_path: Path) -> None:
    weight = np.arange(3 * 192, dtype=np.float32).reshape(3, 192)
    run = SampleRun(tmp_path, weight=weight).make()
    found, reason = read_weights(run.folder, run.model, 2)
    assert reason == ""
    assert found is not None
    assert (found.kind, found.total) == ("templates", 3)
    np.testing.assert_array_equal(found.pictures, 2 * weight.reshape(3, 3, 8, 8))


@pytest.mark.parametrize(
    ("shape", "parameters", "kind"),
    [
        ((3, 192), 3 * 192, "templates"),
        ((3, 192), 3 * 192 + 3, "templates"),
        ((3, 192), 5000, "units"),
        ((7, 192), 5000, "units"),
        ((7, 3, 3, 3), 5000, "filters"),
    ],
)
def test_kinds(tmp_path: Path, shape: tuple[int, ...], parameters: int, kind: str) -> None:
    made = SampleRun(tmp_path)
    made.weight = np.zeros((parameters - 3,))
    run = made.make()
    found, reason = as_pictures(np.ones(shape, np.float32), run.model)
    assert reason == ""
    assert found is not None
    assert found.kind == kind
    assert len(found.pictures) == shape[0]


@pytest.mark.parametrize("shape", [(3, 100), (7, 5, 3, 3), (7, 3, 1, 1), (7, 3, 3), (0, 192), (9,)])
def test_other_layers_make_no_pictures(tmp_path: Path, shape: tuple[int, ...]) -> None:
    run = SampleRun(tmp_path).make()
    assert as_pictures(np.ones(shape, np.float32), run.model) == (None, "no_pictures")


def test_only_the_first_rows_of_many_classes(tmp_path: Path) -> None:
    made = SampleRun(tmp_path, classes=tuple("abcdefgh"))
    run = made.make()
    found, _ = as_pictures(np.ones((5, 192), np.float16).astype(np.float32), run.model)
    assert found is not None
    assert (found.kind, len(found.pictures), found.total) == ("templates", 5, 8)


def test_one_scale_for_all_and_broken_numbers_counted(tmp_path: Path) -> None:
    run = SampleRun(tmp_path).make()
    weight = rows(0.5, -2.0, 0.0)
    weight[0, :3] = np.nan, np.inf, -np.inf
    found, _ = as_pictures(weight, run.model)
    assert found is not None
    assert found.scale == pytest.approx(2.0)
    assert found.broken == 3
    assert np.isfinite(found.pictures).all()


def test_colours_are_symmetric_around_nothing() -> None:
    picture = np.array([[[-1.0, 0.0, 1.0, 9.0]]], np.float32)
    assert list(coloured(picture, 1.0, GREY)[0, :, 0]) == [0, 128, 255, 255]
    rgb = np.zeros((3, 1, 2), np.float32)
    rgb[:, 0, 0] = -1, 0, 1
    pixels = coloured(rgb, 1.0, GREY)
    assert pixels.shape == (1, 2, 3)
    assert list(pixels[0, 0]) == [0, 128, 255]


def test_all_zero_is_no_division(tmp_path: Path) -> None:
    run = SampleRun(tmp_path).make()
    found, _ = as_pictures(rows(0.0, 0.0, 0.0), run.model)
    assert found is not None
    assert (coloured(found.pictures[0], found.scale, GREY) == 128).all()


def spoil(path: Path, how: str) -> None:
    if how == "missing":
        path.unlink()
    elif how == "outside":
        path.unlink()
        path.symlink_to("/etc/passwd")
    elif how == "damaged":
        path.write_bytes(b"no")
    else:
        write_arrays(path, other=np.ones(3))


@pytest.mark.parametrize(
    ("how", "reason"),
    [("missing", "missing"), ("outside", "outside"), ("damaged", "damaged"), ("others", "damaged")],
)
def test_broken_files_are_named(tmp_path: Path, how: str, reason: str) -> None:
    run = SampleRun(tmp_path).make()
    spoil(run.folder.snapshots / "epoch-0002.npz", how)
    assert read_weights(run.folder, run.model, 2) == (None, reason)
    assert read_weights(run.folder, run.model, 77) == (None, "no_weights")


# -- the panel ---------------------------------------------------------------------------------------------------


def panel_of(qtbot: QtBot, run: Any, cursor: EpochCursor) -> Any:
    from gui.panels.weights import WeightsPanel

    panel = WeightsPanel(cursor)
    qtbot.addWidget(panel)
    panel.resize(900, 560)
    panel.show()
    panel.show_run(run)
    if run is not None:
        panel.refresh(frozenset({"info"}))
    return panel


def test_the_panel_follows_the_cursor(qtbot: QtBot, tmp_path: Path) -> None:
    cursor = EpochCursor()
    panel = panel_of(qtbot, SampleRun(tmp_path, weight=rows(1.0, 2.0, 3.0)).make(), cursor)
    assert panel.view.pictures.rowCount() == 3
    assert panel.weights.scale == pytest.approx(9.0)
    cursor.chosen = 1
    panel.move_cursor()
    assert panel.weights.scale == pytest.approx(3.0)
    assert "1" in panel.note.text()
    assert not panel.grab().isNull()


def test_all_pictures_fit_where_they_are_few(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, SampleRun(tmp_path, weight=rows(1.0, 2.0, 3.0)).make(), EpochCursor())
    assert panel.view.verticalScrollBar().maximum() == 0
    assert panel.view.side > 150


def test_a_template_leads_to_its_class(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, SampleRun(tmp_path, weight=rows(1.0, 2.0, 3.0)).make(), EpochCursor())
    with qtbot.waitSignal(panel.class_chosen) as caught:
        panel.view.activated.emit(panel.view.pictures.index(2))
    assert caught.args == [2]


def test_the_panel_says_why_it_is_empty(qtbot: QtBot, tmp_path: Path) -> None:
    panel = panel_of(qtbot, None, EpochCursor())
    texts = {panel.empty.text()}
    run = SampleRun(tmp_path).make()
    (run.folder.snapshots / "epoch-0003.npz").write_bytes(b"no")
    panel.show_run(run)
    panel.refresh(frozenset({"info"}))
    texts.add(panel.empty.text())
    (run.folder.snapshots / "epoch-0003.npz").unlink()
    panel.refresh(frozenset({"snapshots"}))
    texts.add(panel.empty.text())
    assert len(texts) == 3
    assert "" not in texts
    panel.retranslate()
