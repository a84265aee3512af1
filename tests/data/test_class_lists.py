"""Names of classes through wrappers, and lists of several splits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset, TensorDataset, random_split

from trainer import Trainer
from trainer.data.class_lists import class_list, label_map
from trainer.errors import DataError


class Named(TensorDataset):
    def __init__(self, classes: Any, labels: Any = None, **more: Any) -> None:
        count = len(classes) if hasattr(classes, "__len__") else 2
        numbers = torch.arange(count) if labels is None else torch.as_tensor(labels)
        super().__init__(torch.eye(6)[: len(numbers)], numbers)
        self.classes = classes
        for name, value in more.items():
            setattr(self, name, value)


class Wrapper(Dataset[Any]):
    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[index]


@pytest.mark.parametrize(
    "classes", [["cat", "dog"], ("cat", "dog"), np.array(["cat", "dog"])], ids=["list", "tuple", "array"]
)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: data,
        DataLoader,
        lambda data: DataLoader(Subset(data, [0])),
        lambda data: DataLoader(Subset(Wrapper(Subset(data, [0, 1])), [0])),
        lambda data: DataLoader(ConcatDataset([data, Wrapper(data)])),
        lambda data: DataLoader(random_split(data, [1, 1])[0]),
    ],
    ids=["itself", "loader", "subset", "deep", "joined", "random"],
)
def test_names_are_found_through_wrappers(classes: Any, wrap: Any) -> None:
    assert class_list(wrap(Named(classes))) == ("cat", "dog")


@pytest.mark.parametrize("classes", [None, 2, "cat", {"cat": 0}, [], ()], ids=str)
def test_what_is_no_list_is_no_list(classes: Any) -> None:
    assert class_list(DataLoader(Named(classes, [0, 1]))) is None
    assert class_list(Named(classes, [0, 1], class_to_idx={"b": 1, "a": 0})) == ("a", "b")


def test_a_wrapper_of_itself_ends() -> None:
    loop = Wrapper(None)
    loop.dataset = loop
    assert class_list(loop) is None


def test_joined_data_sets_that_number_differently_are_refused_with_both_lists() -> None:
    with pytest.raises(DataError) as caught:
        class_list(ConcatDataset([Named(["bird", "cat"]), Named(["cat", "dog"])]))
    assert "'bird', 'cat'" in str(caught.value)
    assert "'cat', 'dog'" in str(caught.value)
    assert class_list(ConcatDataset([Named(["a", "b"]), Named(["a", "b", "c"])])) == ("a", "b", "c")


@given(st.permutations(["a", "b", "c", "d"]), st.integers(1, 4))
def test_labels_are_mapped_by_name(order: list[str], count: int) -> None:
    training, other = ("a", "b", "c", "d"), tuple(order[:count])
    table = label_map(training, other, "valid")
    mapped = list(other) if table is None else [training[number] for number in table.tolist()]
    assert table is not None or training[:count] == other
    assert mapped == list(other)


class Fixed(torch.nn.Module):
    """Says of the image `eye[i]` that it is of class i."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(()))
        self.classes = classes

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images[:, : self.classes] * self.scale * 10


def trainer_of(train: Named, valid: Named) -> Trainer:
    loaders = {"train": DataLoader(train, 3), "valid": DataLoader(valid, 3)}
    return Trainer(Fixed(3), loaders, epochs=1, device="cpu")


def test_a_split_without_a_class_is_judged_by_names() -> None:
    # ImageFolder numbers the folders it finds: without a folder of dogs, 1 is an emu
    valid = Named(["cat", "emu"], [0, 1])
    valid.tensors = (torch.eye(6)[[0, 2]], valid.tensors[1])
    trainer = trainer_of(Named(["cat", "dog", "emu"]), valid)
    found = trainer.evaluate("valid")
    assert found.metrics.accuracy == 1
    assert found.outputs is not None
    assert found.outputs.labels.tolist() == [0, 2]


def test_a_split_with_another_class_is_refused_with_both_lists() -> None:
    with pytest.raises(DataError) as caught:
        trainer_of(Named(["cat", "dog", "emu"]), Named(["cat", "fox"]))
    assert caught.value.code == "data.class_lists"
    assert all(name in str(caught.value) for name in ("'emu'", "'fox'"))


def test_a_label_outside_the_list_of_its_split_is_found() -> None:
    valid = Named(["emu", "cat"], [0, 2])
    with pytest.raises(DataError) as caught:
        trainer_of(Named(["cat", "dog", "emu"]), valid).evaluate("valid")
    assert caught.value.code == "data.labels"
