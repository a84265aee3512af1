"""Each Delete can be undone, the latest first; and a name is no identity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trainer.store.folder import RunFolder, current_owner, write_owner

if TYPE_CHECKING:
    from gui.runs.runs_panel import RunsPanel


def names(panel: RunsPanel) -> list[str]:
    return [row.name for row in panel.runs.rows]


def delete(panel: RunsPanel, name: str) -> None:
    panel.view.select_row(panel.items.index_of(name).row())
    panel._delete()


def test_two_deletes_are_two_undos(panel: RunsPanel) -> None:
    delete(panel, "middle")
    delete(panel, "old")
    assert names(panel) == ["new"]
    panel.undo_action.trigger()
    assert names(panel) == ["new", "old"]
    panel.undo_action.trigger()
    assert names(panel) == ["new", "middle", "old"]
    panel.undo_action.trigger()
    assert names(panel) == ["new", "middle", "old"]


def test_a_delete_that_is_refused_leaves_the_way_back_of_the_one_before(panel: RunsPanel, root: Path) -> None:
    delete(panel, "middle")
    write_owner(RunFolder(root / "old"), current_owner(1))
    delete(panel, "old")
    assert names(panel) == ["new", "old"]
    panel.undo_action.trigger()
    assert names(panel) == ["new", "middle", "old"]


def test_a_run_of_another_folder_is_not_marked_by_its_name(panel: RunsPanel, root: Path) -> None:
    panel.view.clearSelection()
    panel.show_run(root.parent / "elsewhere" / "old")
    assert panel.items.current == ""
    assert panel.selected() == []
    panel.show_run(root / "old")
    assert panel.items.current == "old"
