"""The Latin letters on the keys of a Russian keyboard, for systems without a Latin layout."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_LATIN = dict(zip("ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ", "QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,.", strict=True))


def latin_key(event: QKeyEvent) -> Qt.Key | None:
    """The letter that a US keyboard has on the key of a Cyrillic letter; None for other keys."""
    letter = chr(event.key()) if event.key() < 0x500 else ""
    return Qt.Key(ord(_LATIN[letter])) if letter in _LATIN else None
