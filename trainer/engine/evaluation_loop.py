"""One pass over a split without training: metrics, and the prediction for each image."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.data.batch import Batch, counted
from trainer.distributed.process_group import ALONE, ProcessGroup
from trainer.engine.loss import Loss
from trainer.engine.module_modes import evaluating
from trainer.engine.precision import Forward
from trainer.errors import DataError
from trainer.metrics.classification import Metrics
from trainer.metrics.outputs import OutputColumns, Outputs
from trainer.torch_modes import own_modes

Watch = Callable[[Tensor, Tensor], object]
"""Receives the logits (B, C) and labels (B,) of each batch, without images that the loss ignores."""


def both(*watches: Watch | None) -> Watch | None:
    """One for all of these; None where there are none."""
    there = [watch for watch in watches if watch is not None]
    if len(there) < 2:
        return there[0] if there else None

    def watch(outputs: Tensor, labels: Tensor) -> None:
        for one in there:
            one(outputs, labels)

    return watch


class _Judged(NamedTuple):
    """What is known of one batch. `rows`: label, prediction, confidence and loss of each image that counts."""

    images: int
    rows: tuple[NDArray[Any], ...] | None
    total: float = 0.0
    amount: float = 0.0
    watched: tuple[Tensor, Tensor] | None = None


@own_modes()
def pass_over(
    model: nn.Module,
    batches: Iterable[Batch | None],
    loss: Loss,
    classes: int,
    progress: Callable[[int], None] = lambda done: None,
    forward: Forward | None = None,
    watch: Watch | None = None,
    group: ProcessGroup = ALONE,
) -> tuple[Metrics, Outputs, float]:
    """Metrics and outputs of `model` over `batches`, and the seconds it took. Model and criterion are in evaluation
    mode meanwhile; afterwards every module is back in its own mode.

    The loss is that of all images together, however they are batched (see `Loss`); images with its ignored label are
    left out. `progress` is called with the number of images done after each batch and may raise to give up.
    `forward`: how images become logits; None: by the model.
    `watch` sees the logits, which are not kept. `group`: the processes that each look at a share of the batches; every
    one gets the figures of all, the same to the bit as in one process. Raises DataError where a label is outside
    0 ... classes - 1.
    """
    start = time.perf_counter()
    forward = model if forward is None else forward
    rows = OutputColumns()
    total, amount, done = 0.0, 0.0, 0
    with evaluating(model, loss.criterion), torch.no_grad():
        for batch in batches:
            own = None if batch is None else _judged(batch, forward, loss, watch is not None)
            for found in group.gathered(own):
                if found.rows is not None:
                    total, amount = total + found.total, amount + found.amount
                    rows.append(*found.rows)
                if watch is not None and found.watched is not None:
                    watch(*found.watched)
                done += found.images
                progress(done)
    outputs_ = rows.outputs()
    table = _confusion(outputs_, classes)
    metrics = Metrics.from_confusion(table, total)
    if amount != metrics.samples:
        metrics = replace(metrics, loss=total / amount if amount else math.nan)
    return metrics, outputs_, time.perf_counter() - start


def _judged(batch: Batch, forward: Forward, loss: Loss, watched: bool) -> _Judged | None:
    images, *of_images = batch
    made = (forward(images), *of_images)
    if not len(of_images[0]):
        return None  # a stand-in, for the exchanges of a sharded model
    outputs, labels, *weights = made if loss.ignored is None else counted(loss.ignored, *made)
    if not len(labels):
        return _Judged(len(images), None)
    predicted = outputs.argmax(1)  # of the logits, as in training: saturated probabilities can tie
    confidence = outputs.softmax(1).gather(1, predicted[:, None])[:, 0]
    found = loss.of_batch(outputs, labels, *weights)
    columns = (labels, predicted, confidence.float(), found.images.float())
    rows = tuple(column.cpu().numpy() for column in columns)
    return _Judged(len(images), rows, found.total, found.amount, (outputs, labels) if watched else None)


def _confusion(outputs: Outputs, classes: int) -> NDArray[np.int64]:
    labels = outputs.labels
    if len(labels) and (labels.min() < 0 or labels.max() >= classes):
        raise DataError(
            "data.labels",
            f"A label is outside 0 ... {classes - 1}: found {labels.min()} ... {labels.max()}.",
            expected=f"int64 labels from 0 to {classes - 1}: the model gives {classes} outputs",
            fix="check the labels of this split, or the number of the model's outputs",
        )
    pairs = labels * classes + outputs.predicted
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
