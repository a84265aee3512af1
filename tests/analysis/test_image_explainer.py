"""A run asked about its images: the pixels are the model's own, features are made once, and neighbors are near."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from trainer.analysis import similar_images
from trainer.analysis.embedding import features
from trainer.analysis.image_explainer import ImageExplainer
from trainer.errors import DataError, UsageError
from trainer.inference import load_trained
from trainer.launch import start
from trainer.plotting.heat_overlay import Method
from trainer.pretrained import weights
from trainer.settings import merge
from trainer.store.folder import RunFolder, find_run
from trainer.store.thumbnails import data_folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """24 images of each of two classes, 20x16 pixels, that a colour tells apart."""
    generator = np.random.default_rng(0)
    for number, name in enumerate(("blue", "red")):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for image in range(24):
            pixels = generator.integers(0, 160, (16, 20, 3), dtype=np.uint8)
            pixels[..., 2 - 2 * number] += 90
            Image.fromarray(pixels).save(folder / f"{image:02}.png")
    return tmp_path / "photos"


def trained(source: Path | str, root: Path, model: str, **more: Any) -> RunFolder:
    data = {"source": str(source), **more.pop("data", {})}
    start(merge({"model": model, "data": data, "train": {"epochs": 2, "batch": 16}, **more}), root, name="run")
    return find_run(root, "run")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A small network on a few digits."""
    root = tmp_path_factory.mktemp("runs")
    return trained("digits", root, "cnn", cnn={"width": 4}, data={"samples": 200})


def test_an_image_is_what_the_model_was_validated_on(digits: RunFolder) -> None:
    explainer, trainer = ImageExplainer(digits), load_trained(digits).trainer
    images, labels = next(iter(trainer.feed.eval_batches("valid", 8)))
    for place in (0, 5):
        one = explainer.from_split("valid", place)
        assert (one.split, one.place, one.true) == ("valid", place, int(labels[place]))
        torch.testing.assert_close(explainer.normalised(one), images[place])
    train = next(iter(trainer.feed.eval_batches("train", 8)))
    torch.testing.assert_close(explainer.normalised(explainer.from_split("train", 3)), train[0][3])


def test_neighbors_are_measured_in_what_the_last_layer_gets(digits: RunFolder) -> None:
    explainer, trainer = ImageExplainer(digits), load_trained(digits).trainer
    count = trainer.feed.sizes["train"]
    space = features(trainer.model, trainer.feed.eval_batches("train", 64), np.arange(count))[0].astype(np.float64)
    labels = np.concatenate([labels.numpy() for _, labels in trainer.feed.eval_batches("train", 64)])
    image = explainer.from_split("train", 11)
    found = explainer.similar(image, 4)
    distances = np.sqrt(((space - space[11]) ** 2).sum(1))
    distances[11] = np.inf
    np.testing.assert_allclose(found.found.distances, np.sort(distances)[:4], rtol=1e-4)
    np.testing.assert_allclose(found.of_class.distances[0], distances[labels == labels[11]].min(), rtol=1e-4)
    assert [one.true for one in found.images[:4]] == labels[found.found.places].tolist()
    assert found.images[4].true == image.true


def test_features_of_the_training_images_are_made_once(digits: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ImageExplainer(digits)
    wanted = first.similar(first.from_split("valid", 2), 3)
    monkeypatch.setattr(similar_images, "_fill", lambda *given: pytest.fail("the features are there"))
    again = ImageExplainer(digits)
    found = again.similar(again.from_split("valid", 2), 3)
    assert found.found.places.tolist() == wanted.found.places.tolist()
    assert found.found.distances == pytest.approx(wanted.found.distances)


def test_a_head_on_frozen_features_asks_what_is_on_the_disk(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.models.feature_network import make_body

    with torch.random.fork_rng():
        torch.manual_seed(0)
        tensors = make_body("efficientnet_lite0")[0].state_dict()
    monkeypatch.setattr(weights, "published_weights", lambda *given: tensors)
    folder = trained(photos, tmp_path / "runs", "efficientnet_lite0", backbone={"size": 64})
    explainer = ImageExplainer(folder)
    image = explainer.from_split("train", 4)
    assert explainer.saliency(image).method is Method.CAM
    found = explainer.similar(image, 5)
    trainer = load_trained(folder).trainer
    standardize = trainer.model[0]  # type: ignore[index]
    rows = torch.cat([batch[0] for batch in trainer.feed.eval_batches("train", 64)])
    space = standardize(rows).double().numpy()
    distances = np.sqrt(((space - space[4]) ** 2).sum(1))
    distances[4] = np.inf
    np.testing.assert_allclose(found.found.distances, np.sort(distances)[:5], rtol=1e-3)
    # the same image from its file is found to be itself
    path = photos / image.path
    near = explainer.similar(explainer.from_file(path), 1).found
    assert near.places[0] == 4
    assert near.distances[0] < found.found.distances[0] / 10


def test_without_the_data_the_heat_map_is_there_and_neighbors_are_not(photos: Path, tmp_path: Path) -> None:
    folder = trained(photos, tmp_path / "runs", "softmax")
    shutil.move(photos, tmp_path / "elsewhere")
    explainer = ImageExplainer(folder)
    image = explainer.from_split("valid", 1)
    assert explainer.saliency(image).method is Method.LINEAR
    with pytest.raises(UsageError) as caught:
        explainer.similar(image, 3)
    assert caught.value.code == "run.data_gone"


def test_changed_data_are_no_longer_counted_through(photos: Path, tmp_path: Path) -> None:
    folder = trained(photos, tmp_path / "runs", "softmax")
    (photos / "red" / "03.png").unlink()
    explainer = ImageExplainer(folder)
    with pytest.raises(DataError) as caught:
        explainer.from_split("train", 1)
    assert caught.value.code == "data.changed"


def test_images_and_classes_that_are_not_there(digits: RunFolder) -> None:
    explainer = ImageExplainer(digits)
    with pytest.raises(UsageError) as caught:
        explainer.from_split("valid", 100_000)
    assert caught.value.code == "explain.place"
    with pytest.raises(UsageError) as caught:
        explainer.label("cat")
    assert caught.value.code == "explain.class"
    shutil.rmtree(data_folder(digits.path.parent, explainer.trained.fingerprint))
    assert explainer.from_split("valid", 0).place == 0, "the data are opened where no viewer has them"
