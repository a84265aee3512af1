"""Other implementations in our training loop: they train, everything else is what every run has.

They hand over their weights after each epoch. These are copied into the model that Epochscope would have trained, so
validation, best epoch, events, checkpoints and evaluation come from the same code.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer.baselines.softmax_numpy import Descent, Plan, SoftmaxRegression, Step, cross_entropy
from trainer.baselines.softmax_sklearn import Options, Weights, fit
from trainer.data.loaders import DataSource
from trainer.engine.loop import REPORT_SECONDS, Loop
from trainer.engine.parts import Parts
from trainer.engine.session import Session
from trainer.engine.step import NonFiniteStep
from trainer.events import BatchesReported, Preparing
from trainer.metrics.classification import Metrics, confusion
from trainer.settings import Settings
from trainer.text.number_format import counted

ROWS = 1000
"""Images at a time when a matrix is filled or read."""


class ExternalLoop(Loop):
    """The training loop with another implementation's training in it.

    Args:
        session: The attempt.
        parts: Model, data and optimiser of the attempt.
        settings: Settings of the run.

    Attributes:
        settings: Settings of the run.
        images: Training images (N, D), float32, normalised, not augmented.
        labels: Their classes (N,), int64.
        prepared: Seconds it took to make these arrays.
        notes: What has to be mentioned next to the results.
    """

    def __init__(self, session: Session, parts: Parts, settings: Settings) -> None:
        super().__init__(session, parts)
        # torch only validates here; its threads would go on spinning for a while beside those of the guest
        torch.set_num_threads(1)
        start = time.perf_counter()
        self.settings = settings
        self.images, self.labels = matrix(parts.feed, "train", session)
        self.prepared = time.perf_counter() - start
        self.notes: list[str] = []
        """What has to be mentioned next to the results."""
        self._steps: list[Step] = []
        self._rate = 0.0

    def take_over(self, weight: NDArray[Any], bias: NDArray[Any]) -> None:
        """Copy weights into the model.

        Args:
            weight: (C, D), any float dtype.
            bias: (C,), any float dtype.
        """
        layer = linear_layer(self.parts.model)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(weight)))
            layer.bias.copy_(torch.from_numpy(np.ascontiguousarray(bias)))

    def _end_training(self, seen: Metrics) -> None:
        """What follows the last step of an epoch."""
        self._report()
        self.tally.samples = len(self.labels)
        self._finish_epoch(seen)
        self.session.requests.epoch_boundary()

    def _report(self) -> None:
        """Merge the steps since the last report into one BatchesReported."""
        steps, self._steps = self._steps, []
        if not steps:
            return
        mark, self._mark = self._mark, self.session.clock.elapsed()
        self._spent.train += self._mark - mark
        losses, samples = [step.loss for step in steps], sum(step.samples for step in steps)
        self.parts.optimizer.param_groups[0]["lr"] = self._rate  # nobody steps it: the events name its rate
        event = BatchesReported(
            **self.session.position,
            first_step=self.session.step - len(steps) + 1,
            last_step=self.session.step,
            count=len(steps),
            samples=samples,
            correct=sum(step.correct for step in steps),
            loss_mean=sum(step.loss * step.samples for step in steps) / samples,
            loss_min=min(losses),
            loss_max=max(losses),
            loss_last=losses[-1],
            learning_rate=self._rate,
            data_seconds=0.0,
            step_seconds=self._mark - mark,
        )
        self.session.bus.emit(event)


class NumpyLoop(ExternalLoop):
    """Mini-batch gradient descent in numpy, with the batch size, rate, schedule and flips of the settings.

    Args:
        session: The attempt.
        parts: Model, data and optimiser of the attempt.
        settings: Settings of the run.

    Attributes:
        descent: The training itself.
    """

    program = "numpy"

    def __init__(self, session: Session, parts: Parts, settings: Settings) -> None:
        super().__init__(session, parts, settings)
        train = settings.train
        plan = Plan(
            epochs=train.epochs,
            batch=train.batch,
            lr=train.lr,
            optimizer=cast(Any, train.optimizer),
            momentum=train.momentum,
            schedule=cast(Any, train.schedule),
            flip=settings.augment.flip,
            seed=train.seed,
        )
        model = SoftmaxRegression(self.images.shape[1], parts.classes, penalty=train.weight_decay)
        shape = cast(tuple[int, int, int], tuple(parts.feed.input_shape))
        self.descent = Descent(model, self.images, self.labels, shape, plan)

    def _epochs(self) -> None:
        while self.cursor.epoch <= self.parts.epochs:
            self._begin_epoch()
            loss_sum = self._descend()
            self.take_over(self.descent.model.weight, self.descent.model.bias)
            seen = confusion(self.labels, self.descent.predicted, self.parts.classes)
            self._end_training(Metrics.from_confusion(seen, loss_sum))

    def _descend(self) -> float:
        """All steps of an epoch; the sum of the losses of its images."""
        session, clock = self.session, time.perf_counter
        loss_sum, due = 0.0, clock() + REPORT_SECONDS
        self._mark = session.clock.elapsed()
        try:
            for step in self.descent.epoch(self.cursor.epoch):
                session.step += 1
                self.cursor.batch += 1
                self._steps.append(step)
                self._rate = self.descent.rate
                loss_sum += step.loss * step.samples
                if clock() >= due:
                    self._report()
                    due = clock() + REPORT_SECONDS
                if session.control.waiting:
                    session.requests.boundary()
        except FloatingPointError:
            raise NonFiniteStep("loss") from None
        self._report()
        return loss_sum


class SklearnLoop(ExternalLoop):
    """scikit-learn's LogisticRegression; an iteration goes through all images and counts as an epoch.

    It has no learning rate (0 in the events) and reports no training metrics of its own: they are computed after each
    iteration, outside of the measured time.

    Args:
        session: The attempt.
        parts: Model, data and optimiser of the attempt.
        settings: Settings of the run.
        options: Further options, such as `solver`.

    Attributes:
        options: What LogisticRegression is made with.
    """

    program = "sklearn"

    def __init__(self, session: Session, parts: Parts, settings: Settings, options: Mapping[str, Any]) -> None:
        import sklearn.linear_model  # noqa: F401  # takes seconds, which are no part of the training

        parts.optimizer.param_groups[0]["lr"] = 0.0
        super().__init__(session, parts, settings)
        self.steps_per_epoch = 1
        C = inverse_penalty(settings.train.weight_decay, len(self.labels))  # noqa: N806  # its name in scikit-learn
        self.options = Options(settings.train.epochs, C, seed=settings.train.seed, **options)
        self.notes.append(f"C {C:.4g}, which is this weight decay for {counted(len(self.labels), 'image')}")

    def _epochs(self) -> None:
        self._begin_epoch()
        fitted = fit(self.images, self.labels, self.parts.classes, self.options, self._iterated)
        self.notes += fitted.said
        for text in fitted.said:
            self.session.log(f"scikit-learn: {text}")
        if not self.session.step:  # a solver that cannot be watched
            self._iterated(fitted.weights, fitted.seconds)

    def _iterated(self, weights: Weights, seconds: float) -> None:
        if self.session.step:
            self._begin_epoch()  # only now is it known that there was another one
        self.take_over(*weights)
        counts, loss_sum = self._seen(weights)
        seen = Metrics.from_confusion(counts, loss_sum)
        self.session.step += 1
        self.cursor.batch += 1
        self._steps.append(Step(seen.loss, seen.samples, int(np.trace(counts))))
        self._mark = self.session.clock.elapsed() - seconds
        self._end_training(seen)

    def _seen(self, weights: Weights) -> tuple[NDArray[np.int64], float]:
        """Confusion matrix and summed loss of the training images."""
        weight, bias = (part.astype(self.images.dtype) for part in weights)
        counts, loss_sum = np.zeros((len(bias), len(bias)), np.int64), 0.0
        for start in range(0, len(self.labels), ROWS):
            labels = self.labels[start : start + ROWS]
            logits = self.images[start : start + ROWS] @ weight.T + bias
            counts += confusion(labels, logits.argmax(axis=1), len(bias))
            loss_sum += cross_entropy(logits, labels)[0] * len(labels)
        return counts, loss_sum


def inverse_penalty(weight_decay: float, images: int) -> float:
    """Convert a weight decay to scikit-learn's C: it sums the losses of all images, Epochscope averages them.

    Args:
        weight_decay: L2 penalty on the mean loss, 0 or more.
        images: Number of training images.

    Returns:
        C; infinite without a penalty.
    """
    return 1 / (weight_decay * images) if weight_decay else math.inf


def matrix(
    feed: DataSource, split: str, session: Session | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Copy all images of a split into one matrix, normalised and not augmented.

    Args:
        feed: The data.
        split: `train`, `valid` or `test`.
        session: Reports progress, if given.

    Returns:
        Images (N, D) float32 and labels (N,) int64.
    """
    size = feed.sizes[split]
    images = np.empty((size, int(np.prod(feed.input_shape))), np.float32)
    labels = np.empty(size, np.int64)
    done = 0
    for some, named, *_ in feed.eval_batches(split, ROWS):
        rows = slice(done, done + len(named))
        images[rows], labels[rows] = _flat(some), named.numpy()
        done += len(named)
        if session is not None:
            session.progress(Preparing, "check", done, size)
    return images, labels


def _flat(images: Tensor) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = images.flatten(1).numpy()
    return flat


def linear_layer(model: nn.Module) -> nn.Linear:
    """Find the linear layer of softmax regression.

    Args:
        model: A model with one.

    Returns:
        The first linear layer.
    """
    return next(layer for layer in model.modules() if isinstance(layer, nn.Linear))
