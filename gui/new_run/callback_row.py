"""One callback that can be added to a run: a switch, what it does, and its options while it is on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.new_run.setting_row import ProblemLabel, SettingRow, setting_grid
from gui.style.dimensions import TIGHT, WIDE, space
from gui.style.theme import icon
from gui.text import settings
from gui.viewmodels.form_fields import PLUGINS, Path_
from gui.viewmodels.plugin_form import CallbackOffer, PluginForm

_FOLDER_WORDS = ("folder", "dir", "directory", "root")
"""Last words of arguments that name a folder."""


class CallbackRow(QWidget):
    """`switched`: its name and whether it is on. `typed`: path and text of an option."""

    switched = Signal(str, bool)
    typed = Signal(tuple, str)
    left = Signal(tuple)

    def __init__(self, offer: CallbackOffer) -> None:
        super().__init__()
        self.offer = offer
        self.switch = QCheckBox(offer.name)
        self.about, self.note = _text(), _text()
        self.problem = ProblemLabel()
        self.options = QWidget()
        self.rows: dict[Path_, SettingRow] = {}
        self.browse_buttons: dict[Path_, QPushButton] = {}
        self._lay_out()
        self.switch.toggled.connect(lambda on: self.switched.emit(self.offer.name, on))

    def _lay_out(self) -> None:
        grid = setting_grid(self.options)
        grid.setContentsMargins(0, 0, 0, space(TIGHT))
        for place, field in enumerate(self.offer.fields):
            row = self.rows[field.path] = SettingRow(field, self)
            row.typed.connect(self.typed)
            row.left.connect(self.left)
            if field.kind == "path":
                button = self.browse_buttons[field.path] = QPushButton(icon("folder"), "")
                button.clicked.connect(lambda *_, row=row: self._browse(row))
            row.place(grid, 2 * place, self.browse_buttons.get(field.path))
        below = QVBoxLayout()
        below.setContentsMargins(space(WIDE), 0, 0, 0)
        for widget in (self.about, self.note, self.problem, self.options):
            below.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(TIGHT))
        column.addWidget(self.switch)
        column.addLayout(below)

    def set_unit_width(self, width: int) -> None:
        """Pixels for what stands behind the editors."""
        for widget in (*(row.unit for row in self.rows.values()), *self.browse_buttons.values()):
            widget.setMinimumWidth(width)

    def _browse(self, row: SettingRow) -> None:
        """A file, which may be one that is still to be made; a folder where the argument is called so."""
        title, start = row.editor.accessibleName(), str(Path.home())
        if row.path[-1].lower().split("_")[-1] in _FOLDER_WORDS:
            chosen = QFileDialog.getExistingDirectory(self, title, start)
        else:
            option = QFileDialog.Option.DontConfirmOverwrite
            chosen, _ = QFileDialog.getSaveFileName(self, title, start, options=option)
        if chosen:
            self.typed.emit(row.path, chosen)

    def show_state(self, form: PluginForm, on: bool, problems: Mapping[Path_, str]) -> None:
        """The form's texts and what is wrong with them, by the paths of options, and of the callback itself."""
        self.switch.blockSignals(True)
        self.switch.setChecked(on)
        self.switch.blockSignals(False)
        self.switch.setEnabled(on or self.offer.usable)
        self.options.setVisible(on and bool(self.rows))
        problem = problems.get((PLUGINS, self.offer.name), "") if on else ""
        self.problem.tell(problem)
        told = bool(problem and self.offer.problem)  # why it cannot be loaded, in red already
        self.note.setVisible(bool(self.note.text()) and (on or not self.offer.usable) and not told)
        for path, row in self.rows.items():
            row.show_text(form.text(path), form.changed(path))
            row.problem.tell(problems.get(path, ""))

    def words(self) -> str:
        """All texts, for a search."""
        return "\n".join([self.offer.name, self.about.text(), *(row.field.setting.key for row in self.rows.values())])

    def retranslate(self) -> None:
        """Set all texts again."""
        about = settings.callback_text(self.offer.about)
        self.about.setText(about)
        self.about.setVisible(bool(self.offer.about))
        self.note.setText(self._note())
        self.switch.setAccessibleName(self.tr("Callback {name}").format(name=self.offer.name))
        self.switch.setAccessibleDescription("\n".join(filter(None, (about, self._note()))))
        for path, button in self.browse_buttons.items():
            button.setText(self.tr("Browse…"))
            button.setAccessibleName(self.tr("Browse for {name}").format(name=": ".join(path[1:])))
        for row in self.rows.values():
            row.retranslate()

    def _note(self) -> str:
        """What a form cannot do with it."""
        if self.offer.problem:
            return settings.refusal(self.offer.problem)
        if self.offer.obstacles:
            text = self.tr("Cannot be set up here, only in Python: it needs {arguments}.")
            return text.format(arguments=_arguments(self.offer.obstacles))
        if self.offer.left_out:
            return self.tr("Left at its default: {arguments}.").format(arguments=_arguments(self.offer.left_out))
        return ""


def _arguments(found: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{name} ({kind})" if kind else name for name, kind in found)


def _text() -> QLabel:
    label = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
    label.setProperty("tone", "muted")
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
