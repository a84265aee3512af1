"""The calibration of a run, for the window to draw. No Qt."""

from __future__ import annotations

import shlex
from typing import Literal

from gui.viewmodels.selection import OpenRun
from trainer.errors import DataError, NewerVersionError
from trainer.metrics.calibration import Calibration
from trainer.store import calibration_file
from trainer.store.folder import RunFolder, default_root

Reason = Literal["", "not_yet", "not_evaluated", "older", "damaged", "outside", "newer", "no_images"]
"""Why there is nothing to show: the run has not ended; it was stopped before its evaluation; its evaluation is older
than calibration; the file cannot be read, is elsewhere, is of a newer version; there were no images to judge."""
AGAIN: frozenset[Reason] = frozenset({"not_evaluated", "older", "damaged"})
"""Where `epochscope evaluate` helps."""


def read_calibration(run: OpenRun) -> tuple[Calibration | None, Reason]:
    """The calibration found by the run's evaluation, or why there is none."""
    try:
        found = calibration_file.read(run.folder)
    except FileNotFoundError:
        if run.model.ended is None:
            return None, "not_yet"
        evaluated = run.model.evaluations or any(run.folder.evaluation.glob("*.json"))
        return None, "older" if evaluated else "not_evaluated"
    except NewerVersionError:
        return None, "newer"
    except DataError:
        return None, "outside"
    except (OSError, ValueError, MemoryError):
        return None, "damaged"
    return (found, "") if found.splits else (None, "no_images")


def is_stale(found: Calibration, run: OpenRun) -> bool:
    """Whether the run has continued since and has other best weights."""
    best = run.model.best_epoch
    return found.weights == "best" and best is not None and best != found.epoch


def evaluate_command(folder: RunFolder) -> str:
    """The command to run in a terminal."""
    path = folder.path.absolute()
    where = [] if path.parent == default_root().absolute() else ["--runs", str(path.parent)]
    return shlex.join(["epochscope", "evaluate", path.name, *where])
