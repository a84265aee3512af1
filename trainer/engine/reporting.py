"""What a callback reports, checked: names that a window can show, and numbers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from trainer.errors import UsageError
from trainer.store.journal_limits import LONGEST_NAME, MOST_NAMES, possible_name
from trainer.text.text_width import one_line


def checked_name(name: Any, others: Collection[str]) -> str:
    """The name of a scalar or a picture. Raises UsageError `report.name`."""
    showable = isinstance(name, str) and possible_name(name) and bool(name.strip()) and one_line(name) == name
    if showable and (name in others or len(others) < MOST_NAMES):
        return str(name)
    raise UsageError(
        "report.name",
        f"{name!r:.100} cannot be reported.",
        expected=f"1 to {LONGEST_NAME} characters on one line, and at most {MOST_NAMES} different names in a run",
        fix="use one name for values that belong together: run.log_scalar('gradient_norm', value)",
        name=str(name)[:LONGEST_NAME],
    )


def checked_number(name: str, value: Any) -> float:
    """The value of a scalar. Raises UsageError `report.value`."""
    try:
        return as_number(value)
    except Exception as error:  # an object of the caller's own may raise anything when it is to become a number
        raise UsageError(
            "report.value",
            f"{name}: got {shown(value)}, which is not a number.",
            expected="a number, or an array or tensor of one",
            name=name,
        ) from error


def as_number(value: Any) -> float:
    """A number, or an array or tensor of one. Raises TypeError or ValueError for anything else."""
    if isinstance(value, str | bytes | bytearray):
        raise TypeError("a text")
    if callable(getattr(value, "item", None)):
        value = value.item()  # raises for more than one
    return float(value)


def shown(value: Any) -> str:
    """What it is, in a few words."""
    shape = getattr(value, "shape", None)
    kind = type(value).__name__
    return kind if shape is None else f"{kind} of shape {tuple(shape)}"
