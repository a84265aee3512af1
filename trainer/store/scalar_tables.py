"""The numbers that callbacks have reported, a table for each name. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer import events as ev
from trainer.store.journal import Record
from trainer.store.journal_limits import LARGEST, check_name
from trainer.store.record_table import SCALAR_COLUMNS, RecordTable


def take_scalar(tables: dict[str, RecordTable], event: ev.ScalarReported, record: Record) -> None:
    """Take in the next one. Raises ValueError for what no run can say."""
    check_name(event.name, tables)
    table = tables.setdefault(event.name, RecordTable(SCALAR_COLUMNS))
    latest = int(table.column("step")[-1]) if table.rows else -1
    if event.step < latest:
        raise ValueError("a scalar is of an earlier step than the one before it")
    if event.step == latest:  # of one step the last one counts: a resumed run may validate a second time
        table.cut(table.rows - 1)
    table.append(record.seq, (float(event.step), float(event.epoch), record.t, event.value))


def rewind_scalars(tables: dict[str, RecordTable], started: ev.RunStarted) -> None:
    """Forget those that came after the checkpoint from which an attempt goes on."""
    for table in tables.values():
        covered = np.searchsorted(table.seq, started.resumed_seq, side="right")
        # what a callback reports of the step of a checkpoint may come after it, and is not reported again
        reached = np.searchsorted(table.column("step"), started.resumed_step, side="right")
        table.cut(int(max(covered, reached)))


def scalar_rows(tables: Mapping[str, RecordTable]) -> dict[str, list[dict[str, Any]]]:
    """What was reported, by name: `epoch`, `step` and `value`, by step."""
    return {
        name: [
            {"epoch": int(epoch), "step": int(step), "value": float(value)}
            for epoch, step, value in zip(*map(table.column, ("epoch", "step", "value")), strict=True)
        ]
        for name, table in tables.items()
        if table.rows
    }


def not_finite(steps: NDArray[np.float64], losses: NDArray[np.float64]) -> Iterator[int]:
    """The steps whose losses are no finite numbers."""
    return (int(step) for step in steps[~(np.abs(losses) <= LARGEST)])
