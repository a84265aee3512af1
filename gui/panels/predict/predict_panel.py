"""Classify images with the best weights of the shown run."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.engine.rpc_client import RpcClient
from gui.panels.base import Panel
from gui.panels.predict.drop_area import DropArea
from gui.panels.predict.filter_bar import FilterBar
from gui.panels.predict.image_viewer import ImageViewer
from gui.panels.predict.live_update import LiveUpdate
from gui.panels.predict.prediction_text import empty_text, hopeless, told_lines
from gui.panels.predict.prediction_view import PredictionView
from gui.panels.predict.progress_row import ProgressRow
from gui.preferences import Preferences
from gui.style.dimensions import panel_margins
from gui.style.theme import icon
from gui.text import formats
from gui.text.errors import error_text
from gui.viewmodels.classification_job import ClassificationJob
from gui.viewmodels.copies import Copies
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.predicted_images import PredictedImages, PredictionFilter
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.dropped_paths import dropped_paths
from gui.widgets.labels import Sentence
from gui.widgets.save_target import ask_target
from trainer.data.image_formats import image_suffixes
from trainer.errors import EpochscopeError
from trainer.export.prediction_table import prediction_csv
from trainer.store.folder import is_run
from trainer.store.output_file import write_output
from trainer.text.csv_text import csv_bytes

POLL_MS = 100
"""A classification has its own timer and continues while the window is minimised."""


class PredictPanel(Panel):
    """Drop or choose images, or folders of them. They are classified again when another run is shown."""

    topics: ClassVar[Set[Topic]] = frozenset({"snapshots", "state"})

    def __init__(
        self,
        cursor: EpochCursor,
        rpc_client: RpcClient,
        preferences: Preferences,
        explanations: Explanations,
    ) -> None:
        super().__init__(cursor)
        self._explanations = explanations
        self.images = PredictedImages()
        self.job = ClassificationJob(rpc_client, self.images, self._changed)
        self._chosen: list[Path] = []
        self._asked: tuple[OpenRun, tuple[Path, ...]] | None = None
        self._notice: Callable[[], str] = str
        self._preferences = preferences
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(rpc_client.poll)
        self.setAcceptDrops(True)
        self._make_buttons(rpc_client)
        self.filter_bar, self.progress, self.view = FilterBar(), ProgressRow(), PredictionView(self.images)
        self.told = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.empty, self.all_button, self._below = Sentence("image"), QPushButton(), QWidget()
        self.drop_area, self._top = DropArea(), QWidget()
        self.filter_bar.changed.connect(self._filter)
        self.progress.cancelled.connect(self.job.cancel)
        self.view.image_wanted.connect(self._open)
        self.all_button.clicked.connect(self.filter_bar.clear)
        self.drop_area.folder_wanted.connect(self._choose_folder)
        self.drop_area.images_wanted.connect(self._choose)
        self.drop_area.last_wanted.connect(lambda path: self.classify([path]))
        self._lay_out()
        self.retranslate()

    def _make_buttons(self, rpc_client: RpcClient) -> None:
        self.choose_button, self.folder_button = QPushButton(icon("image"), ""), QPushButton(icon("folder"), "")
        self.live = LiveUpdate(self.job, rpc_client)
        self.live.due.connect(self._update_live)
        self.again_button, self.clear_button = QPushButton(icon("refresh"), ""), QPushButton(icon("delete"), "")
        self.choose_button.clicked.connect(self._choose)
        self.folder_button.clicked.connect(self._choose_folder)
        self.again_button.clicked.connect(self._again)
        self.clear_button.clicked.connect(self._clear)
        self.export_action, self.copy_action = QAction(self), QAction(self)
        self.export_action.triggered.connect(self._export)
        self.copy_action.triggered.connect(self._copy)
        self.save_button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.save_button.setIcon(icon("export"))
        self.save_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        menu = QMenu(self.save_button)
        menu.addActions([self.export_action, self.copy_action])
        self.save_button.setMenu(menu)

    def _lay_out(self) -> None:
        top = QHBoxLayout(self._top)
        top.setContentsMargins(0, 0, 0, 0)
        for button in (self.choose_button, self.folder_button, self.again_button, self.clear_button):
            top.addWidget(button)
        top.addStretch(1)
        top.addWidget(self.save_button)
        nothing, place = QWidget(), QWidget()
        column = QVBoxLayout(nothing)
        column.addWidget(self.empty, 1)
        column.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._below, 1)
        self._stack = QStackedLayout(place)
        self._stack.addWidget(nothing)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.drop_area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(panel_margins())
        for widget in (self._top, self.live, self.progress, self.told, self.filter_bar):
            layout.addWidget(widget)
        layout.addWidget(place, 1)

    # -- what the window calls -------------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Classify the same images with this run."""
        super().show_run(run)
        self._notice = self._cut_short()
        self.job.forget()
        self._asked = None
        self._ask()
        self._changed()

    def refresh(self, changed: Set[Topic]) -> None:
        """A run that has just saved its first weights can be used; one that has ended without any cannot."""
        if self.job.failure is not None and not self.images.done:
            self._again()
        self._show()
        self._update_live()

    @property
    def copies(self) -> Copies:
        """How far the copying of images is, or where it ended."""
        return self.job.copies

    def classify(self, images: Sequence[Path]) -> None:
        """Replace the images by these, and by those in these folders."""
        self._chosen = [Path(path) for path in images]
        if len(self._chosen) == 1 and self._chosen[0].is_dir():
            self._preferences.set_folder("classified", self._chosen[0])
        self.filter_bar.clear()
        self._again()

    # -- asking ----------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self.run is None or not self._chosen or not self.isVisible():
            return
        wanted = self.run, tuple(self._chosen)
        if wanted != self._asked:
            self._asked = wanted
            self.live.begin(self.run)
            self.job.start(self.run, self._chosen)

    def _update_live(self) -> None:
        if self.isVisible():
            self.live.update_images()

    def _changed(self) -> None:
        """The job has made progress."""
        self.filter_bar.show_kinds(self.images.labelled)
        self.filter_bar.show_classes(self.images.classes)
        self.view.fit_columns()
        self.view.table.follow()
        if self.job.busy and not self._poll.isActive():
            self._poll.start()
        elif not self.job.busy:
            self._poll.stop()
            if self.job.copied is not None:
                self._notice = str if self.job.failure else partial(self._copied, self.job.copied)
            self._update_live()
        self._show()

    def _filter(self, wanted: PredictionFilter) -> None:
        self.images.show(wanted)
        self.view.table.follow()
        self._show()

    # -- what a person does ----------------------------------------------------------------------------------------

    def _choose(self) -> None:
        kinds = self.tr("Images ({endings})").format(
            endings=" ".join(f"*.{suffix}" for suffix in sorted(image_suffixes()))
        )
        chosen, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Choose images"), self._preferences.folder("images"), kinds
        )
        if chosen:
            self._preferences.set_folder("images", Path(chosen[0]).parent)
            self.classify([Path(path) for path in chosen])

    def _choose_folder(self) -> None:
        title = self.tr("Folder of images to classify, sub-folders included")
        if chosen := QFileDialog.getExistingDirectory(self, title, self._preferences.folder("images")):
            self._preferences.set_folder("images", Path(chosen).parent)
            self.classify([Path(chosen)])

    def _copied(self, count: int) -> str:
        return self.tr("%Ln image(s) copied", "", count)

    def _cut_short(self) -> Callable[[], str]:
        """That another run ends the copying of images."""
        if self.job.state != "copying":
            return str
        done, total, _ = self.job.progress()
        return lambda: self.tr("Another run was opened: only {count} of {total} images were copied").format(
            count=formats.whole(done), total=formats.whole(total)
        )

    def _again(self) -> None:
        self._asked, self._notice = None, str
        self._ask()
        self._show()

    def _clear(self) -> None:
        self._chosen, self._asked, self._notice = [], None, str
        self.job.forget()
        self._changed()
        self.filter_bar.clear()

    def _open(self, place: int) -> None:
        rows = [self.images.rows[number] for number in self.images.visible]
        ImageViewer(rows, place, self.run, self._explanations, self).show()

    def _export(self) -> None:
        rows = self.images.table()
        name = f"{self.run.folder.name if self.run else 'images'}-predictions.csv"
        title, files = self.tr("Save the table"), self.tr("Tables (*.csv)")
        if path := ask_target(self, self._preferences, name, title, files):
            try:
                write_output(path, csv_bytes(prediction_csv(rows)))
                self._notice = partial(self._written, len(rows), path)
            except (OSError, EpochscopeError) as error:
                self._notice = partial(self._not_written, error)
            self._show()

    def _written(self, count: int, path: Path) -> str:
        return self.tr("%Ln image(s) written to {path}", "", count).format(path=path)

    def _not_written(self, error: OSError | EpochscopeError) -> str:
        reason = error_text(error) if isinstance(error, EpochscopeError) else formats.plain(error)
        return self.tr("Not exported: {reason}").format(reason=reason)

    def _copy(self) -> None:
        title = self.tr("Folder for the copies, with one sub-folder per class")
        if chosen := QFileDialog.getExistingDirectory(self, title, self._preferences.folder("export")):
            self._preferences.set_folder("export", Path(chosen))
            self._notice = str
            self.job.copy_into(Path(chosen))

    def showEvent(self, event: QShowEvent) -> None:
        """Make requests that were postponed while the panel was hidden."""
        super().showEvent(event)
        self._ask()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept images and folders of images; folders of runs are left to the window."""
        if self.run is not None and _dropped(event):
            event.acceptProposedAction()
            self.drop_area.light(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They are dragged elsewhere."""
        self.drop_area.light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Classify what was dropped."""
        self.drop_area.light(False)
        if paths := _dropped(event):
            event.acceptProposedAction()
            self.classify(paths)

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Update buttons, texts and placeholder."""
        job, images, copying = self.job, self.images, self.job.state == "copying"
        self.choose_button.setEnabled(self.run is not None and not copying)
        self.folder_button.setEnabled(self.run is not None and not copying)
        self.again_button.setEnabled(self.run is not None and bool(self._chosen) and not copying)
        self.clear_button.setEnabled(bool(self._chosen) and not copying)
        self.save_button.setEnabled(bool(images.done > images.unreadable) and not copying)
        useless = job.failure is not None and not images.done
        self.filter_bar.setVisible(bool(images.rows) and not useless)
        self.filter_bar.show_count(len(images.visible), len(images.rows))
        self.progress.show_progress(job)
        name = formats.plain(self.run.folder.name) if self.run is not None else ""
        lines = [] if useless else told_lines(job, name)
        self.live.offer(self.run if images.rows and not useless else None)
        more = () if useless else (self.live.told(), self._notice())
        self.told.setText("\n".join([*lines, *(text for text in more if text)]))
        self.told.setVisible(bool(self.told.text()))
        inviting = self.run is not None and not self._chosen and not hopeless(self.run)
        self._stack.setCurrentIndex(2 if inviting else 1 if images.visible and not useless else 0)
        self._top.setVisible(not inviting)
        if inviting:
            self.drop_area.show_run(name, self._last_folder())
        for widget in (self.all_button, self._below):
            widget.setVisible(bool(images.rows) and not useless)
        side = Qt.AlignmentFlag.AlignBottom if images.rows and not useless else Qt.AlignmentFlag.AlignVCenter
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | side)
        self.empty.setText(empty_text(job, self.run))

    def _last_folder(self) -> Path | None:
        last = Path(self._preferences.folder("classified") or "?")
        return last if last.is_absolute() and last.is_dir() else None

    def retranslate(self) -> None:
        """Set all texts again."""
        for button, text, tip in (
            (self.choose_button, self.tr("Images…"), self.tr("Choose images to classify")),
            (self.folder_button, self.tr("Folder…"), self.tr("Classify all images in a folder and its sub-folders")),
            (
                self.again_button,
                self.tr("Classify again"),
                self.tr("Use the weights the run has now"),
            ),
            (self.clear_button, self.tr("Clear"), ""),
            (self.save_button, self.tr("Save"), self.tr("Save the images shown below, without those the filter hides")),
        ):
            button.setText(text)
            button.setToolTip(tip)
        self.export_action.setText(self.tr("As a table (CSV)…"))
        self.copy_action.setText(self.tr("Copies of the images in a folder per class…"))
        self.all_button.setText(self.tr("Show all images"))
        self.view.setAccessibleName(self.tr("Classified images"))
        self.view.retranslate()
        self.live.retranslate()
        self.filter_bar.retranslate()
        self.progress.retranslate(self.job)
        self._show()


def _dropped(event: QDropEvent) -> list[Path]:
    """The dropped paths, if they are files and folders other than runs."""
    paths = dropped_paths(event)
    usable = len(paths) == len(event.mimeData().urls()) and not any(is_run(path) for path in paths)
    return paths if usable and all(path.exists() for path in paths) else []
