"""TOML that anyone may have written: read in bounded time, and not deeper than anything can use. [no torch]"""

from __future__ import annotations

import re
import tomllib
from typing import Any

MOST_PARTS = 50
"""Of a dotted key. The standard library takes time that grows with the square of their number: a megabyte of `a.a.a`
would take hours."""
MOST_DEPTH = 50
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
_LONG_KEY = re.compile(rf"""(?<![\w"'-])(?:{_PART}){{{MOST_PARTS}}}""")


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a text. Raises ValueError: `tomllib.TOMLDecodeError` where a line is wrong."""
    if _LONG_KEY.search(text):
        raise ValueError(f"a key has more than {MOST_PARTS} parts")
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    level: list[Any] = [tables]
    for _ in range(MOST_DEPTH):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one) if _holds(inner)]
    if level:
        raise ValueError("it is nested too deeply")
    return tables


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list)
