"""Sets by name: small archives in the official formats, served on loopback, through torchvision's own download."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from tests.loopback_site import served
from trainer.data import open_data
from trainer.data.downloads import _unpickle
from trainer.errors import DataError

CLASSES = ["airplane", "automobile", "bird"]


class OldPickler(pickle._Pickler):
    """Writes as Python 2 and its numpy did, which made the official archive."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_bytes(self, data: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)

    def save_str(self, text: str) -> None:
        self.save_bytes(text.encode())

    def save_global(self, thing: Any, name: str | None = None) -> None:
        module = {"_reconstruct": "numpy.core.multiarray"}.get(thing.__name__, "numpy")
        self.write(pickle.GLOBAL + f"{module}\n{thing.__name__}\n".encode())

    dispatch[bytes] = save_bytes
    dispatch[str] = save_str
    dispatch[type(np.empty)] = save_global
    dispatch[type] = save_global


def old_pickle(content: object) -> bytes:
    file = io.BytesIO()
    OldPickler(file, 2).dump(content)
    return file.getvalue()


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which it is served."""
    folder = tmp_path / "site"
    folder.mkdir()

    with served(folder) as address:
        yield folder, address


def batch_of(count: int, seed: int, key: str = "labels") -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {
        "batch_label": f"batch {seed}",
        key: [index % len(CLASSES) for index in range(count)],
        "data": random.integers(0, 256, (count, 3072), dtype=np.uint8),
        "filenames": [f"{index}.png" for index in range(count)],
    }


def publish(
    site: tuple[Path, str], files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, kind: str = "CIFAR10"
) -> None:
    """Put an archive on the site and tell torchvision of it."""
    import torchvision.datasets

    cifar = getattr(torchvision.datasets, kind)
    archive = site[0] / "cifar.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{cifar.base_folder}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    sums = {name: md5(content) for name, content in files.items()}
    names = list(files)
    monkeypatch.setattr(cifar, "url", site[1] + archive.name)
    monkeypatch.setattr(cifar, "filename", archive.name)
    monkeypatch.setattr(cifar, "tgz_md5", md5(archive.read_bytes()))
    monkeypatch.setattr(cifar, "train_list", [[name, sums[name]] for name in names[:-2]])
    monkeypatch.setattr(cifar, "test_list", [[names[-2], sums[names[-2]]]])
    monkeypatch.setattr(cifar, "meta", {**cifar.meta, "filename": names[-1], "md5": sums[names[-1]]})


def official() -> dict[str, bytes]:
    return {
        "data_batch_1": old_pickle(batch_of(30, 1)),
        "data_batch_2": old_pickle(batch_of(30, 2)),
        "test_batch": old_pickle(batch_of(12, 3)),
        "batches.meta": old_pickle({"label_names": CLASSES, "num_cases_per_batch": 30, "num_vis": 3072}),
    }


def test_cifar10(
    site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    publish(site, official(), monkeypatch)
    data = open_data("cifar10", valid=0.1, test=0.3)
    assert capfd.readouterr() == ("", "")
    assert data.sizes == {"train": 54, "valid": 6, "test": 12}
    assert data.classes == tuple(CLASSES)
    assert data.input_shape == (3, 32, 32)
    expected = batch_of(12, 3)["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    assert np.array_equal(data.published("test").pixels[:], expected)
    assert data.published("test").labels.tolist() == [0, 1, 2] * 4

    # the second start needs neither network nor torchvision
    monkeypatch.setattr("trainer.data.downloads._torchvision", lambda *args: pytest.fail("torchvision asked again"))
    again = open_data("cifar10", valid=0.1, test=0.3)
    assert again.fingerprint == data.fingerprint


def test_another_size_and_root(site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    publish(site, official(), monkeypatch)
    assert open_data("cifar10", size=16, root=str(tmp_path / "mine")).input_shape == (3, 16, 16)
    assert (tmp_path / "mine" / "cifar-10-batches-py" / "test_batch").is_file()


def test_cifar100(site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "train": old_pickle(batch_of(30, 1, "fine_labels")),
        "test": old_pickle(batch_of(9, 2, "fine_labels")),
        "meta": old_pickle({"fine_label_names": CLASSES, "coarse_label_names": ["x"]}),
    }
    publish(site, files, monkeypatch, "CIFAR100")
    data = open_data("cifar100", valid=0.0)
    assert data.sizes == {"train": 30, "test": 9}


def test_a_wrong_md5_sum_is_refused(site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import torchvision.datasets

    publish(site, official(), monkeypatch)
    monkeypatch.setattr(torchvision.datasets.CIFAR10, "tgz_md5", "0" * 32)
    with pytest.raises(DataError) as caught:
        open_data("cifar10")
    assert caught.value.code == "data.download"
    assert caught.value.exit_code == 5


def test_no_network(site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import torchvision.datasets

    publish(site, official(), monkeypatch)
    monkeypatch.setattr(torchvision.datasets.CIFAR10, "url", site[1] + "nothing.tar.gz")
    with pytest.raises(DataError) as caught:
        open_data("cifar10")
    assert caught.value.code == "data.download"
    assert "network" in caught.value.fix


class Bomb:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("executed"),)


def test_a_pickle_bomb_is_refused_and_not_executed(
    site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    publish(site, official() | {"data_batch_2": pickle.dumps(Bomb(), 2)}, monkeypatch)
    with pytest.raises(DataError) as caught:
        open_data("cifar10")
    assert caught.value.code == "data.damaged"
    assert "refused" in caught.value.what
    assert not Path("executed").exists()


@pytest.mark.parametrize("name", ["os system", "builtins eval", "numpy load", "numpy.core.multiarray scalar"])
def test_only_arrays_are_admitted(tmp_path: Path, name: str) -> None:
    module, function = name.split()
    (tmp_path / "p").write_bytes(b"\x80\x02c" + f"{module}\n{function}\n".encode() + b".")
    with pytest.raises(pickle.UnpicklingError, match="refused"):
        _unpickle(tmp_path / "p")


@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        {"labels": [0]},
        {"labels": [0, 1], "data": np.zeros((1, 3072), np.uint8)},
        {"labels": [9], "data": np.zeros((1, 3072), np.uint8)},
        {"labels": [0], "data": np.zeros((1, 3072), np.float64)},
    ],
)
def test_archives_of_something_else_are_refused(
    site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, content: object
) -> None:
    publish(site, official() | {"data_batch_1": pickle.dumps(content, 4)}, monkeypatch)
    with pytest.raises(DataError) as caught:
        open_data("cifar10")
    assert caught.value.code == "data.damaged"


def idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}i", *array.shape)
    return head + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize(("source", "kind"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST")])
def test_mnist(site: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, source: str, kind: str) -> None:
    import torchvision.datasets

    random = np.random.default_rng(0)
    images = random.integers(0, 256, (60, 28, 28), dtype=np.uint8)
    labels = np.arange(60) % 10
    parts = {
        "train-images-idx3-ubyte": images[:40],
        "train-labels-idx1-ubyte": labels[:40],
        "t10k-images-idx3-ubyte": images[40:],
        "t10k-labels-idx1-ubyte": labels[40:],
    }
    resources = []
    for name, array in parts.items():
        packed = gzip.compress(idx(array))
        (site[0] / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", md5(packed)))
    dataset = getattr(torchvision.datasets, kind)
    monkeypatch.setattr(dataset, "mirrors", [site[1]])
    monkeypatch.setattr(dataset, "resources", resources)
    data = open_data(source, valid=0.25)
    assert data.sizes == {"train": 30, "valid": 10, "test": 20}
    assert data.input_shape == (1, 28, 28)
    assert data.classes[0] == {"mnist": "0", "fashion-mnist": "T-shirt/top"}[source]
    assert np.array_equal(data.published("test").pixels[:][..., 0], images[40:])


@pytest.mark.parametrize("content", [b"\0\0\x08", b"\0\0\x08\x01\0\0\0\x01\x07", b"\0\0\x08\x03" + b"\xff" * 12, b""])
def test_damaged_files_of_mnist_are_named(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.data.downloads._fetch", lambda *_: None)
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(content)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x01\x07")
    with pytest.raises(DataError) as caught:
        open_data("mnist", root=str(tmp_path))
    assert caught.value.code == "data.damaged"
