"""Classes and splits as a source names them: in the cells of a table, the keys of a mapping, the labels of a list.
[no torch]"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainer.data.class_names import same_looking
from trainer.data.folder_names import SPLIT_NAMES
from trainer.data.image_set import Fault
from trainer.errors import UsageError
from trainer.events import SPLITS


def label_text(label: Any) -> str:
    """Get the class that a label names; empty if it names none."""
    if isinstance(label, float) or type(label).__name__ in ("float32", "float64", "float16"):
        return str(int(label)) if math.isfinite(label) and label == int(label) else ""
    text = (label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)).strip()
    return "" if label is None or text in ("", "nan", "NaN", "<NA>", "NaT") else text


def in_order(names: set[str]) -> list[str]:
    """Sort names: by value if all are whole numbers, else alphabetically."""
    numbers = all(re.fullmatch(r"-?\d{1,4000}", name) for name in names)  # longer ones Python does not read
    return sorted(names, key=int) if numbers else sorted(names)


def whole_numbers(names: list[str]) -> list[str]:
    """Leave out the zeros of whole numbers: in a file that pandas wrote, class 1 is `1.0` if a label was missing.

    Args:
        names: Names of classes as in a table; "" where there is none.

    Returns:
        The names; without zeros after the point if all of them are whole numbers.
    """
    if all(re.fullmatch(r"-?\d+(\.0+)?", name) for name in names if name):
        return [name.partition(".")[0] for name in names]
    return names


def part_of(split: Any) -> int | None:
    """Index into SPLITS of a split by any of its names, training where there is none; None for what is no split."""
    text = "" if split is None or split != split else str(split).strip().lower()
    return SPLIT_NAMES.get(text) if text else 0


def splits_of(tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Translate the keys of a mapping to "train", "valid" and "test".

    Args:
        tables: Data by name of the split, such as "val" or "testing".

    Yields:
        Name of the split and its data.

    Raises:
        UsageError: `data.splits`: a key is not the name of a split.
    """
    for key, value in tables.items():
        part = SPLIT_NAMES.get(str(key).strip().lower())
        if part is None:
            raise UsageError(
                "data.splits",
                f"The data has the splits {sorted(map(str, tables))}.",
                expected="a mapping with 'train', and optionally 'valid' and 'test'",
                fix="rename the keys, for example {'train': ..., 'valid': ...}",
            )
        yield SPLITS[part], value


def split_problems(classes: Sequence[str], labels: Sequence[int], parts: Sequence[int]) -> list[Fault]:
    """Find problems of splits that a source brings itself: no training images, classes that could be tested but never
    learned, and class names that look the same. `labels` and `parts` (an index into SPLITS) are of each image."""
    found = [
        Fault(
            name, "same_name", f"this name and {first!a} look the same, as they differ only in Unicode form or blanks"
        )
        for first, name in same_looking(classes)
    ]
    groups = set(zip(parts, labels, strict=True))
    if groups and not any(part == 0 for part, _ in groups):
        return [*found, Fault("train", "missing_split", "there are no training images")]
    return found + [
        Fault(
            f"{SPLITS[part]}: {classes[label]}",
            "class_not_in_train",
            f"the class is in {SPLITS[part]} but not in train",
        )
        for part, label in sorted(groups)
        if (0, label) not in groups
    ]
