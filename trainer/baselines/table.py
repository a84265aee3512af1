"""The table of a comparison: for a terminal, as CSV and as Markdown. [no torch]"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from trainer.baselines.outcome import Outcome, columns, marks
from trainer.store.environment import versions
from trainer.text.csv_text import csv_text
from trainer.text.text_width import display_width, pad_left, pad_right

_BEST: dict[str, Callable[[Sequence[float]], float]] = {
    "training_seconds": min,
    "f1_train": max,
    "f1_valid": max,
    "f1_test": max,
    "accuracy_test": max,
    "samples_per_second": max,
    "peak_memory_mb": min,
}
_SHOWN = {"training_seconds": "{:.2f}", "samples_per_second": "{:,.0f}", "peak_memory_mb": "{:.0f}"}
_BOX = 9
"""Columns are broken at their underscores so that eight of them fit into 80 characters."""
REACHED = "Seconds of training until macro-F1 on the validation images was reached"
HOW = (
    "One process after another. training_seconds: from decoded images to weights, without validation; figures: those "
    "of the epoch with the smallest validation loss, images not augmented."
)


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Format a comparison for a terminal: the finished entries, best values marked, times until marks, settings and
    notes.

    Args:
        outcomes: The entries.

    Yields:
        A line each.
    """
    done = [one for one in outcomes if one.status == "completed"]
    if done:
        rows = [one.row() for one in done]
        best = _best(rows)
        yield from _aligned([_broken(name) for name in columns(done)], [_cells(row, best, "*", " ") for row in rows])
        if len(rows) > 1:
            yield "* best in its column"
        yield from _when(done)
        yield ""
    for one in outcomes:
        yield f"{one.contestant.name}: {one.contestant.about}"
        yield from (f"  {text}" for text in _said(one))


def _when(done: Sequence[Outcome]) -> Iterator[str]:
    if names := marks(done):
        yield from ("", f"{REACHED}:")
        heads = [["algorithm"], *([f"{mark:.2f}"] for mark in names)]
        yield from _aligned(heads, [[one.contestant.name, *_reached(one, names)] for one in done])


def _said(one: Outcome) -> list[str]:
    if one.error is not None:
        first, *rest = str(one.error).splitlines()
        return [f"failed: {first}", *rest]
    return [*(["stopped early: no row"] if one.status == "stopped" else []), *one.notes()]


def _reached(one: Outcome, names: Sequence[float]) -> list[str]:
    return ["-" if (found := one.reached(mark)) is None else f"{found:.2f}" for mark in names]


def _best(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    found = {}
    for name, better in _BEST.items():
        values = [row[name] for row in rows if row[name] is not None]
        if len(rows) > 1 and values:
            found[name] = better(values)
    return found


def _cells(row: dict[str, Any], best: dict[str, float], mark: str, other: str) -> list[str]:
    return [
        str(row["algorithm"]),
        *(_shown(name, row[name]) + (mark if row[name] == best.get(name, ...) else other) for name in [*row][1:]),
    ]


def _shown(name: str, value: float | None) -> str:
    return "-" if value is None else _SHOWN.get(name, "{:.3f}").format(value)


def _broken(name: str) -> list[str]:
    found = [""]
    for part in name.split("_"):
        longer = f"{found[-1]}_{part}" if found[-1] else part
        if len(longer) <= _BOX and found[-1] != "samples":
            found[-1] = longer
        else:
            found.append(part)
    return found


def _aligned(heads: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    deep = max(map(len, heads))
    above = [[*[""] * (deep - len(head)), *head] for head in heads]
    whole = [*zip(*above, strict=True), *rows]
    widths = [max(display_width(row[place].rstrip()) for row in whole) for place in range(len(heads))]
    for place in range(1, len(heads)):  # room for the mark
        widths[place] = max(widths[place], *(display_width(row[place]) for row in rows))
    for row in whole:
        cells = [
            pad_right(cell, widths[0]) if place == 0 else pad_left(cell, widths[place])
            for place, cell in enumerate(row)
        ]
        yield "  ".join(cells).rstrip()


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """Format a comparison as CSV, a line per finished entry with unrounded numbers.

    Args:
        outcomes: The entries.

    Returns:
        The text with its header.
    """
    done = [one for one in outcomes if one.status == "completed"]
    return csv_text(columns(done), (list(one.row().values()) for one in done))


def as_markdown(outcomes: Sequence[Outcome], title: str, facts: str) -> str:
    """Format a comparison as Markdown: the table, times until marks, settings, machine and versions, the picture.

    Args:
        outcomes: The entries.
        title: Heading.
        facts: Sentence about images and seed.

    Returns:
        The text.
    """
    done = [one for one in outcomes if one.status == "completed"]
    rows = [one.row() for one in done]
    best = _best(rows)
    cells = [
        [
            str(row["algorithm"]),
            *(_bold(_shown(name, row[name]), row[name] == best.get(name, ...)) for name in [*row][1:]),
        ]
        for row in rows
    ]
    names = marks(done)
    parts = [
        f"# {_escaped(title)}",
        "",
        *_markdown(columns(done), cells),
        "",
        "Bold: best in its column. " + HOW,
    ]
    if names:
        heads = ("algorithm", *(f"{mark:.2f}" for mark in names))
        parts += [
            "",
            f"{REACHED}:",
            "",
            *_markdown(heads, [[one.contestant.name, *_reached(one, names)] for one in done]),
        ]
    parts += ["", "![macro-F1 over seconds of training](compare.svg)", "", "Settings:", ""]
    for one in outcomes:
        said = "; ".join(_said(one))
        parts.append(
            f"- `{one.contestant.name}`: {_escaped(one.contestant.about)}" + (f" ({_escaped(said)})" if said else "")
        )
    parts += ["", facts, "", f"{machine()}."]
    return "\n".join(parts) + "\n"


def _bold(text: str, yes: bool) -> str:
    return f"**{text}**" if yes else text


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return [f"| {' | '.join(row)} |" for row in (heads, rule, *rows)]


def machine() -> str:
    """Describe processor, cores, system and the versions that matter.

    Returns:
        One line.
    """
    shown = {"epochscope", "python", "numpy", "scikit-learn", "torch"}
    known = ", ".join(f"{name} {version}" for name, version in versions().items() if name in shown)
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; {known}"


def _processor() -> str:
    """The name that the system has for it."""
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"
