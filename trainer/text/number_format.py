"""Number formats that do not depend on the language, shared by terminal, window and report. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Iterable

DASH = "–"


def clock(seconds: float) -> str:
    """`0:07`, `12:34` or `1:02:03`, to the nearest second."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def no_number(value: float | None) -> str:
    """What stands for None, NaN and infinities; empty for a finite number."""
    if value is None:
        return DASH
    if math.isfinite(value):
        return ""
    return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"


def decimals(step: float) -> int:
    """Decimals needed to distinguish numbers that are `step` apart."""
    return max(0, math.ceil(-math.log10(step) - 1e-9)) if step > 0 else 0


def shape_text(shape: Iterable[int]) -> str:
    """The shape of a model's input: `3x32x32`, or `1,904 features`."""
    sizes = tuple(shape)
    return counted(sizes[0], "feature") if len(sizes) == 1 else "x".join(map(str, sizes))


def megabytes(size: int) -> str:
    """Bytes as megabytes: `0.4`, `17`, `1,245`."""
    return f"{size / 1e6:,.1f}" if size < 10e6 else f"{size / 1e6:,.0f}"


def counted(number: int, noun: str) -> str:
    """A number of things in English: `1 image`, `1,245 images`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def over_classes(some: int, count: int) -> str:
    """Say how many classes a macro mean covers, if not all of them.

    Args:
        some: Classes that the mean runs over.
        count: All classes.

    Returns:
        A text such as `8 of 10 classes`; empty if the mean covers all.
    """
    return f"{some} of {count} classes" if some < count else ""
