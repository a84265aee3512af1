"""The run to compare a run with label edits to. No Qt."""

from __future__ import annotations

from collections.abc import Iterator

from trainer.store import summary as summaries
from trainer.store.folder import RunFolder
from trainer.store.run_files import dotted_settings

EDITS = "data.edits"
RECIPE = "recipe.name"
MOST = 300
"""Largest number of runs whose settings are read, since a person is waiting."""


def run_before(folder: RunFolder) -> RunFolder | None:
    """Find the newest earlier run in the same folder of runs that has the same settings except for the edits. Which
    recipe is recorded makes no difference: it changes nothing, and older runs recorded none.

    Args:
        folder: Folder of the run with edits.

    Returns:
        Folder of the earlier run; None if there is none.
    """
    mine = _without_edits(folder)
    earlier = sorted(_earlier(folder), reverse=True)[:MOST]
    runs = (RunFolder(folder.path.parent / name) for _, name in earlier)
    return next((run for run in runs if mine and _without_edits(run) == mine), None)


def _without_edits(folder: RunFolder) -> dict[str, object]:
    return {name: value for name, value in dotted_settings(folder).items() if name not in (EDITS, RECIPE)}


def _earlier(folder: RunFolder) -> Iterator[tuple[str, str]]:
    """When it was started, and the name."""
    started = _started(folder)
    for path in folder.path.parent.iterdir():
        other = _started(RunFolder(path)) if path.is_dir() and path.name != folder.name else ""
        if other and other < started:
            yield other, path.name


def _started(folder: RunFolder) -> str:
    found = summaries.find(folder.summary)
    return found.started_at if found is not None else ""
