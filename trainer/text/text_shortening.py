"""Shortens texts that are too long for their place; names stay distinguishable. [no torch]"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from trainer.text.text_width import letters

Measure = Callable[[str], float]
"""The width of a text, in whatever unit."""
DOTS = "…"
MOST_FOLDERS = 32


def shorten(text: str, room: float, measure: Measure) -> str:
    """`text`, or as much of its beginning as fits into `room`, followed by `…`; letters are never cut in half."""
    return text if measure(text) <= room else _head(letters(text), room - measure(DOTS), measure).rstrip() + DOTS


def shorten_all(texts: Sequence[str], room: float, measure: Measure) -> list[str]:
    """The texts of one list, each within `room` where one letter fits. Different texts stay different if there is room:
    those that would look alike keep their ends too, or get their position in the list (from 1)."""
    places = {text: place for place, text in reversed(list(enumerate(texts, 1)))}
    found = {text: shorten(text, room, measure) for text in places}
    for text in _alike(found):
        found[text] = _middle(text, room, measure)
    alike = _alike(found)
    # A number must not make a name equal to another one in the list, such as one that really ends in "…2".
    taken = set(found.values()) - {found[text] for text in alike} | {text for text in found if found[text] == text}
    for text in alike:
        tried = (_numbered(text, number, room, measure) for number in range(places[text], places[text] + len(found)))
        short = next((short for short in tried if short not in taken), found[text])
        found[text] = short
        taken.add(short)
    return [found[text] for text in texts]


def _alike(found: dict[str, str]) -> list[str]:
    """The shortened texts that are not unique."""
    counts = Counter(found.values())
    return [text for text, short in found.items() if counts[short] > 1 and short != text]


def _middle(text: str, room: float, measure: Measure) -> str:
    parts, left = letters(text), room - measure(DOTS)
    size = (
        bisect_right(range(len(parts)), left * 0.6, key=lambda size: measure("".join(parts[len(parts) - size :]))) - 1
    )
    tail = "".join(parts[len(parts) - max(size, 0) :])
    return _head(parts, left - measure(tail), measure) + DOTS + tail


def _numbered(text: str, place: int, room: float, measure: Measure) -> str:
    number = f"{DOTS}{place}"
    return _head(letters(text), room - measure(number), measure) + number


def _head(parts: Sequence[str], room: float, measure: Measure) -> str:
    """As many of the first parts as fit."""
    count = bisect_right(range(len(parts) + 1), room, key=lambda size: measure("".join(parts[:size]))) - 1
    return "".join(parts[: max(count, 0)])


def first_line(said: BaseException | str) -> str:
    """Return the first line of an error or of what a library said, cut.

    Args:
        said: The error, or a text.

    Returns:
        At most 300 characters of the line; the error's class if it says nothing.
    """
    lines = str(said).strip().splitlines()
    return lines[0][:300] if lines else type(said).__name__


def short_line(text: str, limit: int = 300) -> str:
    """Put any text into one line.

    Args:
        text: The text.
        limit: Largest number of characters; a longer text ends with `…`. Default: 300.

    Returns:
        The text, with single spaces for whitespace of any kind.
    """
    text = " ".join(text[: 2 * limit].split())
    return text if len(text) <= limit else text[: limit - 1] + DOTS


def last_part(path: str) -> str:
    """Return the last part of a path of any system, or of the name of a data set; all of it if there is none."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


class Named(Protocol):
    """Anything with a name and a path."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def path(self) -> Path:
        """Where it is stored."""


def distinct_names(named: Iterable[Named]) -> list[str]:
    """The names, preceded by as many parent folders as it takes to distinguish equal ones."""
    items = [(one.name, one.path.absolute()) for one in named]
    counts = Counter(name for name, _ in items)
    names, depth = [name for name, _ in items], 1
    while len(set(names)) < len({path for _, path in items}) and depth < MOST_FOLDERS:
        depth += 1
        names = ["/".join(path.parts[-depth:]) if counts[name] > 1 else name for name, path in items]
    return names
