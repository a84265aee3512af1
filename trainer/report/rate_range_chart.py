"""The learning-rate range test with a run's settings, as a figure of its report. [no torch]"""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.plotting.line_chart import Floats, Frame, Line, line_chart
from trainer.plotting.texts import Texts
from trainer.store.folder import RunFolder
from trainer.store.rate_curves import curve_path, read_curve
from trainer.text.nested_tables import table_of

NAME = "rate-range"


def rate_range_chart(folder: RunFolder, settings: dict[str, Any], texts: Texts) -> str | None:
    """Draw the smoothed loss over the learning rate, with the run's own rate marked.

    Args:
        folder: Folder of the run.
        settings: Settings of the run, as nested tables.
        texts: Texts and number formats of the report's language.

    Returns:
        An SVG element; None if no such test was made.
    """
    curve = read_curve(curve_path(folder.path.parent, settings)) if settings else None
    if curve is None or len(curve.rates) < 2:
        return None
    rates, smoothed = np.array(curve.rates), np.array(curve.smoothed)
    top = smoothed[: len(smoothed) // 2 + 1].max()
    shown = np.where(smoothed <= top, smoothed, np.nan)
    lines = [Line(texts["rate_smoothed"], rates, shown, 0)]
    marks = {"rate_of_run": table_of(settings, "train").get("lr"), "rate_proposed": curve.proposal}
    for place, (key, rate) in enumerate(marks.items(), 1):
        if isinstance(rate, int | float) and rates[0] <= rate <= rates[-1]:
            ends: Floats = np.array([smoothed.min(), top])
            label = texts[key].format(rate=texts.general(float(f"{rate:.2g}")))
            lines.append(Line(label, np.array([rate, rate]), ends, place, dashed=True, shape="square"))
    frame = Frame(NAME, texts["title_rate_range"], texts["rate_about"], over=texts["learning_rate"], least=rates[0])
    return line_chart(frame, lines, texts)
