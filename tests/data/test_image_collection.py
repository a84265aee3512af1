"""Images in memory: arrays, Pillow images and what looks like a data set of Hugging Face."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from trainer import Trainer, build_model, open_data
from trainer.data.validation import FaultyDataError
from trainer.errors import UsageError

SOURCE = np.random.default_rng(0)
COLOUR = SOURCE.integers(0, 256, (24, 10, 12, 3), np.uint8)
GREY = SOURCE.integers(0, 256, (24, 8, 8), np.uint8)
LABELS = np.arange(24) % 3


def all_pixels(data: Any) -> dict[bytes, int]:
    """Pixels of each image -> its label."""
    found = {}
    for split in data.sizes:
        view = data.published(split)
        found |= {view.pixels[i].tobytes(): int(view.labels[i]) for i in range(len(view.labels))}
    return found


@pytest.mark.parametrize("make", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 3, 1, 2)], ids=["last", "first"])
def test_arrays_in_any_order_of_axes(make: Any, order: tuple[int, ...]) -> None:
    data = open_data((make(COLOUR.transpose(order)), make(LABELS)))
    assert data.input_shape == (3, 10, 12)
    assert all_pixels(data) == {image.tobytes(): int(label) for image, label in zip(COLOUR, LABELS, strict=True)}
    assert data.classes == ("0", "1", "2")


def test_grey_arrays_have_one_channel_and_labels_may_be_a_column() -> None:
    data = open_data((GREY, LABELS[:, None]))
    assert data.input_shape == (1, 8, 8)
    assert sum(data.sizes.values()) == 24


def test_pillow_images_with_names() -> None:
    pairs = [(Image.fromarray(image), "abc"[label]) for image, label in zip(COLOUR, LABELS, strict=True)]
    data = open_data(pairs)
    assert data.classes == ("a", "b", "c")
    assert all_pixels(data) == all_pixels(open_data((COLOUR, LABELS)))


def test_lists_of_pillow_images_and_labels_are_what_pairs_of_them_are() -> None:
    images, labels = [Image.fromarray(image) for image in COLOUR], LABELS.tolist()
    images[0] = images[0].resize((16, 16))  # no array could be made of them
    pairs = list(zip(images, labels, strict=True))
    assert all_pixels(open_data((images, labels))) == all_pixels(open_data(pairs))
    with pytest.raises(UsageError, match=f"{len(images)} images and 3 labels"):
        open_data((images, LABELS[:3]))


@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_lists_of_paths_and_labels_are_a_table(kind: Any, tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{number}.png") for number in range(len(COLOUR))]
    for path, image in zip(paths, COLOUR, strict=True):
        Image.fromarray(image).save(path)
    names = ["abc"[label] for label in LABELS]
    data = open_data((kind(paths), kind(names)))
    assert data.classes == ("a", "b", "c")
    assert all_pixels(data) == all_pixels(open_data(list(zip(paths, names, strict=True))))


@pytest.mark.parametrize(
    "wrong",
    [(COLOUR.astype(np.float32), LABELS), (COLOUR[..., :2], LABELS), (COLOUR, LABELS[:5]), (LABELS, LABELS)],
    ids=["float", "channels", "labels", "no images"],
)
def test_other_arrays_are_refused_in_words(wrong: Any) -> None:
    with pytest.raises(UsageError) as caught:
        open_data(wrong)
    assert caught.value.code == "data.arrays"


# -- what looks like Hugging Face's datasets: https://huggingface.co/docs/datasets


class ClassLabel:
    def __init__(self, names: list[str]) -> None:
        self.names = names


class Image_:  # noqa: N801  # its class is found by its name
    pass


Image_.__name__ = "Image"


class Value:
    pass


class Rows:
    """The parts of `datasets.Dataset` that are used: rows and columns by `[]`, formats."""

    def __init__(self, columns: dict[str, list[Any]], features: dict[str, Any], form: str | None = None) -> None:
        self._columns, self.features, self._form = columns, features, form

    @property
    def column_names(self) -> list[str]:
        return list(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, str):
            return self._columns[which]
        row = {name: values[which] for name, values in self._columns.items()}
        return dict.fromkeys(row, "as a tensor") if self._form else row

    def with_format(self, form: str | None) -> Rows:
        return Rows(self._columns, self.features, form)


def hugging_face(rows: slice = slice(None), **names: Any) -> Rows:
    images = [Image.fromarray(image) for image in COLOUR[rows]]
    columns = {"img": images, "label": LABELS[rows].tolist(), "id": list(range(24))[rows]}
    return Rows(columns, {"img": Image_(), "label": ClassLabel(["cat", "dog", "emu"]), "id": Value(), **names})


def test_a_data_set_of_hugging_face() -> None:
    data = open_data(hugging_face())
    assert data.classes == ("cat", "dog", "emu")
    assert all_pixels(data) == all_pixels(open_data((COLOUR, LABELS)))
    assert all_pixels(open_data(hugging_face().with_format("torch"))) == all_pixels(data)


def test_a_dict_of_splits_of_hugging_face() -> None:
    places = {"train": slice(0, 12), "validation": slice(12, 18), "test": slice(18, 24)}
    parts = {split: hugging_face(place) for split, place in places.items()}
    data = open_data(parts)
    assert data.sizes == {"train": 12, "valid": 6, "test": 6}
    trainer = Trainer(build_model("softmax", data.input_shape, 3), parts, epochs=1, device="cpu")
    assert trainer.classes == ("cat", "dog", "emu")
    assert trainer.fit().status == "completed"


def test_images_that_are_not_decoded_yet() -> None:
    def encoded(image: Any) -> dict[str, Any]:
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        return {"bytes": file.getvalue(), "path": None}

    columns = {"image": [encoded(image) for image in COLOUR], "label": LABELS.tolist()}
    data = open_data(Rows(columns, {"image": Image_(), "label": ClassLabel(["cat", "dog", "emu"])}))
    assert all_pixels(data) == all_pixels(open_data((COLOUR, LABELS)))


def test_labels_that_name_no_class_are_named() -> None:
    rows = hugging_face()
    rows._columns["label"][3] = -1  # how unlabelled images are marked there
    with pytest.raises(FaultyDataError) as caught:
        open_data(rows)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("train 3", "no_label")]
    assert sum(open_data(rows, skip_bad=True).sizes.values()) == 23


def test_a_data_set_without_images_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        open_data(Rows({"text": ["a"], "label": [0]}, {"text": Value(), "label": ClassLabel(["x"])}))
    assert caught.value.code == "data.columns"


def test_anything_else_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        open_data(3)
    assert caught.value.code == "data.unknown_source"
