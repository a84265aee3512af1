"""What stands above all else: the menu, and below it the controls of the run; in one row where a window is low."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QMenuBar, QSizePolicy, QWidget

from gui.widgets.run_toolbar import RunToolbar

LOW = 760
"""Pixels: lower windows have no room for two rows."""


class TopRows(QWidget):
    """`fit` whenever the window has another height."""

    def __init__(self, menu: QMenuBar, toolbar: RunToolbar) -> None:
        super().__init__()
        self._menu, self._toolbar = menu, toolbar
        self._low = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(menu)
        self._box.addWidget(toolbar, 1)

    def fit(self, height: int) -> None:
        """For a window so high."""
        low = height < LOW
        if low == self._low:
            return
        self._low = low
        ways = QBoxLayout.Direction
        policy = QSizePolicy.Policy
        self._box.setDirection(ways.LeftToRight if low else ways.TopToBottom)
        self._box.setAlignment(self._menu, Qt.AlignmentFlag.AlignVCenter if low else Qt.AlignmentFlag(0))
        self._menu.setSizePolicy(policy.Fixed if low else policy.Expanding, policy.Minimum)
        self._toolbar.set_compact(low)
