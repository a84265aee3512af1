"""The list of what should be looked at: which images, against which others, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from trainer.analysis.label_errors import find_label_errors
from trainer.analysis.label_proposals import Judgement, Proposal, count_copies, make_proposals
from trainer.analysis.outliers import Outliers
from trainer.data.inspection import Report, inspect_source

CLASSES = ("ant", "bee", "cat")


def picture(number: int) -> Image.Image:
    """One of many different ones."""
    coarse = np.random.default_rng(number).integers(0, 255, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((24, 24), Image.Resampling.BICUBIC)


@pytest.fixture
def made(tmp_path: Path) -> Report:
    """Three classes of ten in training; a copy with another label, one with the same, a leak."""
    for split, count in (("train", 10), ("test", 3)):
        for label, name in enumerate(CLASSES):
            folder = tmp_path / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                picture(100 * label + number + 50 * (split == "test")).save(folder / f"{number}.png")
    train = tmp_path / "train"
    picture(3).save(train / "bee" / "of-ant.png")
    picture(103).save(train / "bee" / "again.png")
    picture(200).save(tmp_path / "test" / "cat" / "seen.png")
    return inspect_source(str(tmp_path), valid=0, test=0)


def judgement(report: Report, said: Mapping[str, Mapping[str, float]], far: Mapping[str, float] = {}) -> Judgement:
    """Each image is said to be what its label says, but those in `said`; all are at distance 1, but those in `far`."""
    paths = list(report.pictures.paths)
    labels = report.pictures.labels
    probabilities = np.full((len(paths), len(CLASSES)), 0.05, np.float32)
    probabilities[np.arange(len(paths)), labels] = 0.9
    distances = np.ones(len(paths))
    for path, ofs in said.items():
        probabilities[paths.index(path)] = [ofs.get(name, 0) for name in CLASSES]
    for path, distance in far.items():
        distances[paths.index(path)] = distance
    judged: NDArray[np.bool_] = np.ones(len(paths), bool)
    errors = find_label_errors(probabilities, labels)
    return Judgement(np.arange(len(paths)), probabilities, judged, errors, Outliers(distances, 2.0))


def only(found: list[Proposal], kind: str) -> Proposal:
    (one,) = [one for one in found if one.kind == kind]
    return one


def test_each_kind_says_what_it_is_about(made: Report) -> None:
    said = {"train/bee/of-ant.png": {"ant": 0.8, "bee": 0.2}, "train/cat/5.png": {"bee": 0.96, "cat": 0.04}}
    found = make_proposals(made, judgement(made, said, {"train/ant/9.png": 8}))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert {one.row for one in found} <= set(range(len(made.pictures.paths)))
    label = only(found, "label")
    assert (label.path, label.split, label.action) == ("train/cat/5.png", "train", "relabel")
    assert (CLASSES[label.label], CLASSES[label.suggested]) == ("cat", "bee")
    assert (label.score, label.self_confidence, label.suggested_confidence) == pytest.approx((0.92, 0.04, 0.96))
    conflict = only(found, "conflict")
    assert conflict.path == "train/bee/of-ant.png"
    assert conflict.other is not None
    assert (conflict.other.path, conflict.exact, CLASSES[conflict.suggested]) == ("train/ant/3.png", True, "ant")
    leak = only(found, "leak")
    assert leak.other is not None
    assert (leak.path, leak.split, leak.action, leak.score) == ("test/cat/seen.png", "test", "leave_out", 1)
    assert (leak.other.path, leak.other.split, leak.suggested) == ("train/cat/0.png", "train", -1)
    outlier = only(found, "outlier")
    assert (outlier.path, outlier.score, outlier.action) == ("train/ant/9.png", 0.75, "leave_out")
    assert len(found) == 4
    assert msgspec.json.decode(msgspec.json.encode(found), type=list[Proposal]) == found


def test_of_two_copies_the_models_say_whose_label_is_wrong(made: Report) -> None:
    as_bee = {path: {"bee": 0.7, "ant": 0.3} for path in ("train/ant/3.png", "train/bee/of-ant.png")}
    conflict = only(make_proposals(made, judgement(made, as_bee)), "conflict")
    assert (conflict.path, CLASSES[conflict.suggested]) == ("train/ant/3.png", "bee")
    assert conflict.score == pytest.approx(0.7)
    assert conflict.self_confidence == pytest.approx(0.3)


def test_more_labels_count_more_than_models(made: Report, tmp_path: Path) -> None:
    picture(3).save(tmp_path / "train" / "bee" / "of-ant-2.png")
    report = inspect_source(str(tmp_path), valid=0, test=0)
    conflict = only(make_proposals(report, judgement(report, {})), "conflict")
    assert (conflict.path, CLASSES[conflict.suggested]) == ("train/ant/3.png", "bee")


def test_copies_of_one_class_are_counted_and_not_listed(made: Report) -> None:
    found = make_proposals(made, judgement(made, {}))
    assert not [one for one in found if "again" in one.path or one.path == "train/bee/3.png"]
    assert count_copies(made) == 1


def test_what_is_not_judged_has_no_confidence(made: Report) -> None:
    given = judgement(made, {})
    given.judged[:] = False
    nothing = find_label_errors(given.probabilities[:0], made.pictures.labels[:0])
    found = make_proposals(made, given._replace(errors=nothing))
    conflict = only(found, "conflict")
    assert (conflict.self_confidence, conflict.suggested_confidence, conflict.score) == (None, None, 0.5)
    assert {one.kind for one in found} == {"conflict", "leak"}
