"""One pass over a split without training: figures, and what was said of each image."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.engine.module_modes import evaluating
from trainer.engine.precision import Forward
from trainer.errors import DataError
from trainer.metrics.classification import Metrics
from trainer.metrics.outputs import Outputs

Criterion = Callable[[Tensor, Tensor], Tensor]


def per_image(criterion: Criterion) -> Criterion:
    """The criterion giving one loss per image, shape (N,), instead of their mean."""
    if isinstance(criterion, nn.Module) and hasattr(criterion, "reduction"):
        unreduced: Any = copy.copy(criterion)
        unreduced.reduction = "none"
        return cast(Criterion, unreduced)
    return lambda outputs, labels: nn.functional.cross_entropy(outputs, labels, reduction="none")


def pass_over(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    criterion: Criterion,
    classes: int,
    progress: Callable[[int], None] = lambda done: None,
    forward: Forward | None = None,
) -> tuple[Metrics, Outputs, float]:
    """Figures and outputs of `model` over `batches`, and the seconds it took; model and criterion are in
    evaluation mode meanwhile, and each of their modules has its own mode again afterwards.

    `progress` is called with the number of images done after each batch and may raise to give up. `forward`: how images
    become logits; None: by the model. Raises DataError where a label lies outside 0 ... classes - 1.
    """
    start = time.perf_counter()
    forward = model if forward is None else forward
    rows: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    loss_sum, done = 0.0, 0
    with evaluating(model, criterion), torch.no_grad():
        image_loss = per_image(criterion)
        for images, labels in batches:
            outputs = forward(images)
            predicted = outputs.argmax(1)  # of the logits, as in training: saturated probabilities can tie
            confidence = outputs.softmax(1).gather(1, predicted[:, None])[:, 0]
            losses = image_loss(outputs, labels).reshape(-1)
            loss_sum += float(criterion(outputs, labels)) * len(labels)
            rows.append((labels.cpu(), predicted.cpu(), confidence.float().cpu(), losses.float().cpu()))
            done += len(labels)
            progress(done)
    outputs_ = _join(rows)
    table = _confusion(outputs_, classes)
    return Metrics.from_confusion(table, loss_sum), outputs_, time.perf_counter() - start


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
