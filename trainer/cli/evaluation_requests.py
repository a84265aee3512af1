"""Requests of a window that judge a trained run: its evaluation, and the map of its validation images."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trainer.store.folder import RunFolder, acquire
from trainer.store.leftovers import sweep

if TYPE_CHECKING:
    from trainer.inference import LoadedRun

Tell = Callable[[str, int, int], None]


def evaluation_answer(folder: RunFolder, tell: Tell) -> dict[str, Any]:
    """Evaluate a run on its splits, as `epochscope evaluate` does, and write the metrics to its folder.

    Args:
        folder: Folder of the run.
        tell: Called with stages.

    Returns:
        The run, and the weights that were evaluated.

    Raises:
        UsageError: The run is live, or has no checkpoint.
        DataError: Its data cannot be used.
        DiskError: The evaluation cannot be written.
    """
    from trainer.inference import evaluate

    tell("evaluate", 0, 0)
    found = evaluate(folder)
    return {"run": folder.path, "weights": next((one.weights for one in found.values()), "")}


def map_answer(folder: RunFolder, load: Callable[[], LoadedRun], tell: Tell) -> dict[str, Any]:
    """Make the map of the validation images and write it to the folder of the run.

    Args:
        folder: Folder of the run.
        load: Loads the run with its data.
        tell: Called with stages.

    Returns:
        The run, the weights, and what `epochscope evaluate --map --json` says of the map.

    Raises:
        UsageError: The run is live, or has no checkpoint or validation images.
        DiskError: The map cannot be written.
    """
    from trainer.cli.evaluate import map_facts

    acquire(folder).release()  # a run that is being trained is refused before the work, not after it
    from trainer.analysis.embedding import make_map, write_map

    loaded = load()
    found = make_map(loaded.trainer, tell=lambda stage, images: tell(stage, 0, 0))
    lock = acquire(folder)
    try:
        sweep(folder)
        write_map(folder, found)
    finally:
        lock.release()
    return {"run": folder.path, "weights": loaded.weights, **map_facts(folder, found)}
