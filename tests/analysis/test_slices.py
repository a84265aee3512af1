"""Slices: a bad one is found first, chance is not called a finding, and classes are not blamed on a fact."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.analysis.slices import LEAST, SAMPLES, Slices, find_slices
from trainer.data.image_facts import ImageFacts
from trainer.metrics.classification import Metrics, confusion
from trainer.metrics.significance import intervals

CLASSES = ("a", "b", "c", "d")
Numbers = NDArray[np.int64]


def answers(labels: Numbers, chance: object, generator: np.random.Generator) -> Numbers:
    """Wrong with this chance, (N,) or one for all."""
    return np.where(generator.random(len(labels)) < chance, (labels + 1) % len(CLASSES), labels)


def words(mask: NDArray[np.bool_], word: str, other: str) -> list[tuple[str, ...]]:
    return [(word,) if one else (other,) for one in mask]


def found(facts: ImageFacts, labels: Numbers, predicted: Numbers) -> Slices:
    return find_slices(facts, labels, predicted, CLASSES)


def test_an_injected_slice_comes_first_and_explains_the_others() -> None:
    generator = np.random.default_rng(1)
    labels, bad = generator.integers(0, 4, 1000), generator.random(1000) < 0.12
    predicted = answers(labels, np.where(bad, 0.5, 0.1), generator)
    numbers = {"brightness": generator.normal(size=1000) - 3 * bad, "contrast": generator.normal(size=1000)}
    made = found(ImageFacts(numbers, {"name": words(bad, "cam2", "cam1")}), labels, predicted)
    first, *others = made.worst
    assert (first.group.fact, first.group.word, first.verdict, first.same_as) == ("name", "cam2", "worse", -1)
    assert first.items.tolist() == np.flatnonzero(bad).tolist()
    assert first.difference < -0.25
    assert first.excess.interval[0] > 0
    darkest = next(one for one in others if one.group.fact == "brightness" and one.group.label < 0)
    assert (darkest.group.part, darkest.same_as) == (0, 0)
    assert not any(one.group.fact == "contrast" for one in made.worst)
    cam1 = next(one for one in made.slices if one.group.word == "cam1")
    assert cam1.verdict == "better"


def test_figures_of_a_slice_are_those_of_its_images() -> None:
    generator = np.random.default_rng(2)
    labels = generator.integers(0, 4, 400)
    predicted = answers(labels, 0.3, generator)
    made = find_slices(ImageFacts({"size": generator.normal(size=400)}), labels, predicted, CLASSES)
    for one in made.slices:
        table = confusion(labels[one.items], predicted[one.items], 4)
        expected = Metrics.from_confusion(table, 0.0)
        right = int(expected.confusion.hits.sum())
        assert (one.images, one.wrong, one.accuracy) == (
            expected.samples,
            expected.samples - right,
            pytest.approx(expected.accuracy),
        )
        if one.group.fact == "class":  # the accuracy alone, and macro-F1 of one class means nothing
            table, expected = np.array([[right, one.wrong], [0, 0]]), None
        assert one.macro_f1 == (expected.macro_f1 if expected else None)
        assert one.intervals == intervals(table, samples=SAMPLES)
    assert (made.images, made.wrong, made.facts) == (400, int((labels != predicted).sum()), ("size", "class"))


def test_chance_is_seldom_called_a_finding() -> None:
    generator, alarms, times = np.random.default_rng(3), 0, 40
    for _ in range(times):
        labels = generator.integers(0, 4, 400)
        predicted = answers(labels, np.array([0.05, 0.2, 0.4, 0.1])[labels], generator)
        numbers = {name: generator.normal(size=400) for name in ("brightness", "contrast", "sharpness")}
        camera = [(("x", "y", "z")[one],) for one in generator.integers(0, 3, 400)]
        facts = ImageFacts(numbers, {"camera": camera})
        alarms += bool(find_slices(facts, labels, predicted, CLASSES).worst)
    # promised: one in twenty; eight of forty would come by chance less than once in a thousand times
    assert alarms <= 7


def test_a_slice_of_a_hard_class_is_not_called_worse() -> None:
    generator = np.random.default_rng(4)
    labels = generator.integers(0, 4, 2000)
    predicted = answers(labels, np.array([0.5, 0.05, 0.05, 0.05])[labels], generator)
    mostly_hard = generator.random(2000) < np.where(labels == 0, 0.8, 0.1)
    made = found(ImageFacts({}, {"folder": words(mostly_hard, "night", "day")}), labels, predicted)
    night = next(one for one in made.slices if one.group.word == "night")
    assert (night.verdict, made.worst) == ("classes", ())
    hard = next(one for one in made.slices if one.group.fact == "class" and one.group.word == "a")
    assert (hard.verdict, hard.p) == ("classes", None)


def test_a_slice_that_fails_in_one_class_alone_names_the_class() -> None:
    generator = np.random.default_rng(5)
    labels, dark = generator.integers(0, 4, 2000), generator.random(2000) < 0.3
    predicted = answers(labels, np.where(dark & (labels == 2), 0.8, 0.1), generator)
    made = found(ImageFacts({}, {"name": words(dark, "dark", "light")}), labels, predicted)
    first = made.worst[0]
    assert (first.group.word, first.group.label) == ("dark", 2)
    assert first.macro_f1 is None
    assert [one.same_as for one in made.worst[1:]] == [0] * (len(made.worst) - 1)


def test_a_slice_that_fails_through_a_smaller_one_within_it_comes_after_that() -> None:
    generator = np.random.default_rng(7)
    labels, night = generator.integers(0, 4, 2000), generator.random(2000) < 0.3
    bad = night & (generator.random(2000) < 0.5)
    predicted = answers(labels, np.where(bad, 0.6, 0.1), generator)
    folders = {"folder": words(night, "night", "day"), "camera": words(bad, "cam2", "cam1")}
    for order in (("folder", "camera"), ("camera", "folder")):
        first, *others = found(ImageFacts({}, {name: folders[name] for name in order}), labels, predicted).worst
        assert (first.group.word, first.group.label) == ("cam2", -1)
        assert next(one for one in others if (one.group.word, one.group.label) == ("night", -1)).same_as == 0


def test_quarters_hold_every_known_image_once() -> None:
    values = np.random.default_rng(6).normal(size=203)
    values[:3] = np.nan
    labels = np.arange(203) % 4
    made = found(ImageFacts({"contrast": values}), labels, labels)
    parts = [one for one in made.slices if one.group.fact == "contrast"]
    assert [(one.group.part, one.group.parts, one.images) for one in parts] == [(n, 4, 50) for n in range(4)]
    assert sorted(item for one in parts for item in one.items.tolist()) == list(range(3, 203))
    for one in parts:
        assert (one.group.low, one.group.high) == (values[one.items].min(), values[one.items].max())


def test_equal_numbers_stay_together() -> None:
    labels = np.arange(200) % 4
    few = np.where(np.arange(200) < 60, 32.0, 64.0)
    many = np.where(np.arange(200) < 150, 5.0, np.arange(200))
    made = found(ImageFacts({"size": few, "contrast": many, "aspect": np.ones(200)}), labels, labels)
    sizes = [one for one in made.slices if one.group.fact == "size"]
    assert [(one.group.low, one.group.high, one.group.parts, one.images) for one in sizes] == [
        (32, 32, 0, 60),
        (64, 64, 0, 140),
    ]
    assert sum(one.images for one in made.slices if one.group.fact == "contrast") == 200
    assert "aspect" not in made.facts, "what all images share makes no slice"


def test_rare_words_are_joined_where_an_image_has_one_only() -> None:
    labels = np.arange(300) % 4
    camera = [("x",) if n < 200 else (f"rare{n % 30}",) for n in range(300)]
    name = [("x", f"once{n}") if n < 200 else () for n in range(300)]
    made = found(ImageFacts({}, {"camera": camera, "name": name}), labels, labels)
    assert [(one.group.word, one.group.rest, one.images) for one in made.slices if one.group.fact != "class"] == [
        ("x", False, 200),
        ("", True, 100),
        ("x", False, 200),
    ]
    assert made.rare == {"name": 200}


@pytest.mark.parametrize("count", [0, 1, LEAST - 1])
def test_of_few_images_nothing_is_said(count: int) -> None:
    labels = np.zeros(count, np.int64)
    made = found(ImageFacts({"size": np.arange(count, dtype=float)}), labels, labels + 1)
    assert {one.verdict for one in made.slices} <= {"few"}
    assert made.worst == ()
