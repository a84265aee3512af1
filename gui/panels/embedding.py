"""Map: where the model places the validation images, each a point that leads to its image."""

from __future__ import annotations

import shlex
from collections.abc import Set
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui.engine.rpc_client import Answer, RpcClient
from gui.panels.base import Panel
from gui.panels.class_legend import ClassLegend
from gui.panels.confusion.image_detail import ImageDetail
from gui.plotting.class_markers import look_of_class
from gui.plotting.scatter import About, Cloud, Scatter
from gui.style.dimensions import MEDIUM, panel_margins, space
from gui.style.theme import icon
from gui.text import formats
from gui.text.class_text import ARROW, class_name
from gui.text.failures import failure_text
from gui.text.missing_images import with_file
from gui.text.run_states import fruitless_text
from gui.viewmodels.embedding import EmbeddingPoints, Layout, items, predicted, read_map, stamp
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.image_index import ImageIndex, Seen, Verdicts
from gui.viewmodels.run import Topic
from gui.viewmodels.selection import EpochCursor, OpenRun, kept_epoch
from gui.widgets.choice_box import ChoiceBox
from gui.widgets.drawing import image_of
from gui.widgets.labels import Note, Sentence, mark_primary, plain_tip
from trainer.store.change_stamp import Stamp
from trainer.store.folder import RunFolder, default_root


class EmbeddingPanel(Panel):
    """The map of this run, or instructions and a button to make one."""

    topics: ClassVar[Set[Topic]] = frozenset({"info", "epochs", "evaluation", "snapshots", "state"})

    def __init__(
        self,
        cursor: EpochCursor,
        rpc_client: RpcClient,
        explanations: Explanations,
    ) -> None:
        super().__init__(cursor)
        self._rpc_client = rpc_client
        self._asked: RunFolder | None = None
        """The run whose map is being made."""
        self._told = ""
        """How far that is."""
        self.index: ImageIndex | None = None
        self.map: EmbeddingPoints | None = None
        self._stamp: tuple[Stamp, ...] = ()
        self._items = np.empty(0, np.int64)
        self._predicted: NDArray[np.int64] | None = None
        self._epoch = 0
        self.layout_box, self.note = ChoiceBox[Layout](), Note()
        self.colour_box = ChoiceBox[Literal["true", "predicted"]]()
        self.fit_button, self.again_button, self.make_button = (
            QPushButton(icon("fit"), ""),
            QPushButton(),
            QPushButton(),
        )
        self.scatter, self.legend, self.detail = Scatter(self._about), ClassLegend(), ImageDetail(explanations)
        self.errors_button, self.empty = QPushButton(icon("matrix"), ""), Sentence("map")
        self.hint = Sentence()
        self.command = QLineEdit(readOnly=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        for box in (self.layout_box, self.colour_box):
            tools.addWidget(box)
        tools.addWidget(self.fit_button)
        tools.addWidget(self.note, 1)
        tools.addWidget(self.again_button)
        side = QWidget()
        below = QVBoxLayout(side)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.legend, 3)
        below.addWidget(self.hint, 2)
        below.addWidget(self.detail, 2)
        below.addWidget(self.errors_button)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.scatter)
        self.splitter.addWidget(side)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([720, 240])
        self.splitter.setChildrenCollapsible(False)
        content, nothing = QWidget(), QWidget()
        page = QVBoxLayout(content)
        page.setContentsMargins(panel_margins())
        page.addLayout(tools)
        page.addWidget(self.splitter, 1)
        middle = QVBoxLayout(nothing)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        middle.addWidget(self.empty, 1)
        middle.addWidget(self.make_button, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addSpacing(space(MEDIUM))
        middle.addWidget(self.command, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._stack.addWidget(nothing)

    def _connect(self) -> None:
        self.layout_box.activated.connect(lambda _: self._draw(fit=True))
        self.colour_box.activated.connect(lambda _: self._draw())
        self.legend.itemSelectionChanged.connect(self._draw)
        self.fit_button.clicked.connect(self.scatter.fit)
        self.scatter.chosen.connect(self._choose)
        self.detail.epoch_chosen.connect(self.epoch_chosen)
        self.errors_button.clicked.connect(self._show_errors)
        for button in (self.make_button, self.again_button):
            button.clicked.connect(self._make_or_cancel)

    # -- what the window calls -----------------------------------------------------------------------------------

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run at the next `refresh`; None clears the panel at once."""
        super().show_run(run)
        self.index = ImageIndex(run.folder, run.model) if run is not None else None
        self.map, self._stamp = None, ()
        self.scatter.show_cloud(None, fit=False)
        self.legend.clear()
        if run is None:
            self._look()

    def refresh(self, changed: Set[Topic]) -> None:
        """Draw again."""
        if self.index is not None and changed & {"info", "evaluation"}:
            self.index.forget()
        self._look()

    def move_cursor(self) -> None:
        """Update right and wrong to another epoch; positions stay."""
        self._look()

    def look_again(self) -> None:
        """Check whether a map was made in a terminal meanwhile."""
        self._look()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.layout_box.fill({"tsne": self.tr("t-SNE"), "pca": self.tr("PCA")}, self.tr("Layout"))
        self.colour_box.fill(
            {"true": self.tr("Colour: true class"), "predicted": self.tr("Colour: predicted class")},
            self.tr("What the colours mean"),
        )
        tips = (
            self.tr(
                "Nearby images look similar to the model; the sizes of groups and the gaps between them mean little."
            ),
            self.tr("The two directions in which the model sees the images differ most; distances are to scale."),
        )
        for place, tip in enumerate(tips):
            self.layout_box.setItemData(place, plain_tip(tip), Qt.ItemDataRole.ToolTipRole)
        self.fit_button.setToolTip(self.tr("Show all points (Home)"))
        self.fit_button.setAccessibleName(self.tr("Show all points"))
        self.again_button.setText(self.tr("Make it again"))
        self.scatter.setAccessibleName(self.tr("Map of the images"))
        self.hint.setText(self.tr("Hover over an image to see it, click to look closer. Scroll to zoom."))
        self.command.setAccessibleName(self.tr("Command that creates the map"))
        self.legend.setAccessibleName(self.tr("Classes: select some to show only those"))
        self.legend.setToolTip(self.tr("Click a class to show only that one, Ctrl+click to add more"))
        self.detail.retranslate()
        self._fill_legend()
        self._draw()
        self._show_image()

    # -- reading -------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Read the map if it has changed, and the predictions at the selected epoch."""
        if self.run is None or self.index is None:
            self._say(self.tr("Choose a run to see where its model places the images."))
            return
        now = stamp(self.run.folder)
        fresh = self.map is None or now != self._stamp
        if fresh:
            self._stamp = now
            self.map, reason, file = read_map(self.run.folder)
            if self.map is None:
                self._say_why(reason, file)
                return
            self._items = items(self.map, self.index)
            self._fill_legend()
        assert self.map is not None
        model = self.run.model
        self._epoch = kept_epoch(model.predictions, model, self.cursor)
        self._predicted = predicted(self.map, self.index, self._epoch)
        self._stack.setCurrentIndex(0)
        self._draw(fit=fresh)
        self._show_image()

    def _fill_legend(self) -> None:
        self.legend.show_classes(self.run.model.classes if self.run is not None and self.map is not None else ())

    # -- drawing -------------------------------------------------------------------------------------------------

    def _layout(self) -> Layout:
        assert self.map is not None
        wanted = self.layout_box.chosen
        return wanted if wanted in self.map.layouts else "pca"

    def _draw(self, fit: bool = False) -> None:
        if self.map is None or self.run is None:
            return
        layout = self._layout()
        self.layout_box.choose(layout)
        choices = self.layout_box.model()
        assert isinstance(choices, QStandardItemModel)
        choices.item(0).setEnabled("tsne" in self.map.layouts)
        shown = self.map.labels
        if self.colour_box.chosen == "predicted" and self._predicted is not None:
            shown = self._predicted
        wrong = self._predicted != self.map.labels if self._predicted is not None else np.zeros(len(shown), bool)
        kinds, look_of = np.unique(2 * shown + wrong, return_inverse=True)
        looks = [look_of_class(int(kind) // 2, hollow=bool(kind % 2)) for kind in kinds]
        chosen = self.legend.chosen()
        seen = np.isin(shown, chosen) if chosen else np.ones(len(shown), bool)
        self.scatter.show_cloud(Cloud(self.map.layouts[layout], look_of.reshape(-1), looks, seen), fit=fit)
        self._describe(layout, int(wrong[seen].sum()), int(seen.sum()))

    def _describe(self, layout: Layout, wrong: int, shown: int) -> None:
        assert self.map is not None
        assert self.run is not None
        some = [self.tr("Images: {count}").format(count=formats.whole(shown))]
        if self._predicted is not None:
            text = self.tr("hollow: wrong after epoch {epoch} ({wrong})")
            if self.map.split == "test":
                text = self.tr("hollow: wrong ({wrong})")
            some.append(text.format(epoch=self._epoch, wrong=formats.whole(wrong)))
        if layout == "pca":
            share = formats.percent(sum(self.map.explained))
            some.append(self.tr("the axes show {share} of the variance").format(share=share))
        if self.map.stale:
            some.append("⚠ " + self.tr("made with other weights than the evaluation"))
        self.note.setText(", ".join(some))
        self.again_button.setVisible(self.map.stale)

    def _say(self, text: str, *, button: bool = False, command: str = "") -> None:
        self.empty.setText(text)
        self.command.setVisible(bool(command))
        self.command.setText(command)
        self.command.setFixedWidth(min(560, self.fontMetrics().horizontalAdvance(command) + 40))
        self.make_button.setVisible(button)
        asking = self._making
        self.make_button.setText(self.tr("Cancel") if asking else self.tr("Make the map"))
        mark_primary(self.make_button, not asking)
        self._stack.setCurrentIndex(1)

    def _say_why(self, reason: str, file: str) -> None:
        assert self.run is not None
        if self._making:
            self._say(self._told, button=True)
            return
        if reason == "no_map" and self.run.fruitless:
            self._say(fruitless_text())
            return
        if reason == "no_map":
            first = self.tr("No map yet\nIt shows which images the model sees as similar.")
            if not self.run.over:
                self._say(f"{first}\n{self.tr('It can be created once the run has ended.')}")
                return
            path = self.run.folder.path.absolute()
            where = [] if path.parent == default_root().absolute() else ["--runs", str(path.parent)]
            command = shlex.join(["epochscope", "evaluate", path.name, "--map", *where])
            self._say(f"{first}\n{self.tr('Create the map here or in a terminal:')}", button=True, command=command)
            return
        texts = {
            "damaged": self.tr("The file with the map is damaged."),
            "newer": self.tr("This map was made by a newer Epochscope. Update Epochscope to see it."),
            "outside": self.tr("The run refers to a file outside its folder. It was not opened."),
        }
        self._say(with_file(texts[reason], file), button=reason == "damaged")

    # -- one image -----------------------------------------------------------------------------------------------

    def _seen(self, number: int) -> Seen | None:
        if self.map is None or self.index is None or not 0 <= number < len(self._items) or self._items[number] < 0:
            return None
        return self.index.seen(self.map.split, int(self._items[number]), self._epoch)

    def _about(self, number: int) -> About | None:
        if self.map is None or self.run is None:
            return None
        names, seen = self.scatter.short_names(self.run.model.classes), self._seen(number)
        true = class_name(names, int(self.map.labels[number]))
        if seen is None:
            lines = [true]
            if self._predicted is not None:
                lines.append(ARROW + class_name(names, int(self._predicted[number])))
            return About((*lines, self.tr("This image was not kept for viewing.")))
        verdict = self.tr("right") if seen.right else self.tr("wrong")
        share = f"{verdict} {formats.percent(seen.confidence)}"
        return About((true, ARROW + class_name(names, seen.predicted), share), image_of(seen.pixels))

    def _choose(self, number: int) -> None:
        self._show_image()

    def _show_image(self) -> None:
        seen = self._seen(self.scatter.current)
        names = self.run.model.classes if self.run is not None else ()
        verdicts = Verdicts.none()
        if seen is not None and self.index is not None and self.map is not None and self.map.split == "valid":
            verdicts = self.index.verdicts(seen.item)
        key = self.index.key(self.map.split, seen.place) if seen and self.index and self.map else None
        self.detail.show_image(seen, verdicts, names, self._epoch, key)
        self.hint.setVisible(seen is None)
        self.errors_button.setVisible(seen is not None)
        if seen is not None:
            true, taken = class_name(names, seen.true), class_name(names, seen.predicted)
            text = self.tr("All of {true} → {taken}").format(true=true[:24], taken=taken[:24])
            self.errors_button.setText(text.replace("&", "&&"))
            self.errors_button.setToolTip(self.tr("Show these images in Errors"))

    def _show_errors(self) -> None:
        if (seen := self._seen(self.scatter.current)) is not None:
            self.cell_chosen.emit(seen.true, seen.predicted)

    # -- making one ----------------------------------------------------------------------------------------------

    def _make_or_cancel(self) -> None:
        if self.run is None:
            return
        if self._making:
            self._rpc_client.cancel("map")
            self._asked = None
            self._look()
            return
        self._asked = folder = self.run.folder
        self._tell("import", 0, 0)
        path = folder.path.absolute()
        self._rpc_client.ask(
            "map",
            lambda answer: self._made(folder, answer),
            progress=self._tell,
            run=str(path),
            runs=str(path.parent),
        )

    @property
    def _making(self) -> bool:
        """Whether the map of the shown run is being made."""
        return self.run is not None and self._asked == self.run.folder

    def _tell(self, stage: str, done: int, total: int) -> None:
        self._told = f"{formats.phase_word(stage)} …"
        if self._making:
            self.note.setText(self._told)
            if self.map is None:
                self._say(self._told, button=True)

    def _made(self, folder: RunFolder, answer: Answer) -> None:
        self._asked = None
        if self.run is None or self.run.folder != folder:
            return
        self._look()
        if not answer.get("ok"):
            text = failure_text(answer)
            self._say(text, button=True) if self.map is None else self.note.setText(text)

    def changeEvent(self, event: QEvent) -> None:
        """The legend uses colours of the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.legend.paint_samples()
            self._draw()
        super().changeEvent(event)
