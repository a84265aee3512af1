"""The map: the view model without Qt, the points under the mouse, and the panel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.engine.rpc_client import RpcClient
from gui.viewmodels.embedding import frame, items, nearest, predicted, read_map, stamp
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.image_index import ImageIndex
from gui.viewmodels.selection import EpochCursor
from tests.gui.rpc_clients import RecordingRpcClient
from tests.gui.sample_runs import SampleRun, shown
from trainer.store.arrays import write_arrays

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent


def mapped(made: SampleRun, *, split: str = "valid", tsne: bool = True, every: int = 2) -> Path:
    """A map of every second image: PCA from left to right, t-SNE the other way round."""
    places = np.arange(0, len(made.labels), every, dtype=np.int64)
    points = np.stack([np.linspace(-3, 3, len(places)), np.linspace(0, 1, len(places)) % 0.4], axis=1)
    arrays: dict[str, NDArray[Any]] = {
        "pca": points.astype(np.float32),
        "explained": np.array([0.5, 0.25], np.float32),
        "indices": places,
        "labels": made.labels[places],
        "predicted": made.outputs[made.epochs]["predicted"][places],
    }
    if tsne:
        arrays["tsne"] = (-points).astype(np.float32)
    path = made.folder.evaluation / f"map-{split}.npz"
    write_arrays(path, **arrays)
    return path


@pytest.fixture
def made(tmp_path: Path) -> SampleRun:
    return SampleRun(tmp_path, per_class=10)


# -- the view model ----------------------------------------------------------------------------------------------


def test_a_map_leads_to_images_and_verdicts(made: SampleRun) -> None:
    run = made.make()
    assert read_map(run.folder) == (None, "no_map", "")
    before = stamp(run.folder)
    mapped(made)
    assert stamp(run.folder) != before
    found, reason, _ = read_map(run.folder)
    assert found is not None
    assert (reason, found.split, found.stale, set(found.layouts)) == ("", "valid", False, {"pca", "tsne"})
    index = ImageIndex(run.folder, run.model)
    np.testing.assert_array_equal(items(found, index), found.places)  # all are published
    for epoch in (1, 3):
        expected = made.outputs[epoch]["predicted"][found.places]
        np.testing.assert_array_equal(predicted(found, index, epoch), expected)
    assert predicted(found, index, 9) is None


def test_of_a_sample_only_some_lead_to_images(made: SampleRun, monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer.store import thumbnails

    monkeypatch.setattr(thumbnails, "MAX_BYTES", 8 * 8 * 3 * 11)
    run = made.make()
    mapped(made, every=1)
    found, _, _ = read_map(run.folder)
    index = ImageIndex(run.folder, run.model)
    split, _ = index.split("valid")
    assert found is not None
    assert split is not None
    known = items(found, index)
    assert (known >= 0).sum() == 11
    assert [split.indices[item] for item in known[known >= 0]] == found.places[known >= 0].tolist()


@pytest.mark.parametrize("what", ["bytes", "none", "shape", "text", "nan", "negative", "empty", "outside"])
def test_broken_maps_are_named(made: SampleRun, tmp_path: Path, what: str) -> None:
    run, path = made.make(), mapped(made)
    from trainer.store.arrays import read_arrays

    arrays = read_arrays(path)
    path.unlink()
    if what == "outside":
        (tmp_path / "elsewhere.npz").write_bytes(b"")
        path.symlink_to(tmp_path / "elsewhere.npz")
    elif what == "bytes":
        path.write_bytes(b"no map")
    else:
        broken = {
            "none": {"pca": arrays["pca"]},
            "shape": {**arrays, "tsne": arrays["tsne"][1:]},
            "text": {**arrays, "labels": np.array(["a"] * len(arrays["labels"]))},
            "nan": {**arrays, "pca": arrays["pca"] * np.float32(np.nan)},
            "negative": {**arrays, "indices": arrays["indices"] - 1},
            "empty": {name: array[:0] for name, array in arrays.items()},
        }
        write_arrays(path, **broken[what])
    found, reason, file = read_map(run.folder)
    assert found is None
    assert (reason, file) == ("outside" if what == "outside" else "damaged", "evaluation/map-valid.npz")


def test_a_map_of_other_weights_than_the_evaluation_is_stale(made: SampleRun) -> None:
    run = made.make()
    mapped(made)
    for epoch, stale in ((3, False), (1, True)):
        write_arrays(run.folder.evaluation / "valid.npz", **made.outputs[epoch])
        found, _, _ = read_map(run.folder)
        assert found is not None
        assert found.stale is stale


def test_nearest_and_frame() -> None:
    random = np.random.default_rng(0)
    x, y = random.random(200) * 100, random.random(200) * 100
    apart = np.hypot(x - 40, y - 70)
    assert nearest(x, y, (40, 70), 50) == int(apart.argmin())
    assert nearest(x, y, (40, 70), float(apart.min()) * 0.9) == -1
    assert nearest(x[:0], y[:0], (0, 0), 9) == -1
    left, bottom, width, height = frame(np.stack([x, y], axis=1).astype(np.float32))
    assert left < x.min()
    assert left + width > x.max()
    assert bottom < y.min() < y.max() < bottom + height
    assert min(frame(np.ones((3, 2), np.float32))[2:]) > 0


# -- the panel ---------------------------------------------------------------------------------------------------


def panel_of(qtbot: QtBot, run: Any, cursor: EpochCursor | None = None, assist: Any = None) -> Any:
    from gui.panels.embedding import EmbeddingPanel

    panel = EmbeddingPanel(cursor or EpochCursor(), assist or RpcClient(), Explanations(RpcClient()))
    qtbot.addWidget(panel)
    panel.resize(900, 560)
    panel.show()
    panel.show_run(run)
    if run is not None:
        panel.refresh(frozenset({"info", "epochs", "evaluation", "snapshots"}))
    return panel


def to(panel: Any, number: int) -> QPoint:
    return panel.scatter.place_of(number).toPoint()


def test_points_are_drawn_and_lead_to_their_images(qtbot: QtBot, made: SampleRun) -> None:
    from gui.plotting.class_markers import look_of_class

    run = made.make()
    mapped(made)
    panel = panel_of(qtbot, run)
    assert panel.layout_box.currentText() == "t-SNE"
    picture = panel.scatter.grab().toImage()
    scatter = panel.scatter
    right = panel._predicted == panel.map.labels
    for number in range(len(panel.map.places)):
        at = to(panel, number)
        colour = picture.pixelColor(at)
        wanted = look_of_class(int(panel.map.labels[number])).colour
        assert (colour.rgb() == wanted.rgb()) == bool(right[number]), number  # a wrong one is hollow
        qtbot.mouseMove(scatter, at + QPoint(1, 1))
        assert scatter.hovered == number
        seen = panel._seen(number)
        assert (seen.place, seen.true) == (panel.map.places[number], panel.map.labels[number])
        assert seen.predicted == made.outputs[3]["predicted"][seen.place]
        about = panel._about(number)
        assert about.lines[0] == run.model.classes[seen.true]
        assert about.image is not None
    qtbot.mouseClick(scatter, Qt.MouseButton.LeftButton, pos=to(panel, 4))
    assert panel.detail.isVisible()
    assert "8.png" in panel.detail.values[4].toolTip() + panel.detail.values[4].text()
    qtbot.mouseMove(scatter, QPoint(2, scatter.height() // 2))
    assert scatter.hovered == -1


def test_from_a_point_to_the_cell_of_the_matrix(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    mapped(made)
    panel = panel_of(qtbot, run)
    wrong = int(np.flatnonzero(panel._predicted != panel.map.labels)[0])
    qtbot.mouseClick(panel.scatter, Qt.MouseButton.LeftButton, pos=to(panel, wrong))
    with qtbot.waitSignal(panel.cell_chosen) as caught:
        qtbot.mouseClick(panel.errors_button, Qt.MouseButton.LeftButton)
    assert caught.args == [panel.map.labels[wrong], panel._predicted[wrong]]


def test_right_and_wrong_follow_the_cursor_and_places_stay(qtbot: QtBot, made: SampleRun) -> None:
    run, cursor = made.make(), EpochCursor()
    mapped(made)
    panel = panel_of(qtbot, run, cursor)
    before = to(panel, 3)
    cursor.chosen = 1
    panel.move_cursor()
    assert to(panel, 3) == before
    np.testing.assert_array_equal(panel._predicted, made.outputs[1]["predicted"][panel.map.places])
    wrong = int((panel._predicted != panel.map.labels).sum())
    assert f"epoch 1 ({wrong})" in panel.note._whole


def test_layouts_and_colours(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    mapped(made)
    panel = panel_of(qtbot, run)
    first = to(panel, 0)
    panel.layout_box.setCurrentIndex(1)
    panel.layout_box.activated.emit(1)
    assert to(panel, 0).x() < first.x()
    assert "75 %" in panel.note._whole
    kinds = panel.scatter.cloud.look_of.copy()
    panel.colour_box.setCurrentIndex(1)
    panel.colour_box.activated.emit(1)
    assert (panel.scatter.cloud.look_of != kinds).any()


def test_a_map_without_tsne_shows_the_pca(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    mapped(made, tsne=False)
    panel = panel_of(qtbot, run)
    assert panel.layout_box.currentText() == "PCA"
    assert not panel.layout_box.model().item(0).isEnabled()


def test_a_click_in_the_legend_leaves_that_class(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    mapped(made)
    panel = panel_of(qtbot, run)
    row = panel.legend.visualItemRect(panel.legend.item(1)).center()
    qtbot.mouseClick(panel.legend.viewport(), Qt.MouseButton.LeftButton, pos=row)
    np.testing.assert_array_equal(panel.scatter.cloud.seen, panel.map.labels == 1)
    other = int(np.flatnonzero(panel.map.labels != 1)[0])
    qtbot.mouseMove(panel.scatter, to(panel, other))
    assert panel.scatter.hovered != other
    panel.legend.clearSelection()
    assert panel.scatter.cloud.seen.all()


def test_zoom_drag_and_back(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    mapped(made)
    panel = panel_of(qtbot, run)
    scatter, before = panel.scatter, [to(panel, number) for number in range(15)]
    at = scatter.place_of(7)
    turn = QWheelEvent(at, QPointF(scatter.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 480),
                       Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                       Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    scatter.wheelEvent(turn)
    assert (to(panel, 7) - before[7]).manhattanLength() <= 1
    assert abs(to(panel, 8).x() - to(panel, 7).x()) > 1.5 * abs(before[8].x() - before[7].x())
    qtbot.mousePress(scatter, Qt.MouseButton.LeftButton, pos=to(panel, 7))
    qtbot.mouseMove(scatter, before[7] + QPoint(30, 10))
    qtbot.mouseRelease(scatter, Qt.MouseButton.LeftButton, pos=before[7] + QPoint(30, 10))
    assert scatter.current == -1  # that was no click
    qtbot.keyClick(scatter, Qt.Key.Key_Home)
    assert [to(panel, number) for number in range(15)] == before


def test_by_keyboard_from_point_to_point(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    mapped(made)
    panel = panel_of(qtbot, run)
    visited = []
    for _ in range(3):
        qtbot.keyClick(panel.scatter, Qt.Key.Key_Right)
        visited.append(panel.scatter.current)
    assert len(set(visited)) == 3
    xs = [to(panel, number).x() for number in visited]
    assert xs == sorted(xs)
    assert panel.detail.isVisible()


def test_the_panel_says_why_it_is_empty_and_makes_a_map(qtbot: QtBot, made: SampleRun) -> None:
    assist = RecordingRpcClient()
    panel = panel_of(qtbot, None, assist=assist)
    texts = {panel.empty.text()}
    assert not panel.make_button.isVisible()
    made.ended = True
    run = made.make()
    panel.show_run(run)
    panel.refresh(frozenset({"info"}))
    texts.add(panel.empty.text())
    assert panel.command.text() == f"epochscope evaluate {run.folder.name} --map --runs {run.folder.path.parent}"
    qtbot.mouseClick(panel.make_button, Qt.MouseButton.LeftButton)
    (asked,) = assist.asked
    assert (asked["do"], asked["run"]) == ("map", str(run.folder.path))
    asked["progress"]("tsne", 0, 0)
    texts.add(panel.empty.text())
    asked["callback"]({"ok": False, "code": "run.busy", "parameters": {}, "what": "Busy.", "where": "", "expected": "",
                       "fix": ""})  # fmt: skip
    texts.add(panel.empty.text())
    assert len(texts) == 4
    qtbot.mouseClick(panel.make_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.make_button, Qt.MouseButton.LeftButton)
    assert assist.cancelled == ["map"]
    qtbot.mouseClick(panel.make_button, Qt.MouseButton.LeftButton)
    mapped(made)
    assist.asked[-1]["callback"]({"ok": True})
    assert panel.map is not None
    panel.retranslate()
    panel.show_run(None)
    assert panel.empty.isVisible()


def test_a_damaged_map_is_told_and_can_be_made_anew(qtbot: QtBot, made: SampleRun) -> None:
    run = made.make()
    mapped(made).write_bytes(b"no map")
    panel = panel_of(qtbot, run, assist=RecordingRpcClient())
    assert "map-valid.npz" in panel.empty.text()
    assert panel.make_button.isVisible()
    mapped(made)
    panel.refresh(frozenset({"info"}))
    assert panel.map is not None


def test_without_published_images_and_predictions_there_are_points_still(
    qtbot: QtBot, made: SampleRun, tmp_path: Path
) -> None:
    import shutil

    run = made.make()
    mapped(made)
    shutil.rmtree(tmp_path / ".data")
    shutil.rmtree(run.folder.predictions)
    panel = panel_of(qtbot, run)
    assert panel.scatter.cloud is not None
    qtbot.mouseClick(panel.scatter, Qt.MouseButton.LeftButton, pos=to(panel, 4))
    assert not panel.detail.isVisible()
    assert panel._about(4).image is None
    assert not panel.grab().isNull()


def test_from_a_point_to_the_images_that_are_similar(qtbot: QtBot, made: SampleRun, tmp_path: Path) -> None:
    from gui.panels.embedding import EmbeddingPanel
    from tests.gui.explained_images import ExplainingAssist

    run, helper = made.make(), ExplainingAssist(tmp_path)
    mapped(made)
    panel = EmbeddingPanel(EpochCursor(), RpcClient(), Explanations(helper))  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.resize(900, 700)
    panel.show()
    panel.show_run(run)
    panel.refresh(frozenset({"info", "epochs", "evaluation", "snapshots"}))
    qtbot.mouseClick(panel.scatter, Qt.MouseButton.LeftButton, pos=to(panel, 4))
    panel.detail.similar_switch.click()
    assert panel.map is not None
    assert (helper.last["split"], helper.last["place"]) == ("valid", panel.map.places[4])
    helper.similar(1, 2)
    assert [button.neighbor.place for button in panel.detail.similar.buttons] == [10, 11, 99]


def test_a_map_is_made_for_the_run_whose_button_was_pressed(qtbot: QtBot, made: SampleRun, tmp_path: Path) -> None:
    assist = RecordingRpcClient()
    made.ended = True
    first, second = made.make(), SampleRun(tmp_path, name="second").make()
    panel = panel_of(qtbot, first, assist=assist)
    qtbot.mouseClick(panel.make_button, Qt.MouseButton.LeftButton)
    assist.asked[0]["progress"]("tsne", 0, 0)
    told = panel.empty.text()
    panel.show_run(second)
    panel.refresh(frozenset({"info"}))
    assert "Cancel" not in panel.make_button.text()
    panel.show_run(shown(first.folder))
    panel.refresh(frozenset({"info"}))
    assert (panel.make_button.text(), panel.empty.text()) == ("Cancel", told), "opened again, it is still being made"
    panel.show_run(second)
    panel.refresh(frozenset({"info"}))
    qtbot.mouseClick(panel.make_button, Qt.MouseButton.LeftButton)
    assert [one["run"] for one in assist.asked] == [str(run.folder.path) for run in (first, second)]
    assert assist.cancelled == [], "nobody has cancelled anything"
