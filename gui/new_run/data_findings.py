"""Findings of a data check beyond counts and problems, in words: balance, leaks, copies, odd images.

An older Epochscope in the chosen Python does not report them: then nothing is shown.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.engine.rpc_client import Answer
from gui.text import formats

UNEVEN = 1.5
"""Ratio of the largest to the smallest class from which the imbalance is mentioned."""
Rows = list[tuple[str, str]]


def lines(report: Answer) -> list[str]:
    """Write the lines for the summary: leaks first, since they invalidate results.

    Args:
        report: The helper's answer.

    Returns:
        A line each.
    """
    found = []
    leaks = Counter((one["split"], one["seen"]["split"]) for one in report.get("leaks", ()))
    for (split, source), count in sorted(leaks.items()):
        total = sum(report["counts"][split])
        text = QCoreApplication.translate(
            "DataLooks", "Leak: {count} of {total} {split} images ({share}) are in the {source} images too."
        )
        shown = {
            "count": formats.whole(count),
            "total": formats.whole(total),
            "share": formats.percent(count / total, 2),
        }
        found.append("⚠ " + text.format(**shown, split=_of(split), source=_of(source)))
    even = report.get("balance")
    if even is not None and even["ratio"] == "Infinity":
        text = QCoreApplication.translate("DataLooks", "Class {smallest} has no training images.")
        found.append("⚠ " + text.format(smallest=formats.plain(even["smallest"])))
    elif even is not None and even["ratio"] >= UNEVEN:
        text = QCoreApplication.translate(
            "DataLooks", "Uneven: {largest} has {ratio} times as many training images as {smallest}."
        )
        names = {name: formats.plain(even[name]) for name in ("largest", "smallest")}
        found.append(text.format(ratio=formats.number(even["ratio"], 1), **names))
    if even is not None:
        text = QCoreApplication.translate(
            "DataLooks", "Baseline: always predicting the same class gives accuracy {accuracy} and macro-F1 {f1}."
        )
        count = len(report.get("classes", ()))
        accuracy = formats.percent(even["accuracy"], 1)
        f1 = formats.macro(even["macro_f1"], even.get("macro_classes", count), count, 3)
        found.append(text.format(accuracy=accuracy, f1=f1))
    return found


def unread(report: Answer) -> dict[str, int]:
    """Count files in image formats that are not read.

    Args:
        report: The helper's answer.

    Returns:
        Their number by class; only classes that have some.
    """
    found: Counter[str] = Counter()
    for one in report.get("left_out", ()):
        if one["kind"] == "format":
            found[one["class"]] += one["count"]
    return dict(found)


def rows(report: Answer, most: int) -> Rows:
    """List images worth a look, and why: leaks, copies with two classes, other copies, odd images.

    Args:
        report: The helper's answer.
        most: Largest number of rows.

    Returns:
        Path and reason of each.
    """
    groups = sorted(report.get("duplicates", {}).get("groups", ()), key=lambda group: not group["conflict"])
    leaking = {one["path"] for one in report.get("leaks", ())}
    found = [(one["path"], _leak(one)) for one in report.get("leaks", ())[:most]]
    for group in groups[: most - len(found)]:
        first, *others = group["images"]
        found += [(other["path"], _copy(group, first, other)) for other in others if other["path"] not in leaking]
    found += [(one["path"], _odd(one)) for one in report.get("odd", ())]
    return [(formats.plain(path), formats.plain(why)) for path, why in found[:most]]


def count(report: Answer) -> int:
    """Count all rows.

    Args:
        report: The helper's answer.

    Returns:
        Number of rows that `rows` would give without a limit.
    """
    leaking = {one["path"] for one in report.get("leaks", ())}
    copies = [
        other["path"] for group in report.get("duplicates", {}).get("groups", ()) for other in group["images"][1:]
    ]
    return len(leaking) + sum(path not in leaking for path in copies) + len(report.get("odd", ()))


def _leak(one: dict[str, Any]) -> str:
    seen = one["seen"]
    text = QCoreApplication.translate("DataLooks", "leak from {source}: copy of {path}")
    if not one["exact"]:
        text = QCoreApplication.translate("DataLooks", "leak from {source}: near copy of {path}")
    return _conflict(one["class"], seen["class"]) + text.format(
        source=formats.split_word(seen["split"]), path=seen["path"]
    )


def _copy(group: dict[str, Any], first: dict[str, str], other: dict[str, str]) -> str:
    text = QCoreApplication.translate("DataLooks", "copy of {path}")
    if not group["exact"]:
        text = QCoreApplication.translate("DataLooks", "near copy of {path}")
    return _conflict(other["class"], first["class"]) + text.format(path=first["path"])


def _conflict(one: str, other: str) -> str:
    return "" if one == other else QCoreApplication.translate("DataLooks", "two classes:") + " "


def _odd(one: dict[str, str]) -> str:
    texts = {
        "plain": QCoreApplication.translate("DataLooks", "a single colour, or nearly so"),
        "enlarged": QCoreApplication.translate("DataLooks", "small: enlarged to more than twice its size"),
        "cropped": QCoreApplication.translate("DataLooks", "long or wide: more than half of it is cut off"),
        "mode": QCoreApplication.translate("DataLooks", "unusual colour mode"),
    }
    return texts.get(one["kind"], one["reason"])


def _of(split: str) -> str:
    """A split as an adjective."""
    texts = {
        "train": QCoreApplication.translate("DataLooks", "training"),
        "valid": QCoreApplication.translate("DataLooks", "validation"),
        "test": QCoreApplication.translate("DataLooks", "test"),
    }
    return texts.get(split, split)
