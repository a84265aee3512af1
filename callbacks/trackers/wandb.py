"""Weights & Biases: a run in files, through its own library, offline unless told otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from numpy.typing import NDArray

from callbacks.trackers.tracked_run import TrackedRun, TrackedRunInfo, path_like
from callbacks.trackers.tracker import Tracker
from trainer.errors import Plain, UsageError
from trainer.store import durable

Mode = Literal["offline", "online"]
STEP = "step"
"""Column of the history with the optimiser step: the horizontal axis of every chart."""


class WeightsAndBiases(Tracker):
    """Records a run for Weights & Biases: settings, curves, pictures, files. Offline: `wandb sync` uploads it later.

    A resumed run keeps its id; offline it gets another folder, so sync all of them. Weights & Biases cannot delete
    values: when steps are repeated, their new values are appended with the same `step`.

    Args:
        project: Name of the project in Weights & Biases. Default: "epochscope".
        folder: Where `wandb/offline-run-...` is made. Default: the run folder; without one, the current folder.
        mode: "offline" (default) only writes files; "online" uploads them immediately, to the account of `wandb login`.
        pictures: Send pictures every `pictures` epochs, 1 or more; 0: never. Default: 1.
        patience: Seconds to wait for its process when the run ends, 0 or more. Default: 10.

    Raises:
        UsageError: `tracker.missing`: wandb is not installed; `tracker.options`: an argument is out of range.
    """

    title: ClassVar[str] = "Weights & Biases"
    package: ClassVar[str] = "wandb"

    def __init__(
        self,
        project: str = "epochscope",
        *,
        folder: str | Path = "",
        mode: Mode = "offline",
        pictures: int = 1,
        patience: float = 10.0,
    ) -> None:
        super().__init__(folder=folder, pictures=pictures, patience=patience)
        if mode not in ("offline", "online"):
            raise UsageError(
                "tracker.options", f"{self.title}: got mode {mode!r}.", expected="offline or online", tool=self.title
            )
        self._project = project
        self._mode = mode

    def connect(self, info: TrackedRunInfo) -> TrackedRun:
        """Start its process, and a run.

        Args:
            info: Description of the run.

        Returns:
            The open run.
        """
        place = self.folder or info.folder or Path()
        place.mkdir(parents=True, exist_ok=True)
        return _WandbRun(self._project, place, self._mode, info)


class _WandbRun(TrackedRun):
    """A run of Weights & Biases that is open."""

    def __init__(self, project: str, place: Path, mode: Mode, info: TrackedRunInfo) -> None:
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # read when wandb is imported
        import wandb

        # nothing but what it is told: no console, no code, no look at the machine
        settings = wandb.Settings(
            console="off",
            disable_code=True,
            disable_git=True,
            silent=True,
            reinit="create_new",
            x_disable_meta=True,
            x_disable_stats=True,
            x_save_requirements=False,
        )
        self._run = wandb.init(
            project=project,
            id=info.id,
            name=info.name,
            dir=str(place),
            mode=mode,
            resume="allow",
            config=dict(info.parameters),
            settings=settings,
        )
        self._run.define_metric("*", step_metric=STEP)
        if info.resumed_step is not None:
            self._run.summary["resumed_step"] = info.resumed_step

    def scalars(self, values: Mapping[str, float], step: int, wall: float) -> None:
        """As a row of the history."""
        self._run.log({STEP: step, **values})

    def picture(self, name: str, pixels: NDArray[Any], step: int, wall: float) -> None:
        """As an image of this step."""
        import wandb

        # its file is called so: by what every system takes
        self._run.log({STEP: step, path_like(name, r'[<>:"\\|?*]'): wandb.Image(pixels)})

    def artifact(self, path: Path, place: str) -> None:
        """Among the run's files, which are uploaded with it."""
        target = Path(self._run.dir) / place / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        durable.write_bytes(target, path.read_bytes())

    def finish(self, status: str, figures: Mapping[str, Plain], wall: float) -> None:
        """Put the figures into the summary, and end the run."""
        for name, value in figures.items():
            self._run.summary[name] = value
        self._run.finish(exit_code=1 if status == "failed" else 0)
