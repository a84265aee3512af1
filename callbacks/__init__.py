"""The callbacks that come with Epochscope, a file each. Importing this package imports none of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callbacks.checkpoint import Checkpoint
    from callbacks.early_stopping import EarlyStopping
    from callbacks.journal import Journal
    from callbacks.learning_rate import LearningRate
    from callbacks.metric_log import MetricLog
    from callbacks.progress import Progress
    from callbacks.snapshots import Snapshots
    from callbacks.timing import Timing
    from callbacks.trackers.mlflow import MLflow
    from callbacks.trackers.tensorboard import TensorBoard
    from callbacks.trackers.trackio import Trackio
    from callbacks.trackers.wandb import WeightsAndBiases

__all__ = [
    "Checkpoint",
    "EarlyStopping",
    "Journal",
    "LearningRate",
    "MLflow",
    "MetricLog",
    "Progress",
    "Snapshots",
    "TensorBoard",
    "Timing",
    "Trackio",
    "WeightsAndBiases",
]

_HOMES = {
    "Checkpoint": "checkpoint",
    "EarlyStopping": "early_stopping",
    "Journal": "journal",
    "LearningRate": "learning_rate",
    "MLflow": "trackers.mlflow",
    "MetricLog": "metric_log",
    "Progress": "progress",
    "Snapshots": "snapshots",
    "TensorBoard": "trackers.tensorboard",
    "Timing": "timing",
    "Trackio": "trackers.trackio",
    "WeightsAndBiases": "trackers.wandb",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"callbacks.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
