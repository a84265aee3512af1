"""New images in every form, predicted and judged: the same answers for all forms, and one error for all faults."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import accuracy_score, confusion_matrix
from torch import nn

from trainer import Trainer, build_model, open_data
from trainer.data.validation import FaultyDataError
from trainer.engine import labelled_batches, prediction
from trainer.errors import DataError, EpochscopeError, UsageError

CLASSES = ("cat", "dog", "frog")
COUNT = 45
LABELS = np.arange(COUNT) % 3


def pixels(count: int = COUNT, seed: int = 0) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).integers(0, 120, (count, 8, 8, 3))
    noise[np.arange(count), :, :, np.arange(count) % 3] += 60
    return noise.astype(np.uint8)


PIXELS = pixels()
NAMES = [CLASSES[label] for label in LABELS]


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    data = open_data((pixels(90, seed=1), [CLASSES[number % 3] for number in range(90)]))
    made = Trainer(build_model("softmax", data.input_shape, 3), data, epochs=3, device="cpu")
    made.fit()
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder per class, their files named so that the order by name is that of PIXELS within a class."""
    root = tmp_path_factory.mktemp("images")
    for number, image in enumerate(PIXELS):
        place = root / NAMES[number]
        place.mkdir(exist_ok=True)
        Image.fromarray(image).save(place / f"{number:03d}.png")
    return root


def paths(folder: Path) -> list[str]:
    return [str(folder / NAMES[number] / f"{number:03d}.png") for number in range(COUNT)]


def expected(trainer: Trainer) -> NDArray[np.float32]:
    """By plain torch, from the pixels."""
    data: Any = trainer.feed
    mean, std = (torch.tensor(values)[:, None, None] for values in (data.mean, data.std))
    images = (torch.from_numpy(PIXELS).permute(0, 3, 1, 2) / 255 - mean) / std
    with torch.no_grad():
        found: NDArray[np.float32] = trainer.model.eval()(images).softmax(1).numpy()
    return found


FORMS: dict[str, Any] = {
    "array": lambda folder: PIXELS,
    "channels first": lambda folder: PIXELS.transpose(0, 3, 1, 2),
    "list of arrays": lambda folder: list(PIXELS),
    "Pillow": lambda folder: [Image.fromarray(image) for image in PIXELS],
    "paths": paths,
    "Series": lambda folder: pd.Series(paths(folder)),
    "array of paths": lambda folder: np.array(paths(folder)),
    "DataFrame": lambda folder: pd.DataFrame({"path": paths(folder), "other": 1}),
}


@pytest.mark.parametrize("form", FORMS)
def test_predictions_are_those_of_plain_torch(form: str, trainer: Trainer, folder: Path) -> None:
    table = trainer.predict(FORMS[form](folder))
    assert np.allclose(table[list(CLASSES)].to_numpy(), expected(trainer), atol=1e-5)


def test_a_folder_is_predicted_by_path(trainer: Trainer, folder: Path) -> None:
    for given in (folder, str(folder)):
        table = trainer.predict(given)
        assert table.index.name == "image"
        assert sorted(table.index) == sorted(paths(folder))
        found = table.loc[paths(folder), list(CLASSES)].to_numpy()
        assert np.allclose(found, expected(trainer), atol=1e-5)


def test_a_table_keeps_its_index(trainer: Trainer, folder: Path) -> None:
    frame = pd.DataFrame({"file": paths(folder), "when": 3}, index=[f"row {number}" for number in range(COUNT)])
    joined = frame.join(trainer.predict(frame))
    assert joined["class"].notna().all()
    with pytest.raises(UsageError, match="no column of paths"):
        trainer.predict(frame.rename(columns={"file": "a"}).assign(a=1))


def test_classes_named_as_columns_have_columns_of_their_own(tmp_path: Path) -> None:
    names = ["class", "confidence", "image", "path"]
    data = open_data((pixels(80, seed=1), [names[number % 4] for number in range(80)]))
    made = Trainer(build_model("softmax", data.input_shape, 4), data, epochs=1, device="cpu")
    made.fit()
    assert [*made.predict(PIXELS)] == ["class", "confidence", "class_", "confidence_", "image", "path"]
    Image.fromarray(PIXELS[0]).save(tmp_path / "a.png")
    written = io.StringIO(made.predict(tmp_path).to_csv())
    (row,) = csv.DictReader(written)
    assert [*row] == ["image", "class", "confidence", "class_", "confidence_", "image_", "path"]
    told = made.predict(PIXELS[0])
    assert float(row[f"{row['class']}_" if row["class"] != "path" else "path"]) == float(row["confidence"])
    assert np.allclose([float(row[name]) for name in [*row][3:]], told.iloc[0, 2:].to_numpy(float), atol=1e-6)


def test_pieces_change_nothing_and_name_every_fault(
    trainer: Trainer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "PIECE", 10)
    table = trainer.predict(paths(folder))
    assert np.allclose(table[list(CLASSES)].to_numpy(), expected(trainer), atol=1e-5)
    given: list[Any] = list(PIXELS)
    given[3], given[27] = PIXELS[3].astype(float), "missing.png"
    with pytest.raises(FaultyDataError) as raised:
        trainer.predict(given)
    assert [one.path for one in raised.value.faults] == ["image 3", "missing.png"]
    given[27], given[12] = PIXELS[27].astype(float), PIXELS[12]
    with pytest.raises(FaultyDataError) as raised:
        trainer.predict(given)
    assert [one.path for one in raised.value.faults] == ["image 3", "image 27"]


def test_an_empty_folder_is_said(trainer: Trainer, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no images"):
        trainer.predict(tmp_path)


JUDGED: dict[str, Any] = {
    "arrays": lambda folder: (PIXELS, NAMES),
    "arrays and numbers": lambda folder: (PIXELS, LABELS),
    "folder": lambda folder: folder,
    "text": str,
    "DataFrame": lambda folder: pd.DataFrame({"path": paths(folder), "label": NAMES}),
    "pairs of paths": lambda folder: list(zip(paths(folder), NAMES, strict=True)),
    "paths and numbers": lambda folder: list(zip(paths(folder), LABELS.tolist(), strict=True)),
    "pairs of Pillow images": lambda folder: [(Image.fromarray(a), b) for a, b in zip(PIXELS, NAMES, strict=True)],
}


@pytest.mark.parametrize("form", JUDGED)
def test_metrics_are_scikit_learns(form: str, trainer: Trainer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled_batches, "PIECE", 8)
    found = trainer.evaluate(JUDGED[form](folder))
    said = expected(trainer).argmax(1)
    assert found.metrics.accuracy == pytest.approx(accuracy_score(LABELS, said))
    assert (found.metrics.counts == confusion_matrix(LABELS, said)).all()
    assert found.metrics.samples == COUNT


def test_a_csv_file_is_judged_too(trainer: Trainer, folder: Path) -> None:
    table = folder / "labels.csv"
    pd.DataFrame({"path": paths(folder), "label": NAMES}).to_csv(table, index=False)
    try:
        assert trainer.evaluate(table).metrics.samples == COUNT
    finally:
        table.unlink()


def test_a_split_is_still_a_split(trainer: Trainer) -> None:
    assert trainer.evaluate("test").split == "test"
    assert trainer.evaluate().split == "test"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("nothing", "no split 'nothing'"),
        (3, "int is not a supported source"),
        ((PIXELS, ["bird"] * COUNT), "bird"),
        ((PIXELS, LABELS + 1), "3"),
        ((PIXELS[:3], LABELS), "labels"),
        ((PIXELS.astype(float), LABELS), "float64"),
    ],
)
def test_what_cannot_be_judged_is_said(data: Any, text: str, trainer: Trainer) -> None:
    with pytest.raises(EpochscopeError, match=text):
        trainer.evaluate(data)


def test_every_unreadable_image_is_named(trainer: Trainer, folder: Path) -> None:
    given = list(zip(paths(folder), NAMES, strict=True))
    given[4], given[40] = ("missing.png", "cat"), ("gone.png", "dog")
    with pytest.raises(FaultyDataError) as raised:
        trainer.evaluate(given)
    assert {Path(one.path).name for one in raised.value.faults} == {"missing.png", "gone.png"}


def test_names_win_over_numbers() -> None:
    """Classes that are called by numbers: label 1 is the class "1", not the second one."""
    data = open_data((pixels(90, seed=1), [str(number % 3 + 1) for number in range(90)]))
    trainer = Trainer(build_model("softmax", data.input_shape, 3), data, epochs=3, device="cpu")
    trainer.fit()
    assert (
        trainer.evaluate((PIXELS, LABELS + 1)).metrics
        == trainer.evaluate((PIXELS, [str(n + 1) for n in LABELS])).metrics
    )
    with pytest.raises(DataError, match="0"):
        trainer.evaluate((PIXELS, LABELS))


# --- loaders of one's own


def on_arrays(x: Any, y: Any) -> Trainer:
    trainer = Trainer(nn.Sequential(nn.Flatten(), nn.Linear(192, 3)), (x, y), epochs=2, device="cpu")
    trainer.fit()
    return trainer


@pytest.mark.parametrize("kind", [np.uint8, np.float64])
def test_arrays_are_prepared_as_those_of_training(kind: Any) -> None:
    x = PIXELS.astype(kind)
    trainer = on_arrays(x, NAMES)
    said = trainer.predict(x)["class"]
    found = trainer.evaluate((x, NAMES))
    assert found.metrics.accuracy == pytest.approx(accuracy_score(NAMES, said))
    assert found.metrics.confusion == trainer.evaluate("train").metrics.confusion


def test_labels_of_other_arrays_are_read_by_name() -> None:
    trainer = on_arrays(PIXELS, NAMES)
    some = [number for number, name in enumerate(NAMES) if name != "cat"]
    found = trainer.evaluate((PIXELS[some], [NAMES[number] for number in some]))
    assert found.metrics.support == (0, 15, 15)
    said = trainer.predict(PIXELS[some])["class"]
    assert found.metrics.accuracy == pytest.approx(accuracy_score([NAMES[number] for number in some], said))
    with pytest.raises(DataError, match="bird"):
        trainer.evaluate((PIXELS, ["bird"] * COUNT))
    with pytest.raises(UsageError, match="no split"):
        trainer.evaluate("folder/of/images")


def test_bytes_for_a_loader_of_ones_own_are_refused() -> None:
    loader = [(torch.randn(6, 192), torch.arange(6) % 3)]
    trainer = Trainer(nn.Linear(192, 3), loader, epochs=1, device="cpu")
    assert len(trainer.predict(np.zeros((2, 192), np.float32))) == 2
    assert trainer.evaluate([(torch.zeros(3, 192), torch.arange(3))]).metrics.samples == 3
    with pytest.raises(UsageError, match="cannot turn"):
        trainer.predict(PIXELS)


def test_a_tensor_of_one_image_is_one_image(trainer: Trainer) -> None:
    """As torchvision reads it, (C, H, W): not three grey ones."""
    for image in PIXELS[:3]:
        tensor = torch.from_numpy(image).permute(2, 0, 1)
        expected = trainer.predict(image)
        for form in (tensor, [tensor], tensor[None], [tensor.numpy()]):
            pd.testing.assert_frame_equal(trainer.predict(form), expected)
    prepared = torch.randn(3, 8, 8)
    pd.testing.assert_frame_equal(trainer.predict(prepared), trainer.predict(prepared[None]))
    pd.testing.assert_frame_equal(trainer.predict([prepared, prepared]), trainer.predict(torch.stack([prepared] * 2)))


@pytest.mark.parametrize("images", [None, 3, torch.zeros(2, 3, 4, 4)])
def test_what_is_no_image_of_the_model_is_an_error_for_people(trainer: Trainer, images: Any) -> None:
    with pytest.raises(UsageError) as caught:
        trainer.predict(images)
    assert caught.value.code == "predict.images"


def test_a_series_of_paths_keeps_its_index(trainer: Trainer, tmp_path: Path) -> None:
    Image.fromarray(PIXELS[0]).save(tmp_path / "one.png")
    found = trainer.predict(pd.Series([tmp_path / "one.png"] * 2, index=["x", "y"]))
    assert list(found.index) == ["x", "y"]
    pd.testing.assert_frame_equal(found.loc[["y"]].reset_index(drop=True), trainer.predict(PIXELS[0]))


def test_a_missing_label_is_called_so(trainer: Trainer) -> None:
    with pytest.raises(DataError, match=r"not among the classes of the model: \(no label\)"):
        trainer.evaluate((PIXELS[:3], np.array(["cat", None, "dog"], dtype=object)))
