"""When the tour of the window is shown, and what its steps point to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.preferences import Preferences
from gui.viewmodels.demo_run import demo_run
from gui.viewmodels.open_runs import OpenRuns
from gui.window.layout import WindowLayout
from gui.window.pages import Pages
from gui.window.start_place import StartPlace

if TYPE_CHECKING:
    from gui.start.tour import Tour, TourStep


@dataclass(frozen=True)
class TourPlaces:
    """Parts of the window the tour points at or brings to the front."""

    runs_side: QWidget
    tabs: QWidget
    start_place: StartPlace
    pages: Pages
    layout: WindowLayout


class TourGuide(QObject):
    """`offer` shows the tour once per user, `begin` always. Emits `run_wanted` with the
    recorded run if no run is shown, `tab_wanted` with a tab of the shown run, and `run_unwanted` when the recorded run
    is no longer needed."""

    run_wanted = Signal(Path)
    tab_wanted = Signal(str)
    run_unwanted = Signal()

    def __init__(self, window: QWidget, places: TourPlaces, preferences: Preferences, runs: OpenRuns) -> None:
        super().__init__(window)
        self._window, self._places, self._preferences, self._runs = window, places, preferences, runs
        self.tour: Tour | None = None
        self._lent = False

    def offer(self) -> None:
        """At the first start."""
        if not self._preferences.tour_seen:
            self.begin()

    def begin(self) -> None:
        """From its first step."""
        from gui.start.tour import Tour

        self.end()
        self._preferences.tour_seen = True
        self.tour = Tour(self._window, self._steps())
        self.tour.ended.connect(self._over)

    def end(self) -> None:
        """Leave the tour; harmless if there is none."""
        if self.tour is not None:
            self.tour.end()

    def _over(self) -> None:
        """Back to the run that was shown before, or to none."""
        self.tour = None
        if self._lent and self._runs.shown is not None and self._runs.shown.folder.path == demo_run():
            self.run_unwanted.emit()
        else:
            self._places.pages.show_run(self._runs.shown is not None)
        self._lent = False

    def _show_tab(self, name: str) -> None:
        if self._runs.shown is None and (path := demo_run()):
            self._lent = True
            self.run_wanted.emit(path)
        self.tab_wanted.emit(name)

    def _steps(self) -> list[TourStep]:
        from gui.start.tour import TourStep

        places = self._places

        def tab(name: str, texts: Callable[[], tuple[str, str]]) -> TourStep:
            return TourStep(lambda: places.tabs, lambda: self._show_tab(name), texts)

        return [
            TourStep(lambda: places.runs_side, lambda: places.layout.open("runs"), self._on_runs),
            tab("curves", self._on_curves),
            tab("errors", self._on_errors),
            tab("predict", self._on_predict),
            TourStep(lambda: places.start_place.page.training, places.pages.show_start, self._on_new_run),
        ]

    def _on_runs(self) -> tuple[str, str]:
        text = self.tr(
            "Every run with its data, model, state and best macro-F1; ★ marks the best on the same data. Click one to "
            "open it, tick several to overlay their curves."
        )
        return self.tr("Your runs"), text

    def _on_curves(self) -> tuple[str, str]:
        text = self.tr(
            "Loss, accuracy and macro-F1 while the model trains. Drag the slider below to go back to any epoch: every "
            "tab follows."
        )
        return self.tr("Curves"), text

    def _on_errors(self) -> tuple[str, str]:
        text = self.tr(
            "Which classes are confused, and the images behind each pair. Click a cell of the matrix to see them, then "
            "an image to see how its prediction changed."
        )
        return self.tr("Errors"), text

    def _on_predict(self) -> tuple[str, str]:
        text = self.tr("Drop images of your own, and the best weights of the run classify them.")
        return self.tr("Predict"), text

    def _on_new_run(self) -> tuple[str, str]:
        text = self.tr(
            "Drop a folder of images here: it is checked, a suitable recipe is proposed, and one click starts the "
            "training. The tour is in the Help menu whenever you want it again."
        )
        return self.tr("Train on your own images"), text
