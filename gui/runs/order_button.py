"""The button above the list of runs that sorts and groups them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton

from gui.preferences import RunOrder
from gui.runs.run_text import group_choice, groups, orders, setting_title
from gui.style.theme import icon
from gui.viewmodels.run_row import is_setting


class OrderButton(QToolButton):
    """`chosen`: the user has chosen a RunOrder from its menu, where the current one is ticked."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.choices, self.setting_choices = QMenu(self), QMenu(self)
        self.order = RunOrder()
        self._settings: Sequence[str] = ()
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

    def offer_settings(self, names: Sequence[str]) -> None:
        """Offer to group by these settings.

        Args:
            names: Their dotted names.
        """
        self._settings = names
        self.retranslate()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.choices.clear()
        now = self.order
        sorts = {replace(now, column=column, descending=down): text for (column, down), text in orders().items()}
        self._add(self.choices, sorts)
        self.choices.addSeparator()
        self._add(self.choices, {replace(now, group=group): text for group, text in groups().items()})
        self._add_settings()
        tip = self.tr("Sorted: {order}").format(order=sorts[now])
        if now.group:
            tip = f"{tip}\n{group_choice(now.group)}"
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def _add_settings(self) -> None:
        """The settings in which runs differ, and the one they are grouped by."""
        now = [self.order.group] if is_setting(self.order.group) else []
        names = list(dict.fromkeys([*self._settings, *now]))
        self.setting_choices.clear()
        self.setting_choices.setTitle(self.tr("Group by setting"))
        self.setting_choices.setEnabled(bool(names))
        self.choices.addMenu(self.setting_choices)
        self._add(self.setting_choices, {replace(self.order, group=name): setting_title(name) for name in names})

    def _add(self, menu: QMenu, choices: dict[RunOrder, str]) -> None:
        for order, text in choices.items():
            action = menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(order == self.order)
            action.triggered.connect(lambda *_, order=order: self.chosen.emit(order))
