"""One pass over a split without training: figures, and what was said of each image."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.data.batch import Batch, counted
from trainer.engine.loss import Loss
from trainer.engine.loss_averaging import Criterion
from trainer.engine.module_modes import evaluating
from trainer.engine.precision import Forward
from trainer.errors import DataError
from trainer.metrics.classification import Metrics
from trainer.metrics.outputs import Outputs


def pass_over(
    model: nn.Module,
    batches: Iterable[Batch],
    loss: Loss | Criterion,
    classes: int,
    progress: Callable[[int], None] = lambda done: None,
    forward: Forward | None = None,
) -> tuple[Metrics, Outputs, float]:
    """Figures and outputs of `model` over `batches`, and the seconds it took; model and criterion are in
    evaluation mode meanwhile, and each of their modules has its own mode again afterwards.

    The loss is that of all images together, however they are batched, see `Loss`; images with the label that it ignores
    are left out. `loss`: a function of logits and labels is made into a `Loss`.
    `progress` is called with the number of images done after each batch and may raise to give up. `forward`: how images
    become logits; None: by the model. Raises DataError where a label lies outside 0 ... classes - 1.
    """
    start = time.perf_counter()
    forward = model if forward is None else forward
    loss = loss if isinstance(loss, Loss) else Loss(loss, classes)
    rows: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    total, amount, done = 0.0, 0.0, 0
    with evaluating(model, loss.criterion), torch.no_grad():
        for images, *of_images in batches:
            batch = (forward(images), *of_images)
            outputs, labels, *weights = batch if loss.ignored is None else counted(loss.ignored, *batch)
            if len(labels):
                predicted = outputs.argmax(1)  # of the logits, as in training: saturated probabilities can tie
                confidence = outputs.softmax(1).gather(1, predicted[:, None])[:, 0]
                found = loss.of_batch(outputs, labels, *weights)
                total, amount = total + found.total, amount + found.amount
                rows.append((labels.cpu(), predicted.cpu(), confidence.float().cpu(), found.images.float().cpu()))
            done += len(images)
            progress(done)
    outputs_ = _join(rows)
    table = _confusion(outputs_, classes)
    metrics = Metrics.from_confusion(table, total)
    if amount != metrics.samples:
        metrics = replace(metrics, loss=total / amount if amount else math.nan)
    return metrics, outputs_, time.perf_counter() - start


def _join(rows: list[tuple[Tensor, Tensor, Tensor, Tensor]]) -> Outputs:
    columns = [torch.cat(column).numpy() for column in zip(*rows, strict=True)] if rows else [np.empty(0)] * 4
    labels, predicted, confidence, losses = columns
    return Outputs(
        labels.astype(np.int64), predicted.astype(np.uint16), confidence.astype(np.float16), losses.astype(np.float32)
    )


def _confusion(outputs: Outputs, classes: int) -> NDArray[np.int64]:
    labels = outputs.labels
    if len(labels) and (labels.min() < 0 or labels.max() >= classes):
        raise DataError(
            "data.labels",
            f"A label lies outside 0 ... {classes - 1}: found {labels.min()} ... {labels.max()}.",
            expected=f"int64 labels from 0 to {classes - 1}: the model gives {classes} outputs",
            mend="check the labels of this split, or the number of the model's outputs",
        )
    pairs = labels * classes + outputs.predicted
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
