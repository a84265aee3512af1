"""Plausibility of journal records: a line may be intact and its numbers absurd. [no torch]"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from trainer import events as ev
from trainer.store.batch_columns import BatchColumns
from trainer.store.journal import Record

MAX_EPOCH, MAX_STEP, MAX_WHOLE = 2**31 - 1, 2**53, 2**63 - 1
"""A limit within the range of sliders, exact float64 and Qt."""
MAX_WALL = 32_503_680_000_000
"""UTC milliseconds: the year 3000. Not every system's calendar goes further."""
MAX_SECONDS = 1e10
"""Three hundred years of training."""
MOST_NAMES, LONGEST_NAME = 100, 100
"""Custom metrics and scalars of a run that are read, and letters of a name: beyond, no one can look at them."""
LARGEST = 1e30
"""A larger loss is treated and drawn like a non-finite one: float32 and sums of squares overflow soon after."""


class ImpossibleError(ValueError):
    """Records with intact lines that no run can have written; `count` of them."""

    def __init__(self, reason: str, count: int = 1) -> None:
        super().__init__(reason)
        self.count = count


def possible(found: BatchColumns) -> NDArray[np.bool_]:
    """(n,): which of the reports are plausible; see `check`."""
    limits = {"epoch": MAX_EPOCH, "last_step": MAX_STEP, "t": MAX_SECONDS, "wall": MAX_WALL, "seq": MAX_STEP}
    good = np.ones(len(found), dtype=bool)
    for name, most in limits.items():
        values = found.column(name)
        good &= (values >= 0) & (values <= most)
    return good


def known_metrics(found: Mapping[str, float]) -> dict[str, float]:
    """Custom metrics that a run can have: those beyond MOST_NAMES, and with longer names, are left out."""
    return {name: value for name, value in islice(found.items(), MOST_NAMES) if possible_name(name)}


def possible_name(name: str) -> bool:
    """Whether a metric, a scalar or a picture can have this name."""
    return 0 < len(name) <= LONGEST_NAME


def check_name(name: str, others: Collection[str]) -> None:
    """Refuse what nothing that a callback reports is called, and one name more than a run can have."""
    if not possible_name(name) or (name not in others and len(others) >= MOST_NAMES):
        raise ValueError("a name is too long, or there are too many")


def check(record: Record, event: ev.Event | ev.UnknownEvent) -> None:
    """Reject records that no run can have written, so that later code need not check."""
    within = 0 <= event.epoch <= MAX_EPOCH and 0 <= event.step <= MAX_STEP
    if not (within and 0 <= record.t <= MAX_SECONDS and 0 <= record.wall <= MAX_WALL):
        raise ValueError("epoch, step or time is negative or oversized")
    for name in event.__struct_fields__:
        value = getattr(event, name)
        numbers = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        if any(type(number) is int and not -MAX_WHOLE <= number <= MAX_WHOLE for number in numbers):
            raise ValueError(f"{name} is an oversized number")
    if isinstance(event, ev.RunStarted):
        counts = (event.attempt, event.epochs, event.steps_per_epoch, *event.split_sizes.values(), *event.input_shape)
        if min(counts) < 0 or event.epochs > MAX_EPOCH or event.steps_per_epoch > MAX_STEP:
            raise ValueError("epochs, steps or sizes are negative or oversized")
    if isinstance(event, ev.ValidationDone) and not 0 <= (event.best_epoch or 0) <= MAX_EPOCH:
        raise ValueError("best_epoch is negative or oversized")
