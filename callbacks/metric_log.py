"""MetricLog: one row per epoch, as metrics.csv and as a DataFrame."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, ClassVar

from trainer.callback import Callback, OnError, Phase
from trainer.engine.context import RunContext
from trainer.events import EpochEnded, RunEnded, RunStarted
from trainer.result import cells, columns, frame
from trainer.store.durable import AppendFile, write_text
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history

if TYPE_CHECKING:
    import pandas as pd


class MetricLog(Callback):
    """Appends a row to metrics.csv at each EpochEnded; a resumed run rewrites the file from the journal.

    Without a run folder it only keeps the events.

    Attributes:
        epochs: The EpochEnded events so far, those of earlier attempts included.
    """

    phase: ClassVar[Phase] = Phase.REPORT
    on_error: ClassVar[OnError] = "retry"

    def __init__(self) -> None:
        self.epochs: list[EpochEnded] = []
        self._file: AppendFile | None = None
        self._columns: tuple[str, ...] = ()
        self._metrics: tuple[str, ...] = ()
        self._whole = False

    @property
    def frame(self) -> pd.DataFrame:
        """A row per epoch, indexed by epoch."""
        return frame(self.epochs)

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Create the file; a resumed run rewrites it from the epochs of earlier attempts that still count."""
        self.epochs, self._metrics = [], event.metrics
        if run.folder is None:
            return
        if event.attempt > 1:
            self.epochs = read_history(JournalReader(run.folder.journal), last=event.resumed_seq).finished
        self._rewrite(run)

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Append the row."""
        if not self.epochs or self.epochs[-1] is not event:  # the same event comes again when writing it had failed
            self.epochs.append(event)
        if run.folder is None:
            return None
        if not self._whole or self._file is None or columns([event], self._metrics) != self._columns:
            return self._rewrite(run)
        self._whole = False
        self._file.append(_lines([event], self._columns).encode())
        self._whole = True
        return None

    def on_run_ended(self, event: RunEnded, run: RunContext) -> None:
        """Close the file."""
        self._close()

    def _rewrite(self, run: RunContext) -> None:
        """Write the whole file at once, which also repairs a row that a full disk cut off."""
        self._close()
        self._whole = False
        assert run.folder is not None  # asked only with one
        path, self._columns = run.folder.metrics, columns(self.epochs, self._metrics)
        write_text(path, ",".join(self._columns) + "\n" + _lines(self.epochs, self._columns))
        self._file = AppendFile(path)
        self._whole = True

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _lines(events: list[EpochEnded], names: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cells(event, names) for event in events)
    return text.getvalue()
