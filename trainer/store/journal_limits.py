"""What a run can say, whatever wrote its journal: a line may be whole and its numbers absurd. [no torch]"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trainer import events as ev
from trainer.store.batch_columns import BatchColumns
from trainer.store.journal import Record

MAX_EPOCH, MAX_STEP, MAX_WHOLE = 2**31 - 1, 2**53, 2**63 - 1
"""What a slider, an exact float64 and Qt can count."""
MAX_WALL = 32_503_680_000_000
"""UTC milliseconds: the year 3000. Not every system has a calendar beyond."""
MAX_SECONDS = 1e10
"""Three hundred years of training."""
LARGEST = 1e30
"""A loss beyond is as good as not finite, and drawn like that: float32 and sums of squares end not far from here."""


class ImpossibleError(ValueError):
    """Records whose lines are whole, but which no run can have written; `count` of them."""

    def __init__(self, reason: str, count: int = 1) -> None:
        super().__init__(reason)
        self.count = count


def possible(found: BatchColumns) -> NDArray[np.bool_]:
    """(n,): which of the reports a run can say; see `check`."""
    limits = {"epoch": MAX_EPOCH, "last_step": MAX_STEP, "t": MAX_SECONDS, "wall": MAX_WALL, "seq": MAX_STEP}
    good = np.ones(len(found), dtype=bool)
    for name, most in limits.items():
        values = found.column(name)
        good &= (values >= 0) & (values <= most)
    return good


def check(record: Record, event: ev.Event | ev.UnknownEvent) -> None:
    """Refuse what no run can say, whatever wrote it: everything after this may count on it."""
    within = 0 <= event.epoch <= MAX_EPOCH and 0 <= event.step <= MAX_STEP
    if not (within and 0 <= record.t <= MAX_SECONDS and 0 <= record.wall <= MAX_WALL):
        raise ValueError("epoch, step or time is none")
    for name in event.__struct_fields__:
        value = getattr(event, name)
        numbers = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        if any(type(number) is int and not -MAX_WHOLE <= number <= MAX_WHOLE for number in numbers):
            raise ValueError(f"{name} is no number that can be shown")
    if isinstance(event, ev.RunStarted):
        counts = (event.attempt, event.epochs, event.steps_per_epoch, *event.split_sizes.values(), *event.input_shape)
        if min(counts) < 0 or event.epochs > MAX_EPOCH or event.steps_per_epoch > MAX_STEP:
            raise ValueError("epochs, steps or sizes are none")
    if isinstance(event, ev.ValidationDone) and not 0 <= (event.best_epoch or 0) <= MAX_EPOCH:
        raise ValueError("best_epoch is none")
