"""Names of classes as they are shown: whatever a folder is called, on one line."""

from __future__ import annotations

ARROW = "→ "
"""Stands before the predicted class."""

LONGEST = 300
"""Characters of a class name that are shown anywhere: a folder name has at most 255."""


def class_name(names: tuple[str, ...], index: int) -> str:
    """Return the name of a class on one line.

    Args:
        names: Class names of the run.
        index: Index of the class.

    Returns:
        The name; `#index` if the run has no such class.
    """
    name = names[index] if 0 <= index < len(names) else f"#{index}"
    return " ".join(name[:LONGEST].split()) or f"#{index}"


def class_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of all classes, each on one line.

    Args:
        names: Class names of the run.

    Returns:
        The names.
    """
    return tuple(class_name(names, index) for index in range(len(names)))
