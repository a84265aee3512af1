"""The list of runs in order and in groups: heads, the best of each, colours, and what is remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from gui.preferences import Preferences, RunOrder
from gui.runs.compare_dialog import CompareDialog
from gui.runs.run_text import orders
from gui.runs.runs_panel import RunsPanel
from gui.style.theme import Colours
from gui.viewmodels.run_colours import RunColours
from gui.window import i18n
from gui.window.runs_side import RunsSide
from tests.gui.runs.test_runs_panel import texts
from tests.gui.viewmodels.test_run_list import make


def choose(panel: RunsPanel, text: str) -> None:
    button = panel.order_button
    button.choices.aboutToShow.emit()
    offered = [*button.choices.actions(), *button.setting_choices.actions()]
    next(one for one in offered if one.text() == text).trigger()


def test_groups_have_heads_that_open_nothing(panel: RunsPanel, root: Path, qtbot: Any) -> None:
    make(root, "other", model="mlp", started_at="2026-01-09T10:00:00+00:00")
    panel.tick()
    choose(panel, "Group by model")
    assert texts(panel) == ["new", "middle", "old", "other"]
    assert [panel.items.group_head(row) for row in range(4)] == [("cnn", 3), None, None, ("mlp", 1)]
    assert "Group by model" in panel.order_button.toolTip()
    view, look = panel.view, panel.view.delegate.look
    rows = [view.visualRect(panel.items.index(row, 0)) for row in range(4)]
    assert [row.height() - look.height for row in rows] == [look.head, 0, 0, look.head]
    panel.search.setText("mlp")
    assert panel.items.group_head(0) == ("mlp", 1)
    panel.search.clear()
    opened: list[Path] = []
    panel.run_chosen.connect(opened.append)
    head = rows[3].topLeft() + QPoint(40, look.head // 2)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=head)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=head)
    assert opened == []
    assert panel.selected() == []
    body = view.delegate.body(rows[3], panel.items.index(3, 0))
    box = view.delegate.box(body).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert panel.runs.overlaid == ["other"]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=body.center())
    assert opened == [root / "other"]
    spoken = panel.items.index(3, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("mlp: other")
    assert not view.grab().isNull()
    choose(panel, "No groups")
    assert {view.visualRect(panel.items.index(row, 0)).height() for row in range(4)} == {look.height}


def test_the_best_of_each_group_is_marked(panel: RunsPanel, root: Path) -> None:
    for name, value in (("wide", 0.5), ("wider", 0.6)):
        make(root, name, model="mlp", best_macro_f1=value, started_at="2026-01-09T10:00:00+00:00")
    panel.tick()

    def marked() -> list[str]:
        rows = range(panel.items.rowCount())
        tips = {name: panel.items.index_of(name).data(Qt.ItemDataRole.ToolTipRole) for name in texts(panel)}
        assert len(tips) == len(rows)
        return sorted(name for name, tip in tips.items() if "★" in tip)

    assert marked() == ["old"]
    choose(panel, "Group by model")
    assert marked() == ["old", "wider"]
    choose(panel, "Group by data")
    assert marked() == ["old"]


def test_the_order_is_remembered(root: Path, qtbot: Any) -> None:
    sides = [RunsSide(root, Preferences(), RunColours()) for _ in range(2)]

    def panel_of(side: RunsSide) -> RunsPanel:
        qtbot.addWidget(side)
        side.show()
        side.tick()
        assert side.panel is not None
        return side.panel

    first = panel_of(sides[0])
    choose(first, "Highest F1 first")
    choose(first, "Group by day")
    again = panel_of(sides[1])
    assert texts(again) == texts(first)
    assert again.runs.grouped_by == "day"
    assert "Highest F1 first" in again.order_button.toolTip()


@pytest.mark.parametrize("kept", ["", "nonsense", "started|True|colour", "|||", "macro_f1|maybe|data"])
def test_an_order_that_is_no_longer_known_is_the_first_one(root: Path, qtbot: Any, kept: str) -> None:
    preferences = Preferences()
    preferences._file.setValue("run_order", kept)
    made = RunsSide(root, preferences, RunColours())
    qtbot.addWidget(made)
    made.tick()
    assert made.panel is not None
    runs = made.panel.runs
    assert (runs.sort_column, runs.descending, runs.grouped_by) == ("started", True, "")


def test_colours_are_the_same_in_the_next_session(root: Path, qtbot: Any) -> None:
    def side_of(colours: RunColours) -> RunsSide:
        made = RunsSide(root, Preferences(), colours)
        qtbot.addWidget(made)
        made.overlays_changed.connect(colours.draw)  # as the window does
        made.tick()
        return made

    colours, paths = RunColours(), [root / name for name in ("old", "middle", "new")]
    first = side_of(colours)
    assert first.panel is not None
    for path in paths:
        first.panel.runs.overlay(path.name, True)
    first.panel._tell_overlays()
    expected = [colours.look(path).colour for path in paths]
    assert len(set(expected)) == len(paths)
    again = RunColours()
    assert side_of(again).panel is not None
    again.draw(reversed(paths))
    assert [again.look(path).colour for path in paths] == expected


@pytest.mark.parametrize("kept", ["nonsense", "[1]", '{"a": "red"}', '{"a": 99}'])
def test_colours_that_cannot_be_read_are_chosen_anew(root: Path, qtbot: Any, kept: str) -> None:
    preferences, colours = Preferences(), RunColours()
    preferences._file.setValue("run_colours", kept)
    qtbot.addWidget(RunsSide(root, preferences, colours))
    assert colours.kept() == {}


def test_each_order_can_be_chosen_from_the_menu(panel: RunsPanel) -> None:
    for order in orders():
        choose(panel, orders()[order])
        assert (panel.runs.sort_column, panel.runs.descending) == order
        assert orders()[order] in panel.order_button.toolTip()
    panel.items.arrange("macro_f1", True)
    assert texts(panel) == ["old", "middle", "new"]


def test_a_run_has_the_colour_of_its_curves(panel: RunsPanel, root: Path, qtbot: Any) -> None:
    """In the list, and in a comparison: where the window draws these runs together."""
    colours = panel.colours

    def in_list(name: str) -> set[int]:
        index = panel.items.index_of(name)
        picture = panel.view.viewport().grab(panel.view.visualRect(index)).toImage()
        return {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}

    wanted = Colours.current().runs
    colours.draw([root / "new", root / "old"])
    panel.runs.overlay("old", True)
    panel.show_run(root / "new")
    for name in ("new", "old"):
        assert wanted[colours.look(root / name).colour].rgb() in in_list(name)
    assert not in_list("middle") & {colour.rgb() for colour in wanted}
    dialog = CompareDialog([root / "old", root / "middle", root / "new"], None, colours)
    qtbot.addWidget(dialog)
    for place, name in enumerate(("old", "middle", "new")):
        sign = dialog.table.horizontalHeaderItem(place).icon().pixmap(16, 16).toImage()
        pixels = {sign.pixel(x, y) for x in range(sign.width()) for y in range(sign.height())}
        assert wanted[colours.look(root / name).colour].rgb() in pixels


def test_runs_are_grouped_by_a_setting_that_differs(panel: RunsPanel, root: Path) -> None:
    told: list[list[Path]] = []
    panel.overlays_changed.connect(told.append)
    panel.order_button.choices.aboutToShow.emit()
    offered = panel.order_button.setting_choices.actions()
    assert [action.text() for action in offered] == ["Learning rate"], "the seed is the same, data and model are above"
    choose(panel, "Learning rate")
    assert panel.order_button.order.group == "train.lr"
    assert texts(panel) == ["old", "middle", "new"]
    assert [panel.items.group_head(row) for row in range(3)] == [(f"Learning rate: 0.{n}", 1) for n in (1, 2, 3)]
    assert told, "the curves are drawn in other colours"
    assert "Group by Learning rate" in panel.order_button.toolTip()
    assert "Learning rate: 0.1" in panel.items.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    later = make(root, "later", started_at="2026-01-04T10:00:00+00:00", best_macro_f1=0.99)
    later.run_toml.write_text('model = "cnn"\n[train]\nlr = 0.1\n', encoding="utf-8")
    make(root, "unknown", started_at="2026-01-05T10:00:00+00:00")
    panel.tick()
    panel.tick()
    assert texts(panel) == ["later", "old", "middle", "new", "unknown"]
    assert panel.items.group_head(4) == ("Learning rate: –", 1)
    assert "this group" in panel.items.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_settings_are_written_as_numbers_of_the_language(panel: RunsPanel, root: Path, qtbot: Any, qapp: Any) -> None:
    (root / "old" / "run.toml").write_text("[train]\nlr = 0.00012345\nseed = 12345\n", encoding="utf-8")
    i18n.choose(qapp, "ru")
    try:
        panel.show_order(RunOrder("name", False, "train.lr"))
        heads = {panel.items.group_head(row)[0] for row in range(3)}  # type: ignore[index]
        panel.show_order(RunOrder("name", False, "train.seed"))
        seeds = {panel.items.group_head(row)[0] for row in range(3) if panel.items.group_head(row)}  # type: ignore[index]
        dialog = CompareDialog([root / "old", root / "new"])
        qtbot.addWidget(dialog)
        dialog.copy()
    finally:
        i18n.choose(qapp, "en")
    assert {head.split(": ")[1] for head in heads} == {"0,00012345", "0,2", "0,3"}
    assert "12345" in {seed.split(": ")[1] for seed in seeds}, "a seed is no count"
    assert "\t0,00012345\t0,3" in QGuiApplication.clipboard().text()


def test_runs_of_a_group_share_a_colour_in_the_list(panel: RunsPanel, root: Path) -> None:
    (root / "middle" / "run.toml").write_text("[train]\nlr = 0.1\n", encoding="utf-8")
    panel.colours.draw([root / "old", root / "middle", root / "new"])
    assert len({panel.items.colour(name) for name in ("old", "middle", "new")}) == 3
    choose(panel, "Learning rate")
    assert panel.items.colour("old") == panel.items.colour("middle") != panel.items.colour("new")
    choose(panel, "No groups")
    assert len({panel.items.colour(name) for name in ("old", "middle", "new")}) == 3


def test_a_setting_to_group_by_is_remembered(root: Path, qtbot: Any) -> None:
    made = []
    for _ in range(2):
        side = RunsSide(root, Preferences(), RunColours())
        qtbot.addWidget(side)
        side.tick()
        assert side.panel is not None
        made.append(side.panel)
        side.tick()
        if len(made) == 1:
            choose(side.panel, "Learning rate")
    assert texts(made[1]) == texts(made[0]) == ["old", "middle", "new"]
    assert made[1].items.group_head(0) == ("Learning rate: 0.1", 1)
