"""A curve in the terminal, drawn with characters. [no torch]"""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, HEIGHT = 64, 12


def log_curve(x: Sequence[float], y: Sequence[float], mark: float | None = None) -> list[str]:
    """Draw a curve over a logarithmic axis. Values far above the rest are cut off at the top.

    Args:
        x: Positions, above 0 and ascending.
        y: Values, finite.
        mark: Position that gets a vertical line. None: none.

    Returns:
        Lines of text; empty for fewer than two points.
    """
    if len(x) < 2:
        return []
    low = min(y)
    high = max(y[: max(1, len(y) // 2)])
    high = high if high > low else low + 1.0
    rows = [[" "] * WIDTH for _ in range(HEIGHT)]
    first, last = math.log(x[0]), math.log(x[-1])

    def column(value: float) -> int:
        return round((math.log(value) - first) / (last - first) * (WIDTH - 1))

    if mark is not None:
        for row in rows:
            row[column(mark)] = "|"
    for value, height in zip(x, y, strict=True):
        share = (min(height, high) - low) / (high - low)
        rows[round((1 - share) * (HEIGHT - 1))][column(value)] = "*"
    labels = [f"{high:.3g}", *[""] * (HEIGHT - 2), f"{low:.3g}"]
    left = max(map(len, labels))
    made = [f"{label:>{left}} |{''.join(row).rstrip()}" for label, row in zip(labels, rows, strict=True)]
    ends = f"{x[0]:.1e}", f"{x[-1]:.1e}"
    axis = ends[0] + ends[1].rjust(WIDTH - len(ends[0]))
    return [*made, f"{'':>{left}} +{'-' * WIDTH}", f"{'':>{left}}  {axis}"]
