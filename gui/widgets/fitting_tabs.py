"""Tabs that are all visible: with icons and titles if there is room, else titles, else icons."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget

from gui.style.dimensions import icon_size
from gui.style.theme import icon
from gui.widgets.labels import plain_tip

Words = Literal["all", "front", "none"]
_LOOKS: tuple[tuple[bool, Words], ...] = ((True, "all"), (False, "all"), (True, "front"), (True, "none"))
"""From most to least room: whether there are icons, and which tabs have a title."""


class TabName(NamedTuple):
    """How a tab is named.

    Attributes:
        title: Its title.
        sign: Name of its icon.
        short: Text next to the icon if there is no room for the title. Default: none.
        keys: Its shortcut. Default: none.
    """

    title: str
    sign: str
    short: str = ""
    keys: str = ""


class FittingTabs(QTabWidget):
    """Tabs named by `name_tabs`. If not all titles fit, only the current tab has one, if that fits.

    Args:
        bar: Tab bar to use; None: a new one.
    """

    def __init__(self, *, bar: QTabBar | None = None) -> None:
        super().__init__()
        self._names: dict[QWidget, TabName] = {}
        if bar is not None:
            self.setTabBar(bar)
        self._words: Words = "all"
        self.tabBar().setProperty("signs", False)
        self.setIconSize(icon_size())
        self.currentChanged.connect(self._show_current)

    def name_tabs(self, names: dict[QWidget, TabName]) -> None:
        """Name the tabs.

        Args:
            names: Names by page; pages that are not tabs yet may be among them.
        """
        self._names |= names
        self.fit()

    def title(self, number: int) -> str:
        """Return the full title of a tab, whether it is visible or not.

        Args:
            number: Index of the tab.

        Returns:
            The title.
        """
        name = self._name_of(number)
        return name.title if name is not None else self.tabText(number)

    def _name_of(self, number: int) -> TabName | None:
        page = self.widget(number)
        return self._names.get(page) if page is not None else None

    def fit(self) -> None:
        """Choose the richest look that fits."""
        corner = self.cornerWidget()
        room = self.width() - (corner.sizeHint().width() if corner is not None else 0)
        for sign, self._words in _LOOKS:
            self._squeeze(self._words == "none")
            for number in range(self.count()):
                self._show(number, sign=sign)
            if self.tabBar().sizeHint().width() <= room:
                return

    def _squeeze(self, signs: bool) -> None:
        bar = self.tabBar()
        if bar.property("signs") != signs:
            bar.setProperty("signs", signs)
            bar.style().unpolish(bar)
            bar.style().polish(bar)

    def _show(self, number: int, *, sign: bool) -> None:
        name = self._name_of(number)
        if name is None:
            return
        word = self._words == "all" or (self._words == "front" and number == self.currentIndex())
        self.setTabIcon(number, icon(name.sign) if sign else QIcon())
        self.setTabText(number, name.title if word else name.short)
        self.tabBar().setAccessibleTabName(number, name.title)
        tip = f"{name.title} ({name.keys})" if name.keys else name.title if self._words != "all" else ""
        self.setTabToolTip(number, plain_tip(tip) if tip else "")

    def _show_current(self) -> None:
        if self._words == "front":
            for number in range(self.count()):
                self._show(number, sign=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the look for a new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()
