"""The button above the list of runs that sorts and groups them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton

from gui.runs.run_text import groups, orders
from gui.window.preferences import RunOrder
from gui.window.theme import icon


class OrderButton(QToolButton):
    """`chosen`: the user has chosen a RunOrder from its menu, where the current one is ticked."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.choices = QMenu(self)
        self.order = RunOrder()
        self.setIcon(icon("sort"))
        self.setMenu(self.choices)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAutoRaise(True)
        self.retranslate()

    def show_order(self, order: RunOrder) -> None:
        """Tick this order.

        Args:
            order: The order.
        """
        self.order = order
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.choices.clear()
        now = self.order
        sorts = {replace(now, column=column, descending=down): text for (column, down), text in orders().items()}
        self._add(sorts)
        self.choices.addSeparator()
        grouped = {replace(now, group=group): text for group, text in groups().items()}
        self._add(grouped)
        tip = self.tr("Sorted: {order}").format(order=sorts[now])
        if now.group:
            tip = f"{tip}\n{grouped[now]}"
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def _add(self, choices: dict[RunOrder, str]) -> None:
        for order, text in choices.items():
            action = self.choices.addAction(text)
            action.setCheckable(True)
            action.setChecked(order == self.order)
            action.triggered.connect(lambda *_, order=order: self.chosen.emit(order))
