"""Loaders of every sort: of no known length, endless, one pass, and what is no loader yet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from trainer import Trainer
from trainer.data.loader_source import LoaderSource
from trainer.errors import DataError, UsageError
from trainer.events import BatchEnded, EpochEnded, EvaluationDone, RunStarted

X, Y = torch.randn(40, 1, 4, 4, generator=torch.Generator().manual_seed(0)), torch.arange(40) % 3


def model(features: int = 16) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(features, 3))


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        return iter(zip(X, Y, strict=True))


class Endless:
    def __iter__(self) -> Iterator[Any]:
        return itertools.repeat((X[:8], Y[:8]))


class Items(Dataset[Any]):
    """Single images, as data sets without a loader give them."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> Any:
        return self._make(index)


def seen(data: Any, epochs: int = 1, **options: Any) -> tuple[Any, list[int]]:
    """The trainer after its run, and the number of images of each step."""
    shape = LoaderSource(data, seed=0).input_shape
    trainer = Trainer(model(int(np.prod(shape))), data, epochs=epochs, device="cpu", **options)
    sizes: list[int] = []
    trainer.on(BatchEnded, lambda event: sizes.append(event.samples))
    trainer.fit()
    return trainer, sizes


@pytest.mark.parametrize("batch", [8, 7])
def test_a_stream_has_no_known_length_and_is_seen_whole(batch: int) -> None:
    started: list[RunStarted] = []
    ended: list[EvaluationDone] = []
    trainer = Trainer(model(), DataLoader(Stream(), batch_size=batch), epochs=2, device="cpu")
    trainer.on(RunStarted, started.append)
    trainer.on(EvaluationDone, ended.append)
    assert len(trainer.fit().history) == 2
    assert (started[0].steps_per_epoch, started[0].split_sizes) == (0, {"train": 0})
    assert [event.samples for event in ended] == [40]


def test_an_endless_stream_has_epochs_of_so_many_steps() -> None:
    started: list[RunStarted] = []
    epochs: list[EpochEnded] = []
    trainer = Trainer(model(), Endless(), epochs=3, device="cpu", steps_per_epoch=5)
    trainer.on(RunStarted, started.append)
    trainer.on(EpochEnded, epochs.append)
    result = trainer.fit()
    assert (result.status, len(epochs), epochs[-1].step) == ("completed", 3, 15)
    assert started[0].steps_per_epoch == 5
    assert "train" not in result.evaluations  # it has no end


def test_a_generator_lasts_for_several_epochs_of_so_many_steps() -> None:
    drawn: list[int] = []

    def batches() -> Iterator[Any]:
        for number in itertools.count():
            drawn.append(number)
            yield X[:4], Y[:4]

    trainer = Trainer(model(), batches(), epochs=3, device="cpu", steps_per_epoch=4)
    assert len(trainer.fit().history) == 3
    assert drawn == list(range(12))


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "5"], ids=str)
def test_a_wrong_number_of_steps_is_refused(wrong: Any) -> None:
    with pytest.raises(UsageError):
        Trainer(model(), Endless(), device="cpu", steps_per_epoch=wrong)


@pytest.mark.parametrize("labels", [Y, Y[:, None], Y.tolist(), Y.numpy(), np.array(["cat", "dog", "emu"])[Y]], ids=type)
@pytest.mark.parametrize(
    "images",
    [X, X.numpy(), X.tolist(), list(X), list(X.numpy())],
    ids=["tensor", "array", "nested lists", "tensors", "arrays"],
)
def test_arrays_are_seen_whole_in_an_order_by_the_seed(images: Any, labels: Any) -> None:
    source = LoaderSource({"train": (images, labels), "valid": (images, labels)}, seed=1)
    epochs = [list(source.train_batches(epoch)) for epoch in (1, 1, 2)]
    first, again, second = (torch.cat([batch[0] for batch in batches]) for batches in epochs)
    assert torch.equal(first, again)
    assert not torch.equal(first, second)
    assert torch.equal(first.flatten(1).sum(1).sort().values, X.flatten(1).sum(1).sort().values)
    held = list(source.eval_batches("valid", 1))
    assert torch.equal(torch.cat([batch[0] for batch in held]), X)
    assert torch.equal(torch.cat([batch[1] for batch in held]), Y)


def test_arrays_of_bytes_are_divided_by_255_and_channels_come_first() -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 5, 7, 3), np.uint8)
    source = LoaderSource({"train": (images, np.arange(6) % 2), "valid": (images, np.arange(6) % 2)}, seed=1)
    assert source.input_shape == (3, 5, 7)
    batch = next(iter(source.eval_batches("valid", 6)))[0]
    torch.testing.assert_close(batch, torch.from_numpy(images).permute(0, 3, 1, 2) / 255)


def test_a_list_of_pillow_images_with_a_list_of_labels_is_what_pairs_of_them_are() -> None:
    images = [Image.new("RGB", (4, 5), (index, 0, 255)) for index in range(6)]
    labels = [0, 1, 0, 1, 1, 0]
    pairs = list(zip(images, labels, strict=True))
    both = {"train": (images, labels), "valid": (images, labels)}, {"train": pairs, "valid": pairs}
    (found, *_), (expected, *_) = (list(LoaderSource(one, seed=1).eval_batches("valid", 6)) for one in both)
    assert all(torch.equal(one, other) for one, other in zip(found[:2], expected[:2], strict=True))


def test_two_batches_in_a_tuple_are_no_images_and_labels() -> None:
    source = LoaderSource({"train": ([X[:20], Y[:20]], [X[20:], Y[20:]])}, seed=1)
    assert [len(images) for images, *_ in source.train_batches(1)] == [20, 20]


def test_one_number_is_no_labels_of_a_list() -> None:
    with pytest.raises(DataError):
        LoaderSource({"train": (list(X), np.array(3))}, seed=1)


@pytest.mark.parametrize(
    "images",
    [[[1.0, 2.0], [3.0]], ["a.png", "b.png"], [X[0], X[0, :, :2]], [X[0], None]],
    ids=["ragged", "paths", "sizes", "None"],
)
def test_a_list_that_makes_no_array_is_refused_in_words(images: Any) -> None:
    with pytest.raises(DataError, match="do not make an array") as refused:
        LoaderSource({"train": (images, [0, 1])}, seed=1)
    assert refused.value.code == "data.image_list"


def test_texts_as_labels_name_the_classes() -> None:
    trainer, _ = seen((X, [("cat", "dog", "emu")[label] for label in Y.tolist()]))
    assert trainer.classes == ("cat", "dog", "emu")


@pytest.mark.parametrize(
    "make",
    [
        lambda index: (X[index], int(Y[index])),
        lambda index: (X[index], Y[index]),
        lambda index: (X[index].numpy(), Y[index].item()),
        lambda index: {"image": X[index], "label": int(Y[index])},
        lambda index: (Image.new("RGB", (4, 5), (index, 0, 0)), int(Y[index])),
        lambda index: (Image.new("L", (4, 5), index), int(Y[index])),
        lambda index: (Image.new("P", (4, 5), index), int(Y[index])),
    ],
    ids=["int", "tensor", "array", "mapping", "colour", "grey", "palette"],
)
def test_a_data_set_needs_no_loader(make: Any) -> None:
    _, sizes = seen(Items(make))
    assert sizes == [12]


def test_a_stream_needs_no_loader() -> None:
    _, sizes = seen(Stream())
    assert sizes == [40]


def test_images_of_several_sizes_are_refused_in_words() -> None:
    with pytest.raises(DataError) as caught:
        seen(Items(lambda index: (Image.new("RGB", (4 + index, 5)), 0)))
    assert caught.value.code == "data.sizes"


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_a_split_that_drop_last_empties_is_found_before_training(split: str) -> None:
    whole = DataLoader(TensorDataset(X, Y), batch_size=8)
    dropped = DataLoader(TensorDataset(X[:5], Y[:5]), batch_size=8, drop_last=True)
    with pytest.raises(DataError) as caught:
        LoaderSource({"train": whole, split: dropped}, seed=0)
    assert caught.value.code == "data.empty"
    assert "drop_last" in str(caught.value)


@pytest.mark.parametrize("names", [("train", "validation"), ("Training", "VAL"), ("train", "dev")])
def test_splits_by_their_usual_names(names: tuple[str, str]) -> None:
    source = LoaderSource({name: [(X, Y)] for name in names}, seed=0)
    assert list(source.sizes) == ["train", "valid"]


@pytest.mark.parametrize("data", [{"train": [], "val": [], "valid": []}, {"valid": []}, 3, {"train": 3}], ids=str)
def test_data_that_is_none_is_refused(data: Any) -> None:
    with pytest.raises(UsageError):
        Trainer(model(), data, device="cpu")


def test_losses_of_a_stream_are_those_of_plain_torch() -> None:
    trainer, _ = seen(DataLoader(Stream(), batch_size=16))
    plain = model()
    optimizer = torch.optim.Adam(plain.parameters(), fused=True)
    for start in range(0, 40, 16):
        optimizer.zero_grad()
        loss: Tensor = nn.functional.cross_entropy(plain(X[start : start + 16]), Y[start : start + 16])
        loss.backward()
        optimizer.step()
    for mine, theirs in zip(trainer.model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
