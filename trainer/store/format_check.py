"""Whether a newer Epochscope has written to a run folder, checked before any of it is used. [no torch]"""

from __future__ import annotations

from collections.abc import Callable

from trainer.errors import EpochscopeError, NewerVersionError
from trainer.events import SPLITS
from trainer.store import arrays, calibration_file, checkpoint, evaluations, summary
from trainer.store.folder import RunFolder
from trainer.store.journal import check_journal


def check_formats(folder: RunFolder) -> None:
    """Raises NewerVersionError for the first file of a newer format: summary, journal (its first and last lines),
    newest checkpoints, evaluations, maps, calibration, newest predictions. Missing or damaged files are skipped, as
    they are reported elsewhere. Takes about a millisecond; only small files are read in full."""
    check_journal(folder.journal)
    _tried(summary.read, folder.summary)
    for kind in checkpoint.KINDS:
        for path in checkpoint.find(folder.checkpoints, kind)[:1]:
            checkpoint.check_format(path)
    for split in SPLITS:
        _tried(evaluations.read, folder, split)
        arrays.check_arrays(folder.evaluation / f"{split}.npz", "predictions")
        arrays.check_arrays(folder.evaluation / f"map-{split}.npz", "map")
    _tried(calibration_file.read, folder)
    newest = max(folder.predictions.glob("*.npz"), default=None)
    if newest is not None:
        arrays.check_arrays(newest, "predictions")


def _tried(read: Callable[..., object], *given: object) -> None:
    try:
        read(*given)
    except NewerVersionError:
        raise
    except (EpochscopeError, OSError, ValueError):
        pass
