"""MLflow: a run in a local store, through MLflow's own client."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray

from callbacks.trackers.tracked_run import TrackedRun, TrackedRunInfo, path_like
from callbacks.trackers.tracker import Tracker
from trainer.errors import EpochscopeError, Plain

logger = logging.getLogger("epochscope")

ID_TAG = "epochscope.id"
"""Tag of a run in the store, by which a resumed run finds it again."""
MOST_METRICS, MOST_PARAMETERS = 1_000, 100
"""Limits of MLflow per call."""
LONGEST_VALUE = 6_000
"""Longest parameter value that MLflow accepts, in characters."""
STATUSES = {"completed": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}


class MLflow(Tracker):
    """Records a run in MLflow: parameters, metrics by step, pictures, files, and the model with its signature.

    A resumed run continues the same MLflow run. MLflow cannot delete metrics: values of steps that are repeated follow
    the earlier ones with a later time. The tag `epochscope.resumed_step` says where the run was resumed.

    Args:
        folder: Folder of the store: `mlflow.db` and `artifacts`. Default: `.mlflow` next to the run folder, shared by
            all runs there; without a run folder, `mlflow` in the current folder.
        uri: Tracking URI of MLflow instead of a folder: `sqlite:///...`, or a server. Default: none.
        experiment: Name of the experiment in MLflow. Default: "epochscope".
        model: Whether to keep the best weights of a completed run as a model, from raw pixels to logits, which
            `mlflow.pyfunc.load_model` loads where Epochscope is installed. Default: True.
        pictures: Send pictures every `pictures` epochs, 1 or more; 0: never. Default: 1.
        patience: Seconds to wait for MLflow when the run ends, 0 or more. The first run in a folder creates a database,
            which takes up to ten seconds. Default: 30.

    Raises:
        UsageError: `tracker.missing`: MLflow is not installed; `tracker.options`: an argument is out of range.
    """

    title: ClassVar[str] = "MLflow"
    package: ClassVar[str] = "mlflow"

    def __init__(
        self,
        folder: str | Path = "",
        *,
        uri: str = "",
        experiment: str = "epochscope",
        model: bool = True,
        pictures: int = 1,
        patience: float = 30.0,
    ) -> None:
        super().__init__(folder=folder, pictures=pictures, patience=patience)
        self._uri = uri
        self._experiment = experiment
        self._model = model

    def connect(self, info: TrackedRunInfo) -> TrackedRun:
        """Open the store, and a run in it: a new one, or that of the earlier attempts.

        Args:
            info: Description of the run.

        Returns:
            The open run.
        """
        if self._uri:
            return _StoredRun(self._uri, None, self._experiment, self._model, info)
        default = Path("mlflow") if info.folder is None else info.folder.parent / ".mlflow"
        place = (self.folder or default).absolute()
        place.mkdir(parents=True, exist_ok=True)
        artifacts = (place / "artifacts").as_uri()
        return _StoredRun(f"sqlite:///{place.as_posix()}/mlflow.db", artifacts, self._experiment, self._model, info)

    def relocate(self, folder: Path) -> None:
        """Change where the store says that artifacts are; MLflow itself has no call for it.

        Args:
            folder: The name that the folder will have.
        """
        assert self.folder is not None
        addresses = self.folder.absolute().as_uri(), folder.absolute().as_uri()
        with contextlib.closing(sqlite3.connect(self.folder / "mlflow.db")) as database, database:
            for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
                database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", addresses)


class _StoredRun(TrackedRun):
    """A run in a store, open for writing."""

    def __init__(self, uri: str, artifacts: str | None, experiment: str, model: bool, info: TrackedRunInfo) -> None:
        # read when MLflow is imported
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
        # closes the database after each call: Windows renames no folder with an open file
        os.environ.setdefault("MLFLOW_SQLALCHEMYSTORE_POOLCLASS", "NullPool")
        from mlflow import MlflowClient

        self._client = MlflowClient(tracking_uri=uri)
        self._with_model = model
        found = self._client.get_experiment_by_name(experiment)
        place = (
            found.experiment_id if found else self._client.create_experiment(experiment, artifact_location=artifacts)
        )
        self._id = self._find(place, info) or self._create(place, info)

    def _find(self, experiment: str, info: TrackedRunInfo) -> str | None:
        """The run of the earlier attempts, opened again; None for a new run, or where it was deleted."""
        if info.resumed_step is None:
            return None
        runs = self._client.search_runs([experiment], f"tags.`{ID_TAG}` = '{info.id}'")
        if not runs:
            return None
        run_id: str = runs[0].info.run_id
        self._client.update_run(run_id, status="RUNNING")
        self._client.set_tag(run_id, "epochscope.resumed_step", str(info.resumed_step))
        return run_id

    def _create(self, experiment: str, info: TrackedRunInfo) -> str:
        from mlflow.entities import Param

        made = self._client.create_run(
            experiment, start_time=_milliseconds(info.wall), run_name=info.name, tags={ID_TAG: info.id}
        )
        run_id: str = made.info.run_id
        params = (Param(_allowed(name), str(value)[:LONGEST_VALUE]) for name, value in info.parameters.items())
        for some in _batches(params, MOST_PARAMETERS):
            self._client.log_batch(run_id, params=some)
        return run_id

    def scalars(self, values: Mapping[str, float], step: int, wall: float) -> None:
        """As metrics: NaN as it is, infinities as the largest number, which is how MLflow keeps them."""
        from mlflow.entities import Metric

        time = _milliseconds(wall)
        metrics = (Metric(_allowed(name), value, time, step) for name, value in values.items())
        for some in _batches(metrics, MOST_METRICS):
            self._client.log_batch(self._id, metrics=some)

    def text(self, name: str, text: str, step: int, wall: float) -> None:
        """As a text file among the artifacts."""
        self._client.log_text(self._id, text, f"{name}.txt")

    def picture(self, name: str, pixels: NDArray[Any], step: int, wall: float) -> None:
        """As an image of this step."""
        key = path_like(name, r"[^A-Za-z0-9_\-./ ]")
        self._client.log_image(self._id, pixels, key=key, step=step, timestamp=_milliseconds(wall))

    def artifact(self, path: Path, place: str) -> None:
        """As an artifact."""
        self._client.log_artifact(self._id, str(path), place or None)

    def model(self, folder: Path) -> None:
        """As artifact `model`; a run with a module of the caller's own has none."""
        from callbacks.trackers.pixel_model import save_pixel_model

        if not self._with_model:
            return
        with tempfile.TemporaryDirectory() as temp:
            try:
                save_pixel_model(folder, Path(temp) / "model")
            except EpochscopeError as error:
                logger.warning("MLflow keeps no model of this run: %s", error.what)
                return
            self._client.log_artifacts(self._id, str(Path(temp) / "model"), "model")

    def finish(self, status: str, figures: Mapping[str, Plain], wall: float) -> None:
        """Say how the run ended, in tags and its state."""
        for name, value in figures.items():
            if value is not None:
                self._client.set_tag(self._id, f"epochscope.{name}", str(value))
        self._client.set_terminated(self._id, STATUSES[status], _milliseconds(wall))


def _milliseconds(wall: float) -> int:
    return int(wall * 1000)


def _allowed(name: str) -> str:
    """A name as MLflow takes it: letters and digits of any script, and `_-. :/`."""
    return path_like(name, r"[^\w\-. :/]")


def _batches(values: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while some := list(islice(values, size)):
        yield some
