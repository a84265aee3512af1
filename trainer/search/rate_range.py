"""The learning-rate range test (Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3).

The model is trained on its real batches with its real optimiser while the rate rises exponentially from step to step;
then everything is put back. Nothing is written.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import torch

from trainer.data.batch import Batch
from trainer.data.loaders import close_batches
from trainer.engine.checkpoint_state import capture_generators, restore_generators
from trainer.engine.loop import Loop, learning_rate
from trainer.engine.parts import Parts
from trainer.engine.request_handler import StopNow
from trainer.engine.session import Session
from trainer.engine.step import NonFiniteStep
from trainer.errors import UsageError
from trainer.events import Preparing
from trainer.launch import build
from trainer.models.torch_threads import torch_threads
from trainer.search.rate_proposal import EXPLODED, RULES, Smoothing, proposals
from trainer.settings import Settings
from trainer.store.rate_curves import RateCurve, Rule, Stop
from trainer.trainer import Trainer

Progress = Callable[[str, int, int], object]
"""stage, done, total"""
LOW, HIGH, STEPS = 1e-7, 10.0, 200
LEAST_STEPS, MOST_STEPS = 20, 10_000


def lr_range_test(
    trainer: Trainer,
    *,
    low: float = LOW,
    high: float = HIGH,
    steps: int = STEPS,
    rule: Rule = "steepest",
    progress: Progress | None = None,
) -> RateCurve:
    """Raise the learning rate exponentially from step to step and watch the training loss.

    Weights, buffers, optimiser and random generators are restored afterwards, and callbacks are not notified. The same
    seed gives the same curve. It ends early once the smoothed loss is above 4 times its lowest value, or not finite.

    Args:
        trainer: The model, optimiser and data to test; parameter groups keep the ratios of their rates.
        low: First rate, above 0. Default: 1e-7.
        high: Last rate, above `low`. Default: 10.
        steps: Optimiser steps, from 20 to 10,000; the epochs follow each other. Default: 200.
        rule: Which rule makes the proposal. "steepest" (default): where the smoothed loss falls fastest (Smith
            2017). "valley": the middle of the longest valley (fastai's default), which is lower.
        progress: Called with "rates", the steps made and all steps.

    Returns:
        The curve and the proposals.

    Raises:
        UsageError: `lr_find.range`: `low`, `high`, `steps` or `rule` cannot be used; `lr_find.single_pass`: the
            training data would be used up.
    """
    check_range(low, high, steps, rule)
    if trainer.feed.single_pass:
        raise UsageError(
            "lr_find.single_pass",
            "The training data can be read only once; a range test would use it up.",
            expected="a loader that can be read again for each epoch",
            fix="pass Trainer a DataLoader or arrays instead of an iterator",
        )
    found = _Rise(low, high, steps, progress)
    generators = capture_generators(trainer.device)
    present = learning_rate(trainer.optimizer)
    session = Session()
    try:
        with torch_threads(torch.get_num_threads()):  # training sets its own
            session.conduct(lambda: trainer.train(session, lambda *parts: _RangeLoop(found, *parts)))
    finally:
        restore_generators(generators, trainer.device)
    proposed = proposals(found.rates, found.smoothed, steps)
    return RateCurve(
        rates=tuple(found.rates),
        losses=tuple(found.losses),
        smoothed=tuple(found.smoothed),
        stopped=found.stopped,
        rule=rule,
        proposal=proposed[rule],
        proposals=proposed,
        present=present,
    )


def settings_range_test(
    settings: Settings,
    root: Path,
    *,
    low: float = LOW,
    high: float = HIGH,
    steps: int = STEPS,
    rule: Rule = "steepest",
    progress: Progress | None = None,
) -> RateCurve:
    """Run `lr_range_test` on what settings describe.

    Args:
        settings: Model, data and optimiser.
        root: Folder of all runs, where features of pretrained networks are kept.
        low: As for `lr_range_test`.
        high: As for `lr_range_test`.
        steps: As for `lr_range_test`.
        rule: As for `lr_range_test`.
        progress: As for `lr_range_test`; also called with the stages of the preparation.

    Returns:
        The curve, the proposals and the settings.

    Raises:
        UsageError: `lr_find.range`: an argument is out of range; those of opening the data.
    """
    check_range(low, high, steps, rule)
    session = Session(settings=settings.model_dump())
    if progress is not None:
        session.bus.on(Preparing, lambda event: progress(event.stage, event.done, event.total))
    trainer = build(settings, session, root=root)
    found = lr_range_test(trainer, low=low, high=high, steps=steps, rule=rule, progress=progress)
    return msgspec.structs.replace(found, settings=settings.model_dump())


def check_range(low: float, high: float, steps: int, rule: str) -> None:
    """Check the arguments of a range test.

    Args:
        low: First rate.
        high: Last rate.
        steps: Optimiser steps.
        rule: Name of the rule.

    Raises:
        UsageError: `lr_find.range`: one of them is out of range.
    """
    problems: list[tuple[str, float | str, str]] = []
    if not (math.isfinite(low) and low > 0):
        problems.append(("low", low, "a rate above 0"))
    if not (math.isfinite(high) and high > low):
        problems.append(("high", high, "a rate above `low`"))
    if not LEAST_STEPS <= steps <= MOST_STEPS:
        problems.append(("steps", steps, f"a whole number from {LEAST_STEPS} to {MOST_STEPS:,}"))
    if rule not in RULES:
        problems.append(("rule", rule, " or ".join(RULES)))
    for name, value, expected in problems:
        raise UsageError("lr_find.range", f"{name}: got {value}.", expected=expected, name=name, value=str(value))


@dataclass
class _Rise:
    """What is to be tried, and what came of it."""

    low: float
    high: float
    steps: int
    progress: Progress | None
    rates: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    smoothed: list[float] = field(default_factory=list)
    stopped: Stop = "end"

    def rate(self, step: int) -> float:
        """Of a step, counted from 0."""
        return float(self.low * (self.high / self.low) ** (step / (self.steps - 1)))

    def add(self, rate: float, loss: float, smoothed: float) -> None:
        """One more step."""
        self.rates.append(rate)
        self.losses.append(loss)
        self.smoothed.append(smoothed)
        if self.progress is not None:
            self.progress("rates", len(self.rates), self.steps)


class _RangeLoop(Loop):
    """Takes the place of the training loop, and puts back all that it has changed."""

    def __init__(self, rise: _Rise, session: Session, parts: Parts) -> None:
        super().__init__(session, parts)
        self._rise = rise

    def run(self) -> None:
        """Raises StopNow in the end: nothing is evaluated."""
        self.modules.begin()
        tensors, meta = self.capture()
        before = {name: tensor.clone() for name, tensor in tensors.items()}, copy.deepcopy(meta)
        try:
            self._raise_rate()
        except NonFiniteStep:
            self._rise.stopped = "not_finite"
        finally:
            self._step.close()
            self.parts.optimizer.zero_grad(set_to_none=True)
            self.restore(*before, None)
            self.modules.end()
        raise StopNow

    def _raise_rate(self) -> None:
        rise, smoothing, lowest = self._rise, Smoothing(), math.inf
        shares = self._shares()
        batches = self._endless()
        try:
            for step, batch in zip(range(rise.steps), batches, strict=False):
                rate = rise.rate(step)
                for group, share in zip(self.parts.optimizer.param_groups, shares, strict=True):
                    _set_rate(group, rate * share)
                rise.add(rate, loss := self._take(batch), smooth := smoothing.add(loss))
                lowest = min(lowest, smooth)
                if smooth > EXPLODED * lowest:
                    rise.stopped = "exploded"
                    return
        finally:
            batches.close()

    def _take(self, batch: Batch) -> float:
        """One step; the loss before it. Raises NonFiniteStep."""
        _, loss = self._step(*batch)
        self._step.check()
        return float(loss)

    def _shares(self) -> list[float]:
        """The rate of each group, as a multiple of the first one's."""
        rates = [float(group["lr"]) for group in self.parts.optimizer.param_groups]
        return [rate / rates[0] if rates[0] else 1.0 for rate in rates]

    def _endless(self) -> Generator[Batch, None, None]:
        """Training batches, epoch after epoch."""
        for epoch in count(1):
            self.modules.begin_epoch()
            batches = self.parts.train_batches(epoch, 0)
            self.modules.drawn()
            none = True
            try:
                for batch in batches:
                    none = False
                    yield batch
            finally:
                close_batches(batches)
            self.modules.trained()
            if none:
                return


def _set_rate(group: dict[str, Any], rate: float) -> None:
    """In place where the rate is a tensor, as fused and capturable optimisers may have it."""
    if isinstance(group["lr"], torch.Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate
