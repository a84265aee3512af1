"""The history of a run in the window, which keeps track of changes. No Qt."""

from __future__ import annotations

from typing import Literal, get_args

from trainer import events as ev
from trainer.store.batch_columns import BatchColumns
from trainer.store.journal import Record
from trainer.store.run_history import RunHistory

Topic = Literal[
    "info",
    "batches",
    "epochs",
    "evaluation",
    "state",
    "progress",
    "messages",
    "snapshots",
    "scalars",
    "pictures",
    "answers",
]
ALL_TOPICS: frozenset[Topic] = frozenset(get_args(Topic))

_TOPICS: dict[type[ev.Event], set[Topic]] = {
    # all that an earlier attempt did may have been taken back
    ev.RunStarted: set(ALL_TOPICS) - {"answers"},
    ev.BatchesReported: {"batches", "progress"},
    ev.ProcessesReported: {"epochs"},
    ev.EpochEnded: {"epochs", "progress"},
    ev.EvaluationDone: {"evaluation"},
    ev.Preparing: {"state", "progress"},
    ev.Working: {"progress"},
    ev.RunPaused: {"state"},
    ev.RunUnpaused: {"state"},
    ev.StopRequested: {"state", "messages"},
    ev.RunEnded: {"state", "progress", "messages"},
    ev.NonFiniteLoss: {"messages"},
    ev.CallbackFailed: {"messages"},
    ev.CheckpointSaved: {"snapshots"},
    ev.SnapshotSaved: {"snapshots"},
    ev.ScalarReported: {"scalars"},
    ev.PictureReported: {"pictures"},
    ev.MetricFailed: {"messages"},
    ev.RequestHandled: {"answers"},
}


class RunModel(RunHistory):
    """The history of a run; panels only read it.

    Attributes:
        changed: What has changed since `take_changes` was last called, so that a panel draws only what it must.
    """

    def __init__(self) -> None:
        super().__init__()
        self.changed: set[Topic] = set()

    def take_changes(self) -> set[Topic]:
        """Return what has changed since the last call.

        Returns:
            The topics.
        """
        changed, self.changed = self.changed, set()
        return changed

    def add(self, record: Record) -> None:
        """Add the next record of the journal.

        Args:
            record: The record.
        """
        super().add(record)
        if isinstance(record.event, ev.Event):
            self.changed |= _TOPICS.get(type(record.event), set())

    def add_reports(self, found: BatchColumns) -> None:
        """Add the next records of the journal, all of them BatchesReported.

        Args:
            found: Their fields, as columns.
        """
        # first: where some are refused, the others have been taken in
        self.changed |= _TOPICS[ev.BatchesReported]
        super().add_reports(found)
