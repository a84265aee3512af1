"""The right column: what is known of the run now, and at the epoch the cursor stands at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.text.formats import macro, number, percent, plain, whole
from gui.viewmodels.run import RunModel
from gui.viewmodels.selection import EpochCursor, OpenRun, fits
from gui.widgets.labels import plain_tip
from gui.widgets.run_toolbar import ElidedLabel
from trainer.metrics.classification import mean_of
from trainer.metrics.compact_metrics import CompactMetrics

_EPOCH = (
    "train_loss",
    "train_accuracy",
    "valid_loss",
    "valid_accuracy",
    "valid_macro_f1",
    "learning_rate",
    "samples_per_second",
    "data_share",
    "worst",
)
_RUN = (
    "data",
    "images_train",
    "images_valid",
    "images_test",
    "model",
    "parameters",
    "optimizer",
    "device",
    "threads",
    "seed",
    "attempt",
    "saved",
    "resume",
)
_BEST = (
    "best_epoch",
    "best_loss",
    "best_macro_f1",
    "test_accuracy",
    "test_accuracy_interval",
    "test_macro_f1",
    "test_macro_f1_interval",
)
_WIDEST = "airplane (0.00)"
"""A value for which there is room, whatever the language calls its row; a longer one is cut in the middle."""
_GAP = 10


class RunInfo(QScrollArea):
    """Rows of a name and a value, in three groups. A row without a value is not shown."""

    def __init__(self, cursor: EpochCursor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.epoch_cursor = cursor
        self.run: OpenRun | None = None
        self.heads: dict[str, QLabel] = {}
        self.names: dict[str, QLabel] = {}
        self.values: dict[str, ElidedLabel] = {}
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(10, 8, 10, 8)
        self._column.setSpacing(4)
        for group, keys in (("epoch", _EPOCH), ("best", _BEST), ("run", _RUN)):
            self._add_group(group, keys)
        self._column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.retranslate()
        self.refresh()

    def _add_group(self, group: str, keys: tuple[str, ...]) -> None:
        head = self.heads[group] = QLabel()
        head.setTextFormat(Qt.TextFormat.PlainText)
        font = head.font()
        font.setBold(True)
        head.setFont(font)
        self._column.addWidget(head)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 12)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, key in enumerate(keys):
            name, value = QLabel(), ElidedLabel()
            name.setTextFormat(Qt.TextFormat.PlainText)
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.names[key], self.values[key] = name, value
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
        self._column.addLayout(grid)

    def show_run(self, run: OpenRun | None) -> None:
        """Another run, or none."""
        self.run = run
        self.refresh()

    def refresh(self) -> None:
        """All rows as the model has them now."""
        model = self.run.model if self.run else None
        found = {**_at_epoch(model, self.epoch_cursor), **_best(model), **self._of_run(model)} if model else {}
        for key, label in self.values.items():
            text = found.get(key, "")
            label.set_whole(text)
            label.setToolTip(plain_tip(text) if len(text) > 20 else "")
            label.setVisible(bool(text))
            self.names[key].setVisible(bool(text))
        self._heads(model, found)

    def _heads(self, model: RunModel | None, found: dict[str, str]) -> None:
        at = self.epoch_cursor.at(model) if model else 0
        live = self.epoch_cursor.chosen is None
        text = self.tr("Newest epoch: {epoch}") if live else self.tr("At epoch {epoch}")
        self.heads["epoch"].setText(text.format(epoch=whole(at)) if at else self.tr("Now"))
        for group, keys in (("epoch", _EPOCH), ("best", _BEST), ("run", _RUN)):
            self.heads[group].setVisible(any(found.get(key) for key in keys))

    def _of_run(self, model: RunModel) -> dict[str, str]:
        info = model.info
        if info is None:
            return {}
        settings = info.settings
        sizes = {f"images_{split}": whole(size) for split, size in info.split_sizes.items() if size}
        kept = {"exact": self.tr("bit for bit"), "order": self.tr("same order"), "replayed": self.tr("replayed")}
        kept["approximate"] = self.tr("approximate")
        train = settings.get("train", {}) if isinstance(settings.get("train"), dict) else {}
        data = settings.get("data", {}) if isinstance(settings.get("data"), dict) else {}
        return {
            "data": _last_part(plain(data.get("source", ""))),
            **sizes,
            "model": plain(info.model),
            "parameters": whole(info.parameters),
            "optimizer": plain(train.get("optimizer", "")),
            "device": plain(info.device),
            "threads": whole(info.threads),
            "seed": str(info.seed),
            "attempt": whole(info.attempt) if info.attempt > 1 else "",
            # what numpy or scikit-learn trained for a comparison cannot be continued
            "resume": "" if "baseline" in settings else kept.get(info.exact_resume, info.exact_resume),
        }

    def retranslate(self) -> None:
        """Set all texts."""
        names = {
            "train_loss": self.tr("Train loss"),
            "train_accuracy": self.tr("Train accuracy"),
            "valid_loss": self.tr("Valid. loss"),
            "valid_accuracy": self.tr("Valid. accuracy"),
            "valid_macro_f1": self.tr("Macro-F1"),
            "learning_rate": self.tr("Learning rate"),
            "samples_per_second": self.tr("Images a second"),
            "data_share": self.tr("Waits for data"),
            "worst": self.tr("Worst class (F1)"),
            "best_epoch": self.tr("Epoch"),
            "best_loss": self.tr("Valid. loss"),
            "best_macro_f1": self.tr("Macro-F1"),
            "test_accuracy": self.tr("Test accuracy"),
            "test_macro_f1": self.tr("Test macro-F1"),
            "test_accuracy_interval": self.tr("95 % interval"),
            "test_macro_f1_interval": self.tr("95 % interval"),
            "saved": self.tr("Saved at step"),
            "data": self.tr("Data"),
            "images_train": self.tr("Images: train"),
            "images_valid": self.tr("Images: valid."),
            "images_test": self.tr("Images: test"),
            "model": self.tr("Model"),
            "parameters": self.tr("Parameters"),
            "optimizer": self.tr("Optimiser"),
            "device": self.tr("Device"),
            "threads": self.tr("Threads"),
            "seed": self.tr("Seed"),
            "attempt": self.tr("Attempt"),
            "resume": self.tr("Continues"),
        }
        for key, name in names.items():
            self.names[key].setText(name)
            self.values[key].setAccessibleDescription(name)
        self._explain()
        self.heads["best"].setText(self.tr("Best"))
        self.heads["run"].setText(self.tr("Run"))
        self._fit()
        self.refresh()

    def _explain(self) -> None:
        """What a name in the column does not say."""
        tip = self.tr(
            "How far other images of the same kind would move the figure above; not what another seed would do."
        )
        for key in ("test_accuracy_interval", "test_macro_f1_interval"):
            self.names[key].setToolTip(plain_tip(tip))

        tip = self.tr(
            "Mean of F1 over the classes that occur as true class or as an answer. "
            "Where not all of them do, it says how many."
        )
        for key in ("valid_macro_f1", "best_macro_f1", "test_macro_f1"):
            self.names[key].setToolTip(plain_tip(tip))

    def _fit(self) -> None:
        """No narrower than its names and figures: a figure that is cut says nothing."""
        metrics, margins = self.fontMetrics(), self._column.contentsMargins()
        widest = max(metrics.horizontalAdvance(name.text()) for name in self.names.values())
        room = widest + _GAP + metrics.horizontalAdvance(_WIDEST) + margins.left() + margins.right()
        self.setMinimumWidth(room + self.verticalScrollBar().sizeHint().width())


def _at_epoch(model: RunModel, cursor: EpochCursor) -> dict[str, str]:
    epoch = cursor.at(model)
    rows = np.flatnonzero(model.epochs.column("epoch") == epoch)
    if not rows.size:
        return _so_far(model)
    row = int(rows[-1])
    values = {name: float(model.epochs.column(name)[row]) for name in _EPOCH if name in model.epochs.columns}
    found = {name: number(values[name]) for name in ("train_loss", "train_accuracy", "learning_rate")}
    if model.info is not None and model.info.split_sizes.get("valid"):
        found |= {name: number(values[name]) for name in ("valid_loss", "valid_accuracy")}
        found["valid_macro_f1"] = _macro(values["valid_macro_f1"], model.verdicts.get(epoch))
    found["samples_per_second"] = whole(values["samples_per_second"])
    found["data_share"] = percent(values["data_share"])
    validation = model.verdicts.get(epoch)
    if fits(validation, model) and (validation.support > 0).any():
        worst = int(np.where(validation.support > 0, validation.f1, np.inf).argmin())
        found["worst"] = f"{plain(model.classes[worst])} ({number(float(validation.f1[worst]), 2)})"
    return found


def _so_far(model: RunModel) -> dict[str, str]:
    """Before the first epoch has ended: the last report."""
    if not model.batches.rows:
        return {}
    last = {name: float(model.batches.column(name)[-1]) for name in model.batches.columns}
    return {
        "train_loss": number(last["loss"]),
        "train_accuracy": number(last["accuracy"]),
        "learning_rate": number(last["learning_rate"]),
        "samples_per_second": whole(last["samples_per_second"]),
        "data_share": percent(last["data_share"]),
    }


def _best(model: RunModel) -> dict[str, str]:
    found: dict[str, str] = {}
    if model.best_epoch is not None:
        found = {"best_epoch": whole(model.best_epoch), "best_loss": number(model.best_loss)}
        rows = np.flatnonzero(model.epochs.column("epoch") == model.best_epoch)
        if rows.size:
            value = float(model.epochs.column("valid_macro_f1")[int(rows[-1])])
            found["best_macro_f1"] = _macro(value, model.verdicts.get(model.best_epoch))
    if test := model.evaluations.get("test"):
        over = mean_of(test.f1, test.macro_f1)
        found |= {"test_accuracy": number(test.accuracy), "test_macro_f1": _over(test.macro_f1, over, len(test.f1))}
        for key, ends in (("accuracy", test.accuracy_interval), ("macro_f1", test.macro_f1_interval)):
            if ends is not None:
                found[f"test_{key}_interval"] = f"{number(ends[0], 3)} – {number(ends[1], 3)}"
    saved = max(model.checkpoints.values(), key=lambda event: event.step, default=None)
    if saved is not None:
        found["saved"] = whole(saved.step)
    return found


def _macro(value: float, judged: CompactMetrics | None) -> str:
    return number(value) if judged is None else _over(value, judged.macro_classes, len(judged.f1))


def _over(value: float, some: int, count: int) -> str:
    return macro(value, some, count, 4 if some >= count else 3, brief=True)


def _last_part(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
