"""Evaluates a trained model on labelled images that do not belong to its run: metrics, and predictions per image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from trainer.data.image_set import Fault, Progress
from trainer.data.labelled_images import LabelledImages
from trainer.data.loaders import NamesFiles
from trainer.data.same_files import copies_of
from trainer.data.validation import FaultyDataError, fixes
from trainer.engine.labelled_batches import PreparedBatches
from trainer.result import Evaluation
from trainer.trainer import Trainer

TOP = 3
"""Classes listed per image."""


@dataclass(frozen=True)
class LabelledEvaluation:
    """An evaluation on labelled images."""

    evaluation: Evaluation
    """The metrics."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    """For each readable image, in the order of the source: `image`, `true_class`, `class`, `confidence`, `correct` and
    `top`, the most likely classes; empty unless asked for."""
    left_out: tuple[Fault, ...] = ()
    """Images that could not be read."""
    seen: tuple[str, ...] = ()
    """Paths of images whose files the model was trained on, byte for byte."""


def evaluate_images(
    trainer: Trainer,
    weights: Literal["best", "last"],
    images: LabelledImages,
    *,
    skip_bad: bool,
    with_rows: bool,
    progress: Progress,
) -> LabelledEvaluation:
    """Evaluate a model on images, prepared as its training images were, a few at a time.

    Args:
        trainer: Has the model.
        weights: Which weights the model has.
        images: The images.
        skip_bad: Leave out unreadable images instead of raising.
        with_rows: Also give the predictions of each image.
        progress: Called with the stage "evaluate".

    Returns:
        The evaluation.

    Raises:
        FaultyDataError: Images cannot be read; it names every one.
        UsageError: The run's data cannot prepare images.
    """
    pieces = PreparedBatches(trainer.feed, images.paths, images.labels, progress)
    probabilities: list[NDArray[Any]] = []

    def watch(logits: Tensor, labels: Tensor) -> None:
        probabilities.append((logits / trainer.temperature).softmax(1).cpu().numpy())

    evaluation = trainer.evaluate(images.name, weights=weights, batches=pieces, watch=watch if with_rows else None)
    faults = (*images.faults, *pieces.faults)
    if faults and (not skip_bad or not pieces.read):
        raise FaultyDataError("data.unreadable", "images cannot be read", faults, fix=fixes((), faults))
    rows = []
    if with_rows:
        labels = [images.labels[place] for place in pieces.read]
        paths = [images.paths[place] for place in pieces.read]
        predicted = evaluation.outputs.predicted.tolist()
        rows = _rows(trainer.classes, paths, labels, predicted, np.concatenate(probabilities))
    known = trainer.feed.files("train") if isinstance(trainer.feed, NamesFiles) else []
    seen = tuple(images.paths[place] for place in copies_of(images.paths, known))
    return LabelledEvaluation(evaluation, rows, faults, seen)


def _rows(
    classes: Sequence[str], paths: Sequence[str], labels: Sequence[int], predicted: Sequence[int], chances: Any
) -> list[dict[str, Any]]:
    """The class that the figures counted comes first, also where another one is exactly as likely."""
    found = []
    for path, label, answer, values in zip(paths, labels, predicted, chances, strict=True):
        order = [
            answer,
            *(place for place in np.argsort(-values, kind="stable")[: TOP + 1].tolist() if place != answer),
        ]
        top = [{"class": classes[place], "probability": float(values[place])} for place in order[:TOP]]
        about = {"image": path, "true_class": classes[label], "class": classes[answer]}
        found.append({**about, "confidence": top[0]["probability"], "correct": answer == label, "top": top})
    return found
