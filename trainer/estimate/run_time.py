"""Seconds that a run of each recipe takes, from what was measured of its parts."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from trainer.backbones import BACKBONES
from trainer.data.read_options import LARGEST
from trainer.estimate.reading_time import ReadingTime, reading_time
from trainer.recommendation import CANDIDATES, pretrained_installed, source_facts, split_sizes
from trainer.settings import Settings, merge
from trainer.settings.recipes import load_recipe
from trainer.settings.schema import Data


class RunTime(NamedTuple):
    """Estimated seconds of a run.

    Attributes:
        start: A new process imports PyTorch.
        read: Images are found and decoded.
        features: A frozen network extracts features.
        train: All epochs with their validation.
        evaluate: Every split at the end.
        once: Of `read` and `features`, what a second run on the same images does not need.
        epochs: Number of epochs.
    """

    start: float
    read: float
    features: float
    train: float
    evaluate: float
    once: float
    epochs: int

    @property
    def total(self) -> float:
        """Seconds from the start of the process to its end."""
        return self.start + self.read + self.features + self.train + self.evaluate


def run_times(data: Data, root: Path) -> dict[str, RunTime]:
    """Estimate every recipe that is offered for a source. Takes about five seconds beyond importing PyTorch.

    Args:
        data: Settings of the data.
        root: Folder of all runs, where features are kept.

    Returns:
        Estimates by name of the recipe; without `photos` if the pretrained package is not installed.

    Raises:
        UsageError: The source is unknown.
        DataError: There are no images.
    """
    source = _Source(data, root)
    offered = [name for name in CANDIDATES if name != "photos" or pretrained_installed()]
    return {name: source.run_time(merge(load_recipe(name).values, {"data": data.model_dump()})) for name in offered}


class _Source:
    """Some images; what is measured of them counts for several recipes."""

    def __init__(self, data: Data, root: Path) -> None:
        self._root = root
        began = time.perf_counter()
        self.facts = source_facts(data)
        self._looking = time.perf_counter() - began
        self._readings: dict[int, ReadingTime] = {}

    @cached_property
    def _start(self) -> float:
        from trainer.estimate.start_time import start_seconds

        return start_seconds()

    def run_time(self, settings: Settings) -> RunTime:
        """Of a run with these settings."""
        start = self._start
        backbone = BACKBONES.get(settings.model)
        reading = self._reading(settings.data, backbone.size if backbone else LARGEST)
        sizes = split_sizes(self.facts, settings.data)
        classes, features, once = max(2, self.facts.classes), 0.0, reading.seconds
        from trainer.estimate.training_time import head_time, training_time

        if backbone is not None:
            from trainer.estimate.feature_time import feature_time

            found = feature_time(settings, reading, self.facts.images, self._root)
            features, once = found.seconds, once + found.seconds - found.weights
            training = head_time(settings, found.width, classes, sizes["train"])
        else:
            channels = 1 if self.facts.listing is None and self.facts.grey else 3
            training = training_time(settings, (channels, *reading.target), classes, sizes["train"])
        epochs = settings.train.epochs * (training.epoch + sizes["valid"] * training.judging)
        judged = sum(sizes.values()) * training.judging
        looking = self._looking + reading.seconds
        return RunTime(start, looking, features, epochs, judged, once, settings.train.epochs)

    def _reading(self, data: Data, large: int) -> ReadingTime:
        if large not in self._readings:
            self._readings[large] = reading_time(self.facts, data, large)
        return self._readings[large]
