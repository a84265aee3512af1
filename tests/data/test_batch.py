"""What a caller's loader may deliver, and what becomes of it."""

from __future__ import annotations

from collections import UserDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from trainer.data.batch import PairsSingles, joined, read_batch
from trainer.errors import DataError

IMAGES = torch.arange(12.0).reshape(4, 3)
LABELS = torch.tensor([0, 2, 1, 2])
Pair = namedtuple("Pair", "first second")


def same(batch: Any) -> None:
    images, labels = read_batch("train", 1, batch)[:2]
    torch.testing.assert_close(images, IMAGES)
    assert labels.dtype == torch.int64
    assert labels.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    "batch",
    [
        (IMAGES, LABELS),
        [IMAGES, LABELS],
        Pair(IMAGES, LABELS),
        {"image": IMAGES, "label": LABELS},
        {"pixel_values": IMAGES, "labels": LABELS, "index": torch.arange(4)},
        UserDict({"x": IMAGES, "y": LABELS}),
        {"target": LABELS, "img": IMAGES},
        (IMAGES.numpy(), LABELS.numpy()),
        (IMAGES.tolist(), LABELS.tolist()),
    ],
    ids=["tuple", "list", "namedtuple", "mapping", "as transformers", "UserDict", "any order", "numpy", "numbers"],
)
def test_batches_of_any_form_are_images_and_labels(batch: Any) -> None:
    same(batch)


@pytest.mark.parametrize(
    "labels",
    [
        LABELS.float(),
        LABELS.double(),
        LABELS.half(),
        LABELS.to(torch.uint8),
        LABELS.to(torch.int32),
        LABELS[:, None],
        LABELS[:, None].float(),
        LABELS[:, None, None],
        LABELS.numpy().astype(np.uint16),
    ],
    ids=str,
)
def test_whole_numbers_of_any_type_and_columns_of_them_are_labels(labels: Any) -> None:
    same((IMAGES, labels))


def test_true_and_false_are_two_classes() -> None:
    labels = read_batch("train", 1, (IMAGES, LABELS == 2))[1]
    assert labels.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (LABELS / 2, "0.5"),
        (torch.tensor([0, 1, float("nan"), 2]), "nan"),
        (torch.tensor([0, 1, float("inf"), 2]), "inf"),
        (LABELS[:, None] + 0.25, "0.25"),
        (LABELS.to(torch.complex64), "complex64"),
    ],
    ids=["fractions", "nan", "inf", "a column", "complex"],
)
def test_labels_that_are_no_whole_numbers_are_refused_as_they_are(labels: Tensor, shown: str) -> None:
    with pytest.raises(DataError) as caught:
        read_batch("valid", 3, (IMAGES, labels))
    assert caught.value.code == "data.labels"
    assert shown in caught.value.what
    assert "batch 3 of 'valid'" in caught.value.what


def one_hot(rows: list[list[float]]) -> Tensor:
    return torch.tensor(rows)


@pytest.mark.parametrize(
    ("labels", "right", "wrong"),
    [
        (torch.eye(4, 3)[[0, 1, 2, 0]], "argmax(1)", "multi-label"),
        (torch.eye(4, 3, dtype=torch.int64)[[0, 1, 2, 0]], "argmax(1)", "multi-label"),
        (torch.tensor([[1.0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]), "multi-label", "argmax"),
        (torch.full((4, 4), 0.25), "mixup", "argmax"),
        (torch.randn(4, 3), "one class number", "argmax"),
        (torch.zeros(4, 8, 8), "one class number", "argmax"),
        (torch.zeros(3), "one class number", "argmax"),
        (torch.tensor(1), "batch_size", "argmax"),
    ],
    ids=["one-hot", "one-hot int", "multi-label", "mixed", "values", "masks", "too few", "a number"],
)
def test_advice_is_given_where_it_is_right_only(labels: Tensor, right: str, wrong: str) -> None:
    with pytest.raises(DataError) as caught:
        read_batch("train", 1, (IMAGES, labels))
    assert caught.value.code == "data.batch"
    assert right in caught.value.fix
    assert wrong not in caught.value.fix


@pytest.mark.parametrize(
    "batch",
    [
        IMAGES,
        "text",
        None,
        7,
        (IMAGES,),
        (IMAGES, LABELS, LABELS, LABELS),
        {"image": IMAGES},
        {"label": LABELS},
        {},
        {1: IMAGES, 2: LABELS},
        (IMAGES, ["cat", "dog", "cat", "dog"]),
        (["a.png"], LABELS),
        (torch.tensor(1.0), LABELS),
        (IMAGES, None),
        np.zeros((2, 4)),
    ],
    ids=str,
)
def test_everything_else_is_refused_in_words(batch: Any) -> None:
    with pytest.raises(DataError) as caught:
        read_batch("test", 2, batch)
    assert caught.value.code == "data.batch"
    assert "2 of 'test'" in caught.value.what


@pytest.mark.parametrize("weights", [torch.tensor([0.5, 0, 2, 1]), torch.tensor([[0.5], [0], [2], [1]]).double()])
def test_a_third_part_is_weights_of_the_images(weights: Tensor) -> None:
    *_, found = read_batch("train", 1, (IMAGES, LABELS, weights))
    assert found.tolist() == [0.5, 0, 2, 1]
    *_, found = read_batch("train", 1, {"image": IMAGES, "label": LABELS, "weight": weights})
    assert found.tolist() == [0.5, 0, 2, 1]


@pytest.mark.parametrize(
    "third",
    [torch.arange(4), torch.tensor([1.0, 2]), torch.tensor([1.0, -1, 1, 1]), torch.tensor([1.0, 1, 1, float("nan")])],
    ids=["numbers of images", "too few", "negative", "nan"],
)
def test_a_third_part_that_is_no_weights_is_refused(third: Tensor) -> None:
    with pytest.raises(DataError) as caught:
        read_batch("train", 1, (IMAGES, LABELS, third))
    assert caught.value.code == "data.weights"


@given(sizes=st.lists(st.integers(1, 4), max_size=12))
def test_no_batch_of_one_image_is_left_and_no_image_is_lost(sizes: list[int]) -> None:
    labels = torch.arange(sum(sizes))
    batches = [(part.float(), part) for part in labels.split(sizes)]
    said: list[str] = []
    found = list(PairsSingles(iter(batches), lambda what, text: said.append(what)))
    assert (torch.cat([part for _, part in found]) if found else labels).tolist() == labels.tolist()
    assert all(len(part) > 1 for _, part in found) or sum(sizes) == 1
    assert bool(said) == (len(found) < len(sizes))
    assert len(found) >= len([size for size in sizes if size > 1])


def test_batches_are_joined_with_their_weights() -> None:
    images, labels, weights = joined([(IMAGES, LABELS, torch.ones(4))] * 2)
    assert (len(images), len(labels), len(weights)) == (8, 8, 8)
