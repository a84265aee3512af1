"""The first layer's weights as images. No Qt."""

from __future__ import annotations

import os
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gui.viewmodels.run import RunModel
from trainer.analysis import first_layer
from trainer.analysis.first_layer import Weights
from trainer.backbones import is_pretrained
from trainer.errors import DataError
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder, confined
from trainer.text.nested_tables import table_of

Reason = Literal["", "no_weights", "missing", "damaged", "outside", "no_pictures"]
"""Why there is nothing to show: not written (yet, or at all); the file is gone, damaged or outside the run; weights of
this shape cannot be shown as images."""

MAX_FILE = 16 << 20


def read_weights(folder: RunFolder, model: RunModel, epoch: int) -> tuple[Weights | None, Reason]:
    """Read the first layer's weights after an epoch.

    Args:
        folder: Folder of the run.
        model: The run.
        epoch: Number of the epoch.

    Returns:
        The images, or None and the reason.
    """
    relative = model.weights.get(epoch)
    if relative is None or model.info is None:
        return None, "no_pictures" if epoch and _on_features(model) else "no_weights"
    try:
        path = confined(folder, relative)
    except DataError:
        return None, "outside"
    if not os.path.lexists(path):
        return None, "missing"
    try:
        weight = read_arrays(path, MAX_FILE)["weight"]
        if weight.dtype.kind != "f":
            return None, "damaged"
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is counted as broken
            weight = weight.astype(np.float32)
    except (DataError, KeyError, ValueError, TypeError, MemoryError):
        return None, "damaged"
    return as_pictures(weight, model)


def _on_features(model: RunModel) -> bool:
    """Whether a head alone was trained, on what a frozen network gives: nothing of it is kept for viewing."""
    settings = model.info.settings if model.info is not None else {}
    tune = table_of(settings, "backbone").get("tune")
    return is_pretrained(str(settings.get("model"))) and tune in (None, "head")


def as_pictures(weight: NDArray[Any], model: RunModel) -> tuple[Weights | None, Reason]:
    """Turn a first layer's weight into images.

    Args:
        weight: Weight of the first layer.
        model: The run it belongs to.

    Returns:
        The images, or None and the reason.
    """
    info = model.info
    if info is None:
        return None, "no_pictures"
    found = first_layer.as_pictures(weight, info.input_shape, len(info.classes), info.parameters)
    return found, "" if found is not None else "no_pictures"
