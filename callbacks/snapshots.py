"""Snapshots: what a viewer needs to show a run without torch and without the data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from trainer.callback import Callback, Phase
from trainer.engine.context import RunContext
from trainer.errors import DiskError
from trainer.events import EpochEnded, RunStarted, SnapshotSaved, ValidationDone
from trainer.store.arrays import write_arrays
from trainer.store.folder import RunFolder
from trainer.store.thumbnails import SplitImages, publish

MAX_WEIGHT_BYTES = 1_000_000


class Snapshots(Callback):
    """Writes what viewers need to show a run without its data.

    After each epoch: the predictions for the validation split and the first layer's weights. At the start, once for all
    runs on the same data: the validation and test images. A snapshot that cannot be written is skipped and noted in
    log.txt; the next epoch tries again.
    """

    phase: ClassVar[Phase] = Phase.VIEW

    def on_run_started(self, event: RunStarted, run: RunContext) -> None:
        """Publish the images of data from `open_data`."""
        from trainer.data.loaders import PublishesImages

        if run.folder is None or not isinstance(run.data, PublishesImages):
            return
        splits: dict[str, SplitImages] = {}
        for split in ("valid", "test"):
            if split in event.split_sizes:
                pixels, labels, sizes, paths = run.data.published(split)
                splits[split] = SplitImages(pixels, labels, sizes, paths)
        try:
            folder, size = publish(run.folder.path.parent, run.data.fingerprint, event.classes, splits)
        except DiskError as error:
            run.log("the validation images were not published", error)
            return
        self._tell(run, event, "images", None, folder, size)

    def on_validation_done(self, event: ValidationDone, run: RunContext) -> None:
        """Write predictions/ and snapshots/ of this epoch.

        This comes before EpochEnded, so that the epoch's checkpoint covers the events about them, and a run that is
        resumed from there has no gap.
        """
        if run.folder is not None:
            path = run.folder.predictions / _name(event)
            self._write(run, event, "predictions", path, run.outputs("valid").arrays())
            self._write_weights(run, event, run.folder)

    def on_epoch_ended(self, event: EpochEnded, run: RunContext) -> None:
        """Write snapshots/ of this epoch if there is no validation."""
        if run.folder is not None and event.valid_loss is None:
            self._write_weights(run, event, run.folder)

    def _write_weights(self, run: RunContext, event: ValidationDone | EpochEnded, folder: RunFolder) -> None:
        from trainer.data.loaders import GivesFeatures

        # weights on features make no pictures
        weight = None if isinstance(run.data, GivesFeatures) else first_weight(run.model)
        if weight is not None:
            self._write(run, event, "weights", folder.snapshots / _name(event), {"weight": weight})

    def _write(
        self,
        run: RunContext,
        event: ValidationDone | EpochEnded,
        kind: Literal["predictions", "weights"],
        path: Path,
        arrays: dict[str, Any],
    ) -> None:
        try:
            size = write_arrays(path, kind="predictions" if kind == "predictions" else None, **arrays)
        except DiskError as error:
            run.log(f"the snapshot {path.name} was not written", error)
            return
        self._tell(run, event, kind, "valid" if kind == "predictions" else None, path, size)

    def _tell(
        self,
        run: RunContext,
        event: RunStarted | ValidationDone | EpochEnded,
        kind: Literal["predictions", "weights", "images"],
        split: Literal["valid"] | None,
        path: Path,
        size: int,
    ) -> None:
        assert run.folder is not None  # asked only with one
        relative = path.relative_to(run.folder.path.parent if kind == "images" else run.folder.path)
        run.emit(
            SnapshotSaved(
                epoch=event.epoch, step=event.step, kind=kind, split=split, path=relative.as_posix(), bytes=size
            )
        )


def _name(event: ValidationDone | EpochEnded) -> str:
    return f"epoch-{event.epoch:04d}.npz"


def first_weight(model: Any) -> Any:
    """Get the first layer's weight, at most 1 MB of it.

    Args:
        model: The model.

    Returns:
        The first parameter with two dimensions or more, (n, ...) float32; if it is too large, float16 and only the
        first rows. None if there is no such parameter, or one row is too large.
    """
    found = next((parameter for parameter in model.parameters() if parameter.ndim >= 2), None)
    if found is None:
        return None
    weight = found.detach().float().cpu().numpy()
    if weight.nbytes > MAX_WEIGHT_BYTES:
        weight = weight.astype(np.float16)
    rows = MAX_WEIGHT_BYTES // max(1, weight[0].nbytes)
    return weight[:rows] if rows else None
