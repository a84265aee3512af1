"""How numbers are written where the language does not matter: in terminal, window and report alike. [no torch]"""

from __future__ import annotations

import math

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
    """Digits after the point that tell numbers `step` apart from each other."""
    return max(0, math.ceil(-math.log10(step) - 1e-9)) if step > 0 else 0
