"""Every view of the window, as `tests.gui.screenshots` draws it: a stage, and a function a view that sets it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gui.window.tabs import PANELS
from tests.gui.screenshot_runs import PictureRun, photographs, templates, write_first_trial, write_search
from trainer.store import durable

PATIENCE = 200.0
"""Seconds for what another process has to answer."""


class Stage:
    """A window on a folder of runs, brought into one view after another. `run`: a run on photographs that takes the
    place of the recorded one."""

    def __init__(self, home: Path, size: tuple[int, int], run: Path | None = None) -> None:
        from PySide6.QtWidgets import QApplication

        from tests.gui.sample_runs import SampleRun

        self.app: Any = QApplication.instance() or QApplication(["epochscope"])
        self.root, self.nothing = home / "runs", home / "no-runs"
        for folder in (self.root, self.nothing):
            folder.mkdir()
        self.images = home / "photos"
        self.size = size
        self.window: Any = None
        from gui.viewmodels.demo_run import demo_run

        demo = demo_run()
        assert demo is not None
        shown = run or demo
        shutil.copytree(shown, self.root / "cifar-photos")
        shutil.copytree(shown.parent / ".data", self.root / ".data")
        if run is None:  # left out of the recorded run: it would be told of
            (self.root / "cifar-photos" / "checkpoints" / "last-000000960.safetensors").touch()
        self.cnn = PictureRun(self.root, "cnn-cosine", 24).write()
        PictureRun(self.root, "cnn-small-step", 24, skill=0.6, seed=1).write(status="stopped")
        PictureRun(self.root, "cnn-diverged", 3, planned=24, skill=0.4, seed=2).write(status="failed", error="loss")
        self.live = PictureRun(self.root, "cnn-overnight", 9, planned=24, seed=3).write(status="running")
        self.linear = SampleRun(self.root, name="softmax-digits", per_class=20, weight=templates()).make().folder
        for folder in self.root.iterdir():
            for name in ("run.toml", "environment.json", "log.txt", "metrics.csv"):
                if folder.name != ".data" and not (folder / name).exists():
                    shutil.copy(demo / name, folder / name)

    def fresh(self, theme_name: str, language: str) -> None:
        """A new window in this theme and language."""
        from gui.window import i18n, theme

        i18n.choose(self.app, language)
        theme.apply(self.app, theme_name)  # type: ignore[arg-type]
        self.open_window(self.root)

    def open_window(self, root: Path) -> None:
        """A new window on the runs of this folder."""
        from gui.window.main_window import Window
        from gui.window.preferences import Preferences

        self.close()
        preferences = Preferences()
        preferences.forget_layout()
        self.window = Window(root, preferences)
        self.window.resize(*self.size)
        self.window.show()
        self.window.resize(*self.size)
        self.pump()

    def pump(self, until: Callable[[], bool] = lambda: True) -> None:
        """Let the window work until it is so."""
        end = time.monotonic() + PATIENCE
        turns = 0
        while (turns < 12 or not until() or self.window.runs.catching_up) and time.monotonic() < end:
            turns += 1
            durable.touch(self.live.owner)  # as its engine does
            self.window.refresh_timer.tick()
            self.app.processEvents()
            if turns > 12:
                time.sleep(0.02)

    def open(self, folder: Any, tab: str = "curves") -> Any:
        """A run in one of its tabs; the panel."""
        if self.window.run is None or self.window.run.folder.path != folder.path:
            self.window.open_run(folder.path)
            self.pump()
        self.window.show_tab(tab)
        self.pump()
        return self.window.tabs.panel(tab)

    def make_images(self) -> Path:
        """A folder with a class of each colour, one image of which is broken."""
        if not self.images.exists():
            from tests.data.image_folders import make_images

            make_images(self.images, {"daisy": 60, "rose": 48, "tulip": 24}, size=(64, 48))
            (self.images / "rose" / "000.png").write_bytes(b"no image")
            shutil.copy(self.images / "daisy" / "001.png", self.images / "tulip" / "copy.png")
        return self.images

    def close(self) -> None:
        """Without questions."""
        if self.window is not None:
            self.window.closing.quietly()
            self.window.deleteLater()
            self.window = None
            self.app.processEvents()


# -- views -----------------------------------------------------------------------------------------------------------


def _demo(stage: Stage) -> Any:
    from trainer.store.folder import RunFolder

    return RunFolder(stage.root / "cifar-photos")


def _tab(name: str) -> Callable[[Stage], Any]:
    def view(stage: Stage) -> Any:
        stage.open(_demo(stage), name)
        return stage.window

    return view


def _curves(stage: Stage) -> Any:
    stage.open(stage.cnn)
    return stage.window


def _hover(stage: Stage) -> Any:
    stage.open(stage.cnn).hover(400.0)
    stage.app.processEvents()
    return stage.window


def _overlay(stage: Stage) -> Any:
    stage.open(stage.cnn)
    stage.window._overlay([stage.root / "cnn-small-step", stage.root / "cnn-diverged"])
    stage.pump()
    return stage.window


def _table(stage: Stage) -> Any:
    stage.open(stage.cnn).bar.table_button.click()
    stage.pump()
    return stage.window


def _cell(stage: Stage) -> Any:
    stage.open(_demo(stage), "errors").choose_cell(3, 5)
    stage.pump()
    return stage.window


def _live(stage: Stage) -> Any:
    stage.open(stage.live)
    return stage.window


def _failed(stage: Stage) -> Any:
    from trainer.store.folder import RunFolder

    stage.open(RunFolder(stage.root / "cnn-diverged"))
    stage.window.banner.show_notice("left_out", "Not opened: notes.txt, dog.heic")
    stage.window.help_actions.tell_fault("division by zero")
    stage.pump()
    return stage.window


def _floating(stage: Stage) -> Any:
    stage.open(_demo(stage), "errors").choose_cell(3, 5)
    stage.window.tabs.tear_off("errors")
    stage.pump()
    return stage.window.tabs.floating["errors"]


def _slices(stage: Stage) -> Any:
    panel = stage.open(_demo(stage), "slices")
    stage.pump(lambda: not panel.cancel_button.isVisible())
    return stage.window


def _slices_by(stage: Stage) -> Any:
    """All slices of one fact: the recorded run has none that is surely worse."""
    panel = stage.open(_demo(stage), "slices")
    stage.pump(lambda: panel.by.count() > 1)
    panel.by.setCurrentIndex(panel.by.findData("brightness"))
    panel.by.activated.emit(panel.by.currentIndex())
    stage.pump()
    return stage.window


def _labels_found(stage: Stage) -> Any:
    """Proposals for photographs of which some are in the wrong folder; see `photographs`."""
    stage.window.new_run(photographs(Path(tempfile.gettempdir()) / "epochscope-photos"))
    stage.pump()
    stage.window.pages.new_run_page.check.labels_button.click()
    view = stage.window.pages.currentWidget().view
    view.look()
    stage.pump(lambda: view.grid.model().rowCount() > 0)
    return stage.window


def _weights(stage: Stage) -> Any:
    stage.open(stage.linear, "weights")
    return stage.window


def _new_run(stage: Stage) -> Any:
    stage.window.new_run()
    stage.pump()
    return stage.window


def _new_run_data(stage: Stage) -> Any:
    stage.window.new_run(stage.make_images())
    page = stage.window.pages.new_run_page
    stage.pump(lambda: not page.cards._advice.pending)
    page.check.button.click()
    stage.pump(lambda: page.check.counts.rowCount() > 0)
    return stage.window


def _new_run_callbacks(stage: Stage) -> Any:
    stage.window.new_run()
    page = stage.window.pages.new_run_page
    page.advanced.search.setText("tensorboard")
    stage.pump(lambda: "tensorboard" in page.form.plugins.offers)
    page.callbacks.rows["tensorboard"].switch.click()
    stage.pump(lambda: not page.callbacks.catalog.pending)
    page.scroll_area.verticalScrollBar().setValue(10_000)
    return stage.window


def _search_setup(stage: Stage) -> Any:
    from gui.search.search_setup import SearchSetup

    stage.window.new_run()
    stage.pump()
    stage.window.pages.new_run_page.search_button.click()
    (dialog,) = stage.window.findChildren(SearchSetup)
    return dialog


def _preferences(stage: Stage) -> Any:
    from gui.widgets.preferences_dialog import PreferencesDialog

    stage.window.window_actions.actions["settings"].trigger()
    (dialog,) = stage.window.findChildren(PreferencesDialog)
    stage.pump()
    return dialog


def _compare(stage: Stage) -> Any:
    from gui.runs.compare_dialog import CompareDialog

    stage.window.file_actions.compare([stage.cnn.path, stage.root / "cnn-small-step", _demo(stage).path])
    stage.pump()
    (dialog,) = stage.window.findChildren(CompareDialog)
    return dialog


def _welcome(stage: Stage) -> Any:
    stage.pump()
    return stage.window


def _welcome_first(stage: Stage) -> Any:
    stage.open_window(stage.nothing)
    stage.pump()
    return stage.window


def _tour(stage: Stage) -> Any:
    stage.window.tour.begin()
    for _ in range(2):
        stage.window.tour.tour.bubble.next.click()
        stage.pump()
    stage.window.tour.tour._follow()
    stage.app.processEvents()
    return stage.window


def _facts(stage: Stage) -> Any:
    stage.open(_demo(stage))
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
    panel = stage.open(_demo(stage), "predict")
    panel.classify([photographs(Path(tempfile.gettempdir()) / "epochscope-photos")])
    stage.pump(lambda: not panel.job.busy and panel.images.done)
    return stage.window


def _labels_decided(stage: Stage) -> Any:
    """Some of them decided."""
    _labels_found(stage)
    view = stage.window.pages.currentWidget().view
    for row, action in enumerate(("relabel", "fine", "leave_out")):
        place = view.review.visible[row]
        name = view.review.proposals[place].suggested
        view.review.decide([place], action, *([name] if action == "relabel" else []))
    view.grid.go_to(3)
    view._show_decisions()
    stage.app.processEvents()
    return stage.window


def _new_run_advanced(stage: Stage) -> Any:
    stage.window.new_run()
    page = stage.window.pages.new_run_page
    page.advanced.fold.click()
    stage.pump()
    page.scroll_area.verticalScrollBar().setValue(page.scroll_area.height())
    stage.app.processEvents()
    return stage.window


def _new_run_wrong(stage: Stage) -> Any:
    """A folder that is not there, and a number out of range."""
    stage.window.new_run(stage.images.with_name("no-such-folder"))
    page = stage.window.pages.new_run_page
    page._typed(("train", "lr"), "-1")
    stage.pump(lambda: not page.cards._advice.pending)
    page.check.button.click()
    stage.pump(lambda: not page.check.progress.isVisible())
    return stage.window


def _search(tab: int) -> Callable[[Stage], Any]:
    def view(stage: Stage) -> Any:
        from gui.search.search_dialog import SearchDialog

        write_search(stage.root)
        stage.window.search_actions.show()
        stage.pump()
        (dialog,) = stage.window.findChildren(SearchDialog)
        dialog.tabs.setCurrentIndex(tab)
        stage.pump()
        return dialog

    return view


def _search_first(stage: Stage) -> Any:
    """During the first trial."""
    from gui.search.search_dialog import SearchDialog

    lock = write_first_trial(stage.root)
    stage.window.search_actions.show("leaves")
    stage.pump()
    (dialog,) = stage.window.findChildren(SearchDialog)
    lock.release()
    return dialog


def _nothing(tab: str) -> Callable[[Stage], Any]:
    """A tab of a run that has nothing for it."""

    def view(stage: Stage) -> Any:
        stage.open(stage.cnn, tab)
        return stage.window

    return view


VIEWS: dict[str, Callable[[Stage], Any]] = {
    "welcome": _welcome,
    "curves": _curves,
    "curves_hover": _hover,
    "curves_overlay": _overlay,
    "curves_table": _table,
    "live": _live,
    "failed": _failed,
    "errors": _tab("errors"),
    "errors_cell": _cell,
    "floating": _floating,
    "slices": _slices,
    "slices_by": _slices_by,
    "labels_found": _labels_found,
    "weights": _weights,
    "new_run": _new_run,
    "new_run_data": _new_run_data,
    "new_run_callbacks": _new_run_callbacks,
    "search_setup": _search_setup,
    "preferences": _preferences,
    "compare": _compare,
    "welcome_first": _welcome_first,
    "tour": _tour,
    "facts": _facts,
    "why": _why,
    "predict_images": _predict_images,
    "labels_decided": _labels_decided,
    "new_run_advanced": _new_run_advanced,
    "new_run_wrong": _new_run_wrong,
    "search": _search(0),
    "search_first": _search_first,
    "search_trials": _search(1),
    "search_parallel": _search(2),
    "search_importance": _search(3),
    **{f"no_{tab}": _nothing(tab) for tab in ("classes", "errors", "slices", "confidence", "weights", "map", "labels")},
}
VIEWS |= {name: _tab(name) for name in PANELS if name not in VIEWS}
