"""A progress bar on standard error, for long work outside of a run. [no torch]"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from trainer.pace import Pace

REFRESH_SECONDS = 0.2


class ProgressBar:
    """A progress bar in a terminal, nothing elsewhere; it disappears at the end. Called as `Progress`: with stage, done
    and total.

    Args:
        stages: Stages that are shown, and their texts.
        counted: Stages for which images per second and the time left are shown.
    """

    def __init__(self, stages: Mapping[str, str], counted: tuple[str, ...] = ()) -> None:
        self._stages, self._counted = stages, counted
        self._pace, self._drawn, self._stage = Pace(), 0.0, ""
        self._progress: Any = None
        self._task: Any = None

    def __enter__(self) -> ProgressBar:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._progress = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=30),
                MofNCompleteColumn(),
                TextColumn("{task.fields[text]}", markup=False),
                console=Console(stderr=True),
                auto_refresh=False,
                transient=True,
            )
            self._task = self._progress.add_task("", total=None, text="")
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._progress is None or stage not in self._stages:
            return
        speed = self._pace.follow(stage, done, total)
        text = ""
        if speed is not None and stage in self._counted:
            text = f"{speed.per_second:,.0f} images/s, {speed.seconds_left:,.0f} s left"
        self._progress.update(
            self._task, description=self._stages[stage], completed=done, total=total or None, text=text
        )
        now = time.monotonic()
        if stage != self._stage or now - self._drawn >= REFRESH_SECONDS:
            self._stage, self._drawn = stage, now
            self._progress.refresh()
