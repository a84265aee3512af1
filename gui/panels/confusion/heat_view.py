"""Where the model looked in one image: the image, the switch for its heat map, and its controls."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from gui.panels.confusion.answer_timer import AnswerTimer
from gui.style.theme import icon
from gui.text import formats
from gui.text.class_text import class_name
from gui.text.failures import failure_text
from gui.viewmodels.explanations import Explanations, Failure, ImageKey, SaliencyMap
from gui.widgets.labels import Note
from gui.widgets.picture_window import PictureWindow
from gui.widgets.zoom_picture import ZoomPicture
from trainer.plotting.heat_overlay import OPACITY, Method

PREDICTED, TRUE = -1, -2
"""Choices that depend on the image; others are class indices."""


class HeatView(QWidget):
    """The picture. `switch` turns the heat map on, and it stays on for the next images. The owner places `switch`,
    `settings`, `other_epoch`, `note` and `problem`. `explained`: a SaliencyMap has arrived for the image. `beside`
    other things, the picture begins at the top, is no higher than its width allows, and opens large."""

    explained = Signal(object)

    def __init__(self, explanations: Explanations, *, beside: bool = False) -> None:
        super().__init__()
        self._beside = beside
        self._explanations = explanations
        self._key: ImageKey | None = None
        self._image: QImage | None = None
        self._true = -1
        self._names: tuple[str, ...] = ()
        self._wanted = PREDICTED
        self._found: SaliencyMap | None = None
        self._pending = False
        """Whether an answer is to come: also while the one for another class is shown."""
        self._epoch: int | None = None
        self._file: Path | None = None
        self.other_epoch = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.picture, self.note = ZoomPicture(large=not beside), Note()
        self.problem = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.switch = QPushButton(icon("eye"), "")
        self.switch.setCheckable(True)
        self.classes = QComboBox()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(100 * OPACITY))
        self.settings = QWidget()
        self._answers = AnswerTimer(explanations, self)
        self._lay_out()
        self.switch.toggled.connect(self._switched)
        self.classes.activated.connect(self._class_chosen)
        self.opacity.valueChanged.connect(lambda value: self.picture.set_opacity(value / 100))
        self.picture.large_wanted.connect(lambda: PictureWindow(self.picture).open())
        self.retranslate()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self.settings)
        row.setContentsMargins(0, 0, 0, 0)
        self.classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.classes.setMinimumContentsLength(10)
        self.classes.setMaxVisibleItems(20)
        self.opacity.setMinimumWidth(60)
        row.addWidget(self.classes, 3)
        row.addWidget(self.opacity, 2)
        for widget in (self.settings, self.other_epoch, self.note, self.problem):
            widget.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.picture, 1)
        self.picture.hugs = self._beside
        if self._beside:
            layout.addStretch()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.switch.setText(self.tr("Where it looked"))
        self.switch.setToolTip(self.tr("A heat map over the image: what supports the class"))
        self.classes.setAccessibleName(self.tr("Class that the heat map is for"))
        self.classes.setToolTip(self.tr("Class that the heat map is for"))
        self.opacity.setAccessibleName(self.tr("Opacity of the heat map"))
        self.opacity.setToolTip(self.tr("Opacity of the heat map"))
        self._fill_classes()
        self.picture.retranslate()
        if self._found is not None:
            self._describe(self._found)
            self._compare_epochs()

    # -- what the owner calls ----------------------------------------------------------------------------------------

    def show_image(
        self,
        image: QImage | None,
        key: ImageKey | None,
        true: int,
        names: tuple[str, ...],
        epoch: int | None = None,
        file: Path | None = None,
    ) -> None:
        """Show another image, or none; `key` identifies it to the helper, None if it cannot be explained. `true`: its
        class, -1 if unknown. `epoch`: that of the prediction shown with it; None where it is that of the heat map.
        `file`: where it can be read in full."""
        self._epoch, self._file = epoch, file
        same = key is not None and (key, names) == (self._key, self._names)
        self._image, self._true = image, true
        if not same:
            self._key, self._names, self._found = key, names, None
            self._fill_classes()
            self.switch.setEnabled(key is not None)
            self.ask()
        self._draw()

    def ask(self, *, always: bool = False) -> None:
        """Request the map if it is switched on; `always`: request the prediction in any case."""
        on = self.switch.isChecked() and self._key is not None
        self.settings.setVisible(on)
        self.note.setVisible(on)
        self.problem.hide()
        self._explanations.cancel(self, "explain")
        self._pending = self._key is not None and (on or always)
        if self._key is None or not self._pending:
            return
        label = {PREDICTED: -1, TRUE: self._true}.get(self._wanted, self._wanted)
        self.note.setText(self.waiting_text())
        self._explanations.heat_map(self, self._key, label, self._answered, self._progressed)
        self._answers.watch()

    def waiting_text(self) -> str:
        """Text shown until the answer arrives."""
        if not self._explanations.warm:
            return self.tr("Loading the model… The first image takes a few seconds.")
        return self.tr("Computing…")

    # -- answers -----------------------------------------------------------------------------------------------------

    def _progressed(self, done: int, total: int) -> None:
        if total:
            self.note.setText(f"{self.tr('Computing…')} {formats.percent(done / total)}")

    def _answered(self, found: SaliencyMap | Failure) -> None:
        self._pending = False
        if isinstance(found, Failure):
            self._found = None
            self.note.hide()
            self.problem.setText(failure_text(found.answer))
            self.problem.setVisible(self.switch.isChecked())
            return
        self._found = found
        self._fill_classes()
        self._describe(found)
        self._draw()
        self.explained.emit(found)

    def _draw(self) -> None:
        if self._found is not None and self.switch.isChecked():
            # as the model received it: a file may have been cropped and scaled
            self.picture.show_heat(self._found.pixels, self._found.values)
        else:
            self.picture.show_image(self._image, self._file)
            self.picture.setAccessibleDescription("")
        self._compare_epochs()

    def _compare_epochs(self) -> None:
        """Two predictions that differ stand side by side where they are of different epochs: say so."""
        found = self._found if self.switch.isChecked() else None
        differs = found is not None and self._epoch is not None and found.epoch != self._epoch
        self.other_epoch.setVisible(differs)
        if found is not None and self._epoch is not None and differs:
            text = self.tr("The heat map is of epoch {epoch}, the prediction of epoch {shown}.")
            if found.weights == "best":
                text = self.tr("The heat map is of the best epoch, {epoch}; the prediction is of epoch {shown}.")
            self.other_epoch.setText(text.format(epoch=formats.whole(found.epoch), shown=formats.whole(self._epoch)))

    def _describe(self, found: SaliencyMap) -> None:
        methods = {
            Method.LINEAR: self.tr("Weight times pixel (exact)"),
            Method.CAM: self.tr("Class activation map (exact)"),
            Method.GRADCAM: self.tr("Grad-CAM"),
            Method.OCCLUSION: self.tr("Occlusion: confidence lost where it is covered"),
        }
        weights = self.tr("best weights, epoch {epoch}") if found.weights == "best" else self.tr("epoch {epoch}")
        chance = formats.percent(float(found.probabilities[found.label]), 1)
        name = class_name(self._names, found.label)
        parts = [methods[found.method], f"{name} {chance}", weights.format(epoch=formats.whole(found.epoch))]
        if float(found.values.max()) <= 0:
            parts.insert(0, self.tr("Nothing supports this class; bright areas count least against it"))
        text = " · ".join(parts)
        self.note.setText(text)
        self.picture.setAccessibleDescription(text)

    # -- what a person does ------------------------------------------------------------------------------------------

    def _switched(self, on: bool) -> None:
        self.ask()
        if not on:
            self._draw()

    def _class_chosen(self, place: int) -> None:
        self._wanted = int(self.classes.itemData(place))
        self.ask()

    def _fill_classes(self) -> None:
        predicted = self._found.predicted if self._found is not None else -1
        entries = [(self._choice(self.tr("Predicted: {name}"), self.tr("Predicted class"), predicted), PREDICTED)]
        if self._true >= 0:
            entries.append((self._choice(self.tr("True: {name}"), "", self._true), TRUE))
        entries += [(class_name(self._names, number), number) for number in range(len(self._names))]
        with QSignalBlocker(self.classes):
            self.classes.clear()
            for text, wanted in entries:
                self.classes.addItem(text, wanted)
            self.classes.insertSeparator(2 if self._true >= 0 else 1)
            place = self.classes.findData(self._wanted)
            self.classes.setCurrentIndex(max(0, place))
        if place < 0:
            self._wanted = PREDICTED

    def _choice(self, text: str, unknown: str, number: int) -> str:
        return text.format(name=class_name(self._names, number)) if number >= 0 else unknown

    def showEvent(self, event: QShowEvent) -> None:
        """Repeat a request that was abandoned."""
        super().showEvent(event)
        if self.switch.isChecked() and (self._found is None or self._pending):
            self.ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Abandon requests whose answers would not be visible."""
        super().hideEvent(event)
        if self._pending:  # the view may be deleted by the time they come
            self._explanations.cancel(self, "explain")
