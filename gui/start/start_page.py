"""The page the window opens with: train on a folder, reopen a run, explore the recorded run, take the tour."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui.start.action_card import ActionCard
from gui.start.recent_runs import RecentRun, RecentRuns
from gui.style.dimensions import LARGE, MEDIUM, SMALL, TIGHT, WIDE, space
from gui.text import recipe_offers
from gui.widgets.card_frame import text_label
from gui.widgets.drop_frame import DropFrame
from trainer.recommendation import CANDIDATES

WIDEST = 900
"""Largest width in pixels: longer lines are hard to read."""
_RECIPE_SIGNS = {"photos": "image", "cnn": "matrix", "linear": "curve"}


class DropZone(DropFrame):
    """A dashed frame with a button: the whole window accepts drops, and this says so.

    Args:
        action: Action of the button.
    """

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self.title, self.about = text_label("title"), text_label(muted=True, wrap=True)
        self.button = QPushButton()
        self.button.setProperty("kind", "primary")
        self.button.clicked.connect(action.trigger)
        texts = QVBoxLayout()
        texts.setSpacing(space(TIGHT))
        texts.addWidget(self.title)
        texts.addWidget(self.about)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(LARGE), space(LARGE), space(LARGE), space(LARGE))
        row.setSpacing(space(LARGE))
        row.addLayout(texts, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)


class StartPage(QScrollArea):
    """The start page.

    `run_chosen` is emitted with the folder of a run, `recipe_chosen` with the recipe to set up a run with.

    Args:
        actions: The window's actions by name; the other buttons are theirs.
    """

    run_chosen = Signal(Path)
    recipe_chosen = Signal(str)

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.title, self.about = text_label("display", wrap=True), text_label(muted=True, wrap=True)
        self.training, self.drop = QWidget(), DropZone(actions["open_data"])
        self.recipes = {name: ActionCard(_RECIPE_SIGNS[name]) for name in CANDIDATES}
        self.recent_title, self.more_title = text_label("title"), text_label("title")
        self.recent = RecentRuns()
        self.buttons = {name: ActionCard(sign, actions[name]) for name, sign in _MORE.items()}
        for name, card in self.recipes.items():
            card.clicked.connect(partial(self._choose_recipe, name))
        self.recent.chosen.connect(self.run_chosen)
        self._fill_training()
        self._lay_out()
        self.retranslate()

    def _choose_recipe(self, name: str, _: bool = False) -> None:
        self.recipe_chosen.emit(name)

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(space(WIDE), space(WIDE), space(WIDE), space(WIDE))
        column.setSpacing(space(MEDIUM))
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addSpacing(space(SMALL))
        column.addWidget(self.training)
        column.addSpacing(space(MEDIUM))
        column.addLayout(self._lower())
        column.addStretch(1)
        outer = QWidget()
        middle = QHBoxLayout(outer)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addStretch(1)
        middle.addWidget(inner, 100)
        middle.addStretch(1)
        self.setWidget(outer)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _fill_training(self) -> None:
        """A folder first, or a recipe first."""
        column, row = QVBoxLayout(self.training), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(MEDIUM))
        row.setSpacing(space(MEDIUM))
        for card in self.recipes.values():
            row.addWidget(card, 1)
        column.addWidget(self.drop)
        column.addLayout(row)

    def _lower(self) -> QGridLayout:
        """Runs on the left, what else there is on the right."""
        grid, self._more = QGridLayout(), QGridLayout()
        grid.setHorizontalSpacing(space(LARGE))
        grid.setVerticalSpacing(space(SMALL))
        self._more.setHorizontalSpacing(space(MEDIUM))
        self._more.setVerticalSpacing(space(SMALL))
        grid.addWidget(self.recent_title, 0, 0)
        grid.addWidget(self.more_title, 0, 1)
        grid.addWidget(self.recent, 1, 0)
        grid.addLayout(self._more, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 2)
        self._grid, self._columns = grid, 0
        self.show_runs(())
        return grid

    def show_runs(self, runs: Sequence[RecentRun]) -> None:
        """Show the latest runs; where there are none, nothing takes their place.

        Args:
            runs: The runs, newest first.
        """
        self.recent.show_runs(runs)
        columns = 1 if runs else 2
        if columns == self._columns:
            return
        self._columns = columns
        for widget in (self.recent_title, self.recent):
            widget.setVisible(bool(runs))
        self._grid.setColumnStretch(0, 3 if runs else 0)
        for place, card in enumerate(self.buttons.values()):
            self._more.addWidget(card, place // columns, place % columns)
        for column in range(2):
            self._more.setColumnStretch(column, int(column < columns))

    def retranslate(self) -> None:
        """Set all texts."""
        self.setAccessibleName(self.tr("Start page"))
        self.title.setText(self.tr("Watch what a classifier learns as it learns it"))
        self.about.setText(self.tr("Train on your own images, watch the curves, see where it goes wrong and why."))
        self.drop.title.setText(self.tr("Drop a folder of images here"))
        self.drop.about.setText(self.tr("With one sub-folder per class. The folder of a run opens that run."))
        self.drop.button.setText(self.tr("Choose a folder…"))
        self.recent_title.setText(self.tr("Recent runs"))
        self.more_title.setText(self.tr("Explore"))
        for name, card in self.recipes.items():
            card.show_texts(recipe_offers.title(name), recipe_offers.about(name))
        texts = {
            "demo": (
                self.tr("A recorded run"),
                self.tr("1,000 photographs, ready to explore: nothing to train."),
            ),
            "tour": (self.tr("Tour in five steps"), self.tr("Two minutes: the window and what it is for.")),
            "open_run": (self.tr("Open a run…"), self.tr("From another folder.")),
            "keys": (self.tr("Keyboard shortcuts"), self.tr("Everything works without a mouse.")),
        }
        for name, (title, about) in texts.items():
            self.buttons[name].show_texts(title, about)
        self.recent.retranslate()


_MORE = {"demo": "demo", "tour": "info", "open_run": "open", "keys": "help"}
"""Actions and their icons."""
