"""Fits the temperature of a run's confidences while its splits are evaluated."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from trainer.engine.evaluation_loop import Watch
from trainer.metrics.calibration import Believability, Calibration, SplitCalibration, believability
from trainer.metrics.temperature import Temperature, fit_temperature

MOST_LOGITS = 1 << 24
"""Most validation logits to keep, 64 MiB: all of them for 10 classes and 1.6 million images; with 10,000 classes, those
of 1,677 evenly spaced images."""
Doubles = NDArray[np.float64]


class Calibrator:
    """Watches the evaluation of `valid`, then of `test`, fits a temperature to the logits of the first, and measures
    its effect on both. `weights` and `epoch` say which weights made the logits.

    Validation logits are kept, at most MOST_LOGITS: beyond that, every second kept image is dropped, repeatedly if
    needed. For test images, only two confidences each are kept. A split that was not watched is left out; without
    validation the temperature is 1.
    """

    def __init__(self, weights: Literal["best", "last"], epoch: int) -> None:
        self._weights, self._epoch = weights, epoch
        self._valid = _Logits()
        self._test: _Confidences | None = None

    def watch(self, split: str) -> Watch | None:
        """The watcher for the logits of a split; None for other splits. `valid` must be finished before `test` begins:
        the temperature is fitted in between."""
        if split == "valid":
            return self._valid.add
        if split == "test":
            self._test = _Confidences(self._temperature.value)
            return self._test.add
        return None

    @cached_property
    def _temperature(self) -> Temperature:
        rows = self._valid.rows()
        return Temperature(1.0, "no_images") if rows is None else fit_temperature(rows[0].numpy(), rows[1].numpy())

    def calibration(self) -> Calibration:
        """The result."""
        found, rows = self._temperature, self._valid.rows()
        splits: dict[str, SplitCalibration | None] = {}
        if rows is not None:
            valid = _Confidences(found.value)
            valid.add(*rows)
            splits["valid"] = valid.calibration(self._valid.seen)
        if self._test is not None:
            splits["test"] = self._test.calibration()
        there = {split: one for split, one in splits.items() if one is not None}
        images = 0 if rows is None or found.outcome not in ("fitted", "bound") else len(rows[1])
        return Calibration(found.value, found.outcome, images, self._weights, self._epoch, there)


class _Logits:
    """Collects logits (N, C) float32 and labels (N,) of all images of a split, or of every `step`-th one."""

    def __init__(self) -> None:
        self.seen = 0
        self._step = 1
        self._logits: list[Tensor] = []
        self._labels: list[Tensor] = []
        self._kept = 0

    def add(self, outputs: Tensor, labels: Tensor) -> None:
        """The next batch."""
        first = -self.seen % self._step
        self.seen += len(labels)
        some = slice(first, None, self._step)
        # copies: a slice would keep its whole batch, and a model may write into the same memory again
        self._logits.append(outputs[some].detach().to("cpu", torch.float32, copy=True))
        self._labels.append(labels[some].to("cpu", copy=True))
        self._kept += self._logits[-1].numel()
        while self._kept > MOST_LOGITS and sum(map(len, self._labels)) > 1:
            self._halve()

    def _halve(self) -> None:
        self._logits = [torch.cat(self._logits)[::2].clone()]
        self._labels = [torch.cat(self._labels)[::2].clone()]
        self._step *= 2
        self._kept = self._logits[0].numel()

    def rows(self) -> tuple[Tensor, Tensor] | None:
        """What was kept; None if nothing was."""
        return (torch.cat(self._logits), torch.cat(self._labels)) if self._kept else None


class _Confidences:
    """For each image: whether it is right, its confidence and its negative log-likelihood, before and after temperature
    scaling."""

    def __init__(self, temperature: float) -> None:
        self._temperatures = (1.0,) if temperature == 1 else (1.0, temperature)
        self._right: list[Tensor] = []
        self._found: list[list[tuple[Tensor, Tensor]]] = [[] for _ in self._temperatures]

    def add(self, outputs: Tensor, labels: Tensor) -> None:
        """The next batch."""
        outputs = outputs if outputs.dtype == torch.float64 else outputs.float()
        predicted = outputs.argmax(1)
        self._right.append((predicted == labels).cpu())
        for temperature, found in zip(self._temperatures, self._found, strict=True):
            shares = functional.log_softmax(outputs / temperature, 1)
            own = labels.clamp(0, shares.shape[1] - 1)
            columns = [shares.gather(1, column[:, None])[:, 0].cpu() for column in (predicted, own)]
            found.append((columns[0].double().exp(), -columns[1].double()))

    def calibration(self, total: int | None = None) -> SplitCalibration | None:
        """Calibration of the images so far, out of `total`; None if none has finite logits."""
        if not self._right:
            return None
        right = torch.cat(self._right).numpy()
        columns = [[torch.cat(column).numpy() for column in zip(*found, strict=True)] for found in self._found]
        finite = np.logical_and.reduce([np.isfinite(confidence) for confidence, _ in columns])
        if not finite.any():
            return None
        stages = [_stage(confidence[finite], right[finite], losses[finite]) for confidence, losses in columns]
        return SplitCalibration(int(finite.sum()), len(right) if total is None else total, stages[0], stages[-1])


def _stage(confidence: Doubles, right: NDArray[np.bool_], losses: Doubles) -> Believability:
    mean = float(losses.mean())
    # of float32 logits: a confidence may be above 1 by a rounding
    return believability(np.minimum(confidence, 1.0), right, mean if math.isfinite(mean) else None)
