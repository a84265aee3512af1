"""Settings that few people change, in groups: folded, with the number of changed ones, and searchable."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from gui.new_run.callback_section import CallbackSection
from gui.new_run.setting_row import SettingRow, setting_grid
from gui.style.dimensions import SMALL, space
from gui.style.theme import icon
from gui.text import formats, settings
from gui.viewmodels.form_fields import Path_
from gui.viewmodels.settings_form import SettingsForm
from trainer.settings import flag_name


class AdvancedSettings(QWidget):
    """A box per table of settings that applies to the chosen model; `boxes` has them by name. And one of callbacks.

    The boxes are folded until the user unfolds them or searches: then those settings are shown whose title, path, flag
    or explanation contains all the words.

    Args:
        form: The settings.
        rows: Rows of the settings by their path.
        callbacks: The box of callbacks.
    """

    def __init__(self, form: SettingsForm, rows: Mapping[Path_, SettingRow], callbacks: CallbackSection) -> None:
        super().__init__()
        self._form, self._rows, self.callbacks = form, rows, callbacks
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.search = QLineEdit(clearButtonEnabled=True, maxLength=100)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.nothing = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.nothing.setProperty("tone", "muted")
        self.boxes: dict[str, QGroupBox] = {}
        self._lay_out()
        self.fold.toggled.connect(self.show_groups)
        self.search.textChanged.connect(self.show_groups)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._find)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(space(SMALL))
        head.addWidget(self.fold)
        head.addWidget(self.search, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.nothing)
        groups = dict.fromkeys(_group(path) for path in self._rows)
        # the options of the models stand before the rest; what is in no table comes last
        rest = [group for group in groups if group not in ("", *self._form.models())]
        for group in [*self._form.models(), *rest, ""]:
            if group in groups:
                box = self.boxes[group] = QGroupBox()
                grid = setting_grid(box)
                for place, row in enumerate(row for path, row in self._rows.items() if _group(path) == group):
                    row.place(grid, 2 * place)
                column.addWidget(box)
        column.addWidget(self.callbacks)

    def _find(self) -> None:
        if self.isVisible():
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search.selectAll()

    def reveal(self, path: Path_) -> None:
        """Unfold the groups if a setting is among them, and clear the search.

        Args:
            path: Path of the setting.
        """
        if path in self._rows or self.callbacks.editor(path) is not None:
            self.search.clear()
            self.fold.setChecked(True)

    def show_groups(self) -> None:
        """Show the groups that apply: all if unfolded, what was searched for, or only how many were changed."""
        words, counting = self.search.text().casefold().split(), self._form.groups()
        shown = dict.fromkeys(self.boxes, False)
        for path, row in self._rows.items():
            found = all(word in self._words(row) for word in words)
            row.set_shown(found)
            shown[_group(path)] |= found and _group(path) in counting and (bool(words) or self.fold.isChecked())
        for group, box in self.boxes.items():
            box.setVisible(shown[group])
        unfolded = self.fold.isChecked() or bool(words)
        self.callbacks.setVisible(self.callbacks.show_found(words) and unfolded)
        self.nothing.setVisible(bool(words) and self.callbacks.isHidden() and not any(shown.values()))
        self.fold.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        changed = sum(self._form.changed(path) for path in self._rows if _group(path) in counting)
        changed += self.callbacks.changed()
        text = self.tr("Advanced, changed: {count}").format(count=formats.whole(changed))
        self.fold.setText(text if changed else self.tr("Advanced"))

    @staticmethod
    def _words(row: SettingRow) -> str:
        field = row.field
        group = settings.group_title(_group(row.path))
        texts = (settings.title(field), settings.about(field), group, ".".join(row.path), flag_name(row.path))
        return "\n".join(texts).casefold()

    def retranslate(self) -> None:
        """Set all texts again."""
        for group, box in self.boxes.items():
            box.setTitle(settings.group_title(group))
        self.callbacks.retranslate()
        self.search.setPlaceholderText(self.tr("Find a setting"))
        self.search.setAccessibleName(self.tr("Find a setting"))
        self.search.setToolTip(self.tr("Search by title, description or flag (Ctrl+F)"))
        self.fold.setToolTip(self.tr("All settings, in groups"))
        self.nothing.setText(self.tr("No matching settings."))
        self.show_groups()


def _group(path: Path_) -> str:
    """Its table; "" at the top."""
    return path[0] if len(path) > 1 else ""
