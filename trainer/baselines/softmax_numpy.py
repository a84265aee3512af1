"""Softmax regression in numpy: loss, gradient and mini-batch descent. No torch, no loop over images.

The model is logits = images @ weight.T + bias, its loss the mean cross-entropy in nats, plus `penalty` / 2 times the
sum of squared weights (Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.4).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

Floats = NDArray[Any]
"""float32 or float64."""
Labels = NDArray[np.int64]

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants (Kingma and Ba, 2015)."""


def cross_entropy(logits: Floats, labels: Labels) -> tuple[float, Floats]:
    """Mean loss in nats of logits (N, C) and labels (N,), and its gradient with respect to the logits (N, C).

    Stable for logits of any size: the largest of each row is taken off before anything is raised to a power. The logits
    are overwritten: the gradient takes their place.
    """
    rows = np.arange(len(labels))
    logits -= logits.max(axis=1, keepdims=True)
    true = logits[rows, labels]
    np.exp(logits, out=logits)
    total = logits.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - true))
    logits /= total
    logits[rows, labels] -= 1
    logits /= len(labels)
    return loss, logits


class SoftmaxRegression:
    """Weights (C, D) and biases (C,), all zero at first: the loss is convex, so it does not matter where one starts."""

    def __init__(self, features: int, classes: int, *, penalty: float = 0.0, dtype: DTypeLike = np.float32) -> None:
        self.weight: Floats = np.zeros((classes, features), dtype)
        self.bias: Floats = np.zeros(classes, dtype)
        self.penalty = penalty

    def logits(self, images: Floats) -> Floats:
        """(N, D) to (N, C)."""
        return images @ self.weight.T + self.bias

    def loss(self, images: Floats, labels: Labels) -> float:
        """Mean cross-entropy in nats of images (N, D), the penalty not counted."""
        return cross_entropy(self.logits(images), labels)[0]

    def gradients(self, images: Floats, labels: Labels) -> tuple[float, Floats, Floats]:
        """Loss with the penalty, and its gradient with respect to weight (C, D) and bias (C,)."""
        loss, errors = cross_entropy(self.logits(images), labels)
        loss += self.penalty / 2 * float(np.sum(self.weight**2))
        return loss, errors.T @ images + self.penalty * self.weight, errors.sum(axis=0)


class Step(NamedTuple):
    """What one step came to, with the weights before it: mean loss in nats, images, how many of them were right."""

    loss: float
    samples: int
    correct: int


@dataclass(frozen=True)
class Plan:
    """How to descend. `lr`: the peak rate; linear and cosine fall from it to zero over all epochs. `flip`: how often an
    image is mirrored, in [0, 1]. Order and mirroring depend on (seed, epoch) alone."""

    epochs: int
    batch: int
    lr: float
    optimizer: Literal["sgd", "adam"] = "sgd"
    momentum: float = 0.9
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    flip: float = 0.0
    seed: int = 1234

    def rate(self, step: int, steps: int) -> float:
        """The rate of a step (0-based) out of all of them."""
        match self.schedule:
            case "linear":
                return self.lr * (1 - step / steps)
            case "cosine":
                return self.lr * 0.5 * (1 + math.cos(math.pi * step / steps))
        return self.lr


class Descent:
    """Trains a model on images (N, D) of a shape (channels, height, width) and labels (N,).

    A mirrored image times the weights is the image times mirrored weights. So no pixel is ever moved: logits are taken
    with both, and each image uses the one or the other. For ten classes that costs no more than half of it, since what
    takes the time is reading the images.
    """

    def __init__(
        self, model: SoftmaxRegression, images: Floats, labels: Labels, shape: tuple[int, int, int], plan: Plan
    ) -> None:
        self.model = model
        self.plan = plan
        self.step = 0
        self.rate = plan.lr
        self.predicted = np.zeros(len(labels), np.int64)
        """Class of each image (N,) as it was seen last."""
        self._images, self._labels = images, labels
        self._steps = plan.epochs * -(-len(labels) // plan.batch)
        self._shape = shape
        classes, features = model.weight.shape
        both = 2 * classes if plan.flip else classes
        self._taken = np.empty((min(plan.batch, len(labels)), features), images.dtype)
        self._weights = np.empty((both, features), images.dtype)
        self._gradient = np.empty_like(self._weights)
        self._moments = [(np.zeros_like(value), np.zeros_like(value)) for value in (model.weight, model.bias)]

    def epoch(self, epoch: int) -> Iterator[Step]:
        """Go through all images once, in an order of this epoch (1-based); yields after every step.

        Raises FloatingPointError where a loss is not finite; the weights are then as they were before that step.
        """
        plan = self.plan
        random = np.random.default_rng((plan.seed, epoch))
        order = random.permutation(len(self._labels))
        mirrored = (random.random(len(order)) < plan.flip).astype(np.int64)
        for start in range(0, len(order), plan.batch):
            rows = order[start : start + plan.batch]
            # "clip" writes straight into the buffer; "raise", the default, makes a copy first
            images = np.take(self._images, rows, axis=0, out=self._taken[: len(rows)], mode="clip")
            labels = self._labels[rows]
            yield self._descend(rows, images, labels, mirrored[start : start + plan.batch])

    def _descend(self, rows: NDArray[np.int64], images: Floats, labels: Labels, mirrored: NDArray[np.int64]) -> Step:
        model, plan = self.model, self.plan
        classes = len(model.bias)
        here = np.arange(len(rows))
        self._weights[:classes] = model.weight
        if plan.flip:
            self._weights[classes:] = self._mirrored(model.weight)
        # classes first: with the images as the contiguous side the multiplication takes two thirds of the time
        logits = (self._weights @ images.T).reshape(-1, classes, len(rows))
        errors = logits[mirrored, :, here] + model.bias
        predicted = errors.argmax(axis=1)
        self.predicted[rows] = predicted
        loss, errors = cross_entropy(errors, labels)
        if not math.isfinite(loss):
            raise FloatingPointError("the loss is not finite")
        logits[...] = 0
        logits[mirrored, :, here] = errors
        np.matmul(logits.reshape(-1, len(rows)), images, out=self._gradient)
        gradient = self._gradient[:classes]
        if plan.flip:
            gradient += self._mirrored(self._gradient[classes:])  # mirroring twice is doing nothing
        if model.penalty:
            gradient += model.penalty * model.weight
        self._update(gradient, errors.sum(axis=0))
        return Step(loss, len(rows), int(np.count_nonzero(predicted == labels)))

    def _mirrored(self, weights: Floats) -> Floats:
        return weights.reshape(-1, *self._shape)[..., ::-1].reshape(weights.shape)

    def _update(self, *gradients: Floats) -> None:
        plan = self.plan
        self.rate = plan.rate(self.step, self._steps)
        self.step += 1
        for value, gradient, moments in zip(
            (self.model.weight, self.model.bias), gradients, self._moments, strict=True
        ):
            if plan.optimizer == "adam":
                self._adam(value, gradient, *moments)
            else:
                first = moments[0]
                first *= plan.momentum
                first += gradient
                value -= self.rate * first

    def _adam(self, value: Floats, gradient: Floats, first: Floats, second: Floats) -> None:
        first += (1 - BETA1) * (gradient - first)
        second += (1 - BETA2) * (gradient**2 - second)
        spread = np.sqrt(second / (1 - BETA2**self.step)) + EPSILON
        value -= self.rate / (1 - BETA1**self.step) * first / spread
