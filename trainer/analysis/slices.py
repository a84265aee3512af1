"""Where a model fails: groups of images that share a fact, and whether they fail more than others of their classes.

A measured fact is divided at its quartiles, a word makes a group of the images that it applies to, and each group is
also tested within each class. The false discovery rate is controlled (Benjamini & Hochberg 1995): of the slices called
worse, at most a twentieth are expected to be chance. [no torch]
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainer.confusion_matrix import ConfusionMatrix
from trainer.data.image_facts import ImageFacts, Words
from trainer.metrics.classification import Metrics
from trainer.metrics.significance import Intervals, intervals
from trainer.metrics.stratified_test import Excess, Tables, excess, false_discovery, p_values

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Verdict = Literal["worse", "classes", "better", "alike", "few"]
"""`worse`, `better`: than other images of the same classes; `classes`: more errors than the other images, but no more
than its classes explain; `alike`: no difference beyond chance; `few`: too few images."""

LEAST = 20
"""Images that a slice needs."""
LEVEL = 0.05
"""False discovery rate."""
SAMPLES = 1000
"""Bootstrap samples for the intervals of each slice: there are many slices with few images each."""
PARTS = 4
"""Parts that measured facts are divided into."""
WITHIN = 0.8
"""Share of its images by which a slice counts as part of another one."""
MAX_WORDS = 40
"""Words of a fact that make slices, at most: those with most images."""


@dataclass(frozen=True)
class ImageGroup:
    """What the images of a slice share: a word, or a range of numbers."""

    fact: str
    """Name of the fact."""
    word: str = ""
    """The word; empty for numbers."""
    low: float = math.nan
    """Smallest number; NaN for words."""
    high: float = math.nan
    """Largest number; NaN for words."""
    part: int = 0
    """Which of the equal parts, 0 is the lowest."""
    parts: int = 0
    """Number of equal parts; 0 if there are few different numbers, each a group of its own."""
    rest: bool = False
    """Whether it is all rare words together."""
    label: int = -1
    """Class that it is limited to; -1: all classes."""


@dataclass(frozen=True, eq=False)
class Slice:
    """A group of images, and how a model does on it."""

    group: ImageGroup
    """What the images share."""
    items: Numbers
    """(n,): places of its images among those examined."""
    wrong: int
    """Number of errors."""
    matrix: ConfusionMatrix
    """Confusion matrix; if `one_class`, only of right and wrong answers."""
    one_class: bool
    """Whether all its images are of one class, so that macro-F1 means nothing."""
    excess: Excess
    """Errors beyond what its classes explain."""
    p: float | None
    """P-value of that; None if nothing can be compared."""
    rate: float
    """False discovery rate at which it would be called worse."""
    verdict: Verdict
    """How it compares with other images of the same classes."""
    same_as: int = -1
    """Place among the worst slices of another one whose images explain this one; -1 if none does."""

    @property
    def images(self) -> int:
        """Number of its images."""
        return len(self.items)

    @property
    def accuracy(self) -> float:
        """Share of its images classified correctly, in [0, 1]."""
        return 1 - self.wrong / len(self.items)

    @property
    def macro_f1(self) -> float | None:
        """Macro-F1, in [0, 1]; None if all images are of one class."""
        return None if self.one_class else Metrics.from_confusion(self.matrix, 0.0).macro_f1

    @cached_property
    def intervals(self) -> Intervals:
        """Intervals of accuracy and macro-F1; computed on first access, which takes longer than everything else."""
        return intervals(self.matrix, samples=SAMPLES)

    @property
    def difference(self) -> float:
        """Its accuracy less that of other images with the same mix of classes, in [-1, 1]; NaN if there are none."""
        return -self.excess.lost / self.excess.images if self.excess.images else math.nan


@dataclass(frozen=True)
class Slices:
    """All slices of a set of images."""

    images: int
    """Number of images examined."""
    wrong: int
    """Number of errors."""
    slices: tuple[Slice, ...]
    """Slices of each fact, in the order of the facts."""
    worst: tuple[Slice, ...]
    """Slices that are worse, also within a class; the ones with the most extra errors come first."""
    rare: dict[str, int] = field(default_factory=dict)
    """Fact -> words that apply to too few images to make a slice."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Facts that there are slices of."""
        return tuple(dict.fromkeys(one.group.fact for one in self.slices))


def find_slices(
    facts: ImageFacts,
    labels: Numbers,
    predicted: Numbers,
    class_names: Sequence[str],
) -> Slices:
    """Find all slices of N images. A fact that all images share, or none has, makes no slice.

    Args:
        facts: Facts about the images.
        labels: True class of each image int64 (N,).
        predicted: Predicted class of each image int64 (N,).
        class_names: Class names.

    Returns:
        The slices.
    """
    judged = _Judged(labels, predicted, len(class_names))
    groups, rare = _groups(facts, labels, class_names)
    found = [_tested(group, mask, judged) for group, mask in groups]
    tests = [*found, *(one for parent in found for one in _within_classes(parent))]
    rates = false_discovery([one.more for one in tests if one.more is not None])
    for one, rate in zip((one for one in tests if one.more is not None), rates.tolist(), strict=True):
        one.rate = rate
    better = _discovered([one.fewer for one in found])
    lower = _discovered([one.more_in_all for one in found])
    for one, is_better, is_lower in zip(found, better, lower, strict=True):
        one.verdict = _verdict(one, is_better, is_lower)
    failing = [one for one in tests if one.rate <= LEVEL and one.excess.lost > 0]
    worst = _ranked(failing, judged)
    slices = tuple(one.slice(judged) for one in found)
    same = {id(test): made for test, made in zip(found, slices, strict=True)}
    whole = [(same.get(id(one)) or one.slice(judged), same_as) for one, same_as in worst]
    told = tuple(replace(made, same_as=same_as, verdict="worse") for made, same_as in whole)
    return Slices(len(labels), int(judged.failed.sum()), slices, told, rare)


class _Judged:
    """The images, and which of them failed."""

    def __init__(self, labels: Numbers, predicted: Numbers, classes: int) -> None:
        self.labels, self.predicted, self.classes = labels, predicted, classes
        self.failed: Mask = labels != predicted

    def tables(self, inside: Mask, among: Mask | None = None) -> Tables:
        """Of a group, by class; `among`: of these images alone."""
        labels, failed = self.labels, self.failed
        if among is not None:
            labels, failed, inside = labels[among], failed[among], inside[among]
        return Tables.of(labels, failed, inside, self.classes)

    def matrix(self, items: Numbers) -> ConfusionMatrix:
        """Of these images, by its cells: of a thousand classes nearly all are empty."""
        places, counts = np.unique(self.labels[items] * self.classes + self.predicted[items], return_counts=True)
        return ConfusionMatrix(self.classes, places, counts.astype(np.int64))


@dataclass(eq=False)
class _Test:
    group: ImageGroup
    inside: Mask
    """Of a slice within a class, the images of all classes."""
    tables: Tables
    excess: Excess
    more: float | None = None
    """P-value of more errors than its classes explain; `fewer` likewise; `more_in_all`: whatever the classes."""
    fewer: float | None = None
    more_in_all: float | None = None
    rate: float = 1.0
    verdict: Verdict = "alike"
    parent: _Test | None = None
    """The slice of all classes, where this one is of one class alone."""

    def mask(self, judged: _Judged) -> Mask:
        """Which images it has; made again each time, for there may be thousands of slices within classes."""
        return self.inside if self.group.label < 0 else self.inside & (judged.labels == self.group.label)

    @property
    def images(self) -> int:
        """How many it has."""
        return int(self.tables.inside.sum())

    def slice(self, judged: _Judged) -> Slice:
        """With its images."""
        items = np.flatnonzero(self.mask(judged))
        matrix, wrong = judged.matrix(items), int(judged.failed[items].sum())
        one_class = int(np.count_nonzero(matrix.support)) == 1
        if one_class:  # which wrong class was named does not matter to the accuracy
            matrix = ConfusionMatrix.of([[len(items) - wrong, wrong], [0, 0]])
        figures = self.excess, self.more, self.rate, self.verdict
        return Slice(self.group, items, wrong, matrix, one_class, *figures)


def _tested(group: ImageGroup, mask: Mask, judged: _Judged) -> _Test:
    tables = judged.tables(mask)
    made = _Test(group, mask, tables, excess(tables))
    if made.images >= LEAST:
        if (found := p_values(tables)) is not None:
            made.more, made.fewer = found
        if (in_all := p_values(tables.pooled())) is not None:
            made.more_in_all = in_all[0]
    return made


def _within_classes(parent: _Test) -> Iterator[_Test]:
    """The slice within each class of which it has enough images, and not all."""
    columns = (parent.tables.images, parent.tables.failed, parent.tables.inside, parent.tables.failed_inside)
    inside, images = parent.tables.inside, parent.tables.images
    for label in np.flatnonzero((inside >= LEAST) & (inside < images) & (inside < inside.sum())).tolist():
        tables = Tables(*(column[label : label + 1] for column in columns))
        made = _Test(replace(parent.group, label=label), parent.inside, tables, excess(tables), parent=parent)
        if (found := p_values(tables)) is not None:
            made.more, made.fewer = found
        yield made


def _discovered(p: Sequence[float | None]) -> list[bool]:
    rates = iter(false_discovery([one for one in p if one is not None]).tolist())
    return [one is not None and next(rates) <= LEVEL for one in p]


def _verdict(one: _Test, better: bool, lower: bool) -> Verdict:
    if one.images < LEAST:
        return "few"
    if one.rate <= LEVEL and one.excess.lost > 0:
        return "worse"
    if better:
        return "better"
    # an excess that may be more than chance is not blamed on the classes
    return "classes" if lower and (one.more is None or one.more > LEVEL) else "alike"


def _ranked(failing: list[_Test], judged: _Judged) -> list[tuple[_Test, int]]:
    """By the images that they cost at least. One that is no worse than the rest without the images of those before it
    is the `same_as` the one of them that it shares most with. One that fails through a smaller one within it, such as
    one of its classes, comes after that: the smaller one says more."""
    cost = {id(one): one.excess.interval[0] for one in failing}
    for one in sorted(failing, key=lambda one: one.images):
        for larger in failing:
            if _holds(larger, one) and not _fails_without(larger, one.mask(judged), judged):
                cost[id(larger)] = min(cost[id(larger)], cost[id(one)] - 1e-9)
    order = sorted(failing, key=lambda one: -cost[id(one)])
    taken = np.zeros(len(judged.labels), bool)
    found: list[tuple[_Test, int]] = []
    for one in order:
        mask, same_as = one.mask(judged), -1
        if taken.any() and not _fails_without(one, taken, judged):
            alone = [place for place, (_, other) in enumerate(found) if other < 0]
            same_as = max(alone, key=lambda place: int((found[place][0].mask(judged) & mask).sum()))
        else:
            taken |= mask
        found.append((one, same_as))
    return found


def _holds(larger: _Test, one: _Test) -> bool:
    """Whether a slice has a class that is another one, or nearly all images of another one that is as much a whole."""
    if one.parent is not None or larger.parent is not None:
        return one.parent is larger
    shared = int((larger.inside & one.inside).sum())
    return one.images < larger.images and shared >= WITHIN * one.images


def _fails_without(one: _Test, taken: Mask, judged: _Judged) -> bool:
    mask = one.mask(judged)
    if (mask & ~taken).sum() < LEAST:
        return False
    found = p_values(judged.tables(mask, ~taken))
    return found is not None and found[0] <= LEVEL


# --- groups


def _groups(
    facts: ImageFacts, labels: Numbers, class_names: Sequence[str]
) -> tuple[list[tuple[ImageGroup, Mask]], dict[str, int]]:
    found: list[tuple[ImageGroup, Mask]] = []
    rare: dict[str, int] = {}
    for fact, values in facts.numbers.items():
        found += _by_number(fact, values)
    for fact, words in facts.words.items():
        groups, left_out = _by_word(fact, words)
        found += groups
        if left_out:
            rare[fact] = left_out
    found += [(ImageGroup("class", name), labels == number) for number, name in enumerate(class_names)]
    return [(group, mask) for group, mask in found if mask.any() and not mask.all()], rare


def _by_number(fact: str, values: NDArray[np.float64]) -> Iterator[tuple[ImageGroup, Mask]]:
    """Equal numbers stay together, so parts differ in size where many are equal, and some may be missing."""
    known = values[np.isfinite(values)]
    different = np.unique(known)
    if len(different) <= PARTS:
        for value in different.tolist():
            yield ImageGroup(fact, low=value, high=value), values == value
        return
    edges = np.quantile(known, np.arange(1, PARTS) / PARTS)
    part_of = np.where(np.isfinite(values), np.searchsorted(edges, values, side="right"), -1)
    parts = np.unique(part_of[part_of >= 0]).tolist()
    for place, part in enumerate(parts):
        mask = part_of == part
        ends = float(values[mask].min()), float(values[mask].max())
        yield ImageGroup(fact, low=ends[0], high=ends[1], part=place, parts=len(parts)), mask


def _by_word(fact: str, words: Words) -> tuple[list[tuple[ImageGroup, Mask]], int]:
    """The groups, and how many words make none. Where no image has two words, the images of rare ones are joined."""
    counts = Counter(word for some in words for word in some)
    common = [word for word, count in counts.most_common(MAX_WORDS) if count >= LEAST]
    place_of = {word: place for place, word in enumerate(sorted(common))}
    masks = np.zeros((len(place_of) + 1, len(words)), bool)
    for item, some in enumerate(words):
        for word in some:
            masks[place_of.get(word, -1), item] = True
    found = [(ImageGroup(fact, word), masks[place]) for word, place in place_of.items()]
    left_out = len(counts) - len(common)
    exclusive = all(len(some) < 2 for some in words)
    if exclusive and left_out > 1 and masks[-1].sum() >= LEAST:
        return [*found, (ImageGroup(fact, rest=True), masks[-1])], 0
    return found, left_out
