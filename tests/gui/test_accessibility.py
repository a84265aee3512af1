"""What has the keyboard is seen in every theme, and everything that can have it has a name for a screen reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTableWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.new_run.recipe_cards import RecipeCard
from gui.panels.curves.chart_area import ChartArea
from gui.style import theme
from gui.window.main_window import Window
from gui.window.tabs import PANELS
from tests.gui.sample_runs import SampleRun
from tests.gui.windows import opened


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    theme.apply(qapp, "system")


def _tabs() -> QTabWidget:
    tabs = QTabWidget()
    tabs.addTab(QWidget(), "one")
    return tabs


CONTROLS: dict[str, Callable[[], QWidget]] = {
    "button": lambda: QPushButton("text"),
    "tool": lambda: QToolButton(text="text", focusPolicy=Qt.FocusPolicy.StrongFocus),
    "flat tool": lambda: QToolButton(text="text", autoRaise=True, focusPolicy=Qt.FocusPolicy.StrongFocus),
    "checked tool": lambda: QToolButton(text="t", checkable=True, checked=True, focusPolicy=Qt.FocusPolicy.StrongFocus),
    "check box": lambda: QCheckBox("text"),
    "radio": lambda: QRadioButton("text"),
    "list": QComboBox,
    "line": QLineEdit,
    "read-only line": lambda: QLineEdit("text", readOnly=True),
    "spin box": QSpinBox,
    "slider": lambda: QSlider(Qt.Orientation.Horizontal),
    "table": lambda: QTableWidget(2, 2),
    "text": lambda: QPlainTextEdit("text", readOnly=True),
    "tabs": _tabs,
    "charts": ChartArea,
    "card": lambda: RecipeCard("linear"),
}


def _difference(one: QImage, other: QImage) -> int:
    return sum(one.pixel(x, y) != other.pixel(x, y) for x in range(one.width()) for y in range(0, one.height(), 2))


@pytest.mark.parametrize("scheme", theme.SCHEMES[1:])
@pytest.mark.parametrize("name", CONTROLS)
def test_what_has_the_keyboard_is_seen(app: QApplication, qtbot: QtBot, scheme: theme.Scheme, name: str) -> None:
    theme.apply(app, scheme)
    page, control, other = QWidget(), CONTROLS[name](), QPushButton("elsewhere")
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    layout.addWidget(control)
    layout.addWidget(other)
    page.resize(160, 160)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    other.setFocus(Qt.FocusReason.TabFocusReason)
    plain = control.grab().toImage()
    (control.tabBar() if isinstance(control, QTabWidget) else control).setFocus(Qt.FocusReason.TabFocusReason)
    assert app.focusWidget() is not other
    seen = control.grab().toImage()
    assert _difference(plain, seen) > 20


def nameless(widget: QWidget) -> list[str]:
    """Children that take the keyboard now, and that a screen reader could only call by their kind."""
    found = []
    for child in widget.findChildren(QWidget):
        takes = child.isVisible() and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus
        inner = child.objectName().startswith("qt_") or child.focusProxy() is not None
        interface = QAccessible.queryAccessibleInterface(child) if takes and not inner else None
        if interface is not None and not interface.text(QAccessible.Text.Name):
            found.append(f"{type(child).__name__} in {type(child.parentWidget()).__name__}")
    return found


@pytest.mark.parametrize("panel", PANELS)
def test_every_control_of_a_run_has_a_name(qtbot: QtBot, window: Window, root: Path, panel: str) -> None:
    opened(qtbot, window, SampleRun(root).make().folder)
    window.show_tab(panel)
    window.refresh_timer.tick()
    assert nameless(window) == []
    window.tabs.tear_off(panel)
    assert nameless(window.tabs.floating[panel]) == []


def test_every_control_of_a_new_run_has_a_name(window: Window) -> None:
    window.new_run()
    window.refresh_timer.tick()
    assert nameless(window) == []


def test_every_control_at_the_start_has_a_name(window: Window) -> None:
    window.refresh_timer.tick()
    assert nameless(window) == []
