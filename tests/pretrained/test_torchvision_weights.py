"""Weights of torchvision's networks: small files on loopback, with the right digest and with a wrong one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from tests.loopback_site import served
from trainer.backbones import BACKBONES
from trainer.errors import DataError
from trainer.inference import load_trained
from trainer.launch import start
from trainer.models.feature_network import FeatureNetwork
from trainer.pretrained.extraction import make_extractor
from trainer.pretrained.weights import load_weights
from trainer.settings import merge
from trainer.store.folder import find_run

NAME = "torchvision/mobilenet_v3_small"


class Site:
    """Serves what torchvision is told to be the network's weights."""

    def __init__(self, folder: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.address, self._patch = folder, address, monkeypatch
        folder.mkdir()

    def publish(self, digest: str = "") -> str:
        """Put the weights of a new network there; the name of the file."""
        from torchvision.models import get_model

        with torch.random.fork_rng():
            torch.manual_seed(3)
            torch.save(get_model(NAME.removeprefix("torchvision/"), weights=None).state_dict(), self.folder / "new")
        data = (self.folder / "new").read_bytes()
        name = f"small-{digest or hashlib.sha256(data).hexdigest()[:8]}.pth"
        (self.folder / "new").rename(self.folder / name)
        weights = SimpleNamespace(DEFAULT=SimpleNamespace(url=self.address + name))
        self._patch.setattr("torchvision.models.get_model_weights", lambda name: weights)
        return name


@pytest.fixture
def random_weights() -> None:
    """None: those that are served."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    with served(tmp_path / "site") as address:
        yield Site(tmp_path / "site", address, monkeypatch)


def test_a_run_downloads_once_and_goes_on_without_the_network(site: Site, photos: Path, tmp_path: Path) -> None:
    name = site.publish()
    settings = merge(
        {"model": NAME, "data": {"source": str(photos)}, "backbone": {"size": 32}, "train": {"epochs": 2, "batch": 16}}
    )
    start(settings, tmp_path / "runs", name="run")
    (site.folder / name).unlink()
    (tmp_path / "torch" / "hub" / "checkpoints" / name).unlink()
    trainer = load_trained(find_run(tmp_path / "runs", "run")).trainer
    assert len(trainer.predict([photos / "red" / "00.png"])) == 1


def test_a_file_with_another_digest_is_refused(site: Site, tmp_path: Path) -> None:
    site.publish("01234567")
    with pytest.raises(DataError) as caught:
        load_weights(BACKBONES[NAME], tmp_path / "store")
    assert caught.value.code == "pretrained.download"
    assert not list((tmp_path / "torch").rglob("*.pth"))


def test_without_a_network_the_error_says_which_file_goes_where(site: Site, tmp_path: Path) -> None:
    name = site.publish()
    (site.folder / name).unlink()
    with pytest.raises(DataError) as caught:
        load_weights(BACKBONES[NAME], tmp_path / "store")
    assert str(tmp_path / "torch" / "hub" / "checkpoints" / name) in caught.value.fix
    assert caught.value.where.endswith(name)


def test_a_file_that_was_put_there_is_checked(site: Site, tmp_path: Path) -> None:
    name = site.publish()
    place = tmp_path / "torch" / "hub" / "checkpoints" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(b"something else")
    with pytest.raises(DataError) as caught:
        load_weights(BACKBONES[NAME], tmp_path / "store")
    assert caught.value.code == "pretrained.damaged"
    place.write_bytes((site.folder / name).read_bytes())
    assert load_weights(BACKBONES[NAME], tmp_path / "store").tensors


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BACKBONES))
def test_extraction_gives_what_the_network_gives(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime")
    size = BACKBONES[name].small_size
    network: Any = FeatureNetwork(name, (3, 32, 32), size).eval().requires_grad_(False)
    images = torch.rand(3, 3, 32, 32) * 2 - 1
    extract = make_extractor(network, (3, 32, 32), torch.device("cpu"))
    assert "by_torch" not in extract.__qualname__, "the quick way was not taken"
    assert capfd.readouterr() == ("", "")
    found = extract(images)
    wanted = network(images).numpy()
    assert found.shape == (3, network.width)
    np.testing.assert_allclose(found, wanted, atol=1e-3 * np.abs(wanted).max())
