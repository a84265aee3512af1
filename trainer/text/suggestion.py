"""What an unknown word was probably meant to be, as the end of an error text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def suggest(word: str, known: Sequence[str]) -> str:
    """Suggest a correction for an unknown word.

    Args:
        word: What was given.
        known: Words that are known.

    Returns:
        `, did you mean 'epochs'?`; without a similar word, the list of known ones.
    """
    return hint_text(alternatives(word, known))


def hint_text(found: Mapping[str, Any]) -> str:
    """Say what `suggest` says, from what `alternatives` found; empty where it was not asked.

    Args:
        found: `similar`, `known` or neither, among others.

    Returns:
        The end of an error text.
    """
    if "similar" in found:
        return f", did you mean '{found['similar']}'?"
    return "; known: " + (found["known"] or "none") if "known" in found else ""


def alternatives(word: str, known: Sequence[str]) -> dict[str, str]:
    """Return what `suggest` says as parameters of an error, for other languages.

    Args:
        word: What was given.
        known: Words that are known.

    Returns:
        `similar`, the known word most like it; without one, `known`: all of them.
    """
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return {"similar": near[0]} if near else {"known": ", ".join(known)}
