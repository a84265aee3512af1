"""Divides the Errors tab: matrix and pairs on the left, images on the right."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from gui.panels.confusion.matrix import MatrixView
from gui.panels.confusion.pairs import PairsView
from gui.style.dimensions import TIGHT, space

_MATRIX_SHARE = 0.5
"""Of the width, at most."""
_LOW_SHARE = 0.75
"""Least share of the height: in a low window, the matrix has priority over the pairs."""
_LEAST_PAIRS = 4
"""Rows."""
_PAIRS_WIDTH = 75
"""Steps of the grid: for two names and two numbers."""


class MatrixSplitter(QSplitter):
    """The matrix takes a square of useful size, with the pairs below; images have the rest of the width, unless the
    user has moved the border. `axes` explains rows, columns and colours."""

    def __init__(self, matrix: MatrixView, axes: QLabel, pairs: PairsView, images: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._matrix, self._axes, self._pairs = matrix, axes, pairs
        self._divided = False
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(TIGHT))
        column.addWidget(matrix, 1)
        column.addWidget(axes)
        column.addWidget(pairs)
        column.addStretch()
        self.addWidget(left)
        self.addWidget(images)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._moved_by_hand)

    def _moved_by_hand(self) -> None:
        self._divided = True
        self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt to a new size."""
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Divide the space again, as its size or the classes have changed."""
        width, height = self.width() - self.handleWidth(), self.height()
        most = self.sizes()[0] if self._divided else round(_MATRIX_SHARE * width)
        pairs = len(self._pairs.model_of_pairs.pairs)
        below = self._axes.sizeHint().height() + 2 * space(TIGHT)
        high = max(height - below - self._pairs.height_of(min(pairs, _LEAST_PAIRS)), round(_LOW_SHARE * height))
        size = self._matrix.helpful_size(QSize(most, high))
        self._matrix.setMaximumHeight(max(size.height(), 1))
        self._pairs.setFixedHeight(max(0, min(self._pairs.height_of(pairs), height - below - size.height())))
        if not self._divided and width:
            left = max(size.width(), min(most, space(_PAIRS_WIDTH)))
            self.setSizes([left, width - left])
