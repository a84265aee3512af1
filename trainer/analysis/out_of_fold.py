"""Predictions for images that the model has not seen: softmax regression on features, trained on the other folds.

[no torch: creating its first optimiser takes two seconds]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.image_set import Progress, no_progress
from trainer.data.split import mix

FOLDS = 5
EVALUATIONS = 20
"""Evaluations of loss and gradient, at most. Three times as many find the same wrong labels in CIFAR-10."""
HISTORY = 10
PIECE_BYTES = 32 << 20
"""Bytes of the logits that are in memory at a time."""

Features = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class OutOfFold:
    """Predictions by models that have not seen the image."""

    probabilities: NDArray[np.float32]
    """(N, C): probabilities of each image, by the model trained on the other folds."""
    judged: NDArray[np.bool_]
    """(N,): whether that model has seen any other image of its class; if not, it says nothing about the label."""


def out_of_fold(
    features: Features,
    labels: Labels,
    classes: int,
    *,
    penalty: float,
    seed: int,
    groups: Sequence[Sequence[int]] = (),
    progress: Progress = no_progress,
) -> OutOfFold:
    """Train `FOLDS` models, each without one fold, and let each predict that fold.

    All models are trained at once, by L-BFGS on all images: reading these takes the time, and they are read once for
    all models. The models share nothing but the step lengths.

    Args:
        features: Features float32 (N, D), centred, with a scale of about 1.
        labels: Class of each image (N,).
        classes: Number of classes C.
        penalty: L2 penalty on the weights of a model, divided by its number of images.
        seed: Seed of the folds.
        groups: Images that show the same picture share a fold, so that none is judged by its own copy.
        progress: Called with the stage "folds".

    Returns:
        The predictions.
    """
    folds = assign_folds(labels, seed=seed, groups=groups)
    models = _Models(features, labels, folds, classes, penalty)
    models.train(progress)
    seen = np.zeros((FOLDS, classes), np.int64)
    np.add.at(seen, (folds, labels), 1)
    others = seen.sum(axis=0) - seen
    return OutOfFold(models.judge(), others[folds, labels] > 0)


def assign_folds(labels: Labels, *, seed: int, groups: Sequence[Sequence[int]] = ()) -> NDArray[np.int64]:
    """Divide images into `FOLDS` folds, each class evenly to within one image, except for groups.

    Args:
        labels: Class of each image (N,).
        seed: Seed of the folds.
        groups: Images that go where the first of their group goes.

    Returns:
        Fold of each image (N,), from 0.
    """
    shuffled = np.argsort(np.random.PCG64(mix("folds", seed)).random_raw(len(labels)), kind="stable")
    order = shuffled[np.argsort(labels[shuffled], kind="stable")]
    folds = np.empty(len(labels), np.int64)
    folds[order] = np.arange(len(labels)) % FOLDS
    for group in groups:
        folds[list(group)] = folds[group[0]]
    return folds


class _Models:
    """`FOLDS` models side by side: weights (D, FOLDS * C), biases (FOLDS * C,)."""

    def __init__(self, images: Features, labels: Labels, folds: Labels, classes: int, penalty: float) -> None:
        self._images, self._labels, self._folds = images, labels, folds
        self._shape = (FOLDS, classes)
        self._weight = np.zeros((images.shape[1], FOLDS * classes), np.float32)
        self._bias = np.zeros(FOLDS * classes, np.float32)
        trained_on = folds[:, None] != np.arange(FOLDS)
        counts = np.maximum(1, trained_on.sum(axis=0))
        self._shares = (trained_on / counts).astype(np.float32)  # each model's loss is the mean over its images
        self._decay = np.repeat(penalty / counts, classes).astype(np.float32)
        self._piece = max(1, PIECE_BYTES // (4 * FOLDS * classes))

    def train(self, progress: Progress) -> None:
        from scipy.optimize import minimize

        done = 0

        def evaluate(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            nonlocal done
            progress("folds", min(done, EVALUATIONS), EVALUATIONS)
            done += 1
            self._put(parameters)
            return self._loss_and_gradient()

        first = np.zeros(self._weight.size + self._bias.size)
        options = {"maxfun": EVALUATIONS, "maxcor": HISTORY, "ftol": 1e-9, "gtol": 1e-6}
        self._put(minimize(evaluate, first, jac=True, method="L-BFGS-B", options=options).x)
        progress("folds", EVALUATIONS, EVALUATIONS)

    def _put(self, parameters: NDArray[np.float64]) -> None:
        self._weight[:] = parameters[: self._weight.size].reshape(self._weight.shape)
        self._bias[:] = parameters[self._weight.size :]

    def _loss_and_gradient(self) -> tuple[float, NDArray[np.float64]]:
        """The sum of the models' losses, and its gradient."""
        of_weight = self._weight * self._decay
        of_bias = np.zeros_like(self._bias)
        loss = float(np.vdot(self._weight, of_weight)) / 2
        for start in range(0, len(self._labels), self._piece):
            some = slice(start, start + self._piece)
            images, shares, labels = self._images[some], self._shares[some], self._labels[some]
            scores = (images @ self._weight + self._bias).reshape(-1, *self._shape)
            rows = np.arange(len(labels))
            scores -= scores.max(axis=2, keepdims=True)
            true = scores[rows, :, labels]
            np.exp(scores, out=scores)
            total = scores.sum(axis=2)
            loss += float(((np.log(total) - true) * shares).sum(dtype=np.float64))
            scores /= total[..., None]
            scores[rows, :, labels] -= 1
            scores *= shares[..., None]
            errors = scores.reshape(len(labels), -1)
            of_weight += images.T @ errors
            of_bias += errors.sum(axis=0)
        return loss, np.concatenate([of_weight.ravel(), of_bias]).astype(np.float64)

    def judge(self) -> NDArray[np.float32]:
        """(N, C): each image by the model that has not seen it."""
        found = np.empty((len(self._labels), self._shape[1]), np.float32)
        weights, biases = np.split(self._weight, FOLDS, axis=1), np.split(self._bias, FOLDS)
        for fold, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            rows = self._folds == fold
            scores = self._images[rows] @ weight + bias
            scores = np.exp(scores - scores.max(axis=1, keepdims=True))
            found[rows] = scores / scores.sum(axis=1, keepdims=True)
        return found
