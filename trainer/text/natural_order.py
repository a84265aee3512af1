"""The order in which people expect names: numbers in them count as numbers. [no torch]"""

from __future__ import annotations

import re
from functools import lru_cache

_NUMBER = re.compile(r"([0-9]+)")
Key = tuple[tuple[tuple[int, str], ...], str]


@lru_cache(maxsize=16_384)  # lists of thousands of names are sorted repeatedly
def natural_key(text: str) -> Key:
    """A key for `sorted`: `exp-2` comes before `exp-10`, case does not matter, and only equal texts have equal keys."""
    parts = _NUMBER.split(text.casefold())
    # texts and numbers alternate; of two numbers, the one with more digits is larger
    return tuple(_number(part) if place % 2 else (0, part) for place, part in enumerate(parts)), text


def _number(digits: str) -> tuple[int, str]:
    plain = digits.lstrip("0")
    return len(plain), plain
