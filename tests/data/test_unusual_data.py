"""Data that is nearly right: nothing is dropped, mixed up or left out without a word, and no one sees a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, Dataset, IterableDataset, SequentialSampler

from tests.data.image_folders import make_images
from tests.data.test_image_collection import Rows, hugging_face
from trainer import open_data
from trainer.data.class_lists import class_list
from trainer.data.loader_source import LoaderSource, data_source
from trainer.errors import DataError, EpochscopeError, UsageError

X, Y = torch.arange(40.0).reshape(40, 1, 1, 1).expand(40, 1, 2, 2), torch.arange(40) % 3


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    make_images(tmp_path, {"cat": 12, "dog": 12})
    return tmp_path


def lines(photos: Path) -> list[str]:
    return [f"{path.relative_to(photos).as_posix()},{path.parent.name}" for path in sorted(photos.rglob("*.png"))]


def written(photos: Path, text: str) -> str:
    (photos / "labels.csv").write_text(text, encoding="utf-8")
    return str(photos / "labels.csv")


def images_of(source: LoaderSource) -> list[int]:
    """The value of each image's pixels, in the order of the first epoch."""
    return [int(value) for images, *_ in source.train_batches(1) for value in images[:, 0, 0, 0]]


# -- tables


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows,
        lambda rows: ["path,label", *rows],
        lambda rows: ["path,label,", *(f"{row}," for row in rows)],
        lambda rows: ["path,label", *(f"{row},," for row in rows)],
        lambda rows: [row.replace(",", "|") for row in ["path,label", *rows]],
        lambda rows: ["path, label", "", *(row.replace(",", ", ") for row in rows), " , "],
        lambda rows: ["path,label", *(row.replace("/", "\\") for row in rows)],
    ],
    ids=["no head", "head", "empty column", "more commas", "bars", "blanks", "Windows"],
)
def test_every_row_of_a_table_is_an_image(photos: Path, change: Any) -> None:
    data = open_data(written(photos, "\n".join(change(lines(photos)))))
    assert sum(data.sizes.values()) == 24
    assert data.classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "table.columns"),
        ("path\n{p[0]}", "table.columns"),
        ("path,label,label\n", "table.columns"),
        ("path,label\n{0},cat,more", "table.unreadable"),
        ('path,label\n"{0},cat', "table.unreadable"),
        ("path,label,split\n{0},test", "data.missing_split"),
        ("path,label,split\n{0},train\n{1},train\n{12},valid", "data.class_not_in_train"),
        ("path,label\n{0}\n{1}\nbad\0.png,cat\n{12}", "data.class_too_small"),
        ("path,label\n{0}\n{p[1]},caf\u00e9\n{p[2]},cafe\u0301", "data.same_name"),
        ("path,label\n{p[0]},--3\n{p[1]},4", "data.class_too_small"),
    ],
)
def test_tables_that_cannot_be_used_are_refused_in_words(photos: Path, text: str, code: str) -> None:
    with pytest.raises(EpochscopeError) as caught:
        open_data(written(photos, text.format(*lines(photos), p=[line.split(",")[0] for line in lines(photos)])))
    assert caught.value.code == code


def test_the_first_image_as_the_name_of_a_column_is_found(photos: Path) -> None:
    rows = [line.split(",") for line in lines(photos)]
    with pytest.raises(UsageError, match="header=None"):
        open_data(pd.DataFrame(rows[1:], columns=rows[0]))


def test_labels_that_the_training_table_lacks_are_named(photos: Path) -> None:
    frame = pd.DataFrame([line.split(",") for line in lines(photos)], columns=["path", "label"])
    frame["path"] = [str(photos / path) for path in frame["path"]]
    training = frame.iloc[:20].assign(label=pd.Categorical(frame["label"].iloc[:20]))
    other = frame.iloc[20:].assign(label="emu")
    with pytest.raises(DataError, match="'emu': the training table has cat, dog"):
        open_data({"valid": other, "train": training})


# -- class lists


@pytest.mark.parametrize(
    "classes",
    [np.array(3), torch.tensor(3), {"a", "b"}, frozenset("ab"), iter("ab")],
    ids=["array", "tensor", "set", "frozen", "iterator"],
)
def test_what_has_no_order_or_length_is_no_list(classes: Any) -> None:
    source = Items(BYTES)
    source.classes = classes
    assert class_list(source) is None


def test_splits_of_hugging_face_with_other_classes_are_refused_with_both_lists() -> None:
    other = hugging_face(label=type(hugging_face().features["label"])(["cat", "dog", "fox"]))
    with pytest.raises(DataError) as caught:
        open_data({"validation": other, "train": hugging_face()})
    assert caught.value.code == "data.class_lists"
    assert "cat, dog, emu" in caught.value.where
    assert "cat, dog, fox" in caught.value.where


def test_numbers_of_numpy_are_labels_of_hugging_face() -> None:
    plain = hugging_face()
    plain._columns["label"] = [np.int64(label) for label in plain["label"]]
    assert open_data(plain).fingerprint == open_data(hugging_face()).fingerprint


# -- loaders


class Transformed(Rows):
    """As after `set_transform`, with tensors for images."""

    format = {"type": "custom"}  # noqa: RUF012  # as datasets has it, on the instance

    def __getitem__(self, which: Any) -> Any:
        row = super().__getitem__(which)
        return row if isinstance(which, str) else {"pixel_values": torch.ones(1, 4, 4), "label": row["label"]}


def test_a_transform_of_hugging_face_is_not_lost() -> None:
    plain = hugging_face()
    data = Transformed(plain._columns, plain.features)
    source = data_source(data, seed=0)
    assert source.input_shape == (1, 4, 4)
    assert source.classes == ("cat", "dog", "emu")
    with pytest.raises(UsageError) as caught:
        open_data(data)
    assert caught.value.code == "data.transform"


class Shared(IterableDataset[Any]):
    """Gives the same iterator each time: there is only one pass."""

    def __init__(self, items: Any) -> None:
        self.classes = ["a", "b", "c"]
        self._items: Iterator[Any] = iter(items)

    def __iter__(self) -> Iterator[Any]:
        return self._items


class Restarting(IterableDataset[Any]):
    """Its own iterator, as in many tutorials."""

    def __iter__(self) -> Iterator[Any]:
        self._next = -1
        return self

    def __next__(self) -> Any:
        self._next += 1
        if self._next == 40:
            raise StopIteration
        return X[self._next], int(Y[self._next])


def singles() -> list[Any]:
    return [(X[i], int(Y[i])) for i in range(40)]


@pytest.mark.parametrize(
    ("make", "once"),
    [
        (lambda: Shared(singles()), True),
        (lambda: DataLoader(Shared(singles()), batch_size=7), True),
        (lambda: iter(singles()), True),
        (lambda: Shared([(X[:20], Y[:20]), (X[20:], Y[20:])]), True),
        (Restarting, False),
        (lambda: DataLoader(Restarting(), batch_size=7), False),
        (singles, False),
        (lambda: [{"label": int(Y[i]), "image": X[i]} for i in range(40)], False),
        (lambda: [(X[:20], Y[:20]), (X[20:], Y[20:])], False),
    ],
    ids=[
        "shared",
        "shared, loader",
        "iterator",
        "shared batches",
        "restarting",
        "restarting, loader",
        "list",
        "dicts",
        "batches",
    ],
)
def test_no_image_is_lost_by_looking_at_the_first(make: Any, once: bool) -> None:
    source = LoaderSource(make(), seed=0)
    assert source.single_pass == once
    assert sorted(images_of(source)) == list(range(40))
    if not once:
        assert sorted(images_of(source)) == list(range(40))


def test_classes_of_data_that_is_gone_through_once() -> None:
    assert LoaderSource(DataLoader(Shared(singles()), batch_size=7), seed=0).classes == ("a", "b", "c")


@pytest.mark.parametrize(
    "images",
    [
        X.numpy()[::-1],
        X.numpy().astype(">f4"),
        np.broadcast_to(np.float32(1), (40, 1, 2, 2)),
    ],
    ids=["backwards", "big-endian", "read-only"],
)
def test_arrays_of_any_layout(images: Any) -> None:
    source = LoaderSource((images, Y.numpy()[::-1]), seed=0)
    found: list[Tensor] = [part for part, *_ in source.train_batches(1)]
    assert sorted(torch.cat(found)[:, 0, 0, 0].tolist()) == sorted(np.asarray(images)[:, 0, 0, 0].tolist())


@pytest.mark.parametrize(
    "images",
    [np.array(["a.png"] * 40), np.array([None] * 40), np.zeros((0, 1, 2, 2))],
    ids=["texts", "nothing", "empty"],
)
def test_arrays_that_hold_no_images_are_refused_in_words(images: Any) -> None:
    with pytest.raises(DataError):
        LoaderSource((images, Y.numpy()[: len(images)]), seed=0)


class Items(Dataset[Any]):
    classes: Any = None

    def __init__(self, image: Any, count: int = 6) -> None:
        self._image, self._count = image, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Any:
        return self._image, np.uint8(index % 3)


BYTES = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("image", "right"),
    [
        (BYTES, BYTES.transpose(2, 0, 1) / 255),
        (torch.from_numpy(BYTES.transpose(2, 0, 1).copy()), BYTES.transpose(2, 0, 1) / 255),
        (BYTES[..., 0], BYTES[..., 0] / 255),
        (Image.fromarray(BYTES), BYTES.transpose(2, 0, 1) / 255),
        (Image.fromarray(BYTES[..., 0].astype(np.uint16) * 257), BYTES[None, ..., 0] / 255),
    ],
    ids=["array", "tensor", "grey array", "Pillow", "16 bits"],
)
def test_bytes_of_single_images_are_scaled_as_those_of_arrays(image: Any, right: Any) -> None:
    images, labels, *_ = next(LoaderSource({"train": Items(image)}, seed=0).eval_batches("train", 6))
    assert images.dtype == torch.float32
    np.testing.assert_allclose(images[0].numpy(), right, atol=1e-6)
    assert sorted(labels.tolist()) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    "valid",
    [
        lambda: DataLoader(Shared(singles()[:0]), batch_size=8, num_workers=0),
        lambda: DataLoader(Restarting(), batch_size=64, drop_last=True),
        lambda: DataLoader(
            Items(BYTES), batch_sampler=BatchSampler(SequentialSampler(range(5)), batch_size=8, drop_last=True)
        ),
        lambda: Items(BYTES, count=0),
    ],
    ids=["nothing", "stream", "sampler", "no items"],
)
def test_a_split_without_batches_is_found_before_training(valid: Any) -> None:
    with pytest.raises(EpochscopeError) as caught:
        LoaderSource({"train": singles(), "valid": valid()}, seed=0)
    assert caught.value.code in ("data.empty", "data.single_pass")


def test_a_data_set_without_a_length_is_refused_in_words() -> None:
    class Endless(Dataset[Any]):
        def __getitem__(self, index: int) -> Any:
            return X[index % 40], 0

    with pytest.raises(UsageError) as caught:
        LoaderSource({"train": Endless()}, seed=0)
    assert caught.value.code == "data.no_loader"
