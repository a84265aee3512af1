"""Weights: the templates of a linear model for each class, or the first filters of a network."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from gui.panels.base import Panel
from gui.style.dimensions import panel_margins
from gui.style.theme import Colours
from gui.text import formats
from gui.text.class_text import class_name
from gui.text.missing_images import with_file
from gui.text.run_states import fruitless_text
from gui.viewmodels.first_layer import Reason, read_weights
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun, kept_epoch
from gui.widgets.drawing import image_of
from gui.widgets.labels import Note, Sentence
from gui.widgets.thumbnails import Card, ThumbnailView
from trainer.analysis.first_layer import Weights, coloured

SMALLEST, LARGEST = 64, 480


class _Scale(QWidget):
    """The colours from the most negative weight to the most positive."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(120)

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bar = QRectF(0, (self.height() - 10) / 2, self.width(), 10)
        painter.drawImage(bar, image_of(np.ascontiguousarray(Colours.current().change[None, :, :3])))
        painter.end()


class WeightsPanel(Panel):
    """An image per class or filter, at the selected epoch. A click on a class's image chooses the class."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "epochs", "snapshots", "state"})

    def __init__(self, cursor: EpochCursor) -> None:
        super().__init__(cursor)
        self.weights: Weights | None = None
        self._shown: tuple[str, ...] = ()
        self.note, self.low, self.high = Note(), Sentence(), Sentence()
        self.scale, self.view, self.empty = (
            _Scale(),
            ThumbnailView(SMALLEST, 1, largest=LARGEST),
            Sentence("weights"),
        )
        tools = QHBoxLayout()
        tools.addWidget(self.note, 1)
        for label in (self.low, self.high):
            label.setMargin(0)
            label.setWordWrap(False)
            label.setSizePolicy(self.scale.sizePolicy())
        for widget in (self.low, self.scale, self.high):
            tools.addWidget(widget)
        content = QWidget()
        page = QVBoxLayout(content)
        page.setContentsMargins(panel_margins())
        page.addLayout(tools)
        page.addWidget(self.view, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(self.empty)
        self.view.activated.connect(lambda index: self._chosen(index.row()))
        self.retranslate()

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run at the next `refresh`; None clears the panel at once."""
        super().show_run(run)
        if run is None:
            self._draw()

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw again."""
        self._draw()

    def move_cursor(self) -> None:
        """Show the weights of another epoch."""
        self._draw()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.view.setAccessibleName(self.tr("Weights as images"))
        self._draw()

    def _chosen(self, row: int) -> None:
        if self.weights is not None and self.weights.kind == "templates":
            self.class_chosen.emit(row)

    def _draw(self) -> None:
        if self.run is None:
            self._say(self.tr("Choose a run to see its weights as images."))
            return
        model = self.run.model
        epoch = kept_epoch(model.weights, model, self.cursor)
        self.weights, reason = read_weights(self.run.folder, model, epoch)
        if self.weights is None:
            self._say(self._why(reason, epoch))
            return
        self._stack.setCurrentIndex(0)
        current = self.view.currentIndex().row()
        self.view.pictures.set_cards(len(self.weights.pictures), self._card)
        self.view.setCurrentIndex(self.view.pictures.index(max(0, current)))
        names = (class_name(model.classes, i) for i in range(min(200, len(model.classes))))
        self.view.widest = max(names, key=len)[:14] if self.weights.kind == "templates" else "000"
        self.view.fit()
        self._describe(self.weights, epoch)

    def _describe(self, weights: Weights, epoch: int) -> None:
        texts = {
            "templates": self.tr("Epoch {epoch}: what the model looks for in each class"),
            "units": self.tr("Epoch {epoch}: what each unit of the first layer looks for"),
            "filters": self.tr("Epoch {epoch}: the filters of the first layer"),
        }
        text = texts[weights.kind].format(epoch=epoch)
        if len(weights.pictures) < weights.total:
            some = self.tr("the first {shown} of {total}")
            text += ", " + some.format(shown=len(weights.pictures), total=formats.whole(weights.total))
        if weights.broken:
            text += ". " + self.tr("{count} numbers are not finite").format(count=formats.whole(weights.broken))
        self.note.setText(text)
        rgb = weights.pictures.shape[1] == 3
        self.scale.setVisible(not rgb)
        reach = formats.number(weights.scale, 3)
        self.low.setText(
            self.tr("grey is 0, the brightest ±{reach}").format(reach=reach) if rgb else formats.MINUS + reach
        )
        self.high.setText("" if rgb else "+" + reach)

    def _card(self, row: int) -> Card | None:
        if self.weights is None or self.run is None:
            return None
        picture = self.weights.pictures[row]
        pixels = coloured(picture, self.weights.scale, Colours.current().change)
        if self.weights.kind == "templates":
            name = class_name(self.run.model.classes, row)
            line = class_name(self.view.short_names(self.run.model.classes), row)
        else:
            name = line = formats.whole(row + 1)
        reach = self.tr("{name}: weights from {low} to {high}").format(
            name=name, low=formats.number(float(picture.min()), 4), high=formats.number(float(picture.max()), 4)
        )
        return Card(pixels, (line,), reach)

    def _why(self, reason: Reason, epoch: int) -> str:
        if reason == "no_weights" and self.run is not None and self.run.fruitless:
            return fruitless_text()
        texts = {
            "no_weights": self.tr("No weights yet\nThe first images appear after the first epoch.")
            if epoch == 0
            else self.tr("No weights of this epoch were kept for viewing.")
            if self.run is not None and self.run.model.weights
            else self.tr(
                "No weights were kept for viewing\nThe snapshots of a run keep its first layer, unless it is too large."
            ),
            "missing": self.tr("The file with the weights of this epoch no longer exists."),
            "damaged": self.tr("The file with the weights of this epoch is damaged."),
            "outside": self.tr("The run refers to a file outside its folder. It was not opened."),
            "no_pictures": self.tr(
                "The first layer of this model does not work on pixels, so its weights cannot be shown as images."
            ),
        }
        file = self.run.model.weights.get(epoch, "") if self.run is not None else ""
        return with_file(texts[reason], file if reason in ("missing", "damaged", "outside") else "")

    def _say(self, text: str) -> None:
        self.weights = None
        self.empty.setText(text)
        self._stack.setCurrentIndex(1)
