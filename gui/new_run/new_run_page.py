"""Sets up a run: recipe, data, model, every setting with its range, the equivalent command, and Start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.engine.rpc_client import RpcClient
from gui.new_run.advanced_settings import AdvancedSettings
from gui.new_run.callback_section import CallbackSection
from gui.new_run.data_check import DataCheck
from gui.new_run.fix_button import FixButton
from gui.new_run.rate_button import RATE, RateButton
from gui.new_run.recipe_cards import SHORT_PAGE, RecipeCards
from gui.new_run.search_button import SearchButton
from gui.new_run.setting_row import Choice, ProblemLabel, SettingRow, align, setting_grid
from gui.new_run.start_button import StartButton
from gui.preferences import Preferences
from gui.style.dimensions import SMALL, panel_margins, space
from gui.style.theme import icon
from gui.text import settings
from gui.viewmodels.data_settings import checked_settings, chosen_data, typed_data
from gui.viewmodels.form_fields import Path_, Problem
from gui.viewmodels.recipe_advice import RecipeAdvice
from gui.viewmodels.settings_form import CALLBACKS, DEVICE, MODEL, SOURCE, SettingsForm
from gui.widgets.dropped_paths import dropped_folder
from trainer.home_path import expanded

EPOCHS: Path_ = ("train", "epochs")
FIRST: tuple[Path_, ...] = (SOURCE, MODEL, EPOCHS, ("train", "batch"), RATE, DEVICE)
"""Settings that most people change; the others are folded below."""
_WIDEST = 400
"""Steps of the grid: wider fields are far from their names."""


class NewRunPage(QWidget):
    """The page. `start_wanted` and `search_wanted` are emitted with the arguments after `epochscope`, and the name of
    the run or search; `labels_wanted` with the settings of the data whose labels are to be looked at; `ready_changed`
    when the run can, or no longer can, be started.

    Args:
        rpc_client: Client of the engine's helper process.
        make_client: Makes the client of a helper that foreign code runs in.
        advice: Recommends recipes.
        preferences: Remembers the folder chosen last.
        root: Folder of all runs.
    """

    start_wanted = Signal(list, str)
    search_wanted = Signal(list, str)
    labels_wanted = Signal(object)
    ready_changed = Signal()

    def __init__(
        self,
        rpc_client: RpcClient,
        make_client: Callable[[], RpcClient],
        advice: RecipeAdvice,
        preferences: Preferences,
        root: Path,
    ) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.form = SettingsForm(root)
        self._preferences = preferences
        self._advice = advice
        self._by_hand = False
        """A person has chosen recipe or model."""
        self.cards = RecipeCards(advice)
        self.rows = {path: SettingRow(one, self) for path, one in self.form.fields.items() if path != CALLBACKS}
        self.callbacks = CallbackSection(self.form, make_client)
        self.recipe = Choice()
        self.recipe.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.recipe.setMinimumContentsLength(8)
        self.recipe_about = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.folder_button = QPushButton(icon("folder"), "")
        self.rate_button = RateButton(rpc_client, self.form)
        self.search_button = SearchButton(self.form, lambda: advice.training_images)
        self.name, self.name_problem = QLineEdit(maxLength=64), ProblemLabel()
        self.mend_button = FixButton()
        self.command, self.copy_button = QLineEdit(readOnly=True), QPushButton(icon("copy"), "")
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.start_button = StartButton()
        self.check = DataCheck(rpc_client, lambda: checked_settings(self.form))
        self._labels = {name: QLabel(textFormat=Qt.TextFormat.PlainText) for name in ("recipe", "name", "command")}
        further = {path: row for path, row in self.rows.items() if path not in FIRST}
        self.advanced = AdvancedSettings(self.form, further, self.callbacks)
        self._first = QGroupBox()
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.recipe)
        self.retranslate()

    # -- layout ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, space(SMALL), 0)
        column.addWidget(self._first_box())
        column.addWidget(self.advanced)
        column.addStretch(1)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the keyboard
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setWidget(self._inner)
        self.splitter = QSplitter()
        for place, widget in enumerate((self.scroll_area, self.check)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(place, 1)
        self.check.setMinimumWidth(250)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([600, 400])
        layout = self._page = QVBoxLayout(self)
        layout.addWidget(self.cards)
        layout.addWidget(self.splitter, 1)
        layout.addLayout(self._bottom())

    def _first_box(self) -> QGroupBox:
        grid = setting_grid(self._first)
        grid.addWidget(self._labels["recipe"], 0, 0)
        grid.addWidget(self.recipe, 0, 1)
        grid.addWidget(self.recipe_about, 1, 1, 1, 2)
        self._labels["recipe"].setBuddy(self.recipe)
        buttons = {SOURCE: self.folder_button, RATE: self.rate_button}
        for place, path in enumerate(FIRST, 1):
            self.rows[path].place(grid, 2 * place, buttons.get(path))
        return self._first

    def _bottom(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        rows = (("command", self.command, self.copy_button), ("name", self.name, self.start_button))
        for row, (name, field, button) in enumerate(rows):
            self._labels[name].setBuddy(field)
            grid.addWidget(self._labels[name], row, 0)
            grid.addWidget(field, row, 1, 1, 2 - row)
            grid.addWidget(button, row, 3)
        grid.addWidget(self.search_button, 1, 2)
        grid.addWidget(self.name_problem, 2, 1)
        grid.addWidget(self.mend_button, 3, 1, Qt.AlignmentFlag.AlignLeft)
        return grid

    def _connect(self) -> None:
        self._advice.changed = self._advised
        self.cards.chosen.connect(self.choose_card)
        self.recipe.activated.connect(self._choose_recipe)
        for row in self.rows.values():
            row.typed.connect(self._typed)
            row.left.connect(self._left)
        self.callbacks.edited.connect(self._show)
        self.folder_button.clicked.connect(self._choose_folder)
        self.rate_button.found.connect(self._typed)
        self.name.textChanged.connect(self._named)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.command.text()))
        self.start_button.clicked.connect(self._start)
        self.start_button.enabled_changed.connect(self.ready_changed)
        self.search_button.wanted.connect(self.search_wanted)
        self.check.labels_wanted.connect(self.labels_wanted)
        self.mend_button.clicked.connect(self._mend)

    # -- what a person does ----------------------------------------------------------------------------------------

    def set_source(self, path: str | Path) -> None:
        """Choose a data set by name, or a folder of images; the recipe that suits it is chosen once it is known."""
        self._by_hand = False
        self._take_source(path)

    def _take_source(self, path: str | Path) -> None:
        self._typed(SOURCE, str(path))
        self._seek_advice()  # at once: nobody types
        self._advised()

    def take_settings(self, tables: Mapping[str, Any], news: str) -> None:
        """Set up a run like another one, under a new name; `news` says in words what is different."""
        self._by_hand = True
        self.form.take(tables)
        self.name.clear()
        self.check.forget()
        self.check.tell_news(news)
        self._show()

    def set_devices(self, names: list[str]) -> None:
        """Offer the devices of this machine, besides auto."""
        editor = self.rows[DEVICE].editor
        assert isinstance(editor, Choice)
        editor.blockSignals(True)
        editor.clear()
        editor.addItems(["auto", *names])
        editor.blockSignals(False)
        self._show()

    def _choose_recipe(self, place: int) -> None:
        self._by_hand = True
        self._take_recipe(self.recipe.itemData(place))

    def choose_card(self, recipe: str) -> None:
        """Choose the recipe of a card; it replaces a model that was typed."""
        self._by_hand = True
        self.form.set(MODEL, "")
        self._take_recipe(recipe)

    def _take_recipe(self, recipe: str | None) -> None:
        before = chosen_data(self.form)
        self.form.choose_recipe(recipe)
        self._show()
        if before != chosen_data(self.form):
            self.check.forget()
            self._seek_advice()

    def _advised(self) -> None:
        """Show which recipe suits the data, or how long each takes."""
        fitting = self._advice.recommended
        choosing = self._by_hand or self.recipe.view().isVisible()  # the list must not change below the mouse
        if fitting and not choosing:
            self._take_recipe(fitting)
        else:
            self._show()

    def _seek_advice(self, *, typing: bool = False) -> None:
        if self.isVisible():
            self._advice.look(chosen_data(self.form), typing=typing)
            self._show()

    def poll(self) -> None:
        """Process answers; called on each tick of the window."""
        self.callbacks.catalog.poll()
        self._advice.poll()

    def release(self) -> None:
        """End the helpers, before the window closes."""
        self.callbacks.catalog.close()
        self._advice.close()

    def _typed(self, path: Path_, text: str) -> None:
        path = tuple(path)
        before = typed_data(self.form)
        self._by_hand = self._by_hand or path == MODEL
        self.form.set(path, text)
        self._show()
        if before != typed_data(self.form):
            self.check.forget()
            self._seek_advice(typing=True)
        else:
            self.check.settings_changed()

    def _left(self, path: Path_) -> None:
        row = self.rows[tuple(path)]
        if isinstance(row.editor, QLineEdit):
            row.editor.setModified(False)
        row.show_text(self.form.text(row.path), self.form.changed(row.path))

    def _choose_folder(self) -> None:
        now = expanded(self.form.text(SOURCE))
        start = str(now) if now.is_dir() else self._preferences.folder("data") or str(Path.home())
        if folder := QFileDialog.getExistingDirectory(self, self.tr("Folder with a sub-folder per class"), start):
            self._preferences.set_folder("data", Path(folder).parent)
            self._take_source(Path(folder))  # part of the form: a recipe that was chosen before stays

    def _named(self, text: str) -> None:
        self.form.name = text.strip()
        self._show()

    def _start(self) -> None:
        if not self.form.check():
            self._advice.expire()
            self.start_wanted.emit(self.form.arguments(), self.form.run_name())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept a single folder."""
        if dropped_folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Use the folder as data."""
        if (folder := dropped_folder(event)) is not None:
            self.set_source(folder)
            event.acceptProposedAction()

    def showEvent(self, event: Any) -> None:
        """Check again: names may have been taken meanwhile, and estimates may be out of date."""
        super().showEvent(event)
        self._fit()
        self._show()
        self._seek_advice()

    def hideEvent(self, event: Any) -> None:
        """Stop measuring."""
        super().hideEvent(event)
        self.callbacks.catalog.stop()
        self._advice.stop()

    def resizeEvent(self, event: Any) -> None:
        """Adjust the cards: low windows have little room for them."""
        super().resizeEvent(event)
        self.cards.set_short(self.height() < SHORT_PAGE)
        beside = max(0, (self.width() - space(_WIDEST)) // 2)
        self._page.setContentsMargins(panel_margins() + QMargins(beside, 0, beside, 0))

    # -- showing ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Update texts, problems and command from the form."""
        found = self.form.check()
        self.callbacks.show_state(found)
        problems = {one.path: one for one in reversed(found)}
        self.advanced.show_groups()
        for path, row in self.rows.items():
            row.show_text(self.form.text(path), self.form.changed(path))
            row.problem.tell(settings.problem(self.form, problems[path]) if path in problems else "")
        name = problems.get(("name",))
        self.name_problem.tell(settings.problem(self.form, name) if name else "")
        self.mend_button.show_problems(self.form, [one for one in problems.values() if one is not name])
        self.command.setText(self.form.command_line())
        self.command.setCursorPosition(0)
        self.name.setPlaceholderText(self.form.run_name())
        waiting = self._advice.pending and not self._by_hand
        self.start_button.setEnabled(not problems and not waiting and not self.callbacks.catalog.pending)
        for button in (self.rate_button, self.search_button):
            button.setEnabled(not set(problems) - {("name",)})
        chosen = self.form.recipe
        self.recipe.setCurrentIndex(self.recipe.findData(chosen.name if chosen else None))
        self.cards.show_offers(self._typed_epochs(problems))
        self.cards.check(chosen.name if chosen and not self.form.changed(MODEL) else None)
        self.recipe_about.setText(settings.recipe_about(chosen) if chosen else "")
        self.recipe_about.setVisible(chosen is not None and chosen.name not in self.cards.cards)

    def _typed_epochs(self, problems: dict[Path_, Problem]) -> int | None:
        return int(self.form.text(EPOCHS)) if self.form.changed(EPOCHS) and EPOCHS not in problems else None

    def _mend(self) -> None:
        for path in self.mend_button.places:
            row = self.rows.get(path)
            editor = row.editor if row is not None else self.callbacks.editor(path)
            if editor is not None:
                self.advanced.reveal(path)
                if row is not None:
                    self.scroll_area.ensureWidgetVisible(row.problem)
                self.scroll_area.ensureWidgetVisible(editor)
                editor.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _fit(self) -> None:
        """Make the form wide enough that nothing is cut off."""
        for widget in (self._first, *self.advanced.boxes.values(), self.callbacks, self.advanced, self._inner):
            layout = widget.layout()
            assert layout is not None
            layout.activate()
        bar = self.scroll_area.verticalScrollBar().sizeHint().width()
        self.scroll_area.setMinimumWidth(self._inner.minimumSizeHint().width() + bar)

    def retranslate(self) -> None:
        """Set all texts again."""
        place = max(0, self.recipe.currentIndex())
        self.recipe.clear()
        self.recipe.addItem(self.tr("None (defaults)"), None)
        for one in self.form.recipes:
            self.recipe.addItem(f"{settings.recipe_title(one)} · {one.name}", one.name)
        self.recipe.setCurrentIndex(place)
        for row in self.rows.values():
            row.retranslate()
        self.folder_button.setText(self.tr("Folder…"))
        self.rate_button.retranslate()
        self.search_button.retranslate()
        self._labels["recipe"].setText(self.tr("R&ecipe"))
        self._labels["name"].setText(self.tr("Na&me of the run"))
        self._labels["command"].setText(self.tr("The same in a &terminal"))
        # the buttons stand where others have their unit
        align([*(row.unit for row in self.rows.values()), self.folder_button, self.rate_button])
        self.callbacks.set_unit_width(self.folder_button.minimumWidth())
        align([*(self.rows[path].label for path in FIRST), self._labels["recipe"]])
        align([row.label for path, row in self.rows.items() if path not in FIRST])
        self._fit()
        self._first.setTitle(self.tr("New run"))
        self.advanced.retranslate()
        self.recipe.setAccessibleName(self.tr("Recipe"))
        self.name.setAccessibleName(self.tr("Name of the run"))
        self.command.setAccessibleName(self.tr("Equivalent command line"))
        self.copy_button.setText(self.tr("Copy"))
        self.start_button.setText(self.tr("Start"))
        self.check.retranslate()
        self._show()
