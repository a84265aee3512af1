"""Two or more runs side by side: their best metrics, and the settings in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.runs.comparison_verdict import ComparisonVerdict
from gui.runs.run_sign import run_sign
from gui.runs.run_text import heads, shown
from gui.style.dimensions import MEDIUM, space
from gui.text.formats import SHORTEST, short_path, significant
from gui.text.setting_titles import setting_titles
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.run_list import look_at
from gui.viewmodels.run_row import Column, Row
from gui.viewmodels.settings_comparison import SettingDifference, compare_settings
from gui.widgets.bar_delegate import PART, BarDelegate
from gui.widgets.labels import plain_tip
from gui.widgets.translated_dialog import TranslatedDialog
from trainer.settings.fields import as_typed
from trainer.store.folder import RunFolder
from trainer.store.run_files import data_fingerprint
from trainer.text.text_shortening import distinct_names, short_line

_LEAST = 130
"""Smallest width of a column in pixels."""
_LONG = 16
"""Texts longer than this may be cut; the tool tip has all of them."""


@dataclass(frozen=True)
class ComparisonRow:
    """A row of the comparison.

    Attributes:
        title: Its title.
        texts: A text per run; empty for a heading.
        differs: Whether the runs differ in it. Default: False.
        best: Columns of the best values.
        parts: Length of the bar of each run, in [0, 1]; None: no bar. Empty: no bars.
        heading: Whether it is a heading. Default: False.
    """

    title: str
    texts: tuple[str, ...]
    differs: bool = False
    best: frozenset[int] = frozenset()
    parts: tuple[float | None, ...] = ()
    heading: bool = False


class CompareDialog(TranslatedDialog):
    """A table with a column per run, as the runs were when it was opened; Ctrl+C copies it.

    Args:
        paths: Folders of two or more runs.
        parent: Parent widget.
        colours: The colours of runs in the charts; None (default): they have none.
    """

    def __init__(self, paths: Sequence[Path], parent: QWidget | None = None, colours: RunColours | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._folders = [RunFolder(path) for path in paths]
        self._rows = [look_at(path) for path in paths]
        self._looks = [colours.look(path) for path in paths] if colours is not None else []
        self._settings = compare_settings(self._folders)
        self._comparable = same_data(self._folders, self._rows)
        self.table = QTableWidget()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # of a path both ends say most
        self._bars = BarDelegate(self.table)
        self.table.setItemDelegate(self._bars)
        self.all_settings = QCheckBox()
        self.all_settings.toggled.connect(self._fill)
        self.hint = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.copy_button = QPushButton()
        self.copy_button.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_button.clicked.connect(self.copy)
        self.copy_button.setAutoDefault(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        self._close_button = buttons.button(QDialogButtonBox.StandardButton.Close)
        self._close_button.setAutoDefault(False)
        self.hint.setProperty("tone", "muted")
        self.hint.setIndent(space(MEDIUM))
        below = QHBoxLayout()
        for widget, stretch in ((self.all_settings, 0), (self.hint, 1), (self.copy_button, 0), (buttons, 0)):
            below.addWidget(widget, stretch)
        layout = QVBoxLayout(self)
        self.verdict = ComparisonVerdict(self._folders[0], self._folders[1], self) if len(self._folders) == 2 else None
        if self.verdict is not None:
            layout.addWidget(self.verdict)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)
        self.retranslate()
        self.resize(min(300 + 170 * len(paths), 1100), 560)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.setWindowTitle(self.tr("Compare runs"))
        self.table.setAccessibleName(self.tr("Metrics and settings of the runs"))
        self.all_settings.setText(self.tr("Show identical settings too"))
        apart = self.tr("No ★: trained on different data")
        self.hint.setText(self.tr("★ best") if self._comparable else apart)
        self.copy_button.setText(self.tr("Copy table"))
        self._close_button.setText(self.tr("Close"))
        if self.verdict is not None:
            self.verdict.retranslate()
        self._fill()

    def _lines(self) -> list[ComparisonRow]:
        lines = [ComparisonRow(self.tr("Best metrics"), (), heading=True), *self._metrics()]
        chosen = [one for one in self._settings if one.differs or self.all_settings.isChecked()]
        title = self.tr("Settings") if self.all_settings.isChecked() else self.tr("Settings that differ")
        lines.append(ComparisonRow(title, (), heading=True))
        if not chosen:
            return [*lines, ComparisonRow(self.tr("none"), ())]
        return lines + [_setting_line(one) for one in chosen]

    def _metrics(self) -> list[ComparisonRow]:
        found = figure_lines(self._rows, self.locale())
        return found if self._comparable else [replace(line, best=frozenset()) for line in found]

    def _fill(self) -> None:
        lines = self._lines()
        names = distinct_names(self._folders)
        self.table.clear()
        self.table.clearSpans()
        self.table.setRowCount(len(lines))
        self.table.setColumnCount(len(names))
        for place, name in enumerate(names):
            head = QTableWidgetItem(short_line(name))
            if self._looks:
                head.setIcon(run_sign(self._looks[place], self.devicePixelRatioF()))
            head.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.table.setHorizontalHeaderItem(place, head)
        for number, line in enumerate(lines):
            self._fill_row(number, line, len(names))
            if not line.texts:
                self.table.setSpan(number, 0, 1, len(names))
        self._fit()

    def _fit(self) -> None:
        """Divide the width among the columns, all equally wide."""
        count = self.table.columnCount()
        # the table's own layout has not yet heard of longer heads at the left
        frame, heads = 2 * self.table.frameWidth(), self.table.verticalHeader().sizeHint().width()
        share = (self.table.width() - frame - heads) // max(1, count)
        for place in range(count):
            self.table.setColumnWidth(place, max(_LEAST, share))

    def restyle(self) -> None:
        """Colours of another theme."""
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more of long texts if there is more room."""
        super().resizeEvent(event)
        self._fit()

    def _fill_row(self, number: int, line: ComparisonRow, columns: int) -> None:
        head = QTableWidgetItem(line.title)
        font = head.font()
        font.setBold(line.heading)
        head.setFont(font)
        self.table.setVerticalHeaderItem(number, head)
        for place in range(columns):
            text = line.texts[place] if line.texts else ""
            item = QTableWidgetItem(f"{text} ★" if place in line.best else text)
            item.setToolTip(plain_tip(text) if len(text) > _LONG else "")
            if line.parts and line.parts[place] is not None:
                item.setData(PART, line.parts[place])
            font = item.font()
            font.setBold(place in line.best or (line.differs and self.all_settings.isChecked()))
            item.setFont(font)
            if line.heading:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.table.setItem(number, place, item)

    def copy(self) -> None:
        """Copy the table as text, separated by tabs."""
        lines = ["\t".join(["", *distinct_names(self._folders)])]
        lines += ["\t".join([line.title, *line.texts]) for line in self._lines()]
        QGuiApplication.clipboard().setText("\n".join(lines))


def same_data(folders: Sequence[RunFolder], rows: Sequence[Row | None]) -> bool:
    """Check whether metrics of runs can be compared: all were trained on the same source or on equal data.

    A fingerprint alone does not tell: it also changes with the seed of a split and the size of the images.

    Args:
        folders: Folders of the runs.
        rows: The runs; None for one that cannot be read. A run without metrics does not count.

    Returns:
        Whether they were; where nothing is known about a run's data, it counts as different.
    """
    groups: list[set[tuple[str, str]]] = []
    for folder, row in zip(folders, rows, strict=True):
        if row is None or (row.value("macro_f1") is None and row.value("loss") is None):
            continue
        source = row.summary.data if row.summary is not None else ""
        mine = {fact for fact in (("source", source), ("data", data_fingerprint(folder))) if fact[1]}
        shared = [group for group in groups if group & mine]
        groups = [group for group in groups if not group & mine] + [mine.union(*shared)]
    return len(groups) < 2


_BETTER: dict[str, int] = {"state": 0, "macro_f1": 1, "loss": -1, "best_epoch": 0, "epoch": 0, "seconds": 0}
"""Whether larger (1) or smaller (-1) values are better; 0: neither."""


def figure_lines(rows: Sequence[Row | None], locale: QLocale) -> list[ComparisonRow]:
    """Make the rows of metrics, the best value of each marked unless all are equal.

    Args:
        rows: The runs; None for one that cannot be read.
        locale: For numbers.

    Returns:
        A row per metric.
    """
    titles: dict[str, str] = {"best_epoch": QCoreApplication.translate("CompareDialog", "Best epoch")}
    titles |= {str(name): title for name, title in heads().items()}
    lines = []
    for name, better in _BETTER.items():
        values = [_value(row, name) for row in rows]
        texts = tuple(_text(row, name, locale) for row in rows)
        found = [value * better for value in values if better and value is not None]
        best = {
            place for place, value in enumerate(values) if found and value is not None and value * better == max(found)
        }
        told = frozenset(best) if len(best) < len(found) else frozenset()
        parts = tuple(values) if name == "macro_f1" else ()
        lines.append(ComparisonRow(titles[name], texts, best=told, parts=parts))
    return lines


def _value(row: Row | None, name: str) -> float | None:
    return row.value(cast(Column, name)) if row is not None and _BETTER[name] else None


def _text(row: Row | None, name: str, locale: QLocale) -> str:
    if row is None or row.summary is None:
        return "–"
    if name == "best_epoch":
        return "–" if row.summary.best_epoch is None else locale.toString(row.summary.best_epoch)
    return shown(row, cast(Column, name), locale)


def _setting_line(one: SettingDifference) -> ComparisonRow:
    (words,) = setting_titles([one.name])
    title = one.name if words == one.name else f"{words} ({one.name})"
    texts = tuple("–" if value is None else _setting_text(value) for value in one.values)
    return ComparisonRow(short_line(title), texts, one.differs)


def _setting_text(value: Any) -> str:
    if isinstance(value, float):
        return significant(value, SHORTEST)
    return short_line(short_path(as_typed(value)))
