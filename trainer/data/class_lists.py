"""Class names that a loader's data set brings, and how those of several splits fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import torch
from torch import Tensor

from trainer.errors import DataError

Names = tuple[str, ...]
MOST_WRAPPERS = 32
"""Nested data sets that are followed: one that contains itself must not be followed for ever."""


def class_list(loader: Any) -> Names | None:
    """Find the class names of a loader, in the order of its labels.

    They are looked for through `DataLoader`, `Subset`, `ConcatDataset` and every wrapper that keeps what it wraps as
    `.dataset`. Names are `.classes` (a list, tuple or array of names), else the keys of `.class_to_idx`, else those of
    a label column with names (`.features`, as Hugging Face data sets have).

    Args:
        loader: A loader or data set.

    Returns:
        The names (C,); None if there are none.

    Raises:
        DataError: `data.class_lists`: joined data sets number their classes differently.
    """
    for _ in range(MOST_WRAPPERS):
        names = _own(loader)
        if names is not None:
            return names
        parts = getattr(loader, "datasets", None)
        if isinstance(parts, Sequence | Mapping) and len(parts):
            return _joined(parts.values() if isinstance(parts, Mapping) else parts)
        loader = getattr(loader, "dataset", None)
        if loader is None:
            return None
    return None


def _own(data: Any) -> Names | None:
    names: Any = getattr(data, "classes", None)
    if _is_list(names):
        return tuple(_text(name) for name in names)
    numbers = getattr(data, "class_to_idx", None)
    if isinstance(numbers, Mapping) and sorted(numbers.values()) == list(range(len(numbers))) and numbers:
        return tuple(_text(name) for name in sorted(numbers, key=numbers.__getitem__))
    return label_names(getattr(data, "features", None))


def _is_list(names: Any) -> bool:
    """Whether it is a list of some kind: some data sets keep the number of classes under this name. A set is not one:
    which name belongs to which number would change from process to process."""
    if isinstance(names, str | bytes | Mapping | Set) or not hasattr(names, "__iter__"):
        return False
    try:
        return len(names) > 0
    except TypeError:  # a generator, or an array without axes
        return False


def _text(name: Any) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


def label_names(features: Any) -> Names | None:
    """Get the class names of a Hugging Face data set.

    Args:
        features: Its `features`, a mapping of columns.

    Returns:
        Names of the only column with named labels; None if there is none, or more than one.
    """
    if not isinstance(features, Mapping):
        return None
    named = [tuple(map(str, found)) for one in features.values() if (found := getattr(one, "names", None))]
    return named[0] if len(named) == 1 else None


def _joined(parts: Any) -> Names | None:
    """The list of data sets that are put one after another: the longest one, where the others begin it."""
    lists = [found for part in parts if (found := class_list(part)) is not None]
    if not lists:
        return None
    longest = max(lists, key=len)
    for other in lists:
        if longest[: len(other)] != other:
            raise DataError(
                "data.class_lists",
                "The joined data sets number their classes differently.",
                where=f"{_listed(longest)} and {_listed(other)}",
                expected="the same list of classes in each of them",
                fix="give every one the same `.classes`, with labels by that list (ImageFolder numbers the folders it "
                "finds: join the folders, or use target_transform)",
            )
    return longest


def label_map(training: Names, other: Names, split: str) -> Tensor | None:
    """Translate the labels of a split into those of the training data.

    Args:
        training: Class names of the training data.
        other: Class names of the split.
        split: Name of the split, for errors.

    Returns:
        Training label of each label of the split, int64 (C,); None if they are the same.

    Raises:
        DataError: `data.class_lists`: a class is missing from the training data, or a name occurs twice.
    """
    if training[: len(other)] == other:
        return None
    unknown = [name for name in other if name not in training]
    if unknown or len(set(training)) < len(training) or len(set(other)) < len(other):
        raise DataError(
            "data.class_lists",
            f"The classes of {split!r} differ from those of the training data.",
            where=f"train: {_listed(training)}; {split}: {_listed(other)}",
            expected=f"only classes of the training data{f', unlike {_listed(unknown)}' if unknown else ''}",
            fix="use the same class folders in every split, or give every data set the same `.classes`",
            split=split,
        )
    return torch.tensor([training.index(name) for name in other])


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:20])
    return f"[{shown}{f', and {len(names) - 20} more' if len(names) > 20 else ''}]"
