"""One setting of a form: its title, an editor, its unit, and its problem."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from gui.style.dimensions import MEDIUM, TIGHT, space
from gui.style.theme import Colours
from gui.text import settings
from gui.viewmodels.form_fields import Field, OptionField, Path_
from gui.widgets.labels import plain_tip


class Choice(QComboBox):
    """A list that the mouse wheel does not change: it scrolls the form."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the form."""
        event.ignore()


class ProblemLabel(QLabel):
    """A problem, in red and with an icon; takes no room if there is none."""

    def __init__(self) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.hide()

    def tell(self, text: str) -> None:
        """Show a problem.

        Args:
            text: The problem; "" hides it.
        """
        self.setText(f"⚠ {text}" if text else "")
        palette = self.palette()
        palette.setColor(self.foregroundRole(), Colours.current().bad)
        self.setPalette(palette)
        self.setVisible(bool(text))


class TitleLabel(QLabel):
    """A title with room for its bold form: the fields beside it stay where they are when a setting is changed."""

    def sizeHint(self) -> QSize:
        """As wide as in bold."""
        hint, bold = super().sizeHint(), QFont(self.font())
        bold.setBold(True)
        widest = QFontMetrics(bold).size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return QSize(max(hint.width(), widest), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Not narrower."""
        return self.sizeHint()


class SettingRow(QObject):
    """The widgets of a field: label, editor and unit, the problem below. `typed` is emitted with path and text.

    Args:
        field: The field.
        parent: Parent widget.
    """

    typed = Signal(tuple, str)
    left = Signal(tuple)
    """Emitted with the path when editing has ended."""

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self.path: Path_ = field.path
        self.label = TitleLabel(textFormat=Qt.TextFormat.PlainText)
        self.unit = QLabel(parent, textFormat=Qt.TextFormat.PlainText)
        self.unit.setForegroundRole(self.unit.palette().ColorRole.PlaceholderText)
        self.problem = ProblemLabel()
        self.editor: QWidget = self._make_editor()
        self.label.setBuddy(self.editor)
        self._text = ""
        self._has_unit = False

    def _make_editor(self) -> QWidget:
        kind = self.field.kind
        if kind == "switch":
            switch = QCheckBox()
            switch.toggled.connect(lambda on: self._edited("true" if on else "false"))
            return switch
        if kind in ("choice", "open_choice"):
            choice = Choice()
            choice.setEditable(kind == "open_choice")
            for text in self.field.choices:
                choice.addItem(text, text)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(8)
            if choice.isEditable():
                choice.currentTextChanged.connect(self._edited)
            else:
                choice.currentIndexChanged.connect(lambda place: self._edited(choice.itemData(place)))
            return choice
        line = QLineEdit()
        line.textEdited.connect(self._edited)
        line.editingFinished.connect(lambda: self.left.emit(self.path))
        return line

    def _edited(self, text: str) -> None:
        self._text = text
        self.typed.emit(self.path, text)

    def place(self, grid: QGridLayout, row: int, beside: QWidget | None = None) -> None:
        """Put the widgets into two rows of a grid.

        Args:
            grid: The grid.
            row: The first of the two rows.
            beside: Widget in place of the unit. Default: none.
        """
        grid.addWidget(self.label, row, 0)
        grid.addWidget(self.editor, row, 1)
        grid.addWidget(beside or self.unit, row, 2)
        self._has_unit = beside is None
        self.unit.setVisible(self._has_unit)
        grid.addWidget(self.problem, row + 1, 1)

    def set_shown(self, shown: bool) -> None:
        """Show or hide all widgets; a problem is shown only if there is one.

        Args:
            shown: Whether to show them.
        """
        for widget in (self.label, self.editor):
            widget.setVisible(shown)
        self.unit.setVisible(shown and self._has_unit)
        self.problem.setVisible(shown and bool(self.problem.text()))

    def show_text(self, text: str, changed: bool) -> None:
        """Show the form's text, unless the user is typing.

        Args:
            text: The text.
            changed: Whether it differs from the base: then the title is bold.
        """
        font = self.label.font()
        font.setBold(changed)
        self.label.setFont(font)
        if isinstance(self.editor, QLineEdit) and self.editor.hasFocus() and self.editor.isModified():
            return
        self.editor.blockSignals(True)
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(text == "true")
        elif isinstance(self.editor, QComboBox):
            if self.editor.isEditable() and self.editor.currentText() != text:
                self.editor.setCurrentText(text)
            elif not self.editor.isEditable() and (place := self.editor.findData(text)) >= 0:
                self.editor.setCurrentIndex(place)
        elif isinstance(self.editor, QLineEdit) and self.editor.text() != text:
            self.editor.setText(text)
        self.editor.blockSignals(False)

    def retranslate(self) -> None:
        """Set all texts again."""
        title, about, unit = settings.title(self.field), settings.about(self.field), settings.unit(self.field)
        self.label.setText(title)
        self.unit.setText(unit)
        self.editor.setAccessibleName(title)
        self.editor.setAccessibleDescription(about)
        for widget in (self.editor, self.label):
            widget.setToolTip(plain_tip(about))
        if isinstance(self.field, OptionField):
            self._retranslate_option(self.field)

    def _retranslate_option(self, field: OptionField) -> None:
        """Its callback's name for a screen reader, and words for what is not a text."""
        self.editor.setAccessibleName(f"{field.plugin}: {field.setting.key}")
        unset = self.tr("needed") if field.required else self.tr("not set")
        if isinstance(self.editor, QLineEdit) and not field.base:
            self.editor.setPlaceholderText(unset)
        elif isinstance(self.editor, QComboBox):
            words = {"": unset, "true": self.tr("yes"), "false": self.tr("no")}
            for place, text in enumerate(field.choices):
                self.editor.setItemText(place, words.get(text, text))


def align(widgets: Sequence[QWidget]) -> None:
    """Make widgets as wide as the widest of them.

    Args:
        widgets: One widget or more.
    """
    widest = max(widget.sizeHint().width() for widget in widgets)
    for widget in widgets:
        widget.setMinimumWidth(widest)


def setting_grid(box: QWidget) -> QGridLayout:
    """Make the grid that rows are put into.

    Args:
        box: Widget that gets the grid.

    Returns:
        The grid, with three columns.
    """
    grid = QGridLayout(box)
    grid.setColumnStretch(1, 1)
    grid.setVerticalSpacing(space(TIGHT))
    grid.setHorizontalSpacing(space(MEDIUM))
    return grid
