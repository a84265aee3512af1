"""The order in which people expect names: numbers in them count as numbers. [no torch]"""

from __future__ import annotations

import re
from functools import lru_cache

_NUMBER = re.compile(r"([0-9]+)")
Key = tuple[tuple[tuple[int, str], ...], str]


@lru_cache(maxsize=16_384)  # a list of thousands of names is sorted again and again
def natural_key(text: str) -> Key:
    """For `sorted`: `exp-2` comes before `exp-10`, upper and lower case are alike, and equal texts stay equal."""
    parts = _NUMBER.split(text.casefold())
    # texts and numbers take turns, and a number with more digits is the larger one
    return tuple(_number(part) if place % 2 else (0, part) for place, part in enumerate(parts)), text


def _number(digits: str) -> tuple[int, str]:
    plain = digits.lstrip("0")
    return len(plain), plain
