"""A run's model for MLflow: weights without executable code, and a model that takes raw pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

WEIGHTS = "weights"
"""Name of the artifact."""


def save_pixel_model(folder: Path, path: Path) -> None:
    """Write a folder that `mlflow.pyfunc.load_model` loads as a model from uint8 (N, h, w, C) to logits (N, classes).

    Args:
        folder: The run folder.
        path: The folder to make.

    Raises:
        UsageError: `export.custom`: the run was started with a module of the caller's own; `run.no_checkpoint`.
    """
    import mlflow.pyfunc
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    from trainer.analysis.trained_model import find_trained
    from trainer.export import export_run
    from trainer.store.folder import RunFolder
    from trainer.version import __version__

    run = RunFolder(folder)
    trained = find_trained(run)
    channels, height, width = trained.input_shape
    pixels = TensorSpec(np.dtype(np.uint8), (-1, height, width, channels), "pixels")
    logits = TensorSpec(np.dtype(np.float32), (-1, len(trained.classes)), "logits")
    weights = path.with_name(f"{WEIGHTS}.safetensors")
    export_run(run, "safetensors", weights)
    mlflow.pyfunc.save_model(
        path,
        loader_module="callbacks.trackers.pixel_model",
        data_path=str(weights),
        signature=ModelSignature(Schema([pixels]), Schema([logits])),
        input_example=np.zeros((1, height, width, channels), np.uint8),
        pip_requirements=[f"epochscope=={__version__}"],
    )


class _PixelModel:
    """What `mlflow.pyfunc.load_model` wraps."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def predict(self, pixels: Any) -> Any:
        """Compute raw logits (N, classes) float32 of raw pixels (N, h, w, C) uint8."""
        import numpy as np
        import torch

        values = pixels["pixels"] if isinstance(pixels, dict) else pixels
        with torch.no_grad():
            logits = self._model(torch.from_numpy(np.ascontiguousarray(values)))
        return logits.numpy()


def _load_pyfunc(path: str) -> _PixelModel:
    """Called by MLflow, by this name."""
    from trainer.export.weights import open_weights

    return _PixelModel(open_weights(path)[0])
