"""How a run went: its epochs, the evaluation of each split, and all of it as tables and curves. No torch at import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainer.errors import UsageError
from trainer.events import CallbackFailed, EpochEnded, Status
from trainer.metrics.calibration import Calibration
from trainer.metrics.classification import Metrics
from trainer.metrics.outputs import Outputs
from trainer.store.evaluations import SplitMetrics
from trainer.text.number_format import counted

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from trainer.plotting.run_plot import Plot

_NO_SCALARS = ("train_f1", "valid_metrics")
COLUMNS = tuple(
    dict.fromkeys(name for name in ("epoch", "step", *EpochEnded.__struct_fields__) if name not in _NO_SCALARS)
)
"""`epoch`, `step`, then the scalar fields of EpochEnded, each once."""


def columns(events: Iterable[EpochEnded], metrics: Iterable[str] = ()) -> tuple[str, ...]:
    """COLUMNS, then `valid_NAME` for each custom metric: `metrics`, and those of the epochs."""
    names = dict.fromkeys([*metrics, *(name for event in events for name in event.valid_metrics)])
    return (*COLUMNS, *(f"valid_{name}" for name in names))


def row(event: EpochEnded) -> dict[str, Any]:
    """One epoch as a mapping of scalars; None where there was no validation."""
    own = {f"valid_{name}": value for name, value in event.valid_metrics.items()}
    return {**own, **{name: getattr(event, name) for name in COLUMNS}}


def cells(event: EpochEnded, names: Iterable[str]) -> list[Any]:
    """The values in these columns; None where the epoch has no value."""
    values = row(event)
    return [values.get(name) for name in names]


def frame(events: Iterable[EpochEnded]) -> pd.DataFrame:
    """The epochs as a table, `epoch` as its index."""
    import pandas as pd

    events = list(events)
    return pd.DataFrame([row(event) for event in events], columns=list(columns(events))).set_index("epoch")


@dataclass(frozen=True, repr=False)
class Evaluation(SplitMetrics):
    """Metrics of one split, and the prediction for each of its images. In a notebook it is shown as a table."""

    outputs: Outputs
    """Per-image predictions, arrays (N,) in the order of the split."""

    @property
    def figures(self) -> Metrics:
        """Deprecated: the name of `metrics` before 0.2, kept for one release."""
        return self.metrics


class RunTables:
    """What is known of a run, as tables and curves: what `Result` and `SavedRun` share."""

    classes: tuple[str, ...]
    """Class names (C,)."""
    epochs: Sequence[EpochEnded]
    """The finished epochs, those of earlier attempts included."""
    valid_f1: Mapping[int, tuple[float, ...]]
    """F1 of each class (C,) on the validation images, by epoch."""
    best_epoch: int | None
    """Epoch with the smallest validation loss, or the best value of what the run monitors, from 1; None without
    validation."""
    evaluations: Mapping[str, SplitMetrics]
    """Evaluation by split, with the best weights; empty for a run that was stopped."""

    @property
    def history(self) -> pd.DataFrame:
        """One row per epoch: the scalar fields of EpochEnded, indexed by epoch."""
        return frame(self.epochs)

    @property
    def per_class(self) -> pd.DataFrame:
        """F1 of every class (columns) after each epoch (rows) on the validation images; without validation on the
        training images, as they were seen. The name of the columns says which: `valid_f1` or `train_f1`."""
        import pandas as pd

        name, found = "valid_f1", dict(self.valid_f1)
        if not found:
            name, found = "train_f1", {event.epoch: event.train_f1 for event in self.epochs}
        rows = pd.Index(sorted(found), name="epoch", dtype="int64")
        table = np.array([found[epoch] for epoch in rows], dtype=float).reshape(len(rows), len(self.classes))
        return pd.DataFrame(table, index=rows, columns=pd.Index(self.classes, name=name))

    @property
    def confusion(self) -> pd.DataFrame:
        """Counts of test images (without them validation images, else training images), with the best weights: a row
        per true class, a column per predicted class.

        Raises:
            UsageError: `run.no_evaluation`: the run was stopped, or has not ended.
        """
        for split in ("test", "valid", "train"):
            if split in self.evaluations:
                return self.evaluations[split].confusion
        raise UsageError(
            "run.no_evaluation",
            "This run has not been evaluated: only completed runs are.",
            fix='resume it to its end; or evaluate the weights as they are: trainer.evaluate("valid").confusion',
        )

    @property
    def scores(self) -> pd.DataFrame:
        """One row per split: `images`, `loss`, `accuracy`, `macro_f1` and `weighted_f1` with the best weights, and the
        95 % intervals of two of them: `accuracy_low`, `accuracy_high`, `macro_f1_low`, `macro_f1_high`."""
        import pandas as pd

        rows = {split: _scores(one) for split, one in self.evaluations.items()}
        table = pd.DataFrame.from_dict(rows, orient="index", columns=list(SCORES))
        return table.rename_axis("split")

    def plot(self) -> Plot:
        """Draw loss and macro-F1 over the epochs, of training and validation, the best epoch marked.

        Returns:
            A drawing that a notebook shows; its `svg` is the text of an SVG file.
        """
        from trainer.plotting.run_plot import run_plot

        return run_plot(self.epochs, self.best_epoch)


SCORES = (
    *("images", "loss", "accuracy", "accuracy_low", "accuracy_high"),
    *("macro_f1", "macro_f1_low", "macro_f1_high", "weighted_f1"),
)


def _shortly(one: SplitMetrics) -> str:
    return f"accuracy {one.metrics.accuracy:.4f}, {one.metrics.macro_name} {one.metrics.macro_f1:.4f}"


def _scores(one: SplitMetrics) -> list[float]:
    found, sure = one.metrics, one.intervals
    accuracy, macro = (found.accuracy, *sure.accuracy), (found.macro_f1, *sure.macro_f1)
    return [found.samples, found.loss, *accuracy, *macro, found.weighted_f1]


@dataclass(frozen=True)
class Result(RunTables):
    """What `Trainer.fit` returns. In a notebook it is shown as tables."""

    status: Status
    """"completed" or "stopped"; a failed run raises its error instead."""
    reason: str
    """Why it ended before the last epoch, such as `early_stopping`; else empty."""
    best_epoch: int | None
    """The best epoch, from 1: that with the smallest validation loss, or the best value of the monitored metric; None
    without validation."""
    best_loss: float | None
    """Validation loss of that epoch (cross-entropy: nats); None without validation."""
    run_dir: Path | None
    """The run folder; None if nothing was written."""
    epochs: tuple[EpochEnded, ...] = ()
    """The finished epochs, those of earlier attempts included."""
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)
    """Evaluation by split, with the best weights; empty for a run that was stopped."""
    calibration: Calibration | None = None
    """The temperature fitted on the validation split, and what it changes; None if the run was stopped or had no
    validation split."""
    classes: tuple[str, ...] = ()
    """Class names (C,)."""
    valid_f1: Mapping[int, tuple[float, ...]] = field(default_factory=dict, repr=False)
    """F1 of each class (C,) on the validation images, by epoch."""
    detached: tuple[CallbackFailed, ...] = ()
    """Failures of callbacks that this attempt continued without."""
    _model: nn.Module | None = field(default=None, repr=False, compare=False)

    @property
    def model(self) -> nn.Module:
        """The trained model: after a completed run with the weights of its best epoch (of the last one without
        validation), after a stop with those it had then.

        Raises:
            UsageError: `run.no_model`: the run was stopped before there was one.
        """
        if self._model is None:
            raise UsageError("run.no_model", "The run was stopped before its model was built.")
        return self._model

    def __repr__(self) -> str:  # the fields hold every image and epoch
        best = f", best epoch {self.best_epoch}" if self.best_epoch else ""
        splits = "".join(f"; {split} {_shortly(one)}" for split, one in self.evaluations.items())
        return f"<Result: {self.status}, {counted(len(self.epochs), 'epoch')}{best}{splits}>"

    def _repr_html_(self) -> str:
        best = f", best epoch {self.best_epoch}" if self.best_epoch else ""
        tables = "".join(evaluation._repr_html_() for evaluation in self.evaluations.values())
        return f"<p><b>{self.status}</b>{best}</p>{self.history._repr_html_()}{tables}"  # type: ignore[operator]
