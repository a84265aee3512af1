"""Set up a run: recipe, data, model, every setting with its range, the command that does the same, and Start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
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
from gui.new_run.data_check import DataCheck
from gui.new_run.setting_row import Choice, ProblemLabel, SettingRow
from gui.text import settings
from gui.viewmodels.settings_form import DEVICE, MODEL, SOURCE, Path_, Problem, SettingsForm
from gui.window.preferences import Preferences
from gui.window.theme import icon

EPOCHS: Path_ = ("train", "epochs")
FIRST: tuple[Path_, ...] = (SOURCE, MODEL, EPOCHS, DEVICE)
"""What most people set; the rest stands below, in groups."""
_CHECKED = ("data", "augment")


class NewRunPage(QWidget):
    """`start_wanted`: the arguments after `epochscope`, and the name of the run."""

    start_wanted = Signal(list, str)

    def __init__(
        self, assist: RpcClient, root: Path, preferences: Preferences | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.form = SettingsForm(root)
        self._preferences = preferences or Preferences()
        self.rows = {path: SettingRow(field, self) for path, field in self.form.fields.items()}
        self.recipe = Choice()
        self.recipe_about = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.folder_button = QPushButton(icon("folder"), "")
        self.name = QLineEdit(maxLength=64)
        self.name_problem = ProblemLabel()
        self.mend_button = QPushButton(icon("warning"), "")
        self.command = QLineEdit(readOnly=True)
        self.command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.copy_button = QPushButton(icon("copy"), "")
        self.start_button = QPushButton(icon("start"), "")
        self.start_button.setDefault(True)
        self.check = DataCheck(assist, self._data_settings)
        self._labels = {name: QLabel(textFormat=Qt.TextFormat.PlainText) for name in ("recipe", "name", "command")}
        self._boxes: dict[str, QGroupBox] = {}
        self._wrong: list[Path_] = []
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.recipe)
        self.retranslate()

    # -- layout ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self._first_box())
        for group in dict.fromkeys(path[0] if len(path) > 1 else "" for path in self.rows):
            box = QGroupBox()
            grid = _grid(box)
            mine = [field for field in self.form.of_group(group) if field.path not in FIRST]
            for place, field in enumerate(mine):
                self.rows[field.path].place(grid, 2 * place)
            self._boxes[group] = box
        # the options of the models stand before the rest; what is in no table comes last
        rest = [group for group in self._boxes if group not in ("first", "", *self.form.models())]
        for group in [*self.form.models(), *rest, ""]:
            if group in self._boxes:
                column.addWidget(self._boxes[group])
        column.addStretch(1)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setWidget(self._inner)
        self.splitter = QSplitter()
        self.splitter.addWidget(self.scroll_area)
        self.splitter.addWidget(self.check)
        self.check.setMinimumWidth(280)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([500, 500])
        layout = QVBoxLayout(self)
        layout.addWidget(self.splitter, 1)
        layout.addLayout(self._bottom())

    def _first_box(self) -> QGroupBox:
        box = QGroupBox()
        self._boxes["first"] = box
        grid = _grid(box)
        grid.addWidget(self._labels["recipe"], 0, 0)
        grid.addWidget(self.recipe, 0, 1)
        grid.addWidget(self.recipe_about, 1, 1)
        self._labels["recipe"].setBuddy(self.recipe)
        for place, path in enumerate(FIRST, 1):
            self.rows[path].place(grid, 2 * place, self.folder_button if path == SOURCE else None)
        return box

    def _bottom(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for row, (name, field, button) in enumerate(
            (("command", self.command, self.copy_button), ("name", self.name, self.start_button))
        ):
            self._labels[name].setBuddy(field)
            grid.addWidget(self._labels[name], row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(button, row, 2)
        grid.addWidget(self.name_problem, 2, 1)
        grid.addWidget(self.mend_button, 3, 1, Qt.AlignmentFlag.AlignLeft)
        return grid

    def _connect(self) -> None:
        self.recipe.activated.connect(self._choose_recipe)
        for row in self.rows.values():
            row.typed.connect(self._typed)
            row.left.connect(self._left)
        self.folder_button.clicked.connect(self._choose_folder)
        self.name.textChanged.connect(self._named)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.command.text()))
        self.start_button.clicked.connect(self._start)
        self.mend_button.clicked.connect(self._mend)

    # -- what a person does ----------------------------------------------------------------------------------------

    def set_source(self, path: str | Path) -> None:
        """Take a data set by its name, or a folder of images."""
        self._typed(SOURCE, str(path))

    def set_devices(self, names: list[str]) -> None:
        """Offer the devices this machine has, beside auto."""
        editor = self.rows[DEVICE].editor
        assert isinstance(editor, Choice)
        editor.blockSignals(True)
        editor.clear()
        editor.addItems(["auto", *names])
        editor.blockSignals(False)
        self._show()

    def _choose_recipe(self, place: int) -> None:
        self.form.choose_recipe(self.recipe.itemData(place))
        self._show()

    def _typed(self, path: Path_, text: str) -> None:
        path = tuple(path)
        before = self._data_part()
        self.form.set(path, text)
        self._show()
        if before != self._data_part():
            self.check.forget()
        else:
            self.check.settings_changed()

    def _left(self, path: Path_) -> None:
        row = self.rows[tuple(path)]
        if isinstance(row.editor, QLineEdit):
            row.editor.setModified(False)
        row.show_text(self.form.text(row.path), self.form.changed(row.path))

    def _choose_folder(self) -> None:
        now = Path(self.form.text(SOURCE)).expanduser()
        before = str(now) if now.is_dir() else self._preferences.folder("data") or str(Path.home())
        title = self.tr("Folder with a folder of images per class")
        if folder := QFileDialog.getExistingDirectory(self, title, before):
            self._preferences.set_folder("data", Path(folder).parent)
            self.set_source(Path(folder))

    def _named(self, text: str) -> None:
        self.form.name = text.strip()
        self._show()

    def _start(self) -> None:
        if not self.form.check():
            self.start_wanted.emit(self.form.arguments(), self.form.run_name())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One folder may be dropped."""
        if _folder(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """It becomes the data."""
        if (folder := _folder(event)) is not None:
            self.set_source(folder)
            event.acceptProposedAction()

    def showEvent(self, event: Any) -> None:
        """Names may have been taken meanwhile."""
        super().showEvent(event)
        self._show()

    # -- showing ---------------------------------------------------------------------------------------------------

    def _data_part(self) -> Any:
        found = self.form.tables()
        return found.get("data"), found.get("train", {}).get("seed")

    def _data_settings(self) -> dict[str, Any] | None:
        """What the data check needs to know; None where part of it is wrong."""
        wanted = ("batch", "seed")
        if any(found.path[0] in _CHECKED or found.path[-1] in wanted for found in self.form.check()):
            return None
        tables = self.form.tables()
        made = {name: tables[name] for name in _CHECKED if name in tables}
        made["train"] = {name: value for name, value in tables.get("train", {}).items() if name in wanted}
        return made

    def _show(self) -> None:
        """All texts, problems and the command, as the form has them."""
        problems: dict[Path_, Problem] = {}
        for found in self.form.check():
            problems.setdefault(found.path, found)
        groups = self.form.groups()
        for group, box in self._boxes.items():
            box.setVisible(group == "first" or group in groups)
        for path, row in self.rows.items():
            row.show_text(self.form.text(path), self.form.changed(path))
            row.problem.tell(settings.problem(self.form, problems[path]) if path in problems else "")
        name = problems.get(("name",))
        self.name_problem.tell(settings.problem(self.form, name) if name else "")
        self._show_mend([found for found in problems.values() if found is not name])
        self.command.setText(self.form.command_line())
        self.command.setCursorPosition(0)
        self.name.setPlaceholderText(self.form.run_name())
        self.start_button.setEnabled(not problems)
        chosen = self.form.recipe
        self.recipe_about.setText(settings.recipe_about(chosen) if chosen else "")
        self.recipe_about.setVisible(chosen is not None)

    def _show_mend(self, problems: list[Problem]) -> None:
        """Why Start is off, also where the setting is scrolled away: a click leads there."""
        names = [settings.title(self.form.fields[p.path]) if p.path in self.rows else p.text for p in problems]
        self._wrong = [found.path for found in problems if found.path in self.rows]
        self.mend_button.setText(self.tr("To mend before the start: {names}").format(names=", ".join(names)))
        self.mend_button.setVisible(bool(problems))

    def _mend(self) -> None:
        if self._wrong:
            row = self.rows[self._wrong[0]]
            self.scroll_area.ensureWidgetVisible(row.problem)
            self.scroll_area.ensureWidgetVisible(row.editor)
            row.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        """Nothing of the form may be cut off at the side."""
        for widget in (*self._boxes.values(), self._inner):
            layout = widget.layout()
            assert layout is not None
            layout.activate()
        self.scroll_area.setMinimumWidth(
            self._inner.minimumSizeHint().width() + self.scroll_area.verticalScrollBar().sizeHint().width()
        )

    def retranslate(self) -> None:
        """Set all texts anew."""
        place = max(0, self.recipe.currentIndex())
        self.recipe.clear()
        self.recipe.addItem(self.tr("None: the defaults"), None)
        for one in self.form.recipes:
            self.recipe.addItem(f"{settings.recipe_title(one)} ({one.name})", one.name)
        self.recipe.setCurrentIndex(place)
        for row in self.rows.values():
            row.retranslate()
        self.folder_button.setText(self.tr("Folder…"))
        for labels in (
            [row.label for row in self.rows.values()],
            # the button stands where others have their unit
            [*(row.unit for row in self.rows.values()), self.folder_button],
        ):
            widest = max(label.sizeHint().width() for label in labels)
            for label in labels:
                label.setMinimumWidth(widest)
        self._fit()
        for group, box in self._boxes.items():
            box.setTitle(self.tr("New run") if group == "first" else settings.group_title(group))
        self._labels["recipe"].setText(self.tr("R&ecipe"))
        self._labels["name"].setText(self.tr("Na&me of the run"))
        self._labels["command"].setText(self.tr("The same in a &terminal"))
        self.recipe.setAccessibleName(self.tr("Recipe"))
        self.name.setAccessibleName(self.tr("Name of the run"))
        self.command.setAccessibleName(self.tr("Equivalent command line"))
        self.copy_button.setText(self.tr("Copy"))
        self.start_button.setText(self.tr("Start"))
        self.check.retranslate()
        self._show()


def _grid(box: QGroupBox) -> QGridLayout:
    grid = QGridLayout(box)
    grid.setColumnStretch(1, 1)
    grid.setVerticalSpacing(3)
    grid.setHorizontalSpacing(12)
    return grid


def _folder(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and path.is_dir() else None
