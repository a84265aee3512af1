"""The right column: the essentials of the open run as cards, with all facts folded below."""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.style.dimensions import MEDIUM, SMALL, space
from gui.text.run_facts import facts_of
from gui.viewmodels.run_state import Action, State
from gui.viewmodels.selection import EpochCursor, OpenRun
from gui.widgets.fact_table import FactTable, least_width
from gui.widgets.labels import Note
from gui.widgets.run_cards import DataCard, ModelCard, ScoreCard, SpeedCard, StateCard, show_best, show_test


class RunInfo(QScrollArea):
    """Cards and facts of a run. Those without a value are hidden.

    Args:
        cursor: The epoch.
    """

    def __init__(self, cursor: EpochCursor) -> None:
        super().__init__()
        self.epoch_cursor = cursor
        self.run: OpenRun | None = None
        self.state, self.best, self.test = StateCard(), ScoreCard(), ScoreCard()
        self.data, self.model, self.speed = DataCard(), ModelCard(), SpeedCard()
        self.fold = QToolButton()
        self._table: FactTable | None = None
        self._loading = False
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.fold.toggled.connect(self._unfold)
        inner = QWidget()
        column = self._column = QVBoxLayout(inner)
        beside = self.verticalScrollBar().sizeHint().width()
        column.setContentsMargins(space(SMALL), space(SMALL), beside, space(SMALL))
        column.setSpacing(space(SMALL))
        for widget in (self.state, self.best, self.test, self.data, self.model, self.speed, self.fold):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(self._leave_room)

    def _leave_room(self, _: int, reach: int) -> None:
        """At the right for a scroll bar that is not there, so that the cards stay as wide as they are."""
        margins = self._column.contentsMargins()
        margins.setRight(0 if reach else self.verticalScrollBar().sizeHint().width())
        self._column.setContentsMargins(margins)

    def showEvent(self, event: QShowEvent) -> None:
        """The look of the scroll bar is known now."""
        super().showEvent(event)
        self._leave_room(0, self.verticalScrollBar().maximum())

    @property
    def table(self) -> FactTable:
        """All facts; made on first access, since few people unfold them."""
        if self._table is None:
            self._table = FactTable()
            self._table.hide()
            self._column.insertWidget(self._column.count() - 1, self._table)
            self._table.retranslate()
            self.refresh()
        return self._table

    @property
    def values(self) -> dict[str, Note]:
        """Labels of all facts by key."""
        return self.table.values

    @property
    def names(self) -> dict[str, QLabel]:
        """Labels of their names."""
        return self.table.names

    def _unfold(self, shown: bool) -> None:
        self.table.setVisible(shown)
        self.fold.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    def show_run(self, run: OpenRun | None) -> None:
        """Show another run.

        Args:
            run: The run; None: none.
        """
        self.run = run
        self.refresh()

    def show_state(self, state: State, enabled: Set[Action]) -> None:
        """Show the state.

        Args:
            state: State of the run.
            enabled: Actions that are available.
        """
        self._loading = self.run is not None and not self.run.follower.caught_up
        self.state.show_state(state, enabled, loading=self._loading)
        if self.run is not None:
            self.state.show_progress(self.run.model)

    def tick(self) -> None:
        """Update the state while the journal is being read."""
        if self._loading:
            self.show_state(self.state.state, self.state.enabled)

    def refresh(self) -> None:
        """Update everything from the model."""
        if self.run is None:
            return
        model, cursor = self.run.model, self.epoch_cursor
        facts = facts_of(model, cursor)
        self.state.show_progress(model)
        show_best(self.best, model, facts)
        show_test(self.test, model, facts)
        for card in (self.data, self.model):
            card.show_facts(model, facts)
        self.speed.show_facts(facts)
        if self._table is not None:
            self._table.show_facts(facts, cursor.at(model), live=cursor.chosen is None)

    def retranslate(self) -> None:
        """Set all texts."""
        self.setAccessibleName(self.tr("Run details"))
        self.fold.setText(self.tr("All facts"))
        if self._table is not None:
            self._table.retranslate()
        self.show_state(self.state.state, self.state.enabled)
        margins = space(SMALL) + 2 * space(MEDIUM)
        self.setMinimumWidth(least_width(self.fontMetrics()) + margins + self.verticalScrollBar().sizeHint().width())
        self.refresh()
