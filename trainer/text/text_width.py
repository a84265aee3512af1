"""Display width of text in fixed-width output, and padding and cutting to a width. [no torch]"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_WIDE = ("W", "F")
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


def display_width(text: str) -> int:
    """Columns that `text` takes: 2 for East Asian wide letters and emoji (a sequence that is one emoji counts once), 0
    for combining marks and invisible characters, else 1."""
    return sum(part for _, part in _parts(text))


def letters(text: str) -> list[str]:
    """Split into what a reader sees as single letters: with their accents, and with emoji of several characters kept
    whole."""
    return [part for part, _ in _parts(text)]


def _parts(text: str) -> list[tuple[str, int]]:
    """Letters with everything that combines with them, and the columns of each."""
    parts: list[tuple[str, int]] = []
    joined = False
    for letter in text:
        before, columns = parts[-1] if parts else ("", 0)
        flag = ord(letter) in _FLAGS and len(before) == 1 and ord(before) in _FLAGS
        skin = ord(letter) in _SKIN and columns == 2
        if parts and (joined or flag or skin or not _columns(letter)):
            parts[-1] = (before + letter, 2 if flag or (letter == _EMOJI_STYLE and columns == 1) else columns)
        else:
            parts.append((letter, _columns(letter)))
        joined = letter == _JOINER and parts[-1][1] == 2
    return parts


@lru_cache(maxsize=4096)
def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf", "Cc") and letter != "\u00ad":
        return 0
    if "\u1160" <= letter <= "\u11ff":  # vowels and final consonants of Hangul join the syllable before
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1


def cut(text: str, columns: int) -> str:
    """`text`, or its beginning and `…` if it is wider than `columns` (at least 1)."""
    if display_width(text) <= columns:
        return text
    kept, taken = "", 0
    for part, wide in _parts(text):
        if taken + wide > columns - 1:
            break
        kept, taken = kept + part, taken + wide
    return kept + "…"


def pad_right(text: str, columns: int) -> str:
    """Pad on the right, up to `columns`."""
    return text + " " * (columns - display_width(text))


def pad_left(text: str, columns: int) -> str:
    """Pad on the left, up to `columns`."""
    return " " * (columns - display_width(text)) + text


def one_line(text: str) -> str:
    r"""Line breaks, tabs and other control characters as their escapes (`\n`, `\x1b`), so that a name stays on its row;
    characters that change the writing direction, too."""
    return "".join(repr(letter)[1:-1] if _breaks(letter) else letter for letter in text)


def _breaks(letter: str) -> bool:
    return (
        unicodedata.category(letter) in ("Cc", "Zl", "Zp")
        or letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
