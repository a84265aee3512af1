"""The curves of a run as one drawing, for a notebook or a file. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from trainer.events import EpochEnded
from trainer.plotting.line_chart import Frame, Line, line_chart
from trainer.plotting.svg import side_by_side, standalone
from trainer.plotting.texts import Texts
from trainer.plotting.ticks import Kind

METRICS: tuple[tuple[str, Kind], ...] = (("loss", "number"), ("macro_f1", "number"))


@dataclass(frozen=True)
class Plot:
    """A drawing. A notebook shows it, `Path("curves.svg").write_text(plot.svg, "utf-8")` keeps it."""

    svg: str = field(repr=False)
    """The drawing as SVG, with everything in one file."""

    def _repr_svg_(self) -> str:
        return self.svg.partition("\n")[2]  # of a whole file, what a page can hold

    def __str__(self) -> str:
        return self.svg


def run_plot(epochs: Sequence[EpochEnded], best_epoch: int | None) -> Plot:
    """Draw loss and macro-F1 of training and validation over epochs, the best epoch marked.

    Args:
        epochs: Finished epochs; without any, the axes are empty.
        best_epoch: Epoch to mark, from 1. None: no mark.

    Returns:
        The drawing.
    """
    texts = Texts("en")
    charts = [_chart(name, kind, epochs, best_epoch, texts) for name, kind in METRICS]
    return Plot(standalone(side_by_side("run-plot", "Loss and macro-F1 of a run", charts)))


def _chart(metric: str, kind: Kind, epochs: Sequence[EpochEnded], best: int | None, texts: Texts) -> str:
    numbers = np.array([event.epoch for event in epochs], dtype=float)
    lines = []
    for place, split in enumerate(("train", "valid")):
        values = np.array([getattr(event, f"{split}_{metric}") for event in epochs], dtype=float)
        if np.isfinite(values).any():
            shape = ("dot", "square")[place]
            lines.append(Line(texts[split], numbers, values, place, dashed=place > 0, shape=shape))
    frame = Frame(metric.replace("_", "-"), texts[f"title_{metric}"], texts["curve_about"], kind, best)
    return line_chart(frame, lines, texts)
