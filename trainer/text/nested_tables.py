"""Tables within tables, as TOML has them: one of them, all by dotted name or by path, one over another. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def table_of(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The table of that name; empty if there is none, or something else."""
    found = tables.get(name)
    return found if isinstance(found, Mapping) else {}


def dotted(tables: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The values in nested tables, each with its dotted name, such as `train.lr`."""
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from dotted(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def nested(values: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """Nested tables of values by path, such as ("train", "lr")."""
    tables: dict[str, Any] = {}
    for path, value in values.items():
        place = tables
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = value
    return tables


def overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One tree of tables over another: of a value that is in both, that of `above` counts."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key, {}), Mapping)
        merged[key] = overlaid(merged.get(key, {}), value) if both else value
    return merged
