"""Every decision is saved at once, where a person has agreed to; nothing of another program is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from gui.panels.labels.class_chooser import ClassChooser
from gui.panels.labels.labels_view import LabelsView
from gui.panels.labels.place_dialog import PlaceDialog
from gui.preferences import Preferences
from tests.gui.label_answers import CLASSES, answer, proposal
from tests.gui.label_reviewer import Key, decided, press, saved, settings
from tests.gui.rpc_clients import FakeRpcClient
from trainer.store.edits_file import LabelEdit, default_edits_path, read_edits, write_edits


def accept(found: list[Any], do: Callable[[Any], object]) -> None:
    """Answer the dialog that is about to open."""

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        found.append(dialog)
        do(dialog)

    QTimer.singleShot(30, act)


def test_the_place_is_asked_for_once(asking: LabelsView, source: Path, root: Path) -> None:
    found: list[Any] = []
    accept(found, lambda dialog: dialog.accept() if not isinstance(dialog, PlaceDialog) else dialog._accept())
    press(asking, Key.Key_L)
    path = default_edits_path(str(source), root)
    assert isinstance(found[0], PlaceDialog)
    assert saved(path) == {"cat/0.png": ("leave_out", "")}
    assert Preferences().edits_file(str(source)) == str(path)
    press(asking, Key.Key_L)
    assert len(saved(path)) == 2
    assert str(path) in asking.save_row.text.accessibleName()
    assert asking.save_row.show_button.isVisibleTo(asking)
    assert list(source.iterdir()) == []


def test_it_may_lie_beside_the_images(asking: LabelsView, source: Path, root: Path) -> None:
    def beside(dialog: Any) -> None:
        dialog.data_button.setChecked(True)
        dialog._accept()

    accept([], beside)
    press(asking, Key.Key_F)
    assert saved(default_edits_path(str(source), root, beside_data=True)) == {"cat/0.png": ("fine", "")}
    assert list(source.iterdir()) == []


def test_later_keeps_decisions_in_memory_until_a_place_is_chosen(
    asking: LabelsView, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept([], lambda dialog: dialog.reject())
    press(asking, Key.Key_F)
    press(asking, Key.Key_L)
    assert len(decided(asking)) == 2
    assert "Not saved" in asking.save_row.text.accessibleName()
    assert not asking.save_row.train_button.isEnabled()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(place.with_suffix("")), ""))
    asking.save_row.place_button.click()
    assert saved(place) == decided(asking)
    assert asking.save_row.train_button.isEnabled()


def test_what_cannot_be_written_stays_in_memory_and_goes_elsewhere(
    view: LabelsView, source: Path, place: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(view, Key.Key_L)
    blocked = place.parent / "file"
    blocked.write_text("", encoding="utf-8")
    Preferences().set_edits_file(str(source), blocked / "edits.csv")
    view.saver.load(settings(source), root)
    press(view, Key.Key_F)
    assert len(decided(view)) == 2
    assert "in memory only" in view.save_row.text.accessibleName()
    assert not view.save_row.train_button.isEnabled()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(place), ""))
    view.save_row.place_button.click()
    assert saved(place) == decided(view)
    assert not view.save_row.place_button.isVisibleTo(view)


def test_decisions_are_there_again_the_next_time(
    view: LabelsView, assist: FakeRpcClient, source: Path, root: Path
) -> None:
    press(view, Key.Key_L)
    press(view, Key.Key_3)
    before = decided(view)
    view.show_data(settings(source / "other"), root)
    assert decided(view) == {}
    view.show_data(settings(source), root)
    view.look()
    assist.answer("labels", **answer(assist.folder / "b", [proposal(path="cat/0.png")]))
    assert decided(view) == before
    assert view.grid.currentIndex().row() == 0


def test_the_file_the_run_was_trained_with_is_gone_on_with(
    view: LabelsView, place: Path, source: Path, root: Path
) -> None:
    other = place.with_name("of the run.csv")
    write_edits(other, [LabelEdit("cat/5.png", "", "leave_out")])
    assert view.saver.load(settings(source, edits=str(other)), root).keys() == {"cat/5.png"}


def test_what_another_program_decided_is_taken_over(view: LabelsView, place: Path) -> None:
    press(view, Key.Key_L)
    mine = read_edits(place)
    write_edits(place, [*mine, LabelEdit("cat/5.png", "", "fine")])
    view.look_again()
    assert decided(view) == {"cat/0.png": ("leave_out", ""), "cat/5.png": ("fine", "")}
    write_edits(place, [*mine, LabelEdit("cat/4.png", "", "fine")])
    press(view, Key.Key_F)
    assert decided(view) == saved(place)
    assert set(saved(place)) == {"cat/0.png", "cat/1.png", "cat/4.png"}
    assert "from another program: 2" in view.save_row.text.accessibleName()


@pytest.mark.parametrize("keep", [True, False])
def test_a_clash_with_another_program_is_asked_about(view: LabelsView, place: Path, keep: bool) -> None:
    press(view, Key.Key_L)
    write_edits(place, [LabelEdit("cat/0.png", "", "fine")])
    view.grid.go_to(0)

    def click(box: QMessageBox) -> None:
        word = "Keep mine" if keep else "Use the decisions"
        next(button for button in box.buttons() if word in button.text()).click()

    accept([], click)
    press(view, Key.Key_3)
    assert decided(view) == saved(place) == {"cat/0.png": ("relabel", CLASSES[2]) if keep else ("fine", "")}


def test_a_file_that_was_damaged_meanwhile_is_left_alone(view: LabelsView, place: Path) -> None:
    press(view, Key.Key_L)
    place.write_text("a shopping list\n", encoding="utf-8")
    press(view, Key.Key_F)
    assert place.read_text("utf-8") == "a shopping list\n"
    assert len(decided(view)) == 2
    assert "in memory only" in view.save_row.text.accessibleName()
    view.look_again()


def test_train_again_says_with_which_file_and_what_it_does(view: LabelsView, place: Path, qtbot: Any) -> None:
    assert not view.save_row.train_button.isEnabled()
    press(view, Key.Key_F)
    assert not view.save_row.train_button.isEnabled(), "that changes nothing"
    press(view, Key.Key_L)
    press(view, Key.Key_3)
    with qtbot.waitSignal(view.train_wanted) as wanted:
        view.save_row.train_button.click()
    assert wanted.args == [str(place), "With your label decisions: labels changed: 1, images left out: 1"]


def test_decisions_without_a_place_come_back_with_their_images(asking: LabelsView, source: Path, root: Path) -> None:
    accept([], lambda dialog: dialog.reject())
    press(asking, Key.Key_F)
    press(asking, Key.Key_L)
    before = decided(asking)
    assert asking.unsaved == 2
    asking.show_data(settings(source / "other"), root)
    assert decided(asking) == {}
    assert asking.unsaved == 2, "the window may not close without a word"
    asking.show_data(settings(source), root)
    assert decided(asking) == before
    asking.look()
    assert decided(asking) == before


def test_decisions_that_could_not_be_written_are_merged_once_they_can(
    view: LabelsView, source: Path, place: Path, root: Path
) -> None:
    press(view, Key.Key_L)
    assert view.unsaved == 0
    place.chmod(0o444)
    other = [*read_edits(place), LabelEdit("cat/5.png", "", "fine")]
    blocked = place.with_suffix(".moved")
    place.rename(blocked)
    place.mkdir()  # nothing can be written there
    press(view, Key.Key_F)
    assert view.unsaved == 1
    view.show_data(settings(source / "other"), root)
    place.rmdir()
    write_edits(place, other)
    view.show_data(settings(source), root)
    assert saved(place) == decided(view)
    assert set(saved(place)) == {"cat/0.png", "cat/1.png", "cat/5.png"}
    assert view.unsaved == 0


def test_a_search_that_ends_while_no_data_is_shown_keeps_the_decisions(
    view: LabelsView, assist: FakeRpcClient, source: Path, root: Path
) -> None:
    press(view, Key.Key_L)
    before = decided(view)
    view.look()
    view.show_data(None, root / "elsewhere", sentence="No run is open.")
    assist.answer("labels", **answer(assist.folder / "c", [proposal(path="cat/0.png")]))
    view.show_data(settings(source), root)
    assert decided(view) == before


def test_a_class_chosen_for_images_that_are_no_longer_listed_changes_nothing(
    view: LabelsView, source: Path, root: Path
) -> None:
    press(view, Key.Key_O)
    chooser = QApplication.activeModalWidget()
    assert isinstance(chooser, ClassChooser)
    view.show_data(settings(source / "other"), root)
    chooser.chosen.emit(CLASSES[2])
    chooser.close()
    assert decided(view) == {}
