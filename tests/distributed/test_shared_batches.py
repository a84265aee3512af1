"""The share of each process: together they are the batches of one process, to the bit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from trainer.data.opening import open_data
from trainer.data.shares import batch_places, eval_shares, regrouped, train_shares

AUGMENTED = {"rotation": 5.0, "flip": 0.5, "crop": 1}
MORE = {"resized_crop": 0.7, "erasing": 0.5, "jitter": 0.2}


def whole(shares: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """One batch from the shares of all processes: image p is of process p % size."""
    labels = shares[0][1]
    images = torch.empty(len(labels), *next(part for part, _ in shares if len(part)).shape[1:])
    for rank, (part, others) in enumerate(shares):
        assert torch.equal(others, labels)
        if len(part):
            images[rank :: len(shares)] = part
    return images, labels


@pytest.mark.parametrize(
    ("size", "options"),
    [
        (2, {"batch": 100}),
        (3, {"batch": 100, **AUGMENTED}),
        (2, {"batch": 64, **AUGMENTED, **MORE}),
        (2, {"batch": 64, "sampling": "balanced", **AUGMENTED, **MORE}),
        (4, {"batch": 359, "flip": 0.5}),  # the last image alone: it joins the batch before
        (5, {"batch": 717}),  # the last batch has three images for five processes
    ],
)
def test_the_shares_of_all_processes_are_the_batches_of_one(size: int, options: dict[str, Any]) -> None:
    data = open_data("digits", **options)
    for epoch, first in ((1, 0), (2, 1)):
        of_one = list(data.train_batches(epoch, first))
        shares = [data.train_shares(epoch, first, rank, size) for rank in range(size)]
        of_all = [whole(list(parts)) for parts in zip(*shares, strict=True)]
        assert len(of_one) == len(of_all) == data.steps_per_epoch - first
        for (images, labels), (others, other_labels) in zip(of_one, of_all, strict=True):
            assert torch.equal(images, others)
            assert torch.equal(labels, other_labels)


@pytest.mark.parametrize("size", [2, 3])
def test_an_evaluation_is_divided_by_whole_batches(size: int) -> None:
    data = open_data("digits")
    batches = list(data.eval_batches("valid", 50))
    shares = [list(data.eval_shares("valid", 50, rank, size)) for rank in range(size)]
    generic = [list(eval_shares(iter(batches), rank, size)) for rank in range(size)]
    for parts in (shares, generic):
        assert len({len(part) for part in parts}) == 1  # as many rounds in each
        in_turn = [one for together in zip(*parts, strict=True) for one in together if one is not None]
        assert len(in_turn) == len(batches)
        assert all(torch.equal(one[0], other[0]) for one, other in zip(in_turn, batches, strict=True))


def test_batches_of_a_loader_are_divided_as_well() -> None:
    batches = [(torch.randn(5, 2), torch.arange(5), torch.rand(5)), (torch.randn(1, 2), torch.zeros(1), torch.rand(1))]
    for rank in range(2):
        for found, (images, *of_images) in zip(train_shares(iter(batches), rank, 2), batches, strict=True):
            assert torch.equal(found[0], images[rank::2])
            assert all(torch.equal(one, other) for one, other in zip(found[1:], of_images, strict=True))


@given(st.lists(st.integers(1, 7), max_size=8), st.data())
@settings(max_examples=50)
def test_pieces_are_regrouped_in_order(pieces: list[int], data: st.DataObject) -> None:
    total = sum(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, total), max_size=6)))
    counts = [end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True)]
    rows = torch.arange(2 * total).view(total, 2)
    found = list(regrouped(iter(rows.split(pieces)) if pieces else iter(()), counts))
    assert [len(one) for one in found] == counts
    kept = [one for one in found if len(one)]
    assert not total or torch.equal(torch.cat(kept), rows)


def test_a_last_image_joins_the_batch_before() -> None:
    assert batch_places(11, 5, 2) == [range(5), range(5, 11)]
    assert batch_places(12, 5, 3) == [range(5), range(5, 10), range(10, 12)]
