"""Views of an open run, as `tests.gui.screenshots` draws them: its panels with and without data, and its comparison."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gui.window.tabs import PANELS
from tests.gui.screenshot_runs import photographs
from tests.gui.screenshot_stage import Stage
from trainer.store.folder import list_runs


def _tab(name: str) -> Callable[[Stage], Any]:
    def view(stage: Stage) -> Any:
        stage.open(stage.trained, name)
        return stage.window

    return view


def _curves(stage: Stage) -> Any:
    stage.open(stage.cnn)
    return stage.window


def _hover(stage: Stage) -> Any:
    stage.open(stage.cnn).hover(400.0, over="loss")
    stage.app.processEvents()
    return stage.window


def _large(stage: Stage) -> Any:
    panel = stage.open(stage.cnn)
    panel.area.toggle_large("accuracy")
    stage.pump()
    panel.hover(400.0, over="accuracy")
    stage.app.processEvents()
    return stage.window


def _runs_grouped(stage: Stage) -> Any:
    from gui.preferences import RunOrder

    stage.open(stage.cnn)
    stage.window.runs_side.panel.show_order(RunOrder("macro_f1", True, "data"))
    stage.pump()
    return stage.window


def _curves_grouped(stage: Stage) -> Any:
    """Runs with two learning rates: the mean of each and its range."""
    from PySide6.QtCore import Qt

    from gui.preferences import RunOrder

    stage.open_window(stage.grouped)
    runs = [one.folder for one in list_runs(stage.grouped)]
    stage.open(runs[0])
    panel = stage.window.runs_side.panel
    panel.show_order(RunOrder("name", False, "train.lr"))
    for run in runs[1:]:
        place = panel.items.index_of(run.name)
        panel.items.setData(place, Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    stage.pump()
    return stage.window


def _messages(stage: Stage) -> Any:
    from tests.gui.sample_messages import ALL

    stage.open(stage.failed, "log").message_list.show_messages(ALL)
    stage.app.processEvents()
    return stage.window


def _overlay(stage: Stage) -> Any:
    stage.open(stage.cnn)
    stage.window._overlay([other.path for other in stage.others])
    stage.pump()
    return stage.window


def _table(stage: Stage) -> Any:
    stage.open(stage.cnn).bar.table_button.click()
    stage.pump()
    return stage.window


def _cell(stage: Stage) -> Any:
    stage.open(stage.trained, "errors").choose_cell(3, 5)
    stage.pump()
    return stage.window


def _live(stage: Stage) -> Any:
    stage.open(stage.live)
    return stage.window


def _failed(stage: Stage) -> Any:
    from PySide6.QtCore import QCoreApplication

    stage.open(stage.failed)
    text = QCoreApplication.translate("DragDrop", "Not opened: {names}")
    stage.window.banner.show_notice("left_out", lambda: text.format(names="notes.txt, dog.heic"))
    stage.window.help_actions.tell_fault("division by zero")
    stage.pump()
    return stage.window


def _floating(stage: Stage) -> Any:
    stage.open(stage.trained, "errors").choose_cell(3, 5)
    stage.window.tabs.tear_off("errors")
    stage.pump()
    return stage.window.tabs.floating["errors"]


def _slices(stage: Stage) -> Any:
    panel = stage.open(stage.trained, "slices")
    stage.pump(lambda: not panel.cancel_button.isVisible())
    return stage.window


def _slices_by(stage: Stage) -> Any:
    """All slices of one fact: the recorded run has none that is surely worse."""
    panel = stage.open(stage.trained, "slices")
    stage.pump(lambda: panel.by.count() > 1)
    panel.by.setCurrentIndex(panel.by.findData("brightness"))
    panel.by.activated.emit(panel.by.currentIndex())
    stage.pump()
    return stage.window


def _weights(stage: Stage) -> Any:
    stage.open(stage.linear, "weights")
    return stage.window


def _compare(stage: Stage) -> Any:
    from gui.runs.compare_dialog import CompareDialog

    stage.window.file_actions.compare([stage.cnn.path, stage.others[0].path, stage.trained.path])
    stage.pump()
    (dialog,) = stage.window.findChildren(CompareDialog)
    return dialog


def _facts(stage: Stage) -> Any:
    stage.open(stage.trained)
    stage.window.run_info.fold.click()
    stage.pump()
    bar = stage.window.run_info.verticalScrollBar()
    bar.setValue(bar.maximum())
    stage.app.processEvents()
    return stage.window


def _why(stage: Stage) -> Any:
    """A wrong prediction with its heat map and the training images the model finds similar."""
    detail = _cell(stage).tabs.panel("errors").grid.detail
    detail.heat.switch.click()
    stage.pump(lambda: detail.heat.problem.isVisible() or "%" in detail.heat.note.text())
    detail.similar_switch.click()
    stage.pump(
        lambda: (
            len(detail.similar.buttons) > 3
            or (detail.similar.state.isVisible() and "…" not in detail.similar.state.text())
        )
    )
    return stage.window


def _predict_images(stage: Stage) -> Any:
    panel = stage.open(stage.trained, "predict")
    panel.classify([photographs(Path(tempfile.gettempdir()) / "epochscope-photos")])
    stage.pump(lambda: not panel.job.busy and panel.images.done)
    return stage.window


def _nothing(tab: str) -> Callable[[Stage], Any]:
    """A tab of a run that has nothing for it."""

    def view(stage: Stage) -> Any:
        stage.open(stage.cnn, tab)
        return stage.window

    return view


RUN_VIEWS: dict[str, Callable[[Stage], Any]] = {
    "curves": _curves,
    "curves_hover": _hover,
    "curves_large": _large,
    "curves_overlay": _overlay,
    "curves_grouped": _curves_grouped,
    "curves_table": _table,
    "live": _live,
    "failed": _failed,
    "messages": _messages,
    "runs_grouped": _runs_grouped,
    "errors": _tab("errors"),
    "errors_cell": _cell,
    "floating": _floating,
    "slices": _slices,
    "slices_by": _slices_by,
    "weights": _weights,
    "compare": _compare,
    "facts": _facts,
    "why": _why,
    "predict_images": _predict_images,
    **{f"no_{tab}": _nothing(tab) for tab in ("classes", "errors", "slices", "confidence", "weights", "map", "labels")},
}
RUN_VIEWS |= {name: _tab(name) for name in PANELS if name not in RUN_VIEWS}
