"""Weights of pretrained networks: found, checked against their digest, and kept beside the runs."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from trainer.backbones import Backbone
from trainer.data.image_set import Progress, no_progress
from trainer.errors import DataError, UsageError
from trainer.home_path import expanded
from trainer.models.efficientnet_lite import converted
from trainer.models.feature_network import LITE0, make_body
from trainer.pretrained.published_weights import damaged, published_weights
from trainer.store import durable
from trainer.store.safetensors_file import check_header
from trainer.store.torch_file import check_file, read_torch
from trainer.text.text_shortening import first_line

IMAGENET, NONE = "imagenet", "none"
PREFIXES = ("module.", "network.body.", "model.", "backbone.")
"""Prefixes of tensor names in files from elsewhere, exported runs included."""
NAMED = 3
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BackboneWeights(NamedTuple):
    """Weights of a network without its last layer.

    Attributes:
        tensors: By the network's own names.
        digest: SHA-256 of the safetensors file that holds them, hex.
    """

    tensors: dict[str, Tensor]
    digest: str


def load_weights(
    backbone: Backbone,
    store: Path,
    digest: str = "",
    source: str = IMAGENET,
    seed: int = 0,
    progress: Progress = no_progress,
) -> BackboneWeights:
    """Load the weights of a network without its last layer.

    They are kept as `store/DIGEST.safetensors`, where later runs find them.

    Args:
        backbone: The network.
        store: Folder of all weights.
        digest: SHA-256 of the weights that a run was trained with, hex. Default: "", a new run.
        source: "imagenet" (default): published weights; "none": random ones; else the path of a safetensors file or a
            torch state dict, opened without running code in it.
        seed: Seed of random weights. Default: 0.
        progress: Called with stage, done and total.

    Returns:
        Weights and digest.

    Raises:
        UsageError: `pretrained.missing`: a package is not installed; `weights.file`, `weights.other_network`: the file
            cannot be used.
        DataError: `pretrained.download`, `pretrained.damaged`; `pretrained.other`: the run's weights are gone.
    """
    # a run's settings may come from anyone, and must not lead out of the folder
    if _SHA256.fullmatch(digest) and (kept := weights_file(store, digest)).is_file():
        from safetensors.torch import load

        data = kept.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise damaged(kept, digest)
        return BackboneWeights(load(data), digest)
    return _kept(backbone, store, digest, _from(backbone, source, seed, progress))


def _kept(backbone: Backbone, store: Path, digest: str, tensors: dict[str, Tensor]) -> BackboneWeights:
    from safetensors.torch import save

    data = save(tensors)
    found = hashlib.sha256(data).hexdigest()
    if digest and found != digest:
        raise DataError(
            "pretrained.other",
            f"The weights of {backbone.name} that this run was trained with are no longer here.",
            where=str(weights_file(store, digest)),
            expected=f"a file with the SHA-256 {digest}",
            fix="put the file back, or train again",
            path=str(weights_file(store, digest)),
        )
    # where they are missing for a run that is only used, its folder may not be ours to write into
    if not digest and not (kept := weights_file(store, found)).is_file():
        durable.ensure_folder(kept.parent)
        durable.write_chunks(kept, [data])
    return BackboneWeights(tensors, found)


def weights_file(store: Path, digest: str) -> Path:
    """Return the path under which weights are kept.

    Args:
        store: Folder of all weights.
        digest: SHA-256 of the file, hex.

    Returns:
        The path; the file may not exist.
    """
    return store / f"{digest}.safetensors"


def _from(backbone: Backbone, source: str, seed: int, progress: Progress) -> dict[str, Tensor]:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        network, _ = make_body(backbone.name)
    wanted = network.state_dict()
    if source == NONE:
        return {name: tensor.contiguous() for name, tensor in wanted.items()}
    if source == IMAGENET:
        tensors = published_weights(backbone, progress)
        return {name: tensors[name].contiguous() for name in wanted}
    return _fitting(network, expanded(source), backbone)


def _fitting(network: nn.Module, path: Path, backbone: Backbone) -> dict[str, Tensor]:
    """From a file, what the network has by these names and in these shapes."""
    given = _read(path)
    wanted = network.state_dict()
    if backbone.name == LITE0:
        with contextlib.suppress(ValueError):
            given = converted(given)  # the published names
    for prefix in PREFIXES:
        if len(given.keys() & wanted.keys()) < len(wanted):
            given = {name.removeprefix(prefix): tensor for name, tensor in given.items()}
    wrong = [name for name, tensor in wanted.items() if name not in given or given[name].shape != tensor.shape]
    if wrong:
        more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        raise UsageError(
            "weights.other_network",
            f"The file does not hold the weights of {backbone.name}: {', '.join(wrong[:NAMED])}{more} are "
            "missing or of another shape.",
            where=str(path),
            expected=f"{len(wanted)} tensors with the network's own names",
            fix="choose the --model that these weights belong to",
            path=str(path),
            model=backbone.name,
        )
    return {name: given[name].to(tensor.dtype).contiguous() for name, tensor in wanted.items()}


def _read(path: Path) -> Mapping[str, Tensor]:
    """The tensors in a file, by name. A pickle is opened without running code in it."""
    from safetensors.torch import load_file

    found: Any
    try:
        check_file(path)
        if path.suffix == ".safetensors":
            check_header(path)
            found = load_file(path)
        else:
            found = read_torch(path)
        for inner in ("state_dict", "model"):
            found = found[inner] if isinstance(found.get(inner), Mapping) else found
    except Exception as error:  # torch raises all kinds of errors for what is no file of its own
        raise UsageError(
            "weights.file",
            f"The weights cannot be read: {first_line(error)}",
            where=f"--weights {path}",
            expected="a .safetensors file, or a state dict saved by torch.save",
            fix="use imagenet for the published weights; a torch.save file must hold tensors only",
            path=str(path),
        ) from error
    return {name: tensor for name, tensor in found.items() if isinstance(tensor, Tensor)}
