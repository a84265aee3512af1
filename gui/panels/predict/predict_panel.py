"""Images of one's own: what the best weights of the shown run take them for."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from gui.engine.rpc_client import Answer, RpcClient
from gui.new_run.data_check import failure_text
from gui.panels.base import Panel
from gui.panels.predict.predictions import Prediction, PredictionView
from gui.text import formats
from gui.text.errors import fault_text
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.labels import Sentence
from gui.window.preferences import Preferences
from gui.window.theme import icon
from trainer.data.image_formats import image_suffixes

MAX_IMAGES = 500


class PredictPanel(Panel):
    """Drop or choose images. They are classified anew when another run is shown."""

    topics: ClassVar[Set[Topic]] = frozenset({"snapshots"})

    def __init__(
        self,
        cursor: EpochCursor,
        assist: RpcClient,
        preferences: Preferences | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(cursor, parent)
        self._assist = assist
        self._images: list[Path] = []
        self._asked: tuple[OpenRun, tuple[Path, ...]] | None = None
        self._preferences = preferences or Preferences()
        self.setAcceptDrops(True)
        self.choose_button = QPushButton(icon("folder"), "")
        self.choose_button.clicked.connect(self._choose)
        self.again_button = QPushButton(icon("refresh"), "")
        self.again_button.clicked.connect(self._again)
        self.clear_button = QPushButton(icon("delete"), "")
        self.clear_button.clicked.connect(self._clear)
        self.told = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.view = PredictionView()
        self.empty = Sentence()
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        for button in (self.choose_button, self.again_button, self.clear_button):
            top.addWidget(button)
        top.addWidget(self.told, 1)
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(place, 1)

    # -- what the window calls -------------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """The same images, as this run sees them."""
        super().show_run(run)
        self._ask()
        self._show()

    def refresh(self, changed: Set[Topic]) -> None:
        """A run that has its first weights now can be asked."""
        if self._images and not self.view.table.rows:
            self._ask()

    def classify(self, images: Sequence[Path]) -> None:
        """Take these images instead, 500 at most."""
        self._images = [Path(path) for path in images][:MAX_IMAGES]
        self.view.table.thumbnails.clear()
        self._asked = None
        self._ask()
        self._show()

    # -- asking ----------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self.run is None or not self._images or not self.isVisible():
            return
        wanted = self.run, tuple(self._images)
        if wanted == self._asked:
            return
        self._asked = wanted
        self.view.show_rows([Prediction(path) for path in self._images])
        self.told.setText(self.tr("Asking the model …"))
        self._assist.ask(
            "predict",
            lambda answer: self._answered(wanted, answer),
            run=str(wanted[0].folder.path.absolute()),
            runs=str(wanted[0].folder.path.absolute().parent),
            images=[str(path.absolute()) for path in self._images],
        )

    def _answered(self, wanted: tuple[OpenRun, tuple[Path, ...]], answer: Answer) -> None:
        if wanted != self._asked:
            return
        if not answer.get("ok"):
            self._asked = None
            self.view.show_rows([])
            self._show(failure_text(answer))
            return
        found: dict[str, Prediction] = {}
        for row in answer["images"]:
            top = tuple((str(one["class"]), float(one["probability"])) for one in row["top"])
            found[row["image"]] = Prediction(Path(row["image"]), top)
        for row in answer["unreadable"]:
            found[row["image"]] = Prediction(
                Path(row["image"]), problem=formats.plain(fault_text(row["code"], row["reason"]))
            )
        whole = [path.absolute() for path in wanted[1]]
        self.view.show_rows([found.get(str(path), Prediction(path)) for path in whole])
        best = answer["weights"] == "best"
        name = formats.plain(wanted[0].folder.name)
        text = self.tr("Best weights of {run}") if best else self.tr("Last weights of {run}: it has no best ones")
        self._show()
        self.told.setText(text.format(run=name))

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

    def _again(self) -> None:
        self._asked = None
        self._ask()
        self._show()

    def _clear(self) -> None:
        self._images, self._asked = [], None
        self.view.show_rows([])
        self.told.setText("")
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask what was left open while nobody looked."""
        super().showEvent(event)
        self._ask()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped; folders are the window's."""
        if self.run is not None and _files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """They are classified."""
        if files := _files(event):
            self.classify(files)
            event.acceptProposedAction()

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show(self, failure: str = "") -> None:
        """Buttons, and what stands in an empty place."""
        rows = bool(self.view.table.rows)
        self.choose_button.setEnabled(self.run is not None)
        self.again_button.setEnabled(self.run is not None and bool(self._images))
        self.clear_button.setEnabled(bool(self._images))
        self._stack.setCurrentIndex(1 if rows else 0)
        if rows:
            return
        self.told.setText("")
        if failure:
            self.empty.setText(failure)
        elif self.run is None:
            self.empty.setText(self.tr("Open a run: its best weights say what is in an image."))
        else:
            self.empty.setText(self.tr("Drop images here, or choose some: the best weights of this run classify them."))

    def retranslate(self) -> None:
        """Set all texts anew."""
        self.choose_button.setText(self.tr("Choose images…"))
        self.again_button.setText(self.tr("Again"))
        self.again_button.setToolTip(self.tr("Classify the same images with the weights the run has now"))
        self.clear_button.setText(self.tr("Clear"))
        self.view.setAccessibleName(self.tr("Classified images"))
        self.view.table.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 3)
        self._show()


def _files(event: QDropEvent) -> list[Path]:
    """What was dropped, if it is files only."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return paths if all(path.is_file() for path in paths) else []
