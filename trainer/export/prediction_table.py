"""Predictions as a CSV table, a row per image: of the commands predict and evaluate, and of the window. [no torch]"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trainer.text.csv_text import csv_text

TOP = 3
"""Number of most likely classes listed for each image."""


def prediction_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Format predictions as CSV.

    Columns: `image`, `true_class` (if the rows have it), `class`, `confidence` in [0, 1], `correct` and `unsure` (true
    or false, if the rows have them), then `class_2`, `confidence_2`, `class_3`, `confidence_3`, empty where there are
    fewer classes.

    Args:
        rows: A mapping per image with `image`, `class`, `confidence` and `top`: the most likely classes as mappings
            with `class` and `probability`; optionally `true_class`, `correct`, `unsure`.

    Returns:
        The CSV text with its header.
    """
    labelled = any("true_class" in row for row in rows)
    marked = any("unsure" in row for row in rows)
    heads = ["image", *(["true_class"] if labelled else []), "class", "confidence"]
    heads += [*(["correct"] if labelled else []), *(["unsure"] if marked else [])]
    heads += [f"{name}_{place}" for place in range(2, TOP + 1) for name in ("class", "confidence")]
    lines = []
    for row in rows:
        line = [row["image"], *([row.get("true_class", "")] if labelled else []), row["class"], row["confidence"]]
        line += [_word(row.get(name)) for name, there in (("correct", labelled), ("unsure", marked)) if there]
        line += [value for entry in row["top"][1:TOP] for value in (entry["class"], entry["probability"])]
        lines.append([*line, *[""] * (len(heads) - len(line))])
    return csv_text(heads, lines)


def _word(value: bool | None) -> str:
    return "" if value is None else str(value).lower()
