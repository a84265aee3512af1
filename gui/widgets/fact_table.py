"""All facts of a run as rows of name and value, in three groups."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.style.dimensions import MEDIUM, SMALL, TIGHT, space
from gui.text.formats import whole
from gui.text.run_facts import BEST, EPOCH, RUN, fact_names, fact_tips
from gui.widgets.card_frame import text_label
from gui.widgets.labels import Note, plain_tip

GROUPS = {"epoch": EPOCH, "best": BEST, "run": RUN}
_WIDEST = "airplane (0.00)"
"""A value that always fits, in every language; a longer one is cut in the middle."""


class FactRows(QWidget):
    """Rows of name and value."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(TIGHT) - 1)
        self._rows: list[tuple[QLabel, Note]] = []

    def add_row(self) -> tuple[QLabel, Note]:
        """Add a row below the others.

        Returns:
            Its labels: name and value.
        """
        name, value = text_label(muted=True), Note(Qt.TextElideMode.ElideMiddle)
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        line = QHBoxLayout()
        line.setSpacing(space(SMALL))
        line.addWidget(name)
        line.addWidget(value, 1)
        self._column.addLayout(line)
        self._rows.append((name, value))
        return name, value

    def show_rows(self, rows: Mapping[str, str]) -> None:
        """Replace all rows.

        Args:
            rows: Values by name; those without a value are skipped.
        """
        shown = [(name, value) for name, value in rows.items() if value]
        while len(self._rows) < len(shown):
            self.add_row()
        for place, (name, value) in enumerate(self._rows):
            found = shown[place] if place < len(shown) else ("", "")
            show_fact(name, value, *found)
        self.setVisible(bool(shown))


def show_fact(name: QLabel, value: Note, title: str, text: str) -> None:
    """Show a name and its value, or hide both if there is no value.

    Args:
        name: Label of the name.
        value: Label of the value.
        title: The name.
        text: The value.
    """
    name.setText(title)
    value.setText(text)
    value.setAccessibleDescription(title)
    for label in (name, value):
        label.setVisible(bool(text))


class FactTable(QWidget):
    """All facts of a run. `names` and `values` hold the labels by the keys of `gui.text.run_facts`."""

    def __init__(self) -> None:
        super().__init__()
        self.heads: dict[str, QLabel] = {}
        self.names: dict[str, QLabel] = {}
        self.values: dict[str, Note] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(space(TIGHT), 0, space(TIGHT), space(MEDIUM))
        column.setSpacing(space(TIGHT))
        for group, keys in GROUPS.items():
            self.heads[group] = text_label("heading")
            column.addSpacing(space(SMALL))
            column.addWidget(self.heads[group])
            rows = FactRows()
            for key in keys:
                self.names[key], self.values[key] = rows.add_row()
            column.addWidget(rows)

    def show_facts(self, found: Mapping[str, str], epoch: int, *, live: bool) -> None:
        """Show the facts of a run.

        Args:
            found: Values by key.
            epoch: Epoch they belong to; 0: none yet.
            live: Whether that is the newest epoch.
        """
        names = fact_names()
        for key, value in self.values.items():
            show_fact(self.names[key], value, names[key], found.get(key, ""))
        text = self.tr("Newest epoch: {epoch}") if live else self.tr("At epoch {epoch}")
        self.heads["epoch"].setText(text.format(epoch=whole(epoch)) if epoch else self.tr("Now"))
        for group, keys in GROUPS.items():
            self.heads[group].setVisible(any(found.get(key) for key in keys))

    def retranslate(self) -> None:
        """Set all permanent texts."""
        for key, tip in fact_tips().items():
            self.names[key].setToolTip(plain_tip(tip))
        for key, name in fact_names().items():
            self.names[key].setText(name)
        self.heads["best"].setText(self.tr("Best and test"))
        self.heads["run"].setText(self.tr("Run"))


def least_width(metrics: QFontMetrics) -> int:
    """Return the smallest width of a fact table: names and numbers are not cut.

    Args:
        metrics: Metrics of its font.

    Returns:
        Logical pixels.
    """
    widest = max(metrics.horizontalAdvance(name) for name in fact_names().values())
    return widest + space(SMALL) + metrics.horizontalAdvance(_WIDEST) + 2 * space(TIGHT)
