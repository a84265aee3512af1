"""TensorBoard: a run as event files, through TensorBoard's own writer; neither torch nor TensorFlow is needed."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray

from callbacks.trackers.projector import EmbeddedImages, embed_validation, write_projector
from callbacks.trackers.tracked_run import TrackedRun, TrackedRunInfo
from callbacks.trackers.tracker import Tracker
from trainer.engine.context import RunContext
from trainer.errors import Plain
from trainer.events import EvaluationDone
from trainer.plotting.png import png_bytes

PLACE = "tensorboard"
"""Folder in the run folder, or in the current folder."""


class TensorBoard(Tracker):
    """Writes event files for TensorBoard: scalars, F1 per class, confusion matrix, first layer, reports, hparams.

    `tensorboard --logdir RUNS` then shows all runs of a folder. A resumed run continues in the same folder, and tells
    TensorBoard to discard the steps that are repeated.

    Args:
        folder: Where to write: a folder named after the run is made in it. Default: `tensorboard` in the run folder;
            without a run folder, in the current folder.
        pictures: Send pictures every `pictures` epochs, 1 or more; 0: never. Default: 1.
        embedding: Whether to write the model's features of the validation images for TensorBoard's projector, with the
            images, at the end of a completed run: one more pass over at most 5,000 images. Default: False.
        patience: Seconds to wait for the files when the run ends, 0 or more. Default: 5.

    Raises:
        UsageError: `tracker.missing`: TensorBoard is not installed; `tracker.options`: an argument is out of range.
    """

    title: ClassVar[str] = "TensorBoard"
    package: ClassVar[str] = "tensorboard"

    def __init__(
        self, folder: str | Path = "", *, pictures: int = 1, embedding: bool = False, patience: float = 5.0
    ) -> None:
        super().__init__(folder=folder, pictures=pictures, patience=patience)
        self._embedding = embedding

    def connect(self, info: TrackedRunInfo) -> TrackedRun:
        """Begin a new event file.

        Args:
            info: Description of the run.

        Returns:
            The open run.
        """
        if self.folder is None and info.folder is not None:
            return _EventFile(info.folder / PLACE, info)
        return _EventFile((self.folder or Path(PLACE)) / re.sub(r"[^\w.-]", "-", info.name), info)

    def on_evaluation_done(self, event: EvaluationDone, run: RunContext) -> None:
        """Send the metrics of the split, its confusion matrix and report; for the validation split the projector's data
        too, if asked for."""
        super().on_evaluation_done(event, run)
        if self._embedding and event.split == "valid" and run.model is not None:
            found, step = embed_validation(run), event.step
            self.send(lambda tool: tool.embedding(found, step) if isinstance(tool, _EventFile) else None, run)


class _EventFile(TrackedRun):
    """One run's folder with event files, of which this attempt writes one."""

    def __init__(self, place: Path, info: TrackedRunInfo) -> None:
        from tensorboard.compat.proto.event_pb2 import SessionLog
        from tensorboard.plugins.hparams.summary_v2 import hparams_pb
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._place = place
        _wait_for_next_second(place)
        self._writer = EventFileWriter(str(place))
        if info.resumed_step is not None:
            # TensorBoard drops what it has read of this step and later ones
            start = SessionLog(status=SessionLog.START)
            self._event(info.resumed_step + 1, info.wall, session_log=start)
        parameters = {name: "" if value is None else value for name, value in info.parameters.items()}
        self._event(0, info.wall, summary=hparams_pb(parameters, trial_id=info.id, start_time_secs=info.wall))

    def scalars(self, values: Mapping[str, float], step: int, wall: float) -> None:
        """As float32, which is what TensorBoard keeps."""
        self._summary(step, wall, *({"tag": name, "simple_value": value} for name, value in values.items()))

    def text(self, name: str, text: str, step: int, wall: float) -> None:
        """As a block of code: TensorBoard reads texts as Markdown."""
        from tensorboard.compat.proto.tensor_pb2 import TensorProto
        from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
        from tensorboard.compat.proto.types_pb2 import DT_STRING
        from tensorboard.plugins.text.metadata import create_summary_metadata

        block = "\n".join(f"    {line}" for line in text.splitlines()).encode()
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
        tensor = TensorProto(dtype=DT_STRING, string_val=[block], tensor_shape=shape)
        self._summary(step, wall, {"tag": name, "metadata": create_summary_metadata(name, ""), "tensor": tensor})

    def picture(self, name: str, pixels: NDArray[Any], step: int, wall: float) -> None:
        """As a PNG."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        height, width = pixels.shape[:2]
        image = Summary.Image(height=height, width=width, colorspace=3, encoded_image_string=png_bytes(pixels))
        self._summary(step, wall, {"tag": name, "image": image})

    def embedding(self, found: EmbeddedImages, step: int) -> None:
        """As files for the projector, next to the event files."""
        write_projector(self._place, found, step)

    def flush(self) -> None:
        """Wait until the file has all that was written."""
        self._writer.flush()

    def finish(self, status: str, figures: Mapping[str, Plain], wall: float) -> None:
        """Say how the run ended, and close the file."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import metadata
        from tensorboard.plugins.hparams.api_pb2 import Status
        from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo

        outcome = Status.STATUS_FAILURE if status == "failed" else Status.STATUS_SUCCESS
        ended = HParamsPluginData(session_end_info=SessionEndInfo(status=outcome, end_time_secs=wall))
        about = metadata.create_summary_metadata(ended)
        value = Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=about, tensor=metadata.NULL_TENSOR)
        self._event(0, wall, summary=Summary(value=[value]))
        self.text("run", "\n".join(f"{name}: {value}" for name, value in figures.items()), 0, wall)
        self._writer.close()

    def _summary(self, step: int, wall: float, *values: Mapping[str, Any]) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary

        self._event(step, wall, summary=Summary(value=[Summary.Value(**value) for value in values]))

    def _event(self, step: int, wall: float, **content: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._writer.add_event(Event(step=step, wall_time=wall, **content))


def _wait_for_next_second(place: Path) -> None:
    """TensorBoard reads event files in the order of their names, which begin with the second they were made in: one of
    a run that is resumed at once would come at any place. A clock that was set back since is not waited for."""
    seconds = [int(path.name.split(".")[3]) for path in place.glob("events.out.tfevents.[0-9]*.*")]
    end = time.monotonic() + 2.0
    while time.time() < max(seconds, default=0) + 1 and time.monotonic() < end:
        time.sleep(0.05)
