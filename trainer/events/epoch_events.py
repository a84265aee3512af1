"""Events with the metrics of whole splits: after a validation, after an epoch, after the final evaluation."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from trainer.events.event import Event, Matrix, Split


class ValidationDone(Event, frozen=True, kw_only=True, tag=True):
    """Metrics of the validation split after this epoch; tuples hold all C classes, in the order of RunStarted.classes.

    Precision, recall and F1 are as scikit-learn defines them with `zero_division=0`.
    """

    loss: float
    """Mean loss over the split (cross-entropy: nats)."""
    accuracy: float
    """Share of images classified correctly, in [0, 1]."""
    macro_f1: float
    """Mean F1 over the classes that occur, as true or as predicted class, in [0, 1]. Before 0.2: over all classes."""
    weighted_f1: float
    """Mean F1 over all classes, weighted by their images, in [0, 1]."""
    precision: tuple[float, ...]
    """Precision of each class (C,), in [0, 1]."""
    recall: tuple[float, ...]
    """Recall of each class (C,), in [0, 1]."""
    f1: tuple[float, ...]
    """F1 of each class (C,), in [0, 1]."""
    support: tuple[int, ...]
    """Images of each true class (C,)."""
    confusion: Matrix
    """Counts (C, C), the true class as row, the predicted one as column."""
    samples: int
    """Images in the split."""
    seconds: float
    """Seconds the validation took."""
    improved: bool
    """Whether this epoch is the best so far: it has the smallest validation loss, or the best value of
    `RunStarted.monitor`. An equal value or NaN does not count."""
    best_epoch: int | None
    """The best epoch so far, this one included; None if no value was finite."""
    best_loss: float | None
    """Validation loss of that epoch; None without one."""
    metrics: dict[str, float] = field(default_factory=dict)
    """Custom metrics by name; NaN for one that could not be computed. Empty without custom metrics."""


class ProcessesReported(Event, frozen=True, kw_only=True, tag=True):
    """How long each process of a run took for the training of this epoch, by rank; only where there are several.

    They wait for each other at every step: the slowest is the one that waits least.
    """

    samples: tuple[int, ...]
    """Training images of each process, in this attempt."""
    train_seconds: tuple[float, ...]
    """Seconds of training, waiting for data and for the others included."""
    data_seconds: tuple[float, ...]
    """Seconds of that spent waiting for data."""
    exchange_seconds: tuple[float, ...]
    """Seconds of that spent in exchanging gradients, waiting for slower processes included."""


class EpochEnded(Event, frozen=True, kw_only=True, tag=True):
    """One complete row of the history. Training metrics are those seen while training, on augmented images."""

    train_loss: float
    """Mean loss over the images of the epoch (cross-entropy: nats)."""
    train_accuracy: float
    """Share of training images classified correctly, in [0, 1]."""
    train_macro_f1: float
    """Mean F1 over the classes that occur, in [0, 1]."""
    train_f1: tuple[float, ...]
    """F1 of each class (C,), in [0, 1]."""
    valid_loss: float | None
    """As in ValidationDone; None without a validation split."""
    valid_accuracy: float | None
    """As in ValidationDone, in [0, 1]; None without a validation split."""
    valid_macro_f1: float | None
    """As in ValidationDone, in [0, 1]; None without a validation split."""
    improved: bool
    """As in ValidationDone; False without a validation split."""
    learning_rate: float
    """Learning rate of the first parameter group at the end of the epoch's training; what the validation changes is for
    the next epoch."""
    samples_per_second: float
    """Training images per second, validation excluded."""
    seconds: float
    """Seconds of training and validation together."""
    train_seconds: float
    """Seconds of training, waiting for data included."""
    valid_seconds: float
    """Seconds of validation; 0 without a validation split."""
    data_seconds: float
    """Seconds of training spent waiting for data."""
    valid_metrics: dict[str, float] = field(default_factory=dict)
    """As ValidationDone.metrics; empty without a validation split."""


class EvaluationDone(Event, frozen=True, kw_only=True, tag=True):
    """Metrics of a split without augmentation, with the best or the last weights. Fields shared with ValidationDone
    mean the same.

    Intervals are those of `trainer.metrics.significance.intervals`; None in journals written before they existed.
    """

    split: Split
    """`train`, `valid` or `test`."""
    weights: Literal["best", "last"]
    """Which weights: those of the best epoch, or the last ones where there was no validation."""
    loss: float
    """Mean loss over the split (cross-entropy: nats)."""
    accuracy: float
    """Share of images classified correctly, in [0, 1]."""
    macro_f1: float
    """Mean F1 over the classes that occur, as true or as predicted class, in [0, 1]. Before 0.2: over all classes."""
    weighted_f1: float
    """Mean F1 over all classes, weighted by their images, in [0, 1]."""
    precision: tuple[float, ...]
    """Precision of each class (C,), in [0, 1]."""
    recall: tuple[float, ...]
    """Recall of each class (C,), in [0, 1]."""
    f1: tuple[float, ...]
    """F1 of each class (C,), in [0, 1]."""
    support: tuple[int, ...]
    """Images of each true class (C,)."""
    confusion: Matrix
    """Counts (C, C), the true class as row, the predicted one as column."""
    samples: int
    """Images in the split."""
    seconds: float
    """Seconds the evaluation took."""
    accuracy_interval: tuple[float, float] | None = None
    """95 % interval of the accuracy: (low, high), in [0, 1]."""
    macro_f1_interval: tuple[float, float] | None = None
    """95 % interval of macro-F1: (low, high), in [0, 1]."""
    metrics: dict[str, float] = field(default_factory=dict)
    """Custom metrics by name; NaN for one that could not be computed. Empty without custom metrics."""
