"""A dialog that is open while the language or the theme changes looks like one that is opened afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QPushButton, QTabBar, QTableWidget, QWidget

from gui.new_run.rate_finder import RateFinder
from gui.new_run.search_setup import SearchSetup
from gui.panels.predict.image_viewer import ImageViewer
from gui.preferences import Preferences
from gui.runs.compare_dialog import CompareDialog
from gui.runs.comparison_choice import ComparisonChoice
from gui.search.search_dialog import SearchDialog
from gui.style import theme
from gui.viewmodels.explanations import Explanations
from gui.viewmodels.predicted_images import Prediction
from gui.viewmodels.run_list import look_at
from gui.viewmodels.settings_form import SettingsForm
from gui.widgets.translated_dialog import TranslatedDialog
from gui.window import i18n
from gui.window.layout import LEAST_SIZE
from gui.window.preferences_dialog import PreferencesDialog
from tests.gui.panels.predict.predictions import picture, run_of
from tests.gui.rpc_clients import FakeRpcClient
from tests.gui.search.test_search_dialog import RECORD, written
from tests.gui.text.test_update_translations import shown
from tests.gui.viewmodels.test_run_list import make

Make = Callable[[Path, QWidget], TranslatedDialog]


def compared(root: Path, parent: QWidget) -> TranslatedDialog:
    paths = [make(root, f"run-{number}", epoch=5, epochs=5, best_macro_f1=0.5).path for number in range(2)]
    return CompareDialog(paths, parent)


def choosing(root: Path, parent: QWidget) -> TranslatedDialog:
    rows = [look_at(make(root, f"run-{number}", epoch=5, epochs=5, best_macro_f1=0.5).path) for number in range(3)]
    assert rows[0] is not None
    return ComparisonChoice(rows[0], [row for row in rows if row is not None], parent)


def searched(root: Path, parent: QWidget) -> TranslatedDialog:
    written(root, RECORD)
    return SearchDialog(root, parent)


def looked_at(root: Path, parent: QWidget) -> TranslatedDialog:
    client: Any = FakeRpcClient(root)
    rows = [Prediction(str(picture(root / "a.png")), top=(("cat", 0.7), ("dog", 0.3)), truth="cat")]
    return ImageViewer(rows, 0, run_of(root, classes=("cat", "dog")), Explanations(client), parent)


def preferred(root: Path, parent: QWidget) -> TranslatedDialog:
    return PreferencesDialog(parent, Preferences())


def finding(root: Path, parent: QWidget) -> TranslatedDialog:
    client: Any = FakeRpcClient(root)
    return RateFinder(client, {}, root, parent)


def set_up(root: Path, parent: QWidget) -> TranslatedDialog:
    return SearchSetup(SettingsForm(root), parent)


DIALOGS = (compared, choosing, searched, looked_at, preferred, finding, set_up)


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    before = QLocale()
    i18n.choose(qapp, "en")
    yield qapp
    i18n.choose(qapp, "en")
    QLocale.setDefault(before)
    theme.apply(qapp, "light")


def texts(dialog: QWidget) -> list[str]:
    found = [dialog.windowTitle()]
    for widget in dialog.findChildren(QWidget):
        if isinstance(widget.parent(), QTabBar):  # Qt's own, named once
            continue
        found += [*shown(widget), widget.toolTip(), widget.accessibleName()]
        if isinstance(widget, QTableWidget):
            found += cells(widget)
    return [text for text in found if text]


def cells(table: QTableWidget) -> list[str]:
    places = [(row, column) for row in range(table.rowCount()) for column in range(table.columnCount())]
    heads = [table.verticalHeaderItem(row) for row in range(table.rowCount())]
    return [item.text() for item in (*heads, *(table.item(*place) for place in places)) if item is not None]


@pytest.mark.parametrize("open_one", DIALOGS)
def test_the_language(open_one: Make, tmp_path: Path, app: QApplication, qtbot: Any) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    before = open_one(tmp_path, parent)
    before.show()
    english = texts(before)
    i18n.choose(app, "ru")
    QApplication.processEvents()
    after = open_one(tmp_path, parent)
    after.show()

    def alike() -> None:  # soon: the comparison of images has its own thread
        assert texts(before) == texts(after)

    qtbot.waitUntil(alike)
    assert texts(after) != english


def test_a_chart_of_an_open_dialog_follows_the_theme(tmp_path: Path, app: QApplication, qtbot: Any) -> None:
    theme.apply(app, "light")
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = searched(tmp_path, parent)
    assert isinstance(dialog, SearchDialog)
    dialog.show()
    theme.apply(app, "dark")
    QApplication.processEvents()
    colours = theme.Colours.current()
    assert dialog.history.view.backgroundBrush().color() == colours.background
    drawn = {stroke.look.colour.name() for stroke in dialog.history.scene.strokes}
    assert drawn == {colours.valid.name(), colours.train.name()}
    assert dialog.windowModality() == Qt.WindowModality.NonModal


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("open_one", DIALOGS)
def test_its_buttons_are_in_sight_where_the_window_is_as_small_as_it_can_be(
    open_one: Make, tmp_path: Path, app: QApplication, qtbot: Any, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    i18n.choose(app, language)
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = open_one(tmp_path, parent)
    small = SimpleNamespace(availableSize=lambda: LEAST_SIZE)
    monkeypatch.setattr(TranslatedDialog, "screen", lambda _: small, raising=False)
    dialog.show()
    assert dialog.height() <= LEAST_SIZE.height()
    assert dialog.width() <= LEAST_SIZE.width()
    for button in dialog.findChildren(QPushButton):
        if button.isVisible() and button.parent() in (dialog, *dialog.findChildren(QDialogButtonBox)):
            assert dialog.rect().contains(button.rect().translated(button.mapTo(dialog, QPoint()))), button.text()
