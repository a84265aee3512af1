"""Names of the columns of a table in which some are named after classes or metrics. [no torch]"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def distinct_columns(names: Sequence[str], others: Iterable[object]) -> list[str]:
    """Name columns after classes or metrics: a name that another column has gets `_` appended.

    Args:
        names: Names; one that comes twice counts as another column.
        others: Names of the other columns.

    Returns:
        A name for each, different from each other and from `others`.
    """
    taken, given = set(others), set(names)
    found = []
    for name in names:
        column = name
        while column in taken or (column != name and column in given):
            column += "_"
        taken.add(column)
        found.append(column)
    return found
