"""Checks the data before training: counts, problems, example images, and the model's input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSpinBox, QVBoxLayout, QWidget

from gui.engine.rpc_client import Answer, RpcClient
from gui.new_run import data_findings
from gui.new_run.counts_table import CountsTable
from gui.new_run.setting_row import ProblemLabel
from gui.style.dimensions import SMALL, space
from gui.style.theme import icon
from gui.text import formats
from gui.text.class_text import class_name
from gui.text.errors import fault_text
from gui.text.failures import failure_text
from gui.text.reasons import note_text
from gui.widgets.fitting_tabs import FittingTabs, TabName
from gui.widgets.problem_table import ProblemTable
from gui.widgets.thumbnails import Card, ThumbnailView
from trainer.errors import DataError
from trainer.pace import Pace
from trainer.store.arrays import read_arrays

FAULTS, ODD, FED = 1, 2, 4
"""Indices of tabs."""
EXAMPLES = 3
"""Images of each class."""
PREVIEWED = 32
MAX_FAULTS = 10_000
SIDE = 72
MAX_FILE = 256 << 20


class EpochBox(QSpinBox):
    """A number that the mouse wheel does not change: it scrolls the form."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the form."""
        event.ignore()


class DataCheck(QWidget):
    """Checks the data of the form. `labels_wanted` is emitted with its settings when labels are to be checked.

    Args:
        rpc_client: Client of the engine's helper process.
        settings: Gives the tables of the form that concern data; None if they have problems.
    """

    labels_wanted = Signal(object)

    def __init__(self, rpc_client: RpcClient, settings: Callable[[], dict[str, Any] | None]) -> None:
        super().__init__()
        self._rpc_client, self._settings = rpc_client, settings
        self._files = 0
        self._report: Answer | None = None
        self._failure: Answer | None = None
        self.button = QPushButton(icon("search"), "")
        self.button.clicked.connect(self._check_or_cancel)
        self.labels_button = QPushButton(icon("label"), "")
        self.labels_button.clicked.connect(self._check_labels)
        self.news = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.news.hide()
        self.progress = QProgressBar(textVisible=False)
        self.stage = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.stops, self.verdict = ProblemLabel(), QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.counts, self.faults, self.odd = CountsTable(), ProblemTable(), ProblemTable()
        self.examples, self.fed = ThumbnailView(SIDE, 1), ThumbnailView(SIDE, 1)
        self.epoch = EpochBox(minimum=1, maximum=100_000)
        self.epoch.valueChanged.connect(self._preview)
        self._epoch_label = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._epoch_label.setBuddy(self.epoch)
        self.fed_note = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.tabs = FittingTabs()
        self._pages = (self.counts, self.faults, self.odd, self.examples, self._fed_page())
        for page in self._pages:
            self.tabs.addTab(page, "")
        self.tabs.currentChanged.connect(self._preview)
        self._counted = {"problems": "", "odd": ""}
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
        top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(SMALL), 0, 0, 0)
        layout.addWidget(self.news)
        layout.addLayout(top)
        layout.addWidget(self.labels_button, 0, Qt.AlignmentFlag.AlignLeft)  # beside the other it is cut in Russian
        layout.addWidget(self.stage)
        layout.addWidget(self.stops)
        layout.addWidget(self.verdict)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)

    # -- asking ----------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Clear the result: other data were chosen."""
        self._rpc_client.cancel("data")
        self.tell_news("")
        self._report = self._failure = self._previewed = None
        self._busy(False)
        self._show()

    def settings_changed(self) -> None:
        """Update the preview if it is visible: the augmentation may have changed."""
        if self._report is not None:
            self._preview()

    def _check_or_cancel(self) -> None:
        if "data" in self._rpc_client.asking and self.progress.isVisible():
            self.forget()
            return
        if (settings := self._right_settings()) is None:
            return
        self._busy(True)
        self._rpc_client.ask("data", self._checked, progress=self._tell, settings=settings, out=self._file(),
                         per_class=EXAMPLES)  # fmt: skip

    def _right_settings(self) -> dict[str, Any] | None:
        """Settings of the form; None if some have problems, which is shown."""
        settings = self._settings()
        if settings is None:
            self.verdict.setText(self.tr("First fix the marked settings."))
        return settings

    def _check_labels(self) -> None:
        if (settings := self._right_settings()) is not None:
            self.labels_wanted.emit(settings)

    def tell_news(self, text: str) -> None:
        """Show what is new about the run that is being set up.

        Args:
            text: The text; "" hides it.
        """
        self.news.setText(text)
        self.news.setVisible(bool(text))

    def _preview(self, *_: object) -> None:
        settings = self._settings()
        wanted: dict[str, Any] = {"settings": settings, "n": PREVIEWED, "epoch": self.epoch.value()}
        seen = self._report is not None and not self._report["stops"] and self.tabs.currentIndex() == FED
        if seen and settings is not None and wanted != self._previewed:
            self._previewed = wanted
            self.fed_note.setText(self.tr("Preparing the images …"))
            self._rpc_client.ask("preview", self._fed_answer, out=self._file(), **wanted)

    def _file(self) -> str:
        self._files += 1
        return str(self._rpc_client.folder / f"arrays-{self._files % 4}.npz")

    def _tell(self, stage: str, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        speed = self._pace.follow(stage, done, total)
        words = [formats.phase_text(stage, done, total)]
        if speed is not None and stage in formats.IMAGE_PHASES:
            left = self.tr("{time} left").format(time=formats.duration(speed.seconds_left))
            words += [formats.images_per_second(speed.per_second), left]
        self.stage.setText(" · ".join(words))

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
            self.tr("Exactly what the model sees in this epoch, with brightness and contrast restored for viewing.")
        )
        _show_cards(self.fed, as_pixels(arrays), arrays["labels"], tuple(answer.get("classes", ())))

    # -- showing ---------------------------------------------------------------------------------------------------

    def _busy(self, busy: bool) -> None:
        self._pace = Pace()
        self.button.setText(self.tr("Cancel") if busy else self.tr("Check data"))
        self.progress.setVisible(busy)
        self.progress.setRange(0, 0)
        self.stage.setText("")
        self.stage.setVisible(busy)

    def _show(self) -> None:
        report = self._report
        self.tabs.setVisible(report is not None)
        stops = report is not None and report["stops"]
        self.stops.tell(self.tr("Training on this data would fail: see the problems.") if stops else "")
        if report is None:
            hint = self.tr("Check data reads every image before training: counts, problems, examples.")
            self.verdict.setText(failure_text(self._failure) if self._failure else hint)
            return
        self.verdict.setText(self._summary(report))
        self._show_counts(report)
        self._show_faults([*report["problems"], *report["faults"]])
        self._show_odd(report)
        self._show_examples(_arrays(report.get("thumbnails", {}).get("out")), tuple(report["classes"]))
        self.fed.pictures.set_cards(0, lambda row: None)
        self.fed_note.setText(self.tr("No preview: fix the data problems first.") if report["stops"] else "")
        if report["stops"]:
            self.tabs.setCurrentIndex(FAULTS)

    def _summary(self, report: Answer) -> str:
        channels, height, width = report["input_shape"]
        total = sum(sum(counts) for counts in report["counts"].values())
        kind = self.tr("grey") if channels == 1 else self.tr("colour")
        text = self.tr("{images} images, {classes} classes, as {width}×{height} {kind}").format(
            images=formats.whole(total), classes=len(report["classes"]), width=width, height=height, kind=kind
        )
        notes = report.get("coded_notes") or [
            {"code": "", "parameters": {}, "reason": note} for note in report["notes"]
        ]
        lines = [text, *(formats.plain(note_text(one["code"], one["parameters"], one["reason"])) for one in notes)]
        if report["faults"] and not report["stops"]:
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
        self.counts.show_counts(heads, rows)

    def _show_faults(self, found: list[dict[str, str]]) -> None:
        rows = [
            (formats.plain(one["path"]), formats.plain(fault_text(one["code"], one["reason"])))
            for one in found[:MAX_FAULTS]
        ]
        self.faults.show_faults(rows, (self.tr("File"), self.tr("Reason")))
        self._name_tabs(problems=formats.whole(len(found)))

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
        self._name_tabs(odd=formats.whole(data_findings.count(report)))

    def _name_tabs(self, **counts: str) -> None:
        self._counted |= counts
        problems, odd = self._counted["problems"], self._counted["odd"]
        names = (
            TabName(self.tr("Classes"), "classes"),
            TabName(self.tr("Problems ({count})").format(count=problems), "warning", problems)
            if problems
            else TabName(self.tr("Problems"), "warning"),
            TabName(self.tr("Worth a look ({count})").format(count=odd), "eye", odd)
            if odd
            else TabName(self.tr("Worth a look"), "eye"),
            TabName(self.tr("Examples"), "image"),
            TabName(self.tr("Model input"), "predict"),
        )
        self.tabs.name_tabs(dict(zip(self._pages, names, strict=True)))

    def retranslate(self) -> None:
        """Set all texts again."""
        self._name_tabs()
        self.labels_button.setText(self.tr("Check labels"))
        self.labels_button.setToolTip(self.tr("Find images whose labels may be wrong, and review them"))
        self._epoch_label.setText(self.tr("Augmentation of epoch"))
        self.epoch.setAccessibleName(self.tr("Augmentation of epoch"))
        for widget, text in (
            (self.counts, self.tr("Images per class")),
            (self.faults, self.tr("Files that cannot be used")),
            (self.odd, self.tr("Leaks, copies and odd images")),
            (self.examples, self.tr("Example images")),
            (self.fed, self.tr("Images as the model sees them")),
        ):
            widget.setAccessibleName(text)
        self.button.setText(self.tr("Cancel") if self.progress.isVisible() else self.tr("Check data"))
        self._show()


def as_pixels(arrays: dict[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Turn model input back into images.

    Args:
        arrays: `images`: normalised (N, C, H, W), float; `mean` and `std` (C,), of values in [0, 1].

    Returns:
        (N, H, W, 3), uint8; greyscale repeated in all three channels.
    """
    shape = (1, -1, 1, 1)
    bright = arrays["images"] * arrays["std"].reshape(shape) + arrays["mean"].reshape(shape)
    pixels = np.clip(np.rint(bright * 255), 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
    return np.repeat(pixels, 3, axis=3) if pixels.shape[3] == 1 else pixels


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
    """Show images, each with its class name below, inserted into its text if it has one."""

    def card(row: int) -> Card:
        name = class_name(names, int(truth[row]))
        text = texts[row] if row < len(texts) and texts[row] else "{name}"
        short = class_name(view.short_names(names, text.format(name="")), int(truth[row]))
        return Card(pixels[row], (text.format(name=short),), text.format(name=name))

    widest = max((class_name(names, number)[:16] for number in range(len(names))), key=len, default="")
    view.widest = max((text.format(name=widest) for text in {*texts, "{name}"}), key=len)
    view.pictures.set_cards(len(pixels), card)
