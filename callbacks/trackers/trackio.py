"""Trackio: a run in Trackio's database on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from callbacks.trackers.tracked_run import TrackedRun, TrackedRunInfo
from callbacks.trackers.tracker import Tracker


class Trackio(Tracker):
    """Records the settings and curves of a run where `trackio show` finds them: on this machine, in Trackio's folder.

    The environment variable `TRACKIO_DIR` moves that folder. A resumed run continues the same Trackio run. Trackio
    cannot delete values: steps that are repeated appear twice. It gets neither pictures nor files.

    Args:
        project: Name of the project in Trackio. Default: "epochscope".
        patience: Seconds to wait for the database when the run ends, 0 or more. Default: 10.

    Raises:
        UsageError: `tracker.missing`: Trackio is not installed; `tracker.options`: an argument is out of range.
    """

    title: ClassVar[str] = "Trackio"
    package: ClassVar[str] = "trackio"

    def __init__(self, project: str = "epochscope", *, patience: float = 10.0) -> None:
        super().__init__(pictures=0, patience=patience)
        self._project = project

    def connect(self, info: TrackedRunInfo) -> TrackedRun:
        """Open the database.

        Args:
            info: Description of the run.

        Returns:
            The open run.
        """
        return _TrackioRun(self._project, info)


class _TrackioRun(TrackedRun):
    """A run in the database. `trackio.init` would print, start threads, and make a failure a warning."""

    def __init__(self, project: str, info: TrackedRunInfo) -> None:
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when huggingface_hub is imported
        from trackio.sqlite_storage import SQLiteStorage

        self._log = SQLiteStorage.bulk_log
        self._place = {"project": project, "run": info.name, "run_id": info.id}
        created = datetime.fromtimestamp(info.wall, UTC).isoformat()
        self._config: dict[str, Any] | None = {**info.parameters, "_Created": created}

    def scalars(self, values: Mapping[str, float], step: int, wall: float) -> None:
        """As a row of the run."""
        from trackio.utils import serialize_values

        time = datetime.fromtimestamp(wall, UTC).isoformat()
        row = serialize_values(dict(values))
        self._log(**self._place, metrics_list=[row], steps=[step], timestamps=[time], config=self._config)
        self._config = None
