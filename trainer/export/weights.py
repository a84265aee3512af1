"""Weights without the model: as safetensors and as PyTorch's own format.

`open_weights` builds the model from either of them again, as one that takes raw pixels.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from trainer.analysis.trained_model import Pixels, TrainedModel, find_trained
from trainer.backbones import is_pretrained
from trainer.errors import EpochscopeError
from trainer.export import Facts
from trainer.export.metadata import FILE, KEY, describe
from trainer.export.preprocessing import RawPixels
from trainer.export.verify import Answer, same_text, write_model
from trainer.plugins import MODELS
from trainer.store.folder import RunFolder
from trainer.store.safetensors_file import header_length
from trainer.store.torch_file import check_file, read_torch
from trainer.store.versions import check_version
from trainer.text.text_shortening import first_line

Tensors = Mapping[str, Tensor]
REPOSITORY = "model.safetensors"
"""Name of the weights file in the folder of a model repository."""


def write_safetensors(folder: RunFolder, path: Path) -> Facts:
    """Export the weights by their own names; the description is in the metadata, under `epochscope`.

    Args:
        folder: Folder of the run.
        path: File to write.

    Returns:
        Facts as from `write_model`.

    Raises:
        UsageError: Those of `find_trained`.
        DiskError: As from `write_model`.
    """
    from safetensors.torch import save

    trained = find_trained(folder)
    text = describe(trained, raw_pixels=False)
    data = save(trained.tensors, {"format": "pt", KEY: text})
    return write_model(folder, trained, path, data, _loader(trained, text, read_safetensors), exact=True)


def write_pt(folder: RunFolder, path: Path) -> Facts:
    """Export a state dict: `torch.load(path, weights_only=True)` gives what `load_state_dict` takes.

    The description is one more file of the zip archive that this format is: `extra/epochscope.json`.

    Args:
        folder: Folder of the run.
        path: File to write.

    Returns:
        Facts as from `write_model`.

    Raises:
        UsageError: Those of `find_trained`.
        DiskError: As from `write_model`.
    """
    trained = find_trained(folder)
    text = describe(trained, raw_pixels=False)
    buffer = io.BytesIO()
    torch.save(dict(trained.tensors), buffer)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_extra(archive)), text)
    return write_model(folder, trained, path, buffer.getvalue(), _loader(trained, text, read_pt), exact=True)


def read_safetensors(path: Path) -> tuple[dict[str, Tensor], str | None]:
    """Read an exported .safetensors file; it is closed again.

    Args:
        path: The file.

    Returns:
        Tensors by name, and the description; None if there is none.
    """
    from safetensors.torch import load

    data = path.read_bytes()
    length = header_length(data, len(data))
    header = json.loads(data[8 : 8 + length])
    return load(data), header.get("__metadata__", {}).get(KEY)


def read_pt(path: Path) -> tuple[dict[str, Tensor], str | None]:
    """Read an exported .pt file, on the CPU and without running code in it; it is closed again.

    Args:
        path: The file.

    Returns:
        Tensors by name, and the description; None if there is none.
    """
    tensors: dict[str, Tensor] = read_torch(path)
    with zipfile.ZipFile(path) as archive:
        place = _extra(archive)
        return tensors, archive.read(place).decode("ascii") if place in archive.namelist() else None


def _extra(archive: zipfile.ZipFile) -> str:
    """Path of the extra file in the archive: all files are in one folder, whatever it is called."""
    return f"{archive.namelist()[0].split('/')[0]}/extra/{FILE}"


def _loader(trained: TrainedModel, text: str, read: Any) -> Any:
    def load(path: Path) -> Answer:
        tensors, found = read(path)
        same_text(path, found, text)
        model = trained.model_with(tensors)

        def answer(pixels: Pixels) -> Tensor:
            with torch.no_grad():
                logits: Tensor = model(trained.normalised(pixels))
            return logits

        return answer

    return load


def open_weights(path: str | Path) -> tuple[RawPixels, dict[str, Any]]:
    """Open an exported model: a .safetensors file, a .pt file or a folder for Hugging Face.

    Args:
        path: The file or folder.

    Returns:
        The model, from raw pixels to raw logits, in evaluation mode; and its description, among it `classes` and
        `temperature`, by which logits are divided for calibrated probabilities.

    Raises:
        ValueError: The file was not made by `epochscope export`.
        NewerVersionError: It was made by a newer version with another format.
        UsageError: Its model is not installed.
    """
    path = Path(path)
    path = path / REPOSITORY if path.is_dir() else path
    try:
        check_file(path)
        tensors, text = (read_pt if zipfile.is_zipfile(path) else read_safetensors)(path)
        if text is None:
            raise ValueError("it does not say which model it holds")
        about: dict[str, Any] = json.loads(text)
        check_version("export", about.get("format", 1), path)
        return _built(about, tensors), about
    except EpochscopeError:
        raise
    except Exception as error:  # what others have written may be wrong in any way
        raise ValueError(f"{path} was not made by `epochscope export`: {first_line(error)}") from error


def _built(about: Mapping[str, Any], tensors: Tensors) -> RawPixels:
    """The model of a description, with its weights. It is built for real only if it has the shapes of the tensors: a
    description of a few bytes may ask for any amount of memory."""
    from trainer.models import build_model

    channels, height, width = about["input"]["shape"]
    made = partial(build_model, about["model"], (channels, height, width), len(about["classes"]), about["options"])
    if about["model"] in MODELS or is_pretrained(about["model"]):  # a plugin may need memory to be built
        with torch.device("meta"):
            shapes = {name: tensor.shape for name, tensor in made().state_dict().items()}
        if shapes != {name: tensor.shape for name, tensor in tensors.items()}:
            raise ValueError(f"its tensors are not those of {about['model']}")
    model = made()
    model.load_state_dict(tensors)
    return RawPixels(model.eval(), about["input"]["mean"], about["input"]["std"])
