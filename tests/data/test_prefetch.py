"""A thread of its own changes when batches are made, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice

import pytest
import torch

from trainer.data import image_data
from trainer.data.image_data import ImageData
from trainer.data.opening import open_data
from trainer.data.prefetch import Prefetch


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "epochscope-prefetch"]


def test_items_come_in_their_order_and_the_thread_ends() -> None:
    prefetch = Prefetch(iter(range(100)), 3)
    assert list(prefetch) == list(range(100))
    prefetch.close()
    assert not threads()


def test_no_more_is_made_than_asked_for() -> None:
    made: list[int] = []
    reached = threading.Event()

    def source() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            if number == 4:
                reached.set()
            yield number

    prefetch = Prefetch(source(), 3)
    items = iter(prefetch)
    assert next(items) == 0
    assert reached.wait(10)  # one was taken, three are ready, one waits to be put
    assert made == [0, 1, 2, 3, 4]
    prefetch.close()
    prefetch.close()
    assert not threads()
    assert len(made) < 10


def test_an_error_is_raised_where_its_item_would_have_come() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    prefetch = Prefetch(source(), 5)
    items = iter(prefetch)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(items)
    prefetch.close()
    assert not threads()


@pytest.fixture
def data() -> ImageData:
    return open_data("digits", batch=50, rotation=10, flip=0.5, crop=1)


def test_batches_are_the_same_to_the_bit(data: ImageData, monkeypatch: pytest.MonkeyPatch) -> None:
    for first in (0, 3):
        monkeypatch.setattr(image_data, "worthwhile", lambda threads: True)
        ahead = [(images.clone(), labels.clone()) for images, labels in data.train_batches(2, first)]
        monkeypatch.setattr(image_data, "worthwhile", lambda threads: False)
        here = list(data.train_batches(2, first))
        assert len(ahead) == len(here) == data.steps_per_epoch - first
        assert all(torch.equal(a, c) and torch.equal(b, d) for (a, b), (c, d) in zip(ahead, here, strict=True))


def test_whoever_leaves_early_leaves_no_thread(data: ImageData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_data, "worthwhile", lambda threads: True)
    monkeypatch.setattr(image_data, "CHUNK_PIXELS", 1)
    data.to("cpu")
    before = torch.random.get_rng_state()
    batches = data.train_batches(1)
    assert len(list(islice(batches, 2))) == 2
    assert threads()
    batches.close()
    assert not threads()
    assert torch.equal(before, torch.random.get_rng_state())
