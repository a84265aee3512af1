"""Requests of a window about the slices of a run. [no torch]"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from trainer.analysis.run_slices import RunFacts, RunSlices, run_slices
from trainer.analysis.slices import Slice
from trainer.cli.slices import document
from trainer.store.arrays import write_arrays
from trainer.store.evaluations import SplitMetrics
from trainer.store.folder import RunFolder


def slices_answer(
    folder: RunFolder, evaluation: SplitMetrics, known: RunFacts, out: Path, pattern: str = ""
) -> dict[str, Any]:
    """Find slices and write which images they hold: `places` in the split, from 0, one slice after the other, first
    `slices` and then `worst`; and `starts`, where each begins, with the end of the last.

    Args:
        folder: Folder of the run.
        evaluation: Evaluation of the split.
        known: Facts about its images.
        out: File to write, .npz.
        pattern: Path pattern of an additional fact. Default: none.

    Returns:
        What `slices --json` prints with the slices of all facts, and whether there are `enough` images.

    Raises:
        DataError: As `run_slices`.
        DiskError: The file cannot be written.
    """
    found = run_slices(folder, evaluation, known, pattern)
    _write_places(out, found, [*found.found.slices, *found.found.worst])
    answer = document(folder, found, list(found.found.facts))
    return {**answer, "enough": found.enough, "weights": evaluation.weights, "out": out}


def _write_places(out: Path, found: RunSlices, slices: list[Slice]) -> None:
    indices = np.array(found.known.published.indices, np.int64)
    items = np.concatenate([one.items for one in slices]) if slices else np.empty(0, np.int64)
    starts = np.cumsum([0, *(one.images for one in slices)]).astype(np.int64)
    write_arrays(out, places=indices[items], starts=starts)
