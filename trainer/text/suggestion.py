"""What an unknown word was probably meant to be, as the end of an error text."""

from __future__ import annotations

from collections.abc import Sequence


def suggest(word: str, known: Sequence[str]) -> str:
    """Suggest a correction for an unknown word.

    Args:
        word: What was given.
        known: Words that are known.

    Returns:
        `, did you mean 'epochs'?`; without a similar word, the list of known ones.
    """
    hint = alternatives(word, known)
    return f", did you mean '{hint['similar']}'?" if "similar" in hint else "; known: " + (hint["known"] or "none")


def alternatives(word: str, known: Sequence[str]) -> dict[str, str]:
    """Give what `suggest` says as parameters of an error, for other languages.

    Args:
        word: What was given.
        known: Words that are known.

    Returns:
        `similar`, the known word most like it; without one, `known`: all of them.
    """
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return {"similar": near[0]} if near else {"known": ", ".join(known)}
