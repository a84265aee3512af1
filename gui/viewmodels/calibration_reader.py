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
than calibration; the file is damaged, outside the run or from a newer version; there were no images to evaluate."""
AGAIN: frozenset[Reason] = frozenset({"not_evaluated", "older", "damaged"})
"""Reasons that `epochscope evaluate` resolves."""


def read_calibration(run: OpenRun) -> tuple[Calibration | None, Reason]:
    """Read the calibration from the run's evaluation.

    Args:
        run: The open run.

    Returns:
        The calibration, or None and the reason.
    """
    try:
        found = calibration_file.read(run.folder)
    except FileNotFoundError:
        if not run.over:
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
    """Check whether the run was continued since and has other best weights.

    Args:
        found: Calibration of the run.
        run: The open run.

    Returns:
        Whether it belongs to other weights than the best ones.
    """
    best = run.model.best_epoch
    return found.weights == "best" and best is not None and best != found.epoch


def evaluate_command(folder: RunFolder) -> str:
    """Return the terminal command that evaluates a run.

    Args:
        folder: Folder of the run.

    Returns:
        The command, quoted for a POSIX shell.
    """
    path = folder.path.absolute()
    where = [] if path.parent == default_root().absolute() else ["--runs", str(path.parent)]
    return shlex.join(["epochscope", "evaluate", path.name, *where])
