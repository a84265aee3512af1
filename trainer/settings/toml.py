"""TOML text from plain tables: the standard library can only read it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any


def dumps(tables: Mapping[str, Any]) -> str:
    """Write tables as TOML 1.0.

    Args:
        tables: Nested mappings of text, numbers, booleans, dates and lists. None does not exist in TOML: it is left
            out.

    Returns:
        The text.
    """
    return "\n".join(_emit(tables, ())).strip() + "\n"


def _emit(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    values = {key: value for key, value in table.items() if not isinstance(value, Mapping) and value is not None}
    if path and (values or not table):
        yield ""
        yield f"[{'.'.join(_key(part) for part in path)}]"
    yield from (f"{_key(key)} = {value_text(value)}" for key, value in values.items())
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _emit(value, (*path, key))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def value_text(value: Any) -> str:
    """Write one value as TOML.

    Args:
        value: A text, number, boolean, date, list or mapping.

    Returns:
        The text, on one line.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {value_text(item)}" for key, item in value.items()) + "}"
    return str(value)


def _text(value: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped too
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
