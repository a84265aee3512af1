"""A run in a tool as a tracker sees it: its description, and the calls that report its progress."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from trainer.errors import Plain
from trainer.events import RunStarted
from trainer.text.nested_tables import dotted


@dataclass(frozen=True)
class TrackedRunInfo:
    """Description of a run, given to a tool when it starts or is resumed.

    Attributes:
        id: 32 hex digits, the same for all attempts of a run: the callback keeps them in the checkpoint.
        name: Name of the run folder; model and time if there is none.
        wall: When this attempt began, seconds since 1970, UTC.
        resumed_step: Optimiser steps that still count, 0 or more, if the run in the tool is to be continued: later
            steps that it holds are void. None for a new run.
        folder: The run folder; None if nothing is written.
        parameters: Settings as `table.name`, and what the engine found: `device`, `parameters`, `versions.torch`.
    """

    id: str
    name: str
    wall: float
    resumed_step: int | None
    folder: Path | None
    parameters: Mapping[str, Plain]


class TrackedRun:
    """A run that is open in a tool. All calls come from one thread; any of them may raise, which detaches the tracker.

    Tools override what they can show; the other calls do nothing.
    """

    def scalars(self, values: Mapping[str, float], step: int, wall: float) -> None:
        """Add a point to some curves.

        Args:
            values: Numbers by name, such as `train/loss`; NaN and infinity are possible.
            step: Optimiser steps completed, 0 or more.
            wall: Seconds since 1970, UTC.
        """

    def text(self, name: str, text: str, step: int, wall: float) -> None:
        """Add a text.

        Args:
            name: Such as `evaluation/test`.
            text: Plain text of several lines.
            step: Optimiser steps completed.
            wall: Seconds since 1970, UTC.
        """

    def picture(self, name: str, pixels: NDArray[Any], step: int, wall: float) -> None:
        """Add a picture.

        Args:
            name: Such as `confusion/valid`.
            pixels: (h, w, 3) uint8.
            step: Optimiser steps completed.
            wall: Seconds since 1970, UTC.
        """

    def artifact(self, path: Path, place: str) -> None:
        """Keep a copy of a file of the run folder.

        Args:
            path: The file.
            place: Folder for it within the run's artifacts; empty: at the top.
        """

    def model(self, folder: Path) -> None:
        """Keep the trained model.

        Args:
            folder: The run folder, whose checkpoints are complete.
        """

    def flush(self) -> None:
        """Write what was sent so far to disk: a checkpoint covers it, so a resumed run will not send it again."""

    def finish(self, status: str, figures: Mapping[str, Plain], wall: float) -> None:
        """End the run in the tool; the last call.

        Args:
            status: `completed`, `stopped` (it may be resumed) or `failed`.
            figures: `status`, `reason`, `best_epoch`, `best_loss`, `seconds`; None where there is no value.
            wall: Seconds since 1970, UTC.
        """


def path_like(name: str, refused: str) -> str:
    """A name for a tool that makes a path of it.

    Args:
        name: What it is called, such as `reported/gradient norm`.
        refused: Regular expression of signs that the tool does not take.

    Returns:
        The name with `_` for these signs, and for parts that lead nowhere or upwards: such as `..`.
    """
    parts = re.sub(refused, "_", name).split("/")
    return "/".join(part if part.strip(". ") else "_" for part in parts)


def parameters_of(event: RunStarted) -> dict[str, Plain]:
    """Flatten what a run was started with into one table.

    Args:
        event: Start of the run.

    Returns:
        Settings as `table.name`, those without a table by their name; `classes`, `device`, `parameters`, `seed`,
        `threads`, `split_sizes.NAME` and `versions.NAME`. Lists become text.
    """
    found = {
        "classes": len(event.classes),
        "device": event.device,
        "model_name": event.model,
        "parameters": event.parameters,
        "seed": event.seed,
        "threads": event.threads,
        "split_sizes": event.split_sizes,
        "versions": event.versions,
    }
    return {name: _plain(value) for name, value in dotted({**event.settings, **found})}


def _plain(value: Any) -> Plain:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, str | int | float | bool | None) else str(value)
