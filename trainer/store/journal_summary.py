"""The summary of a run from its journal, if summary.json is missing or damaged. [no torch]"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from msgspec import UNSET

from trainer.errors import EpochscopeError
from trainer.store.journal import JournalReader
from trainer.store.run_history import RunHistory, read_history
from trainer.store.summary import Summary, recipe_name
from trainer.text.nested_tables import table_of

MAX_BYTES = 32 << 20
"""Largest journal to read for this: a list of runs must stay quick."""


def journal_summary(journal: Path) -> Summary | None:
    """None if the journal is missing, longer than 32 MB, unreadable or empty."""
    try:
        if os.stat(journal).st_size > MAX_BYTES:  # noqa: PTH116 - of thousands
            return None
        return summary_of(read_history(JournalReader(journal)))
    except (OSError, EpochscopeError):
        return None


def summary_of(history: RunHistory) -> Summary | None:
    """The same from a history that has been read; None if it is empty."""
    if not history.records or history.attempt is None:
        return None
    info, ended, best = history.info, history.ended, history.best_epoch
    verdict = history.verdicts.get(best) if best else None
    started = [one.started for one in history.attempts.values() if one.started is not None]
    over = (verdict.macro_classes, len(verdict.f1)) if verdict else (0, 0)
    settings = info.settings if info else {}
    return Summary(
        status=ended.status if ended else history.state,  # type: ignore[arg-type]
        attempt=history.attempt.number,
        data=_text(table_of(settings, "data").get("source")),
        model=info.model if info else "",
        recipe=recipe_name(settings),
        started_at=started[0].started_at if started else "",
        elapsed=history.seconds,
        epoch=history.epoch,
        epochs=info.epochs if info else 0,
        step=history.step,
        best_epoch=best,
        best_loss=history.best_loss,
        best_macro_f1=_at(history, best) if best else None,
        best_macro_f1_of=over if over[0] < over[1] else UNSET,
        reason=ended.reason if ended else "",
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _at(history: RunHistory, epoch: int) -> float | None:
    rows = (history.epochs.column("epoch") == epoch).nonzero()[0]
    found = float(history.epochs.column("valid_macro_f1")[rows[-1]]) if len(rows) else math.nan
    return found if math.isfinite(found) else None
