"""The callbacks that can be added to a new run, each with a switch and a form of its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGroupBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from gui.engine.rpc_client import RpcClient
from gui.new_run.callback_row import CallbackRow
from gui.new_run.setting_row import ProblemLabel, SettingRow, align
from gui.style.dimensions import SMALL, space
from gui.text import settings
from gui.viewmodels.callback_catalog import CallbackCatalog
from gui.viewmodels.form_fields import PLUGINS, Path_, Problem
from gui.viewmodels.plugin_form import CallbackOffer
from gui.viewmodels.settings_form import CALLBACKS, SettingsForm


class CallbackSection(QGroupBox):
    """What can be chosen is asked of a helper once the section is seen, or a callback is on. `edited`: the form has
    changed, or more is known of it."""

    edited = Signal()

    def __init__(self, form: SettingsForm, make_client: Callable[[], RpcClient]) -> None:
        super().__init__()
        self._form = form
        self.catalog = CallbackCatalog(form, make_client)
        self.catalog.changed = self.edited.emit
        self.rows: dict[str, CallbackRow] = {}
        self._unit_width = 0
        self.status = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.status.setProperty("tone", "muted")
        self.problem = ProblemLabel()
        self._column = QVBoxLayout(self)
        self._column.setSpacing(space(SMALL))
        self._column.addWidget(self.status)
        self._column.addWidget(self.problem)

    def showEvent(self, event: QShowEvent) -> None:
        """Someone looks: what there is to choose from has to be known."""
        super().showEvent(event)
        self.catalog.look()

    # -- what a person does ----------------------------------------------------------------------------------------

    def _switch(self, name: str, on: bool) -> None:
        self._form.switch_callback(name, on)
        self.edited.emit()

    def _typed(self, path: Path_, text: str) -> None:
        self._form.plugins.set(tuple(path), text)
        self.edited.emit()

    def _left(self, path: Path_) -> None:
        """Typing has ended: show what the form has understood."""
        row = self.rows[path[1]].rows[tuple(path)]
        if isinstance(row.editor, QLineEdit):
            row.editor.setModified(False)
        row.show_text(self._form.plugins.text(row.path), self._form.plugins.changed(row.path))

    # -- showing ---------------------------------------------------------------------------------------------------

    def show_state(self, problems: Sequence[Problem]) -> None:
        """The form as it is; of its problems those of callbacks."""
        if self.isVisible() or self._form.chosen_callbacks():
            self.catalog.look()
        self._make_rows()
        texts: dict[Path_, str] = {}
        for found in problems:
            if found.path[0] in (PLUGINS, *CALLBACKS):
                texts.setdefault(found.path, settings.problem(self._form, found))
        chosen = self._form.chosen_callbacks()
        for name, row in self.rows.items():
            row.show_state(self._form.plugins, name in chosen, texts)
        self.problem.tell(texts.get(CALLBACKS, ""))
        self.status.setText(self._status())
        self.status.setVisible(bool(self.status.text()))

    def _make_rows(self) -> None:
        """Those of the present offers, in their order; a new one takes the keyboard over from the one it replaces."""
        offers = {name: self._form.plugins.offers.get(name, CallbackOffer(name)) for name in self.catalog.names()}
        old = [name for name, row in self.rows.items() if offers.get(name) != row.offer]
        focused = next((name for name in old if self.rows[name].switch.hasFocus()), "")
        for row in map(self.rows.pop, old):
            row.hide()
            row.deleteLater()
        new = [name for name in offers if name not in self.rows]
        for name in new:
            row = self.rows[name] = CallbackRow(offers[name])
            row.switched.connect(self._switch)
            row.typed.connect(self._typed)
            row.left.connect(self._left)
            row.retranslate()
            self._column.insertWidget(list(offers).index(name) + 1, row)  # below the status
        if focused in self.rows:
            self.rows[focused].switch.setFocus(Qt.FocusReason.OtherFocusReason)
        if new:
            self._align()

    def _align(self) -> None:
        """All editors begin at one line."""
        labels = [option.label for row in self.rows.values() for option in row.rows.values()]
        if labels:
            align(labels)
        for row in self.rows.values():
            row.set_unit_width(self._unit_width)

    def set_unit_width(self, width: int) -> None:
        """How wide the last column is in the rest of the form, in pixels: options stand in line with it."""
        self._unit_width = width
        self._align()

    def _status(self) -> str:
        if self.catalog.failure:
            return settings.refusal(self.catalog.failure)
        if self.catalog.loading:
            return self.tr("Reading callbacks …")
        if not self.rows:
            return self.tr("No other callbacks are installed.")
        return ""

    def show_found(self, words: Sequence[str]) -> bool:
        """Show the callbacks in whose texts all these words stand; whether there are any."""
        own = f"{self.title()}\ncallbacks\n--callbacks".casefold()
        found = False
        for row in self.rows.values():
            text = f"{own}\n{row.words()}".casefold()
            row.setVisible(all(word in text for word in words))
            found |= all(word in text for word in words)
        return found or (not self.rows and all(word in own for word in words))

    def changed(self) -> int:
        """How many settings of callbacks have been changed."""
        options = [path for path in self._form.plugins.fields() if self._form.plugins.changed(path)]
        chosen = self._form.chosen_callbacks()
        return self._form.changed(CALLBACKS) + sum(path[1] in chosen for path in options)

    def editor(self, path: Path_) -> QWidget | None:
        """Where a problem at this path can be fixed; None where it has none of these settings."""
        if path == CALLBACKS:
            unknown = [name for name in self._form.chosen_callbacks() if name in self.rows]
            return self.rows[unknown[-1]].switch if unknown else self
        if path[0] != PLUGINS or path[1] not in self.rows:
            return None
        option: SettingRow | None = self.rows[path[1]].rows.get(path)
        return option.editor if option is not None else self.rows[path[1]].switch

    def retranslate(self) -> None:
        """Set all texts again."""
        self.setTitle(self.tr("Callbacks"))
        for row in self.rows.values():
            row.retranslate()
        self._align()
        self.status.setText(self._status())
