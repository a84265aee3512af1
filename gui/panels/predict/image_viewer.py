"""One image, large, its predicted class, and the ones before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from gui.panels.confusion.heat_view import HeatView
from gui.panels.confusion.similar_view import SimilarView
from gui.style.theme import icon
from gui.text import formats
from gui.text.class_text import class_name
from gui.text.errors import fault_text
from gui.viewmodels.explanations import Explanations, ImageKey, Neighbor, SaliencyMap, weights_of
from gui.viewmodels.predicted_images import Prediction
from gui.viewmodels.selection import OpenRun
from gui.widgets.drawing import image_of
from gui.widgets.file_thumbnails import read_scaled
from gui.widgets.labels import Note, Sentence
from gui.widgets.picture_window import ZoomTools
from gui.widgets.translated_dialog import TranslatedDialog


class ImageViewer(TranslatedDialog):
    """Shows `rows[place]`; the arrow keys lead to its neighbours."""

    def __init__(
        self,
        rows: Sequence[Prediction],
        place: int,
        run: OpenRun | None,
        explanations: Explanations,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rows, self._place, self._run = rows, place, run
        self._on_the_way: list[Neighbor] = []
        self.heat, self.nothing = HeatView(explanations), Sentence()
        self.similar = SimilarView(explanations, self.heat.waiting_text)
        self.similar.chosen.connect(self._go_to)
        self.heat.explained.connect(self._explained)
        self.caption = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.path = Note(Qt.TextElideMode.ElideMiddle)
        self.back, self.on = QPushButton(icon("previous"), ""), QPushButton(icon("next"), "")
        self.outside = QPushButton(icon("image"), "")
        self.back.clicked.connect(lambda: self.go(-1))
        self.return_button = QPushButton(icon("undo"), "")
        self.return_button.clicked.connect(self.go_back)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self, self.go_back)
        self.on.clicked.connect(lambda: self.go(1))
        self.outside.clicked.connect(self._open_outside)
        for key, way in ((Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)):
            QShortcut(QKeySequence(key), self, lambda way=way: self.go(way))
        self._lay_out()
        self.resize(760, 640)
        self.retranslate()
        self.heat.picture.setFocus()

    def _lay_out(self) -> None:
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(self.heat)
        self._stack.addWidget(self.nothing)
        buttons = QHBoxLayout()
        for button in (self.back, self.on, self.return_button, self.outside):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._tools = ZoomTools(self.heat.picture)
        buttons.addLayout(self._tools)
        tools = QHBoxLayout()
        for switch in (self.heat.switch, self.similar.switch):
            switch.setAutoDefault(False)
            tools.addWidget(switch)
        tools.addWidget(self.heat.settings, 1)
        tools.addStretch(0)
        layout = QVBoxLayout(self)
        layout.addLayout(tools)
        layout.addWidget(middle, 1)
        layout.addWidget(self.heat.note)
        layout.addWidget(self.heat.problem)
        layout.addWidget(self.similar)
        layout.addWidget(self.caption)
        layout.addWidget(self.path)
        layout.addLayout(buttons)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.back.setAccessibleName(self.tr("Previous image"))
        self.on.setAccessibleName(self.tr("Next image"))
        self.outside.setText(self.tr("Open in the system's viewer"))
        self.return_button.setText(self.tr("Back to the image"))
        self.heat.retranslate()
        self.similar.retranslate()
        self._tools.name_buttons()
        self._show()

    def go(self, by: int) -> None:
        """So many images on."""
        self._place = max(0, min(self._place + by, len(self._rows) - 1))
        self._on_the_way.clear()
        self._show()

    def _go_to(self, neighbor: Neighbor) -> None:
        """On to a training image that is similar."""
        self._on_the_way.append(neighbor)
        self._show()
        self.return_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> None:
        """From a training image to the one before."""
        if self._on_the_way:
            self._on_the_way.pop()
            self._show()

    def _show(self) -> None:
        self.return_button.setVisible(bool(self._on_the_way))
        self.outside.setVisible(not self._on_the_way)
        if self._on_the_way:
            self._show_neighbor(self._on_the_way[-1])
        else:
            self._show_row(self._rows[self._place])

    def _show_neighbor(self, neighbor: Neighbor) -> None:
        key, _, names = self._about(self._rows[self._place])
        assert key is not None
        key = ImageKey(key.run, key.weights, "train", neighbor.place)
        name = neighbor.path or self.tr("image {number}").format(number=formats.whole(neighbor.place + 1))
        self._stack.setCurrentIndex(0)
        self.heat.show_image(image_of(neighbor.pixels), key, neighbor.label, names)
        self.heat.ask(always=True)  # what the model makes of a training image is in no file
        self.similar.show_image(key, neighbor.label, names)
        self.caption.setText(
            self.tr("Training image of the class {name}").format(name=class_name(names, neighbor.label))
        )
        self.path.setText(name)
        self.heat.picture.describe(name)
        self.setWindowTitle(name)

    def _explained(self, found: SaliencyMap) -> None:
        """What the model makes of a training image."""
        if self._on_the_way:
            label, names = self._on_the_way[-1].label, self._about(self._rows[self._place])[2]
            text = self.tr("Training image of the class {name}, predicted as {predicted} ({share})")
            share = formats.percent(float(found.probabilities[found.predicted]), 1)
            predicted = class_name(names, found.predicted)
            self.caption.setText(text.format(name=class_name(names, label), predicted=predicted, share=share))

    def _show_row(self, row: Prediction) -> None:
        image = read_scaled(row.path)
        self._stack.setCurrentIndex(1 if image.isNull() else 0)
        key, true, names = self._about(row)
        self.heat.show_image(None if image.isNull() else image, key, true, names, file=Path(row.path))
        self.heat.picture.describe(row.name)
        self.similar.show_image(key, true, names)
        reason = formats.plain(fault_text(row.code, row.reason)) if row.code else ""
        if row.top:
            reason = self.tr("This image cannot be shown here, but the model could read it.")
        self.nothing.setText(reason or self.tr("This image cannot be shown here."))
        self.caption.setText(self._said(row))
        self.path.setText(row.path)
        self.setWindowTitle(row.name)
        self.back.setEnabled(self._place > 0)
        self.on.setEnabled(self._place < len(self._rows) - 1)

    def _about(self, row: Prediction) -> tuple[ImageKey | None, int, tuple[str, ...]]:
        """What the helper is to be asked about, the true class, and the names of all."""
        if self._run is None or row.code:
            return None, -1, ()
        model = self._run.model
        true = model.classes.index(row.truth) if row.truth in model.classes else -1
        return ImageKey(self._run.folder.path, weights_of(model), path=row.path), true, model.classes

    def _said(self, row: Prediction) -> str:
        """The classes in their order, and the true one."""
        lines = [f"{formats.plain(name)}  {formats.percent(part, 1)}" for name, part in row.top]
        if row.truth:
            text = self.tr("True class: {name}").format(name=formats.plain(row.truth))
            lines.append(text if row.right is None else f"{'✓' if row.right else '✗'} {text}")
        return "\n".join(lines)

    def _open_outside(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._rows[self._place].path))
