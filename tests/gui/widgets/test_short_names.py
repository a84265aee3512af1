"""Names of classes that are cut, wherever the window shows them, stay different."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QStyleOptionViewItem

from gui.panels.classes.class_table import NAME, ClassTable
from gui.panels.confusion.pairs import PairsView
from gui.plotting.scatter import Scatter
from gui.text.class_text import ARROW
from gui.widgets.short_names import NameDelegate, ShortNames
from gui.widgets.thumbnails import ThumbnailView
from trainer.metrics.confusion import Pair

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

COUNT = 130
NAMES = tuple(f"a long beginning that all of them share, {number:03}, and a long end, too" for number in range(COUNT))


def test_below_images_and_beside_points(qtbot: QtBot) -> None:
    view, scatter = ThumbnailView(96, 4), Scatter(lambda number: None)
    qtbot.addWidget(view)
    qtbot.addWidget(scatter)
    assert len(set(view.short_names(NAMES, ARROW))) == COUNT
    scatter.resize(300, 300)
    assert len(set(scatter.short_names(NAMES))) == COUNT


def test_what_fits_stays_whole_and_line_breaks_go(qtbot: QtBot) -> None:
    view = ThumbnailView(96, 4)
    qtbot.addWidget(view)
    assert view.short_names(("cat", "a\nb")) == ("cat", "a b")


def test_in_the_cells_of_tables(qtbot: QtBot) -> None:
    pairs, table = PairsView(), ClassTable()
    qtbot.addWidget(pairs)
    qtbot.addWidget(table)
    pairs.resize(400, 300)
    pairs.show_pairs([Pair(n, (n + 1) % COUNT, 3, 0.1, 0.0) for n in range(COUNT)], NAMES, compared=False)
    table.resize(600, 300)
    columns = dict.fromkeys(("f1", "precision", "recall", "support", "since_last", "since_best"), np.zeros(COUNT))
    table.classes.show_columns(columns, NAMES)
    table.fit()
    for view, column in ((pairs, 0), (pairs, 1), (table, NAME)):
        delegate = view.itemDelegateForColumn(column)
        assert isinstance(delegate, NameDelegate)
        shown = {_text(delegate, view.model().index(row, column)) for row in range(COUNT)}
        assert len(shown) == COUNT
        assert all("…" in text for text in shown)


def _text(delegate: NameDelegate, index: QModelIndex) -> str:
    option = QStyleOptionViewItem()
    option.rect.setWidth(120)
    option.rect.setHeight(20)
    delegate.initStyleOption(option, index)
    return option.text


def test_names_of_another_list_replace_those_before(qapp: object) -> None:
    short = ShortNames()
    font = QFont()
    assert short.within(500, ["a"], font) == {"a": "a"}
    assert short.within(500, ["b"], font) == {"b": "b"}
