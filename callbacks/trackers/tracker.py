"""Tracker: the base of all trackers. It maps Epochscope's events to a tool's calls, once for all of them."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from callbacks.trackers.delivery import Delivery, DirectDelivery, ThreadDelivery
from callbacks.trackers.tracked_run import TrackedRun, TrackedRunInfo, parameters_of
from trainer.callback import Callback, OnError, Phase
from trainer.engine.context import RunContext
from trainer.errors import CallbackError, DataError, UsageError
from trainer.events import (
    BatchesReported,
    CheckpointSaved,
    EpochEnded,
    EvaluationDone,
    Event,
    PictureReported,
    RunEnded,
    RunStarted,
    ScalarReported,
    SnapshotSaved,
    ValidationDone,
)
from trainer.home_path import expanded

if TYPE_CHECKING:
    from trainer.store.folder import RunFolder

logger = logging.getLogger("epochscope")

MOST_CLASSES = 100
"""With more classes, F1 per class is not sent: tools draw a chart for each."""
FIGURES = ("loss", "accuracy", "macro_f1", "weighted_f1")
"""Metrics of a whole split that are sent."""
EPOCH_FIGURES = {
    "train/loss": "train_loss",
    "train/accuracy": "train_accuracy",
    "train/macro_f1": "train_macro_f1",
    "epoch/learning_rate": "learning_rate",
    "epoch/samples_per_second": "samples_per_second",
    "epoch/seconds": "seconds",
    "epoch/train_seconds": "train_seconds",
    "epoch/valid_seconds": "valid_seconds",
    "epoch/data_seconds": "data_seconds",
    "epoch/number": "epoch",
}
"""Name in the tool, and field of EpochEnded."""
ARTIFACTS = ("run.toml", "environment.json", "metrics.csv", "summary.json")
"""Files of the run folder that are kept, besides those of evaluations."""


class Tracker(Callback):
    """Passes a run to a tool: settings, curves, F1 per class, confusion matrix, first layer, evaluations, files.

    The tool works on a thread of its own. Training waits for it only at the end, and for a few seconds at most; what it
    could not take by then is dropped, counted, and reported in log.txt and on the screen. If it raises, the tracker is
    detached.

    Args:
        folder: Where the tool writes, for those that write to a folder; empty: where a run of this kind usually does.
        pictures: Send pictures every `pictures` epochs, 1 or more; 0: never. Default: 1.
        patience: Seconds to wait for the tool when the run ends, 0 or more. Default: 5.

    Attributes:
        folder: The folder that was given; None if none was.

    Raises:
        UsageError: `tracker.missing`: the tool's package is not installed; `tracker.options`: an argument is out of
            range.
    """

    phase: ClassVar[Phase] = Phase.VIEW
    on_error: ClassVar[OnError] = "detach"

    title: ClassVar[str] = "The tracker"
    """The tool's name, for messages."""
    package: ClassVar[str] = ""
    """Module that Python imports of the tool; also the name of the extra that installs it."""

    def __init__(self, *, folder: str | Path = "", pictures: int = 1, patience: float = 5.0) -> None:
        self._require_package()
        if pictures < 0 or not patience >= 0:
            raise UsageError(
                "tracker.options",
                f"{self.title}: got pictures {pictures} and patience {patience}.",
                expected="pictures: a whole number of 0 or more; patience: seconds, 0 or more",
                tool=self.title,
            )
        self.folder = expanded(folder) if folder else None
        self._pictures = pictures
        self._patience = patience
        self._id = ""
        self._line: Delivery[TrackedRun] | None = None
        self._told_of_drops = False
        self._started: RunStarted | None = None
        self._wall: float | None = None

    def connect(self, info: TrackedRunInfo) -> TrackedRun:
        """Open a run in the tool; every tracker implements it. Called on the tracker's thread.

        Args:
            info: Description of the run.

        Returns:
            The open run.
        """
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """Return the identity of the run in the tool, so that a resumed run continues it.

        Returns:
            Under `id`; empty outside of a run.
        """
        return {"id": self._id} if self._id else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue the run in the tool that the checkpoint knows.

        Args:
            state: What `state_dict` returned.
        """
        self._id = str(state.get("id", ""))

    def replay(self, records: Iterator[tuple[Event, float]], run: RunContext) -> None:
        """Pass on a finished run, on the caller's thread; nothing is dropped.

        Args:
            records: Its events in order, each with its time, seconds since 1970, UTC.
            run: Its folder, settings and classes.

        Raises:
            Exception: What the tool raised.
        """
        from trainer.events import HOOKS

        try:
            for event, self._wall in records:
                if isinstance(event, RunStarted):
                    self._begin(event, run, lambda info: DirectDelivery(self.connect(info)))
                elif (hook := HOOKS[type(event)]) in _MAPPED:
                    getattr(self, hook)(event, run)
        finally:
            self._wall = None

    def relocate(self, folder: Path) -> None:
        """Prepare what was replayed into a folder for being renamed: tools that keep absolute paths change them.

        Args:
            folder: The name that the folder will have.
        """

    # -- events --------------------------------------------------------------------------------------------------

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Open the run in the tool, or the one that an earlier attempt opened, and send settings and versions."""
        self._begin(event, run, lambda info: ThreadDelivery(f"{self.title} tracker", lambda: self.connect(info)))

    def on_batches_reported(self, event: BatchesReported, run: RunContext) -> None:
        """Send mean loss, accuracy and speed of these steps. They are the first to be dropped."""
        values = {"batch/loss": event.loss_mean, "batch/learning_rate": event.learning_rate}
        if event.samples:
            values["batch/accuracy"] = event.correct / event.samples
        if seconds := event.data_seconds + event.step_seconds:
            values["batch/samples_per_second"] = event.samples / seconds
        self._scalars(values, event, run, minor=True)

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Send the metrics of the split, custom metrics, F1 per class, and the confusion matrix as a picture."""
        values = {f"valid/{name}": value for name, value in _figures(event).items()}
        self._scalars({**values, **self._by_class("valid_f1", event.f1)}, event, run)
        if self._wants_pictures(event):
            self._confusion("confusion/valid", event, run)

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Send training metrics, F1 per class, and times."""
        values = {name: getattr(event, field) for name, field in EPOCH_FIGURES.items()}
        self._scalars({**values, **self._by_class("train_f1", event.train_f1)}, event, run)

    def on_snapshot_saved(self, event: SnapshotSaved, run: RunContext) -> None:
        """Send the first layer's weights as a picture, if they make one."""
        started, folder = self._started, run.folder
        if event.kind != "weights" or folder is None or started is None or not self._wants_pictures(event):
            return
        step, wall = event.step, self._now()

        def draw(tool: TrackedRun) -> None:
            from callbacks.trackers.pictures import weight_picture
            from trainer.analysis.first_layer import as_pictures
            from trainer.store.arrays import read_arrays
            from trainer.store.folder import confined

            try:
                weight = read_arrays(confined(folder, event.path))["weight"]
            except (DataError, KeyError) as error:  # a run may be handed over long after its files are gone
                logger.warning("%s gets no picture of step %d: %s", self.title, step, error)
                return
            found = as_pictures(weight, started.input_shape, len(started.classes), started.parameters)
            if found is not None:
                tool.picture("weights/first_layer", weight_picture(found), step, wall)

        self.send(draw, run)

    def on_scalar_reported(self, event: ScalarReported, run: RunContext) -> None:
        """Send a number of another callback. There may be one at each step: they are among the first to be dropped."""
        self._scalars({f"reported/{event.name}": event.value}, event, run, minor=True)

    def on_picture_reported(self, event: PictureReported, run: RunContext) -> None:
        """Send a picture of another callback."""
        folder = run.folder
        if folder is None or not self._wants_pictures(event):
            return
        step, wall = event.step, self._now()

        def read(tool: TrackedRun) -> None:
            from callbacks.trackers.pictures import png_picture
            from trainer.store.folder import confined

            try:
                pixels = png_picture(confined(folder, event.path))
            except (DataError, OSError) as error:  # as above
                logger.warning("%s gets no picture %r of step %d: %s", self.title, event.name, step, error)
                return
            tool.picture(f"reported/{event.name}", pixels, step, wall)

        self.send(read, run)

    def on_checkpoint_saved(self, event: CheckpointSaved, run: RunContext) -> None:
        """Have the tool write what the checkpoint covers."""
        self.send(lambda tool: tool.flush(), run)

    def on_evaluation_done(self, event: EvaluationDone, run: RunContext) -> None:
        """Send the metrics of the split, custom metrics, its confusion matrix and its report."""
        values = {f"evaluation/{event.split}_{name}": value for name, value in _figures(event).items()}
        self._scalars({**values, **self._by_class(f"evaluation_{event.split}_f1", event.f1)}, event, run)
        if self._pictures:
            self._confusion(f"confusion/evaluation_{event.split}", event, run)
        path = run.folder.evaluation / f"{event.split}.txt" if run.folder is not None else None
        if path is not None and path.is_file():
            step, wall = event.step, self._now()
            name = f"evaluation/{event.split}"
            self.send(lambda tool: tool.text(name, path.read_text("utf-8"), step, wall), run)

    def on_run_ended(self, event: RunEnded, run: RunContext) -> None:
        """Send files and model, end the run in the tool, and wait for it for at most `patience` seconds."""
        line = self._line
        if line is None:
            return
        if run.folder is not None:
            _send_files(line, run.folder, event)
        figures = {name: getattr(event, name) for name in ("status", "reason", "best_epoch", "best_loss", "seconds")}
        wall = self._now()
        line.put(lambda tool: tool.finish(event.status, figures, wall))
        line.close(self._patience)
        self._id, self._line, self._started = "", None, None
        if line.dropped:
            self._tell(f"{self.title} has not recorded {line.dropped} of {line.given} entries{_why(line)}", run)

    # -- to the tool ---------------------------------------------------------------------------------------------

    def _begin(
        self, event: RunStarted, run: RunContext, open_line: Callable[[TrackedRunInfo], Delivery[TrackedRun]]
    ) -> None:
        continued = bool(self._id) and event.attempt > 1
        self._id = self._id if continued else uuid.uuid4().hex
        self._started, self._told_of_drops = event, False
        info = TrackedRunInfo(
            id=self._id,
            name=event.run_id or f"{event.model}-{event.started_at}",
            wall=self._now(),
            resumed_step=event.resumed_step if continued else None,
            folder=run.folder.path if run.folder is not None else None,
            parameters=parameters_of(event),
        )
        self._line = open_line(info)

    def send(self, call: Callable[[TrackedRun], None], run: RunContext, *, minor: bool = False) -> None:
        """Call the tool on its thread. Nothing happens outside of a run.

        Args:
            call: What to do with the open run.
            run: The live objects of the run.
            minor: Whether it is dropped once the queue is half full. Default: False.

        Raises:
            CallbackError: `tracker.failed`: the tool has failed, which detaches this callback.
        """
        line = self._line
        if line is None:
            return
        if line.error is not None:
            raise self._failed(line.error)
        line.put(call, minor=minor)
        if line.dropped and not self._told_of_drops:
            self._told_of_drops = True
            self._tell(f"{self.title} is slower than the run: some entries are left out", run)

    def _scalars(
        self, values: Mapping[str, float | None], event: Event, run: RunContext, *, minor: bool = False
    ) -> None:
        there = {name: float(value) for name, value in values.items() if value is not None}
        step, wall = event.step, self._now()
        self.send(lambda tool: tool.scalars(there, step, wall), run, minor=minor)

    def _by_class(self, name: str, values: tuple[float, ...]) -> dict[str, float]:
        classes = self._started.classes if self._started is not None else ()
        if len(classes) > MOST_CLASSES:
            return {}
        return {f"{name}/{one}": value for one, value in zip(classes, values, strict=False)}

    def _wants_pictures(self, event: Event) -> bool:
        return self._pictures > 0 and event.epoch % self._pictures == 0

    def _confusion(self, name: str, event: ValidationDone | EvaluationDone, run: RunContext) -> None:
        classes = self._started.classes if self._started is not None else ()
        confusion, step, wall = event.confusion, event.step, self._now()

        def draw(tool: TrackedRun) -> None:
            from callbacks.trackers.pictures import confusion_picture

            tool.picture(name, confusion_picture(confusion, classes), step, wall)

        self.send(draw, run)

    def _now(self) -> float:
        return time.time() if self._wall is None else self._wall

    def _tell(self, text: str, run: RunContext) -> None:
        run.log(text)
        logger.warning("%s", text)

    def _failed(self, error: BaseException) -> CallbackError:
        reason = f"{type(error).__name__}: {error}"
        failure = CallbackError(
            "tracker.failed",
            f"{self.title} failed and has stopped recording this run: {reason}",
            where=self.title,
            fix="log.txt in the run folder holds the traceback; epochscope export RUN delivers what is missing",
            tool=self.title,
            error=reason,
        )
        failure.__cause__ = error
        return failure

    def _require_package(self) -> None:
        if find_spec(self.package) is None:
            raise UsageError(
                "tracker.missing",
                f"{self.title} is not installed.",
                where=self.package,
                fix=f'pip install "epochscope[{self.package}]"',
                tool=self.title,
                package=self.package,
            )


def _figures(event: ValidationDone | EvaluationDone) -> dict[str, float]:
    return {**{name: getattr(event, name) for name in FIGURES}, **event.metrics}


_MAPPED = frozenset(name for name in vars(Tracker) if name.startswith("on_") and name != "on_error")


def _send_files(line: Delivery[TrackedRun], folder: RunFolder, event: RunEnded) -> None:
    def send(tool: TrackedRun) -> None:
        for path in (folder.path / name for name in ARTIFACTS):
            if path.is_file():
                tool.artifact(path, "")
        for path in sorted(folder.evaluation.glob("*.*")):
            if path.suffix in (".json", ".txt"):
                tool.artifact(path, "evaluation")

    line.put(send)
    if event.status == "completed":
        line.put(lambda tool: tool.model(folder.path))


def _why(line: Delivery[TrackedRun]) -> str:
    return f": {type(line.error).__name__}: {line.error}" if line.error is not None else ": it was too slow"
