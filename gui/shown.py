"""The run a window shows, and where in it one looks: what every panel is given. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from gui.viewmodels.journal_follower import Follower
from gui.viewmodels.run import RunModel
from trainer.store.folder import RunFolder


@dataclass(frozen=True)
class ShownRun:
    """A run and the follower that reads its journal."""

    folder: RunFolder
    follower: Follower

    @property
    def model(self) -> RunModel:
        """What the journal has said so far."""
        return self.follower.model


class EpochCursor:
    """The one epoch all panels look at: `chosen` is an epoch, or None for live (the newest there is).

    `at(model)` resolves it: the chosen epoch, at most the last finished one; 0 before the first has ended.
    """

    def __init__(self) -> None:
        self.chosen: int | None = None

    def at(self, model: RunModel) -> int:
        """The epoch to show."""
        last = int(model.epochs.column("epoch")[-1]) if model.epochs.rows else 0
        return last if self.chosen is None else min(self.chosen, last)

    def move(self, model: RunModel, by: int) -> None:
        """Go `by` epochs on or back, within 1 ... the last finished one."""
        self.chosen = max(1, min(self.at(model) + by, self._last(model)))

    def live(self) -> None:
        """Follow the newest epoch again."""
        self.chosen = None

    @staticmethod
    def _last(model: RunModel) -> int:
        return max(1, int(model.epochs.column("epoch")[-1]) if model.epochs.rows else 1)
