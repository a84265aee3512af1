"""Names of slices in a report. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence

from trainer.analysis.slices import ImageGroup
from trainer.data.image_facts import HERE
from trainer.plotting.texts import Texts

LONGEST = 60
"""Letters of a word that are shown."""


def group_text(group: ImageGroup, names: Sequence[str], texts: Texts) -> str:
    """Name a slice, such as `brightness: lowest quarter, 0.02–0.31`.

    Args:
        group: What its images share.
        names: Class names, for a slice within one class.
        texts: Texts and number formats of the report's language.

    Returns:
        The name.
    """
    if group.rest:
        value = texts["slice_rest"]
    elif group.word:
        value = texts["slice_here"] if group.word == HERE else " ".join(group.word.split())[:LONGEST]
    else:
        ends = _number(group.fact, group.low, texts), _number(group.fact, group.high, texts)
        value = ends[0] if ends[0] == ends[1] else "–".join(ends)
        if group.parts == 4:
            value = f"{texts[f'slice_part_{group.part + 1}']}, {value}"
    text = f"{texts.word('fact', group.fact)}: {value}"
    return f"{names[group.label]} · {text}" if 0 <= group.label < len(names) else text


def _number(fact: str, value: float, texts: Texts) -> str:
    if fact == "size":
        return texts.whole(value)
    return texts.number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3)
