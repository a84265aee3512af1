"""The list of runs: find, open, annotate, overlay, compare, continue, delete."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.preferences import RunOrder
from gui.runs.comparison_choice import ComparisonChoice
from gui.runs.epochs_question import ask_epochs
from gui.runs.note_fields import NoteFields
from gui.runs.notice import Notice
from gui.runs.order_button import OrderButton
from gui.runs.run_items import RunItems
from gui.runs.run_text import groups, nothing_text, orders, state_words
from gui.runs.runs_view import RunsView
from gui.style.dimensions import SMALL, TIGHT, space
from gui.style.theme import icon
from gui.text.errors import code_text, error_text
from gui.viewmodels.run_colours import RunColours
from gui.viewmodels.run_list import Discarded, RunList
from gui.viewmodels.run_row import Row, is_setting
from gui.viewmodels.settings_comparison import differing_settings
from gui.viewmodels.settings_form import quoted
from gui.widgets.empty_state import EmptyState
from trainer.errors import EpochscopeError
from trainer.store import trash

_READ_SECONDS, _SLICE_SECONDS = 0.3, 0.02
"""How long settings are read while a person waits, and at each tick, where there are thousands of runs."""


class RunsPanel(QWidget):
    """All runs under a root; `expected`: some were there before. The window calls `tick` about every half second while
    it is visible."""

    run_chosen = Signal(Path)
    overlays_changed = Signal(list)
    """Folders (Path) of the runs whose curves are overlaid."""
    continue_wanted = Signal(Path, int)
    """A run, and the total number of epochs."""
    compare_wanted = Signal(list)
    """Folders (Path) of two or more runs."""
    runs_removed = Signal(list)
    """Folders (Path) of runs that were moved to the trash."""
    order_chosen = Signal(object)
    """The user has chosen a RunOrder."""

    def __init__(self, root: Path, colours: RunColours | None = None, *, expected: bool = False) -> None:
        super().__init__()
        self.runs = RunList(root, state_words(), expected=expected)
        self.colours = colours or RunColours()
        self.items = RunItems(self.runs, self.colours)
        self.view = RunsView(self.items)
        self.search = QLineEdit(clearButtonEnabled=True)
        self.order_button = OrderButton()
        self.count = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.empty = EmptyState("runs")
        self.notice = Notice()
        self.notes = NoteFields()
        self.bar = QToolBar(iconSize=QSize(16, 16), toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._discarded: list[list[Discarded]] = []  # of each Delete that can be undone
        self._unselected = False
        self._make_actions()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _make_actions(self) -> None:
        keys = QKeySequence
        self.open_action = self._action("open", self._open, keys())
        self.compare_action = self._action("compare", self._compare, keys("Ctrl+D"))
        self.continue_action = self._action("continue", self._continue, keys())
        self.overlay_action = self._action("curve", self._toggle_overlay, keys())
        self.alone_action = self._action("curve", self.remove_overlays, keys())
        self.note_action = self._action("note", self.notes.begin, keys("F2"))
        self.copy_action = self._action("copy", self._copy_command, keys())
        self.folder_action = self._action("folder", self._open_folder, keys())
        self.delete_action = self._action("delete", self._delete, keys(QKeySequence.StandardKey.Delete))
        self.undo_action = self._action("previous", self._undo, keys(QKeySequence.StandardKey.Undo))
        self.trash_action = self._action("folder", self._open_trash, keys())
        for action in (self.compare_action, self.continue_action, self.delete_action):
            self.bar.addAction(action)
            button = self.bar.widgetForAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if isinstance(button, QToolButton) and action is not self.compare_action:
                # the list is narrow, and what is pushed out of its bar is not found
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

    def _action(self, picture: str, work: Callable[[], None], key: QKeySequence) -> QAction:
        action = QAction(icon(picture), "", self)
        action.triggered.connect(lambda: work())
        action.setShortcut(key)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.view.addAction(action)
        return action

    def _lay_out(self) -> None:
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.count)
        top.addWidget(self.order_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(SMALL), space(TIGHT), space(TIGHT), space(SMALL))
        layout.setSpacing(space(SMALL))
        layout.addLayout(top)
        layout.addWidget(place, 1)
        for widget in (self.notice, self.bar, self.notes):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.order_button.choices.aboutToShow.connect(self._offer_settings)
        self.order_button.chosen.connect(self.show_order)
        self.order_button.chosen.connect(self.order_chosen)
        self.empty.button.clicked.connect(self.search.clear)
        self.view.clicked.connect(self._clicked)
        self.view.enter_pressed.connect(self._open)
        self.view.doubleClicked.connect(self._open)
        self.view.space_pressed.connect(self._toggle_overlay)
        self.view.customContextMenuRequested.connect(self._menu)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.items.dataChanged.connect(self._box_changed)
        self.notice.undo_wanted.connect(self._undo)
        self.notes.written.connect(self._annotate)

    # -- what the window calls -------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Look at the disk."""
        overlaid = list(self.runs.overlaid)
        if self.items.refresh():
            self._show_count()
            self._select_shown()
            self._selected()
        if self.runs.missing:
            return
        found = is_setting(self.runs.grouped_by) and self.runs.read_settings(_SLICE_SECONDS)
        if found:
            self.items.follow()
        self.items.read_curves(self.view.visible_rows())
        if found or overlaid != self.runs.overlaid:
            self._tell_overlays()

    def show_run(self, path: Path | None) -> None:
        """Mark the run that the window shows; None: none."""
        self.items.current = path.name if path and path.parent == self.runs.root else ""
        self.view.viewport().update()  # others may have other colours now
        self._unselected = bool(self.items.current)
        self._select_shown()

    def _select_shown(self) -> None:
        """Select the open run once it is listed, unless that would disturb what the user is doing."""
        index = self.items.index_of(self.items.current)
        if not self._unselected or not index.isValid():
            return
        self._unselected = False
        if len(self.view.selected_rows()) <= 1 and not self.notes.writing:
            self.view.select_row(index.row())
            self.view.scrollTo(index)

    def show_order(self, order: RunOrder) -> None:
        """Sort and group like this, as far as it is known."""
        by = next((known for known in orders() if known == (order.column, order.descending)), None)
        group = order.group if order.group in groups() or is_setting(order.group) else None
        if by is not None and group is not None:
            if is_setting(group):
                self.runs.read_settings(_READ_SECONDS)
            self.items.arrange(*by, group)
            self.order_button.show_order(order)
            self._tell_overlays()

    def _offer_settings(self) -> None:
        if self.runs.read_settings(_READ_SECONDS):
            self.items.follow()
        self.order_button.offer_settings(differing_settings(self.runs.rows))

    def remove_overlays(self) -> None:
        """Uncheck all boxes."""
        self.runs.overlaid.clear()
        self.items.repaint_rows(range(self.items.rowCount()))
        self._tell_overlays()

    def selected(self) -> list[Row]:
        """The selected runs, in the order shown; none while their folder is missing."""
        return [] if self.runs.missing else [self.runs.rows[row] for row in self.view.selected_rows()]

    # -- what a person does ----------------------------------------------------------------------------------------

    def _filter(self, text: str) -> None:
        self.runs.filter(text)
        self.items.follow()
        self._show_count()
        self._selected()

    def _clicked(self, index: QModelIndex) -> None:
        if self.view.beside_run(index):
            return
        held = QGuiApplication.keyboardModifiers()
        if not held & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self.run_chosen.emit(self.runs.path(self.items.row_at(index).name))

    def _open(self) -> None:
        if rows := self.selected():
            self.run_chosen.emit(self.runs.path(rows[0].name))

    def _paths(self) -> list[Path]:
        return [self.runs.path(row.name) for row in self.selected()]

    def _compared(self) -> list[str]:
        """Several selected runs, else several ticked ones: the open run, which is selected too, is not added to them.
        A single selected run is compared with the ticked one, else with the open one."""
        names, ticked = [row.name for row in self.selected()], list(self.runs.overlaid)
        if len(names) > 1 or not names + ticked:
            return names
        if len(ticked) > 1 or not names:
            return ticked
        shown = [self.items.current] if self.items.index_of(self.items.current).isValid() else []
        others = [name for name in ticked if name != names[0]] or [name for name in shown if name != names[0]]
        return names + others

    def _compare(self) -> None:
        names = self._compared()
        if len(names) > 1:
            self._tell_compared(names)
        elif (row := self.runs.get(names[0])) is not None:
            choice = ComparisonChoice(row, self.runs.newest(self.runs.total), self)
            choice.chosen.connect(lambda others: self._tell_compared(names + others))
            choice.open()

    def _tell_compared(self, names: Sequence[str]) -> None:
        self.compare_wanted.emit([self.runs.path(name) for name in names])

    def _can_compare(self) -> bool:
        count = 0 if self.runs.missing else len(self._compared())
        return count > 1 or (count == 1 and self.runs.total > 1)

    def _continue(self) -> None:
        row = self.selected()[0]
        epochs = ask_epochs(row, self)
        if epochs is not None:
            self.continue_wanted.emit(self.runs.path(row.name), epochs)

    def _toggle_overlay(self) -> None:
        rows = self.selected()
        wanted = not all(row.name in self.runs.overlaid for row in rows)
        for row in rows:
            self.runs.overlay(row.name, wanted)
            self.items.repaint_rows([self.items.index_of(row.name).row()])
        self._tell_overlays()

    def _box_changed(self, first: QModelIndex, last: QModelIndex, roles: Sequence[int]) -> None:
        if list(roles) == [Qt.ItemDataRole.CheckStateRole]:
            self._tell_overlays()

    def _tell_overlays(self) -> None:
        self.colours.draw_again()  # the groups may be others
        self.compare_action.setEnabled(self._can_compare())
        self.overlays_changed.emit([self.runs.path(name) for name in self.runs.overlaid])
        self.view.viewport().update()  # runs that stay may have other colours

    def _copy_command(self) -> None:
        path = self._paths()[0] / "run.toml"
        QGuiApplication.clipboard().setText(quoted(["epochscope", "train", "--settings", str(path)], sys.platform))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths()[0])))

    def _open_trash(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.runs.root / trash.NAME)))

    def _annotate(self, name: str, note: str, tags: str) -> None:
        try:
            self.runs.annotate(name, note=note, tags=tags)
        except EpochscopeError as error:
            self.notice.tell(partial(error_text, error))
        self.items.follow()
        self._show_count()

    def _delete(self) -> None:
        moved, errors = self.runs.discard([row.name for row in self.selected()])
        self._discarded += [moved] if moved else []
        self._removed()
        self.notice.tell(partial(self._deletion_text, len(moved), errors), undo=bool(moved))
        self.runs_removed.emit([one.folder.path for one in moved])

    def _deletion_text(self, moved: int, errors: Sequence[EpochscopeError]) -> str:
        lines = [self.tr("%n run(s) moved to the trash.", "", moved)] if moved else []
        others = [error for error in errors if error.code not in ("run.live", "run.busy")]
        if live := len(errors) - len(others):
            lines.append(self.tr("%n run(s) not deleted: still training. Stop them first.", "", live))
        return "\n".join([*lines, *(code_text(error.code, error.parameters, error.what) for error in others)])

    def _undo(self) -> None:
        if self._discarded:
            errors = self.runs.restore(self._discarded.pop())
            self._removed()
            self.notice.tell(lambda: "\n".join(map(error_text, errors)))

    def _removed(self) -> None:
        self.items.follow()
        self._show_count()
        self._selected()
        self._tell_overlays()

    # -- what it shows ---------------------------------------------------------------------------------------------

    def _selected(self) -> None:
        """Actions and notes follow the selection."""
        rows = self.selected()
        one = rows[0] if len(rows) == 1 else None
        self.notes.show_row(one)
        self.bar.setVisible(bool(rows) or self._can_compare())
        for action in (self.open_action, self.copy_action, self.folder_action, self.note_action):
            action.setEnabled(one is not None)
        self.continue_action.setEnabled(one is not None and not one.live)
        self.overlay_action.setEnabled(bool(rows))
        self.alone_action.setEnabled(bool(self.runs.overlaid))
        self.compare_action.setEnabled(self._can_compare())
        self.delete_action.setEnabled(any(not row.live for row in rows))

    def _show_count(self) -> None:
        locale, found, total = self.locale(), len(self.runs.rows), self.runs.total
        text = locale.toString(total)
        if found != total:
            text = self.tr("{shown} of {total}").format(shown=locale.toString(found), total=text)
        self.count.setText(text)
        for widget in (self.search, self.count, self.order_button):
            widget.setVisible(total > 0 and not self.runs.missing)
        self.empty.show_texts(*nothing_text(self.runs))
        self._stack.setCurrentIndex(0 if found and not self.runs.missing else 1)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions([self.open_action, self.continue_action])
        menu.addSeparator()
        menu.addActions([self.overlay_action, self.alone_action, self.compare_action])
        menu.addSeparator()
        menu.addActions([self.note_action, self.copy_action, self.folder_action])
        menu.addSeparator()
        menu.addActions([self.delete_action, self.trash_action])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.view.viewport().mapToGlobal(at))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.runs.words = state_words()
        self.items.retranslate()
        self.view.remeasure()
        self.order_button.retranslate()
        self.search.setPlaceholderText(self.tr("Search runs"))
        self.search.setToolTip(self.tr("Name, status, data, model, recipe, tag or note"))
        self.search.setAccessibleName(self.tr("Filter runs"))
        self.view.setAccessibleName(self.tr("Runs"))
        self.open_action.setText(self.tr("Show"))
        self.compare_action.setText(self.tr("Compare"))
        self.continue_action.setText(self.tr("Continue…"))
        self.overlay_action.setText(self.tr("Overlay its curves"))
        self.alone_action.setText(self.tr("Remove all overlays"))
        self.note_action.setText(self.tr("Edit note"))
        self.copy_action.setText(self.tr("Copy command line"))
        self.folder_action.setText(self.tr("Open folder"))
        self.delete_action.setText(self.tr("Delete"))
        self.trash_action.setText(self.tr("Open trash"))
        self.undo_action.setText(self.tr("Undo delete"))
        self.compare_action.setToolTip(
            self.tr(
                "Metrics and settings of the selected or ticked runs; "
                "a single one is compared with the open run, or with one you choose"
            )
        )
        self.continue_action.setToolTip(self.tr("Continue training from where it stopped"))
        self.delete_action.setToolTip(self.tr("Move to the trash; this can be undone"))
        self.notice.retranslate()
        self.notes.retranslate()
        self._show_count()
        self._selected()
