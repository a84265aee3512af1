"""CIFAR-10, CIFAR-100, MNIST and Fashion-MNIST: torchvision downloads and checks, we read. [torch only to download]

The archives of CIFAR hold pickles; they are read after the md5 check, by an unpickler that admits only numpy arrays.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import socket
import tarfile
import warnings
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.error import HTTPError

import numpy as np
from numpy.typing import NDArray

from trainer.data.cache import Entry, cache_folder, cached
from trainer.data.decode import resize_all
from trainer.data.file_stamp import file_stamp, open_file
from trainer.data.image_set import ImageSet, channel_sums, pack
from trainer.data.read_options import ReadOptions
from trainer.errors import DataError
from trainer.home_path import expanded

SILENCE_SECONDS = 30.0
"""How long a server may be silent before the download fails."""


class Known(NamedTuple):
    """A data set of torchvision."""

    torchvision: str
    """Name of its class in `torchvision.datasets`."""
    folder: str
    """Folder below `root` where torchvision leaves the files that are read here."""


KNOWN = {
    "cifar10": Known("CIFAR10", "cifar-10-batches-py"),
    "cifar100": Known("CIFAR100", "cifar-100-python"),
    "mnist": Known("MNIST", "MNIST/raw"),
    "fashion-mnist": Known("FashionMNIST", "FashionMNIST/raw"),
}


class Content(NamedTuple):
    """A data set as published; training images come first."""

    images: NDArray[np.uint8]
    """(N, H, W, 3), or (N, H, W) for grey."""
    labels: NDArray[np.int64]
    """Class of each image (N,)."""
    training: int
    """Number of training images; the others are test images."""
    classes: tuple[str, ...]
    """Class names (C,)."""


def load_download(source: str, options: ReadOptions) -> ImageSet:
    """Load a data set, downloading it if necessary.

    Args:
        source: Key of `KNOWN`.
        options: How it is read; without a size the images are as published.

    Returns:
        The images, divided into training and test images.

    Raises:
        DataError: `data.download`: it cannot be downloaded; `data.damaged`: its files hold anything but images and
            labels.
        DiskError: The cache cannot be written.
    """
    known = KNOWN[source]
    base = expanded(options.root) if options.root else cache_folder() / "downloads"
    options.progress("scan", 0, 0)
    folder = base / known.folder
    state = _state(folder) or _fetched(source, base)

    def build(work: Path) -> dict[str, Any]:
        _fetch(source, base)
        return _decode(_read(source, base), work, options)

    policy = f"{source} {options.size}"
    entry = cached(os.path.realpath(folder), policy, state, build, lambda entry: "classes" in entry.meta)
    options.progress("check", 0, 0)
    return _pictures(source, entry)


def _pictures(source: str, entry: Entry) -> ImageSet:
    training, count = entry.meta["training"], entry.meta["count"]
    parts = np.zeros(count, np.uint8)
    parts[training:] = 2
    names = [f"train/{row:05d}" for row in range(training)] + [f"test/{row:05d}" for row in range(count - training)]
    return ImageSet(
        name=source,
        classes=tuple(entry.meta["classes"]),
        pixels=entry.pixels,
        labels=entry.facts[:, 2].astype(np.int64),
        parts=parts,
        sizes=entry.facts[:, :2],
        sums=entry.sums,
        paths=names,
        digest=entry.meta["digest"],
    )


def _decode(content: Content, work: Path, options: ReadOptions) -> dict[str, Any]:
    """Write a cache entry; the third column of `facts` holds the labels."""
    images, size = content.images, options.size
    height, width = images.shape[1:3]
    if size is not None and size != height:
        images = resize_all(images, size, options.progress)
    facts = np.empty((len(images), 3), np.int32)
    facts[:] = width, height, 0
    facts[:, 2] = content.labels
    pixels = pack(images)
    pixels.tofile(work / "pixels")
    facts.tofile(work / "facts")
    channel_sums(pixels).tofile(work / "sums")
    return {
        "shape": pixels.shape[1:],
        "count": len(pixels),
        "training": content.training,
        "classes": content.classes,
    }


def _state(folder: Path) -> str:
    """Names and stamps of the downloaded files; empty if there are none."""
    try:
        with os.scandir(folder) as entries:
            files = sorted((entry.name, file_stamp(entry.stat(), entry.path)) for entry in entries if entry.is_file())
    except OSError:
        return ""
    return repr(files) if files else ""


def _fetched(source: str, base: Path) -> str:
    _fetch(source, base)
    return _state(base / KNOWN[source].folder)


def _torchvision(source: str, base: Path) -> Any:
    """torchvision's data set without its constructor, which would unpickle without restrictions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torchvision.datasets

    kind = getattr(torchvision.datasets, KNOWN[source].torchvision)
    dataset = kind.__new__(kind)
    dataset.root = str(base)
    return dataset


def _fetch(source: str, base: Path) -> None:
    """Download what is missing and compare md5 sums."""
    dataset = _torchvision(source, base)
    try:
        base.mkdir(parents=True, exist_ok=True)
        with quiet_download():
            dataset.download()
        if not getattr(dataset, "_check_integrity", lambda: True)():
            raise RuntimeError("the unpacked files do not have the published md5 sums")
    except (OSError, HTTPException, RuntimeError, EOFError, tarfile.TarError) as error:
        if isinstance(error, HTTPError):
            error.close()  # it holds the connection
        reason = str(error).strip() or type(error).__name__
        raise DataError(
            "data.download",
            f"{source} could not be downloaded and checked: {reason}",
            where=str(base),
            expected="the official archive, with the md5 sum that torchvision knows",
            fix=f"check the network and start again, or put the archive into {base}; "
            "a damaged archive there must be deleted first",
            source=source,
            path=str(base),
            reason=reason,
        ) from error


@contextlib.contextmanager
def quiet_download() -> Iterator[None]:
    """Silence the output of torch's and torchvision's downloads, and limit how long they wait for a server.

    Yields:
        Nothing.
    """
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SILENCE_SECONDS)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        socket.setdefaulttimeout(before)


def _read(source: str, base: Path) -> Content:
    dataset = _torchvision(source, base)
    try:
        return (
            _read_cifar(dataset, base)
            if source.startswith("cifar")
            else _read_mnist(dataset, base / KNOWN[source].folder)
        )
    except DataError:
        raise
    except (OSError, ValueError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise _damaged(source, base, str(error)) from error


def _damaged(source: str, base: Path, reason: str) -> DataError:
    return DataError(
        "data.damaged",
        f"the files of {source} cannot be used: {reason}",
        where=str(base / KNOWN[source].folder),
        expected="the files of the official archive: images and labels, nothing else",
        fix="delete this folder and start again: it is then downloaded again",
        source=source,
    )


def _read_cifar(dataset: Any, base: Path) -> Content:
    folder = base / dataset.base_folder
    parts = [_unpickle(folder / name) for name, _ in (*dataset.train_list, *dataset.test_list)]
    names = tuple(str(name) for name in _unpickle(folder / dataset.meta["filename"])[dataset.meta["key"]])
    images, labels = [], []
    for part in parts:
        data = np.asarray(part["data"])
        given = np.array(part["labels"] if "labels" in part else part["fine_labels"], np.int64)
        if (
            data.dtype != np.uint8
            or data.shape != (len(given), 3072)
            or not np.all((given >= 0) & (given < len(names)))
        ):
            raise ValueError(f"images {data.dtype} {data.shape}, {len(given)} labels, {len(names)} classes")
        images.append(data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        labels.append(given)
    training = sum(len(part) for part in labels[: len(dataset.train_list)])
    return Content(np.concatenate(images), np.concatenate(labels), training, names)


class _ArraysOnly(pickle.Unpickler):
    """Admits what numpy arrays are made of; CIFAR's pickles name nothing else, and nothing else is ever called."""

    ALLOWED: ClassVar = {
        ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
        ("numpy._core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is not an array: refused, nothing was run")
        return self.ALLOWED[module, name]


def _unpickle(path: Path) -> dict[str, Any]:
    with open_file(path) as file:
        try:
            content = _ArraysOnly(file, encoding="latin1").load()
        except pickle.UnpicklingError:
            raise
        except Exception as error:  # a damaged pickle makes numpy raise anything
            raise pickle.UnpicklingError(f"{path.name}: {str(error) or type(error).__name__}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} holds no table")
    return content


def _read_mnist(dataset: Any, folder: Path) -> Content:
    images = [_read_idx(folder / f"{part}-images-idx3-ubyte", 3) for part in ("train", "t10k")]
    labels = [_read_idx(folder / f"{part}-labels-idx1-ubyte", 1) for part in ("train", "t10k")]
    classes = tuple(str(name).split(" - ")[0] for name in dataset.classes)
    together = np.concatenate(labels).astype(np.int64)
    if [len(part) for part in images] != [len(part) for part in labels] or together.max() >= len(classes):
        raise ValueError("images and labels do not match")
    return Content(np.concatenate(images), together, len(labels[0]), classes)


def _read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """LeCun's format: two zero bytes, 8 for uint8, number of dimensions, their lengths as big-endian int32, data."""
    with open_file(path) as file:
        raw = file.read()
    if raw[:4] != bytes((0, 0, 8, dimensions)):
        raise ValueError(f"{path.name} is not an idx file of bytes in {dimensions} dimensions")
    shape = np.frombuffer(raw, ">i4", dimensions, 4).tolist()
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
