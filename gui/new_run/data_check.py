"""What is in the data before anything is trained: counts, faults, example images, and what the model will be fed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.engine.rpc_client import Answer, RpcClient
from gui.new_run import data_findings
from gui.text import formats
from gui.text.errors import fault_text, whole_text
from gui.text.reasons import note_text
from gui.widgets import labels
from gui.widgets.bar_delegate import PART, BarDelegate, row_height
from gui.widgets.problem_table import ProblemTable
from gui.widgets.thumbnails import Card, ThumbnailView
from gui.window.theme import icon
from trainer.errors import DataError
from trainer.store.arrays import read_arrays

FAULTS, ODD, FED = 1, 2, 4
"""Places among the tabs."""
EXAMPLES = 3
"""Of each class."""
PREVIEWED = 32
MAX_FAULTS = 10_000
SIDE = 72
MAX_FILE = 256 << 20


class EpochBox(QSpinBox):
    """A number that the mouse wheel does not change: it scrolls the form."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Left to the form."""
        event.ignore()


class DataCheck(QWidget):
    """`settings` gives what the form says: the tables that concern data, or None where they are wrong."""

    def __init__(self, assist: RpcClient, settings: Callable[[], dict[str, Any] | None]) -> None:
        super().__init__()
        self._assist, self._settings = assist, settings
        self._files = 0
        self._report: Answer | None = None
        self._failure: Answer | None = None
        self.button = QPushButton(icon("search"), "")
        self.button.clicked.connect(self._check_or_cancel)
        self.progress = QProgressBar(textVisible=False)
        self.stage = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.verdict = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.counts, self.faults, self.odd = _table(), ProblemTable(), ProblemTable()
        self._bars = BarDelegate(self.counts)
        self.counts.setItemDelegate(self._bars)
        self.examples, self.fed = ThumbnailView(SIDE, 1), ThumbnailView(SIDE, 1)
        self.epoch = EpochBox(minimum=1, maximum=100_000)
        self.epoch.valueChanged.connect(self._preview)
        self._epoch_label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._epoch_label.setBuddy(self.epoch)
        self.fed_note = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.tabs = QTabWidget()
        for page in (self.counts, self.faults, self.odd, self.examples, self._fed_page()):
            self.tabs.addTab(page, "")
        self.tabs.currentChanged.connect(self._preview)
        self._lay_out()
        self._previewed: dict[str, Any] | None = None
        self._busy(False)
        self.retranslate()

    def _fed_page(self) -> QWidget:
        page = QWidget()
        line = QHBoxLayout()
        line.addWidget(self._epoch_label)
        line.addWidget(self.epoch)
        line.addStretch(1)
        layout = QVBoxLayout(page)
        layout.addLayout(line)
        layout.addWidget(self.fed_note)
        layout.addWidget(self.fed, 1)
        return page

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.button)
        top.addWidget(self.progress, 1)
        top.addWidget(self.stage)
        top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.verdict)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)

    # -- asking ----------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Other data were chosen: what is shown no longer holds."""
        self._assist.cancel("data")
        self._report = self._failure = self._previewed = None
        self._busy(False)
        self._show()

    def settings_changed(self) -> None:
        """Other augmentation, perhaps: show anew what the model is fed, where that is looked at."""
        if self._report is not None:
            self._preview()

    def _check_or_cancel(self) -> None:
        if "data" in self._assist.asking and self.progress.isVisible():
            self.forget()
            return
        settings = self._settings()
        if settings is None:
            self.verdict.setText(self.tr("Mend the settings that are marked first."))
            return
        self._busy(True)
        self._assist.ask("data", self._checked, progress=self._tell, settings=settings, out=self._file(),
                         per_class=EXAMPLES)  # fmt: skip

    def _preview(self, *_: object) -> None:
        settings = self._settings()
        wanted: dict[str, Any] = {"settings": settings, "n": PREVIEWED, "epoch": self.epoch.value()}
        seen = self._report is not None and not self._report["stops"] and self.tabs.currentIndex() == FED
        if seen and settings is not None and wanted != self._previewed:
            self._previewed = wanted
            self.fed_note.setText(self.tr("Making the images …"))
            self._assist.ask("preview", self._fed_answer, out=self._file(), **wanted)

    def _file(self) -> str:
        self._files += 1
        return str(self._assist.folder / f"arrays-{self._files % 4}.npz")

    def _tell(self, stage: str, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.stage.setText(formats.phase_word(stage))

    def _checked(self, answer: Answer) -> None:
        self._report, self._failure = (answer, None) if answer.get("ok") else (None, answer)
        self._previewed = None
        self._busy(False)
        self._show()
        self._preview()

    def _fed_answer(self, answer: Answer) -> None:
        arrays = _arrays(answer.get("out")) if answer.get("ok") else {}
        if not {"images", "labels", "mean", "std"} <= arrays.keys():
            self._previewed = None
            self.fed_note.setText(failure_text(answer))
            return
        self.fed_note.setText(
            self.tr("Exactly what the model gets in this epoch, brightness and contrast put back for the eye.")
        )
        _show_cards(self.fed, as_pixels(arrays), arrays["labels"], tuple(answer.get("classes", ())))

    # -- showing ---------------------------------------------------------------------------------------------------

    def _busy(self, busy: bool) -> None:
        self.button.setText(self.tr("Cancel") if busy else self.tr("Check data"))
        self.progress.setVisible(busy)
        self.progress.setRange(0, 0)
        self.stage.setText("")

    def _show(self) -> None:
        report = self._report
        self.tabs.setVisible(report is not None)
        if report is None:
            hint = self.tr("Check data looks at every image before anything is trained: counts, faults, examples.")
            self.verdict.setText(failure_text(self._failure) if self._failure else hint)
            return
        self.verdict.setText(self._summary(report))
        self._show_counts(report)
        self._show_faults([*report["problems"], *report["faults"]])
        self._show_odd(report)
        self._show_examples(_arrays(report.get("thumbnails", {}).get("out")), tuple(report["classes"]))
        self.fed.pictures.set_cards(0, lambda row: None)
        self.fed_note.setText(
            self.tr("There is nothing to feed until the faults are mended.") if report["stops"] else ""
        )
        if report["stops"]:
            self.tabs.setCurrentIndex(FAULTS)

    def _summary(self, report: Answer) -> str:
        channels, height, width = report["input_shape"]
        total = sum(sum(counts) for counts in report["counts"].values())
        kind = self.tr("grey") if channels == 1 else self.tr("colour")
        text = self.tr("{images} images, {classes} classes, taken as {width}×{height} {kind}").format(
            images=formats.whole(total), classes=len(report["classes"]), width=width, height=height, kind=kind
        )
        notes = report.get("coded_notes") or [
            {"code": "", "parameters": {}, "reason": note} for note in report["notes"]
        ]
        lines = [text, *(formats.plain(note_text(one["code"], one["parameters"], one["reason"])) for one in notes)]
        if report["stops"]:
            lines.append("⚠ " + self.tr("A run on these data would end here: see the faults."))
        elif report["faults"]:
            lines.append(self.tr("Unreadable images are left out."))
        lines += data_findings.lines(report)
        return "\n".join(lines)

    def _show_counts(self, report: Answer) -> None:
        splits, unread = list(report["counts"]), data_findings.unread(report)
        heads = [self.tr("Class"), *(formats.split_word(split) for split in splits)]
        rows = [
            [formats.plain(name), *(report["counts"][split][place] for split in splits)]
            for place, name in enumerate(report["classes"])
        ]
        if unread:
            heads.append(self.tr("Not read"))
            rows = [[*row, unread.get(name, 0)] for row, name in zip(rows, report["classes"], strict=True)]
        _fill(self.counts, heads, rows)

    def _show_faults(self, found: list[dict[str, str]]) -> None:
        rows = [
            (formats.plain(one["path"]), formats.plain(fault_text(one["code"], one["reason"])))
            for one in found[:MAX_FAULTS]
        ]
        self.faults.show_faults(rows, (self.tr("File"), self.tr("Reason")))
        self.tabs.setTabText(FAULTS, self.tr("Faults ({count})").format(count=formats.whole(len(found))))

    def _show_examples(self, arrays: dict[str, NDArray[Any]], names: tuple[str, ...]) -> None:
        """For each class the mean of its training images, then some of them."""
        if not {"images", "labels"} <= arrays.keys():
            self.examples.pictures.set_cards(0, lambda row: None)
            return
        means = arrays.get("means", arrays["images"][:0])
        pixels = np.concatenate([means, arrays["images"]])
        labels = np.concatenate([np.arange(len(means)), arrays["labels"]])
        order = np.argsort(labels, kind="stable")
        mean = self.tr("{name}: mean")
        _show_cards(
            self.examples, pixels[order], labels[order], names, [mean if row < len(means) else "" for row in order]
        )

    def _show_odd(self, report: Answer) -> None:
        self.odd.show_faults(data_findings.rows(report, MAX_FAULTS), (self.tr("File"), self.tr("Reason")))
        text = self.tr("Worth a look ({count})").format(count=formats.whole(data_findings.count(report)))
        self.tabs.setTabText(ODD, text)

    def retranslate(self) -> None:
        """Set all texts anew."""
        for place, text in enumerate(
            (
                self.tr("Classes"),
                self.tr("Faults"),
                self.tr("Worth a look"),
                self.tr("Examples"),
                self.tr("Model input"),
            )
        ):
            self.tabs.setTabText(place, text)
        self._epoch_label.setText(self.tr("Augmentation of epoch"))
        self.epoch.setAccessibleName(self.tr("Augmentation of epoch"))
        for widget, text in (
            (self.counts, self.tr("Images per class")),
            (self.faults, self.tr("Files that cannot be used")),
            (self.odd, self.tr("Leaks, copies and odd images")),
            (self.examples, self.tr("Example images")),
            (self.fed, self.tr("Images as the model is fed them")),
        ):
            widget.setAccessibleName(text)
        self.button.setText(self.tr("Cancel") if self.progress.isVisible() else self.tr("Check data"))
        self._show()


def as_pixels(arrays: dict[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """(N, H, W, 3) for the eye: the model's normalised (N, C, H, W) times `std` plus `mean`, grey thrice."""
    shape = (1, -1, 1, 1)
    bright = arrays["images"] * arrays["std"].reshape(shape) + arrays["mean"].reshape(shape)
    pixels = np.clip(np.rint(bright * 255), 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
    return np.repeat(pixels, 3, axis=3) if pixels.shape[3] == 1 else pixels


def failure_text(answer: Answer) -> str:
    """What a helper's refusal says, as a person should read it."""
    return formats.plain(whole_text(answer))


def _arrays(path: object) -> dict[str, NDArray[Any]]:
    try:
        return read_arrays(Path(str(path)), MAX_FILE) if path else {}
    except DataError:
        return {}


def _show_cards(
    view: ThumbnailView,
    pixels: NDArray[np.uint8],
    truth: NDArray[Any],
    names: tuple[str, ...],
    texts: Sequence[str] = (),
) -> None:
    """Each with the name of its class below, put into its text where it has one."""

    def card(row: int) -> Card:
        name = labels.class_name(names, int(truth[row]))
        text = texts[row] if row < len(texts) and texts[row] else "{name}"
        short = labels.class_name(view.short_names(names, text.format(name="")), int(truth[row]))
        return Card(pixels[row], (text.format(name=short),), text.format(name=name))

    widest = max((labels.class_name(names, number)[:16] for number in range(len(names))), key=len, default="")
    view.widest = max((text.format(name=widest) for text in {*texts, "{name}"}), key=len)
    view.pictures.set_cards(len(pixels), card)


def _table() -> QTableWidget:
    table = QTableWidget()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row_height())
    return table


def _fill(table: QTableWidget, heads: list[str], rows: list[list[Any]]) -> None:
    """Texts, and numbers with bars as long as their part of the column's largest."""
    table.clear()
    table.setRowCount(len(rows))
    table.setColumnCount(len(heads))
    table.setHorizontalHeaderLabels(heads)
    largest = [
        max((row[place] for row in rows if not isinstance(row[place], str)), default=0) for place in range(len(heads))
    ]
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            item = QTableWidgetItem(value if isinstance(value, str) else formats.whole(value))
            if isinstance(value, str):
                item.setToolTip(labels.plain_tip(value))
            elif largest[place]:
                item.setData(PART, value / largest[place])
            table.setItem(number, place, item)
    modes = QHeaderView.ResizeMode
    for place in range(len(heads)):
        table.horizontalHeader().setSectionResizeMode(place, modes.Interactive if place else modes.Stretch)
        table.setColumnWidth(place, 80)
