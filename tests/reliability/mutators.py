"""Makes damaged and hostile inputs out of whole ones. Everything is drawn from the `random.Random` that is given."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from typing import Any

LONG = 20_000
"""Characters of a long name or value."""
NUMBERS = (0, -1, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64, -(2**63) - 1)
FLOATS = (0.0, -0.0, 1e-320, 1e308, float("inf"), float("-inf"), float("nan"), 0.1, 1.5)
TEXTS = (
    "", " ", "0", "-1", "nan", "null", "/", "..", "../../etc/passwd", "~nobody-of-that-name/x", "C:\\x", "a\nb", "a\0b",
    "\x1b[31m", "кот-猫-é-🐈", "<script>", "=1+1", "%s{0}", "/dev/zero", "/dev/stdin", "os:system", "\u202e", "\ufeff",
)  # fmt: skip
TOKENS = (
    b"-1", b"1e999", b"NaN", b"null", b"true", b"[]", b"{}", b'""', b"9" * 400, b"9" * 5000, b"\\u0000", b"\\ud800",
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"..", b"[" * 300, b"{" * 300, b'"', b"'", b",", b";", b"=", b"#",
    b"a" * LONG, b"[" * 100_000, b"(" * 9000, b"-" * 9000,
)  # fmt: skip
FIELDS = tuple(
    struct.pack(form, number)
    for form, numbers in (
        ("<I", (0, 1, 2**31 - 1, 2**31, 2**32 - 1)),
        (">I", (0, 1, 2**31 - 1, 2**32 - 1)),
        ("<H", (0, 1, 2**15, 2**16 - 1)),
        (">H", (1, 2**16 - 1)),
        ("<Q", (0, 2**63 - 1, 2**63, 2**64 - 1)),
    )
    for number in numbers
)
"""Sizes and offsets, as binary formats write them."""


def damaged(data: bytes, others: Sequence[bytes], draw: random.Random) -> bytes:
    """One wound of a kind that happens, or that somebody makes."""
    at, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    match draw.randrange(11):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + bytes(end - at) + data[end:]
        case 2:
            return data[:at] + draw.randbytes(draw.randrange(1, 200)) + data[at:]
        case 3:
            return data[:at] + data[end:]
        case 4:
            return draw.choice(others) if others else b""
        case 5:
            return data.replace(b"1", draw.choice([b"-1", b"1e999", b"NaN", b"[]", b"null", b"9" * 400]), 3)
        case 6:
            return data + data[at:end] * 3
        case 7:
            return data[:at] + draw.choice(TOKENS) + data[at:]
        case 8:
            return _overwritten(data, draw.choice(FIELDS), draw)
        case 9:
            return data[:at] + draw.choice(others or [b""])[:end] + data[at:]
        case _:
            changed = bytearray(data or b"x")
            for _ in range(draw.randrange(1, 9)):
                changed[draw.randrange(len(changed))] = draw.randrange(256)
            return bytes(changed)


def _overwritten(data: bytes, field: bytes, draw: random.Random) -> bytes:
    """A field early in the data, where headers are, or anywhere."""
    at = draw.randrange(min(len(data), draw.choice([64, 512, 1 << 30])) + 1)
    return data[:at] + field + data[at + len(field) :]


def several(data: bytes, others: Sequence[bytes], draw: random.Random) -> bytes:
    """One wound, or up to three."""
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        data = damaged(data, others, draw)
    return data


def hostile_value(draw: random.Random, depth: int = 0) -> Any:
    """What JSON and TOML can hold."""
    match draw.randrange(8 if depth < 3 else 6):
        case 0:
            return draw.choice(NUMBERS)
        case 1:
            return draw.choice(FLOATS)
        case 2:
            return draw.choice((True, False))
        case 3 | 4:
            return draw.choice(TEXTS)
        case 5:
            return draw.choice("aé猫.") * LONG
        case 6:
            return [hostile_value(draw, depth + 1) for _ in range(draw.randrange(4))]
        case _:
            return {draw.choice(TEXTS): hostile_value(draw, depth + 1) for _ in range(draw.randrange(4))}


def changed_tree(tree: Any, draw: random.Random) -> Any:
    """A copy of nested tables with one to three entries changed, removed, renamed or nested deeper."""
    for _ in range(draw.choice([1, 1, 2, 3])):
        tree = _changed(tree, draw)
    return tree


def _changed(tree: Any, draw: random.Random) -> Any:
    keys: list[Any] = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    if not keys or draw.random() < 0.1:
        return hostile_value(draw)
    key = draw.choice(keys)
    made = dict(tree) if isinstance(tree, dict) else list(tree)
    choice = draw.randrange(8)
    if isinstance(made[key], dict | list) and made[key] and draw.random() < 0.8:
        made[key] = _changed(made[key], draw)
    elif choice == 0:
        del made[key]
    elif choice == 1 and isinstance(made, dict):
        made[draw.choice(TEXTS)] = made.pop(key)
    elif choice == 2:
        made[key] = nested(made[key], draw.choice([1, 5, 200]), list_too=draw.random() < 0.5)
    elif choice == 3 and isinstance(made[key], int | float) and not isinstance(made[key], bool):
        made[key] = made[key] * draw.choice([-1, 0, 2, 10, 1000, 0.5])
    else:
        made[key] = hostile_value(draw)
    return made


def nested(value: Any, depth: int, *, list_too: bool = True) -> Any:
    """The value inside this many lists or tables."""
    for _ in range(depth):
        value = [value] if list_too else {"a": value}
    return value
