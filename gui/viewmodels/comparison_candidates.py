"""The runs that a run can be compared with, the most telling ones first. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gui.viewmodels.run_row import Row

Reason = Literal["best", "before"]
"""best: of the other runs on the same data, the one with the highest macro-F1; before: of those on the same data, the
last one that was started before it."""


@dataclass(frozen=True)
class Candidate:
    """A run to compare with.

    Attributes:
        row: The run.
        same_data: Whether it was trained on the same data.
        reasons: Why it is proposed; empty for a run that is only listed.
    """

    row: Row
    same_data: bool
    reasons: tuple[Reason, ...] = ()


def comparison_candidates(chosen: Row, rows: Iterable[Row]) -> list[Candidate]:
    """Put the runs in the order in which they are offered: the proposed ones, the others on the same data, the rest;
    the newest first.

    Args:
        chosen: The run that is compared.
        rows: All runs; the chosen one may be among them.

    Returns:
        All runs but the chosen one.
    """
    others = sorted((row for row in rows if row.name != chosen.name), key=_started, reverse=True)
    data = _data(chosen)
    alike = [row for row in others if data and _data(row) == data]
    proposed = {"best": _best(alike), "before": next((row for row in alike if _started(row) < _started(chosen)), None)}
    found: dict[str, list[Reason]] = {}
    for reason, row in proposed.items():
        if row is not None:
            found.setdefault(row.name, []).append(reason)  # type: ignore[arg-type]
    same = {row.name for row in alike}
    made = [Candidate(row, row.name in same, tuple(found.get(row.name, ()))) for row in others]
    places = {name: place for place, name in enumerate(found)}
    return sorted(made, key=lambda one: (places.get(one.row.name, len(places)), not one.same_data))


def _best(rows: list[Row]) -> Row | None:
    """A mean over some of the classes only is not compared."""
    scored = [(score, row) for row in rows if (score := _score(row)) is not None]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _score(row: Row) -> float | None:
    summary = row.summary
    return summary.best_macro_f1 if summary is not None and not summary.best_macro_f1_of else None


def _data(row: Row) -> str:
    return row.summary.data if row.summary is not None else ""


def _started(row: Row) -> str:
    return row.summary.started_at if row.summary is not None else ""
