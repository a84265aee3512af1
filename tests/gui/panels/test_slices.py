"""Slices in the window: asked for once, drawn with their images, led to the errors, and told why there are none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from gui.viewmodels.explanations import Explanations
from gui.viewmodels.selection import EpochCursor
from tests.gui.sample_runs import SampleRun
from tests.gui.sample_slices import SliceRun

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ALL = frozenset({"info", "epochs", "evaluation", "snapshots"})


class FakeHelper:
    """Keeps what was asked; `answer` calls back."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked, self.cancelled = folder, [], []  # type: ignore[var-annotated]

    def ask(self, do: str, callback: Any, *, progress: Any = None, **fields: Any) -> None:
        self.asked.append((do, callback, progress, fields))

    def cancel(self, do: str) -> None:
        self.cancelled.append(do)

    def answer(self, made: SliceRun) -> None:
        _, callback, _, fields = self.asked[-1]
        callback(made.answer(Path(fields["out"]), fields["split"], fields["pattern"]))


@pytest.fixture
def made(tmp_path: Path) -> SliceRun:
    return SliceRun(tmp_path)


@pytest.fixture
def helper(tmp_path: Path) -> FakeHelper:
    return FakeHelper(tmp_path)


def panel_of(qtbot: QtBot, run: Any, helper: Any) -> Any:
    from gui.panels.slices.slices_panel import SlicesPanel

    panel = SlicesPanel(EpochCursor(), helper, Explanations(helper))
    qtbot.addWidget(panel)
    panel.resize(900, 560)
    panel.show()
    panel.show_run(run)
    if run is not None:
        panel.refresh(ALL)
    return panel


def choose(box: Any, data: str) -> None:
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def names(panel: Any) -> list[str]:
    model = panel.view.slices
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def shown_items(panel: Any) -> list[int]:
    return sorted(int(item) for item in panel.grid.selection.items)


def test_the_worst_slice_and_its_images(qtbot: QtBot, made: SliceRun, helper: FakeHelper) -> None:
    panel = panel_of(qtbot, made.make(), helper)
    assert [(do, fields["split"]) for do, _, _, fields in helper.asked] == [("slices", "test")]
    helper.asked[0][2]("pixels", 100, 240)
    assert "100" in panel.empty.text()
    assert panel.cancel_button.isVisible()
    helper.answer(made)
    assert names(panel)[0] == "File name: cam2"
    assert "cam2" in panel.headline.text()
    assert shown_items(panel) == np.flatnonzero(made.bad).tolist()
    panel.refresh(ALL)
    panel.look_again()
    assert len(helper.asked) == 1, "what is shown is not asked for again"


def test_slices_by_a_fact_and_by_keyboard(qtbot: QtBot, made: SliceRun, helper: FakeHelper) -> None:
    panel = panel_of(qtbot, made.make(), helper)
    helper.answer(made)
    choose(panel.by, "brightness")
    assert names(panel) == ["lowest quarter", "second quarter", "third quarter", "highest quarter"]
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    second = panel.view.slices.rows[1]
    assert shown_items(panel) == sorted(second.places.tolist())
    with qtbot.waitSignal(panel.slice_chosen) as told:
        qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert told.args == ["test", "Brightness: second quarter", frozenset(second.places.tolist())]
    choose(panel.by, "class")
    assert names(panel) == list(made.classes)
    assert panel.view.slices.data(panel.view.slices.index(0, 0), Qt.ItemDataRole.AccessibleTextRole).startswith("cat. ")


def test_a_pattern_makes_a_slice(qtbot: QtBot, made: SliceRun, helper: FakeHelper) -> None:
    panel = panel_of(qtbot, made.make(), helper)
    helper.answer(made)
    panel.pattern.setFocus()
    qtbot.keyClicks(panel.pattern, "cat/*")
    qtbot.keyClick(panel.pattern, Qt.Key.Key_Return)
    assert helper.asked[-1][3]["pattern"] == "cat/*"
    helper.answer(made)
    assert (panel.by.currentData(), names(panel)) == ("pattern", ["cat/*"])
    assert shown_items(panel) == np.flatnonzero(made.labels == 0).tolist()
    panel.pattern.setText("zzz*")
    qtbot.keyClick(panel.pattern, Qt.Key.Key_Return)
    helper.answer(made)
    assert "pattern matches no image" in panel.note.text()
    panel.pattern.clear()
    assert helper.asked[-1][3]["pattern"] == ""


def test_another_split_is_asked_for(qtbot: QtBot, made: SliceRun, helper: FakeHelper) -> None:
    panel = panel_of(qtbot, made.make(), helper)
    helper.answer(made)
    panel.split.setCurrentIndex(1)
    panel.split.activated.emit(1)
    assert helper.asked[-1][3]["split"] == "valid"
    helper.answer(made)
    assert panel.grid.choice.split == "valid"
    assert shown_items(panel) == np.flatnonzero(made.bad).tolist()


def test_a_late_answer_for_another_run_is_dropped(qtbot: QtBot, tmp_path: Path, helper: FakeHelper) -> None:
    first, other = SliceRun(tmp_path / "a"), SampleRun(tmp_path / "b")
    panel = panel_of(qtbot, first.make(), helper)
    panel.show_run(other.make())
    assert helper.cancelled == ["slices"]
    helper.asked[0][1]({"ok": True})
    assert panel.table.images == 0


def test_cancelled_and_looked_for_again(qtbot: QtBot, made: SliceRun, helper: FakeHelper) -> None:
    panel = panel_of(qtbot, made.make(), helper)
    panel.cancel_button.click()
    assert (helper.cancelled, panel.cancel_button.text()) == (["slices"], "Search again")
    panel.cancel_button.click()
    helper.answer(made)
    assert names(panel)[0] == "File name: cam2"


def test_a_refusal_is_told(qtbot: QtBot, made: SliceRun, helper: FakeHelper) -> None:
    panel = panel_of(qtbot, made.make(), helper)
    refused = {"ok": False, "code": "x.unknown", "parameters": {}, "what": "It is broken.", "where": "there"}
    helper.asked[0][1](refused)
    assert "It is broken." in panel.empty.text()
    assert panel.cancel_button.isVisible()
    panel.cancel_button.click()
    helper.asked[-1][1]({"ok": True, "out": "/nowhere.npz"})
    assert "not an answer" in panel.empty.text()


@pytest.mark.parametrize("lacking", ["run", "evaluation", "images", "many"])
def test_why_there_are_no_slices(qtbot: QtBot, tmp_path: Path, helper: FakeHelper, lacking: str) -> None:
    made = SliceRun(tmp_path)
    run = None if lacking == "run" else made.make()
    if lacking == "evaluation":
        for path in made.folder.evaluation.iterdir():
            path.unlink()
    elif lacking == "images":
        (tmp_path / ".data" / "0123456789abcdef" / "index.json").unlink()
    panel = panel_of(qtbot, run, helper)
    if lacking == "many":
        few = {"images": 12, "total": 12, "wrong": 3, "facts": [], "worst": [], "slices": [], "enough": False}
        answer = {**made.answer(tmp_path / "few.npz"), **few}
        from trainer.store.arrays import write_arrays

        write_arrays(answer["out"], places=np.empty(0, np.int64), starts=np.zeros(1, np.int64))
        helper.asked[0][1](answer)
    expected = {
        "run": "Choose a run",
        "evaluation": "Not evaluated yet",
        "images": "are damaged",
        "many": "Too few images",
    }
    assert expected[lacking] in panel.empty.text()
    assert panel.evaluation.command.text().startswith("epochscope evaluate") == (lacking == "evaluation")
    assert len(helper.asked) == (lacking == "many")


# -- among the errors --------------------------------------------------------------------------------------------


def test_the_matrix_of_a_slice_alone(qtbot: QtBot, made: SliceRun) -> None:
    from tests.gui.panels.test_confusion import cells
    from tests.gui.panels.test_confusion import panel_of as errors_of

    panel = errors_of(qtbot, made.make(), EpochCursor())
    places = np.flatnonzero(made.bad)
    panel.show_slice("test", "File name: cam2", frozenset(places.tolist()))
    assert panel.chip.isVisible()
    assert "cam2" in panel.chip.text()
    predicted = made.outputs[made.epochs]["predicted"]
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (made.labels[places], predicted[places]), 1)
    assert cells(panel) == [[str(one) if one else "" for one in row] for row in counts]
    assert shown_items(panel) == places.tolist()
    panel.choose_cell(0, 1)
    assert shown_items(panel) == [int(i) for i in places if made.labels[i] == 0 and predicted[i] == 1]
    panel.grid.show_all.click()
    assert shown_items(panel) == places.tolist()
    panel.chip.click()
    assert not panel.chip.isVisible()
    assert len(shown_items(panel)) == len(made.labels)
    assert sum(int(one or 0) for row in cells(panel) for one in row) == len(made.labels)


def test_a_slice_is_left_with_its_split(qtbot: QtBot, made: SliceRun) -> None:
    from tests.gui.panels.test_confusion import choose as activate
    from tests.gui.panels.test_confusion import panel_of as errors_of

    panel = errors_of(qtbot, made.make(), EpochCursor())
    panel.show_slice("test", "File name: cam2", frozenset(np.flatnonzero(made.bad).tolist()))
    activate(panel.split, 0)
    assert not panel.chip.isVisible()
    assert len(shown_items(panel)) == len(made.labels)


def test_a_slice_is_compared_with_itself_at_another_epoch(qtbot: QtBot, made: SliceRun) -> None:
    from tests.gui.panels.test_confusion import choose as activate
    from tests.gui.panels.test_confusion import panel_of as errors_of

    panel = errors_of(qtbot, made.make(), EpochCursor())
    panel.show_slice("valid", "File name: cam2", frozenset(np.flatnonzero(made.bad).tolist()))
    activate(panel.mode, panel.mode.findText("Difference"))
    # every epoch gave the same answers to these images
    assert not np.asarray(panel.matrix.matrix.shown.values).any()


def test_where_no_slice_is_worse_those_of_a_fact_are_shown(qtbot: QtBot, made: SliceRun, helper: FakeHelper) -> None:
    made.bad[:] = False
    panel = panel_of(qtbot, made.make(), helper)
    helper.answer(made)
    assert panel.headline.text().startswith("No slice has more errors")
    assert panel.by.currentIndex() == 1
    assert names(panel)
    assert shown_items(panel)
    choose(panel.by, panel.by.itemData(0))
    panel.look_again()
    assert not names(panel), "what a person has chosen stays"
