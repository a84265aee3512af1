"""Classified images: what passes the filter, and in which order, is what a plain loop over all of them says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.viewmodels.predicted_images import COLUMNS, Column, Kind, PredictedImages, PredictionFilter
from trainer.export.prediction_table import prediction_csv
from trainer.text.natural_order import natural_key

KINDS: tuple[Kind, ...] = ("all", "sure", "unsure", "right", "wrong", "unreadable")
CLASSES = ("cat", "dog", "frog10", "frog9")


def row(image: str, *top: tuple[str, float]) -> dict[str, Any]:
    return {"image": image, "top": [{"class": name, "probability": part} for name, part in top]}


one_image = st.tuples(
    st.sampled_from(["", *CLASSES]),
    st.one_of(
        st.none(),
        st.just("cut off"),
        st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from([0.1, 0.5, 0.6, 0.9])), min_size=1, max_size=3),
    ),
)


@given(
    st.lists(one_image, max_size=12),
    st.sampled_from(["", "img-1", "IMG", "x"]),
    st.sampled_from(["", *CLASSES]),
    st.sampled_from(KINDS),
    st.sampled_from([None, *COLUMNS]),
    st.booleans(),
)
def test_rows_in_sight(
    images: list[Any], text: str, name: str, kind: Kind, column: Column | None, descending: bool
) -> None:
    paths = [f"/photos/img-{number}.png" for number in range(len(images))]
    found = PredictedImages()
    found.set_images(paths, [truth for truth, _ in images])
    found.show(PredictionFilter(text.casefold(), name, kind, 0.6))
    found.sort(column, descending)
    found.take(
        [row(path, *answer) for path, (_, answer) in zip(paths, images, strict=True) if isinstance(answer, list)],
        [{"image": p, "code": "x", "reason": a} for p, (_, a) in zip(paths, images, strict=True) if a == "cut off"],
    )
    wanted = []
    for place, (truth, answer) in enumerate(images):
        top = answer if isinstance(answer, list) else []
        right = top[0][0] == truth if top and truth else None
        kinds = {
            "all": True, "sure": bool(top) and top[0][1] >= 0.6, "unsure": bool(top) and top[0][1] < 0.6,
            "right": right is True, "wrong": right is False, "unreadable": answer == "cut off",
        }  # fmt: skip
        named = not name or (bool(top) and top[0][0] == name)
        if text.casefold() in f"img-{place}.png" and named and kinds[kind]:
            wanted.append(place)
    assert sorted(found.visible) == wanted
    values = [value_of(images[place], place, column) for place in found.visible]
    there = [value for value in values if value is not None]
    assert values == there + [None] * (len(values) - len(there)), "what has no value comes last"
    assert there == sorted(there, reverse=descending)
    if column is None:
        assert found.visible == wanted
    assert (found.done, found.unreadable) == (
        sum(answer is not None for _, answer in images),
        sum(answer == "cut off" for _, answer in images),
    )


def value_of(image: Any, place: int, column: Column | None) -> Any:
    truth, answer = image
    top = answer if isinstance(answer, list) else []
    number = {"class": 0, "confidence": 0, "second": 1, "third": 2}.get(column or "", 9)
    if column == "image":
        return natural_key(f"img-{place}.png")
    if column == "truth":
        return natural_key(truth) if truth else None
    if number >= len(top):
        return None if column else 0
    return top[number][1] if column == "confidence" else (natural_key(top[number][0]), -top[number][1])


@pytest.fixture
def answered() -> PredictedImages:
    found = PredictedImages()
    found.set_images(["/a.png", "/b.png", "/c.png", "/d.png", "/a.png"], ["cat", "dog", "", "cat", "cat"])
    found.take(
        [
            row("/a.png", ("cat", 0.9), ("dog", 0.1)),
            row("/b.png", ("cat", 0.5)),
            row("/c.png", ("dog", 0.7)),
            row("/x", ("y", 1)),
        ],
        [{"image": "/d.png", "code": "truncated", "reason": "cut off"}],
    )
    return found


def test_an_image_that_is_named_twice_is_there_once(answered: PredictedImages) -> None:
    assert [one.path for one in answered.rows] == ["/a.png", "/b.png", "/c.png", "/d.png"]
    assert (answered.done, answered.classes, answered.labelled) == (4, ["cat", "dog"], True)
    answered.take([row("/a.png", ("dog", 0.8))], [])
    assert answered.done == 4


def test_figures_count_what_is_labelled_and_answered(answered: PredictedImages) -> None:
    assert sorted(answered.cells(["cat", "dog"])) == [(0, 0, 1), (1, 0, 1)]
    assert answered.cells(["cat"]) == [(0, 0, 1)]


def test_the_table_has_what_is_shown_in_its_order(answered: PredictedImages) -> None:
    answered.sort("confidence")
    lines = prediction_csv(answered.table()).splitlines()
    assert lines[0] == "image,true_class,class,confidence,correct,class_2,confidence_2,class_3,confidence_3"
    assert lines[1:] == ["/b.png,dog,cat,0.5,false,,,,", "/c.png,,dog,0.7,,,,,", "/a.png,cat,cat,0.9,true,dog,0.1,,"]
    answered.set_images(["/a.png", "/b.png"])
    answered.show(PredictionFilter(kind="unsure"))
    answered.take([row("/a.png", ("cat", 0.9)), row("/b.png", ("cat", 0.5))], [])
    assert prediction_csv(answered.table()).splitlines() == [
        "image,class,confidence,unsure,class_2,confidence_2,class_3,confidence_3",
        "/b.png,cat,0.5,true,,,,",
    ]
