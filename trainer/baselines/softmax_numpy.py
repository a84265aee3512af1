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
    """Compute the mean cross-entropy in nats, and its gradient with respect to the logits.

    Stable for logits of any size: the largest of each row is subtracted first. The logits are overwritten by the
    gradient.

    Args:
        logits: (N, C), float32 or float64.
        labels: (N,), int64.

    Returns:
        The loss, and its gradient (N, C).
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
    """Softmax regression. All weights start at zero: the loss is convex, so the start does not matter.

    Args:
        features: D, numbers per image.
        classes: C.
        penalty: L2 penalty on the weights, 0 or more. Default: 0.
        dtype: float32 (default) or float64.

    Attributes:
        weight: (C, D).
        bias: (C,).
        penalty: As above.
    """

    def __init__(self, features: int, classes: int, *, penalty: float = 0.0, dtype: DTypeLike = np.float32) -> None:
        self.weight: Floats = np.zeros((classes, features), dtype)
        self.bias: Floats = np.zeros(classes, dtype)
        self.penalty = penalty


class Step(NamedTuple):
    """An optimiser step, measured with the weights before it.

    Attributes:
        loss: Mean cross-entropy in nats.
        samples: Number of images.
        correct: How many of them were classified correctly.
    """

    loss: float
    samples: int
    correct: int


@dataclass(frozen=True)
class Plan:
    """How to descend. Order and flips depend on (seed, epoch) alone.

    Attributes:
        epochs: Passes over the images, 1 or more.
        batch: Images per step, 1 or more.
        lr: Peak learning rate; linear and cosine fall from it to zero over all epochs.
        optimizer: Update rule. Default: "sgd".
        momentum: Momentum of sgd, in [0, 1). Default: 0.9.
        schedule: How the rate falls. Default: "constant".
        flip: Probability that an image is mirrored, in [0, 1]. Default: 0.
        seed: Seed of order and flips. Default: 1234.
    """

    epochs: int
    batch: int
    lr: float
    optimizer: Literal["sgd", "adam"] = "sgd"
    momentum: float = 0.9
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    flip: float = 0.0
    seed: int = 1234

    def rate(self, step: int, steps: int) -> float:
        """Compute the learning rate of a step.

        Args:
            step: Number of the step, from 0.
            steps: Number of all steps.

        Returns:
            The rate.
        """
        match self.schedule:
            case "linear":
                return self.lr * (1 - step / steps)
            case "cosine":
                return self.lr * 0.5 * (1 + math.cos(math.pi * step / steps))
        return self.lr


class Descent:
    """Mini-batch gradient descent on softmax regression.

    A mirrored image times the weights is the image times mirrored weights, so no pixel is ever moved: logits are
    computed with both, and each image uses one of them. For ten classes that costs less than half more, since reading
    the images takes most of the time.

    Args:
        model: The model; trained in place.
        images: (N, D), of the model's dtype.
        labels: (N,), int64.
        shape: Shape of an image: (channels, height, width), D numbers.
        plan: How to descend.

    Attributes:
        model: The model.
        plan: How to descend.
        step: Steps completed.
        rate: Learning rate of the last step.
        predicted: Class predicted for each image (N,) int64 when it was last seen.
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
        """Go through all images once, in the order of this epoch.

        Args:
            epoch: Number of the epoch, from 1.

        Yields:
            Each step, once it is done.

        Raises:
            FloatingPointError: A loss is not finite; the weights are as before that step.
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
