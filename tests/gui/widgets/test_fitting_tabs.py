"""Tabs stay in sight: by words, by icons, and always with their whole titles for those who ask."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.fitting_tabs import FittingTabs, TabName


@pytest.fixture
def tabs(qtbot: QtBot) -> FittingTabs:
    made = FittingTabs()
    qtbot.addWidget(made)
    names = {}
    for title in ("Classes of the data", "Problems of the data", "Worth a look, all of it"):
        page = QWidget()
        made.addTab(page, "")
        names[page] = TabName(title, "classes", short="3" if title.startswith("Problems") else "")
    made.name_tabs(names)
    made.resize(900, 200)
    made.show()
    return made


def shown(tabs: FittingTabs) -> list[tuple[str, bool]]:
    """Text of each tab, and whether it has an icon."""
    return [(tabs.tabText(number), not tabs.tabIcon(number).isNull()) for number in range(tabs.count())]


def fits(tabs: FittingTabs) -> bool:
    return tabs.tabBar().sizeHint().width() <= tabs.width()


def test_from_words_with_icons_to_icons_alone_and_back(tabs: FittingTabs, qtbot: QtBot) -> None:
    looks = []
    for width in range(900, 120, -20):
        tabs.resize(width, 200)
        if not looks or shown(tabs) != looks[-1]:
            looks.append(shown(tabs))
        assert fits(tabs), width
    titles = [tabs.title(number) for number in range(3)]
    assert looks == [
        [(title, True) for title in titles],
        [(title, False) for title in titles],
        [(titles[0], True), ("3", True), ("", True)],
        [("", True), ("3", True), ("", True)],
    ]
    tabs.resize(900, 200)
    assert shown(tabs) == looks[0]


def test_where_there_is_room_for_one_word_it_is_that_of_the_front(tabs: FittingTabs) -> None:
    tabs.resize(300, 200)
    assert tabs.tabText(0) == tabs.title(0)
    tabs.setCurrentIndex(2)
    assert [text for text, _ in shown(tabs)] == ["", "3", tabs.title(2)]
    assert "Classes" in tabs.tabToolTip(0)


def test_screen_readers_have_the_title(tabs: FittingTabs) -> None:
    tabs.resize(130, 200)
    assert [tabs.tabBar().accessibleTabName(number) for number in range(3)] == [tabs.title(n) for n in range(3)]
