"""The review of labels: find those that may be wrong, decide about each by mouse or single keys, train again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui.engine.rpc_client import RpcClient
from gui.panels.labels import review_text
from gui.panels.labels.class_chooser import ClassChooser
from gui.panels.labels.decision_saver import DecisionSaver
from gui.panels.labels.proposal_detail import ProposalDetail
from gui.panels.labels.proposal_grid import ProposalGrid
from gui.panels.labels.review_filter_bar import ReviewFilterBar
from gui.panels.labels.review_keys import ReviewCommand, command_of
from gui.panels.labels.save_row import SaveRow
from gui.panels.labels.search_page import SearchPage
from gui.preferences import Preferences
from gui.style.dimensions import space
from gui.style.theme import icon
from gui.viewmodels.decisions_file import Decisions
from gui.viewmodels.label_search import FoundLabels, LabelSearch, without_edits
from gui.viewmodels.proposal_review import ProposalReview, ReviewFilter
from gui.widgets.labels import Note, Sentence

POLL_MS = 100
"""A search has its own timer and continues while the window is minimised."""
_WIDEST_DETAIL = 130
"""Steps of the grid: its buttons are not stretched over a wide screen."""


class LabelsView(QWidget):
    """`train_wanted` with the file of decisions and what it does to the data, in words."""

    train_wanted = Signal(str, str)

    def __init__(self, rpc_client: RpcClient, preferences: Preferences) -> None:
        super().__init__()
        self.search = LabelSearch(rpc_client, self._searched)
        self.review, self.found = ProposalReview(), FoundLabels((), ())
        self.saver = DecisionSaver(self, preferences)
        self._settings: Mapping[str, Any] | None = None
        self._looked_through: Mapping[str, Any] | None = None
        """The latest settings: a starting run announces its settings a moment later, and they may be the same."""
        self._root, self._images, self._sentence = Path(), 0, ""
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(rpc_client.poll)
        self.progress, self.facts = Note(), Note()
        self.warning = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.warning.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.undo_button, self.redo_button = QPushButton(icon("undo"), ""), QPushButton(icon("redo"), "")
        self.again_button = QPushButton(icon("refresh"), "")
        self.filter_bar, self.grid, self.detail = ReviewFilterBar(), ProposalGrid(), ProposalDetail()
        self.nothing, self.all_button = Sentence("search"), QPushButton()
        self.search_page, self.save_row = SearchPage(), SaveRow(self.saver)
        self._lay_out()
        self._connect()
        self._order_focus()
        self.retranslate()

    def _lay_out(self) -> None:
        font = self.progress.font()
        font.setBold(True)
        self.progress.setFont(font)
        self.facts.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        top = QHBoxLayout()
        top.addWidget(self.filter_bar, 1)
        for button in (self.undo_button, self.redo_button, self.again_button):
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            top.addWidget(button)
        empty, place = QWidget(), QWidget()
        column = QVBoxLayout(empty)
        column.addStretch(1)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._cards = QStackedLayout(place)
        self._cards.addWidget(self.grid)
        self._cards.addWidget(empty)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(place)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(0, 4)
        self.splitter.setStretchFactor(1, 1)
        self.detail.setMaximumWidth(space(_WIDEST_DETAIL))
        self.splitter.setSizes([520, 330])
        self.splitter.setChildrenCollapsible(False)
        content = QWidget()
        page = QVBoxLayout(content)
        page.addLayout(top)
        page.addWidget(self.progress)
        page.addWidget(self.facts)
        page.addWidget(self.warning)
        page.addWidget(self.splitter, 1)
        page.addWidget(self.save_row)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.search_page)
        self._stack.addWidget(content)

    def _order_focus(self) -> None:
        """Tab order: filter, list, decisions, file."""
        bar, detail, row = self.filter_bar, self.detail, self.save_row
        above = (bar.kind_box, bar.class_box, bar.state_box, self.undo_button, self.redo_button, self.again_button)
        beside = (detail.accept_button, detail.leave_button, detail.fine_button, detail.other_button)
        below = (row.show_button, row.place_button, row.train_button)
        chain = (*above, self.grid, *beside, detail.clear_button, *below)
        for before, after in pairwise(chain):
            self.setTabOrder(before, after)

    def _connect(self) -> None:
        self.search_page.wanted.connect(self.look)
        self.search_page.cancelled.connect(self.search.cancel)
        self.again_button.clicked.connect(self.look)
        self.undo_button.clicked.connect(lambda: self.do(ReviewCommand("undo")))
        self.redo_button.clicked.connect(lambda: self.do(ReviewCommand("redo")))
        self.filter_bar.changed.connect(self._filter)
        self.all_button.clicked.connect(self.filter_bar.clear)
        self.grid.commanded.connect(self.do)
        self.detail.commanded.connect(self.do)
        self.detail.step_wanted.connect(lambda by: self.grid.go_to(self.grid.currentIndex().row() + by))
        self.grid.selectionModel().currentChanged.connect(self._current)
        self.grid.selectionModel().selectionChanged.connect(self._show_current)
        self.saver.changed.connect(self._show_saved)
        self.save_row.place_wanted.connect(self._choose_place)
        self.save_row.train_wanted.connect(self._train)

    # -- which data --------------------------------------------------------------------------------------------------

    def show_data(self, settings: Mapping[str, Any] | None, root: Path, images: int = 0, sentence: str = "") -> None:
        """Show the data set of these settings, with this many `images` if known; `root` is the folder of runs. None:
        there is none, for the reason in `sentence`."""
        self._settings, self._images, self._sentence = settings, images, sentence
        before = self._looked_through
        if settings is not None:
            self._looked_through, self._root = settings, root
            if before is None or without_edits(settings) != without_edits(before):
                self.search.cancel()
                self._take_found(FoundLabels((), ()))
            elif settings != before:  # the same images, perhaps with other decisions about them
                self._take_found(self.found)
        self._show()

    @property
    def unsaved(self) -> int:
        """Decisions that are only in memory: about the shown images, and about those shown before."""
        return self.saver.unsaved(self.review.decisions)

    def look(self) -> None:
        """Look for labels that may be wrong."""
        if self._settings is not None:
            self._take_found(FoundLabels((), ()))  # release the file of the pictures
            self.search.start(self._settings, self._root)

    def look_again(self) -> None:
        """The user has returned: the file of decisions may have changed, and the helper may be busy with other data."""
        if self.search.overtaken:
            self.search.cancel()
        if self.search.state == "found":
            self._adopt(self.saver.look_again(dict(self.review.decisions)))

    def _searched(self) -> None:
        """The search has made progress."""
        working = self.search.state == "working"
        if working != self._poll.isActive():
            self._poll.start() if working else self._poll.stop()
        news = self.search.found is not None and self.search.found is not self.found
        here = self.isAncestorOf(QApplication.focusWidget() or self.window())
        if self.search.found is not None and news:
            self._take_found(self.search.found)
        self._show()
        if news and here:  # after pressing the button, users decide by keys
            self.grid.setFocus()

    def _take_found(self, found: FoundLabels) -> None:
        self.found = found
        self.saver.keep(dict(self.review.decisions))
        looked = self._looked_through  # a search may end while nothing is shown
        edits = self.saver.load(looked, self._root) if looked is not None else {}
        self.review = ProposalReview(found.proposals, found.classes, edits.values())
        self.filter_bar.show_review(self.review)
        self.review.show(self.filter_bar.wanted)
        self.grid.show_review(self.review, found)
        self.detail.show_review(self.review, found)
        self.grid.go_to(self._first_undecided())

    def _first_undecided(self) -> int:
        row = self.review.next_undecided(-1)
        return 0 if row is None else row

    # -- deciding ----------------------------------------------------------------------------------------------------

    def do(self, command: ReviewCommand) -> None:
        """Execute the command of a key or button for all selected images."""
        review, chosen = self.review, self.grid.chosen()
        match command.command:
            case "undo" | "redo":
                self._step(review.undo() if command.command == "undo" else review.redo())
            case "select_all":
                self.grid.selectAll()
            case "other" if chosen:
                self._choose_class()
            case "class" if command.number < len(review.classes):
                self._decided(review.decide(chosen, "relabel", review.classes[command.number]))
            case "accept":
                self._decided(review.accept(chosen))
            case "leave_out":
                self._decided(review.decide(chosen, "leave_out"))
            case "fine":
                self._decided(review.decide(chosen, "fine"))
            case "clear":
                self._decided(review.clear(chosen), stay=True)

    def _choose_class(self) -> None:
        chooser = ClassChooser(self.review.classes, self)
        chosen = self.grid.chosen()
        chooser.chosen.connect(partial(self._class_chosen, self.review, chosen))
        chooser.open()

    def _class_chosen(self, review: ProposalReview, chosen: Sequence[int], name: str) -> None:
        if review is self.review:  # else other images are listed by now
            self._decided(review.decide(chosen, "relabel", name))

    def _decided(self, changed: bool, *, stay: bool = False) -> None:
        """Save, and go to the next undecided proposal."""
        rows = [index.row() for index in self.grid.selectedIndexes()] or [self.grid.currentIndex().row()]
        if changed:
            self._save()
        after = max(rows)
        if self.review.filter.state == "all":
            row = after if stay else self.review.next_undecided(after)
        else:  # decided images have left the list, or joined it
            self.grid.refill()
            row = min(min(rows), len(self.review.visible) - 1)
        self._show_decisions()
        self.grid.go_to(after if row is None else row)

    def _step(self, places: tuple[int, ...]) -> None:
        """After undo or redo: show and select the affected images."""
        if not places:
            return
        self._save()
        if self.review.filter.state != "all":
            self.grid.refill()
        self._show_decisions()
        self.grid.choose(places)

    def _save(self) -> None:
        self._adopt(self.saver.save(dict(self.review.decisions)))

    def _choose_place(self) -> None:
        self._adopt(self.saver.choose_place(dict(self.review.decisions)))

    def _adopt(self, valid: Decisions) -> None:
        """Show decisions of other programs at once."""
        if valid != self.review.decisions:
            self.review.take(valid)
            if self.review.filter.state != "all":
                self.grid.refill()
            self._show_decisions()

    def _train(self) -> None:
        if self.saver.file is not None:
            self.train_wanted.emit(str(self.saver.file.path), review_text.news_text(self.review.counts()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo and redo work wherever the focus is; decision keys belong to the list."""
        command = command_of(event)
        if command is not None and command.command in ("undo", "redo") and self._stack.currentIndex() == 1:
            self.do(command)
        else:
            super().keyPressEvent(event)

    # -- showing -----------------------------------------------------------------------------------------------------

    def _filter(self, wanted: ReviewFilter) -> None:
        self.review.show(wanted)
        self.grid.refill()
        self._show_decisions()
        self.grid.go_to(self._first_undecided())

    def _show(self) -> None:
        """Show the list, or its placeholder."""
        listed = self._settings is not None and self.search.state == "found" and bool(self.review.proposals)
        self._stack.setCurrentIndex(1 if listed else 0)
        if self._settings is None:
            self.search_page.show_sentence(self._sentence)
        elif not listed:
            self.search_page.show_search(self.search, self._images)
        else:
            warning = review_text.features_text(self.found)
            self.facts.setText(review_text.found_text(self.found))
            self.warning.setText("⚠ " + warning)
            self.warning.setVisible(bool(warning))
            self._show_decisions()

    def _show_decisions(self) -> None:
        """Update counts, cards and buttons to the decisions."""
        review = self.review
        self.progress.setText(review_text.progress_text(review.counts()))
        self.undo_button.setEnabled(review.can_undo)
        self.redo_button.setEnabled(review.can_redo)
        self.filter_bar.show_count(len(review.visible), len(review.proposals))
        self._cards.setCurrentIndex(0 if review.visible else 1)
        self.grid.pictures.cards_changed()
        self._show_current()
        self._show_saved()

    def _show_saved(self) -> None:
        self.save_row.show_saved(self.review.counts())

    def _current(self, current: QModelIndex) -> None:
        self._show_current()

    def _show_current(self, *_: object) -> None:
        one = self.grid.proposal(self.grid.currentIndex().row())
        decided = one is not None and one.path in self.review.decisions
        self.detail.show_proposal(one, decided, len(self.grid.chosen()))

    def retranslate(self) -> None:
        """Set all texts again."""
        for button, text in (
            (self.undo_button, self.tr("Undo (Ctrl+Z)")),
            (self.redo_button, self.tr("Redo (Ctrl+Shift+Z)")),
        ):
            button.setToolTip(text)
            button.setAccessibleName(text)
        self.again_button.setToolTip(self.tr("Search for wrong labels again"))
        self.again_button.setAccessibleName(self.tr("Search for wrong labels again"))
        self.grid.setAccessibleName(self.tr("Images whose labels may be wrong"))
        self.nothing.setText(self.tr("No image matches the filter."))
        self.all_button.setText(self.tr("Show all"))
        for part in (self.filter_bar, self.detail, self.search_page, self.save_row):
            part.retranslate()
        self._show()
