"""Views around a run, as `tests.gui.screenshots` draws them: start page, new run, labels of a folder, searches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.gui.screenshot_runs import photographs
from tests.gui.screenshot_searches import write_first_trial, write_search
from tests.gui.screenshot_stage import Stage


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


def _labels_found(stage: Stage) -> Any:
    """Proposals for photographs of which some are in the wrong folder; see `photographs`."""
    stage.window.new_run(photographs(Path(tempfile.gettempdir()) / "epochscope-photos"))
    stage.pump()
    stage.window.pages.new_run_page.check.labels_button.click()
    view = stage.window.pages.currentWidget().view
    view.look()
    stage.pump(lambda: view.grid.model().rowCount() > 0)
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


def _search_setup(stage: Stage) -> Any:
    from gui.new_run.search_setup import SearchSetup

    stage.window.new_run()
    stage.pump()
    stage.window.pages.new_run_page.search_button.click()
    (dialog,) = stage.window.findChildren(SearchSetup)
    return dialog


def _search(tab: int) -> Callable[[Stage], Any]:
    def view(stage: Stage) -> Any:
        from gui.search.search_dialog import SearchDialog

        lock = write_search(stage.root)
        stage.window.search_actions.show("flowers")
        stage.pump()
        (dialog,) = stage.window.findChildren(SearchDialog)
        dialog.tabs.setCurrentIndex(tab)
        stage.pump()
        lock.release()
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


def _preferences(stage: Stage) -> Any:
    from gui.window.preferences_dialog import PreferencesDialog

    stage.window.window_actions.actions["settings"].trigger()
    (dialog,) = stage.window.findChildren(PreferencesDialog)
    stage.pump()
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


SETUP_VIEWS: dict[str, Callable[[Stage], Any]] = {
    "welcome": _welcome,
    "labels_found": _labels_found,
    "new_run": _new_run,
    "new_run_data": _new_run_data,
    "new_run_callbacks": _new_run_callbacks,
    "search_setup": _search_setup,
    "preferences": _preferences,
    "welcome_first": _welcome_first,
    "tour": _tour,
    "labels_decided": _labels_decided,
    "new_run_advanced": _new_run_advanced,
    "new_run_wrong": _new_run_wrong,
    "search": _search(0),
    "search_first": _search_first,
    "search_trials": _search(1),
    "search_parallel": _search(2),
    "search_importance": _search(3),
}
