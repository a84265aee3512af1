"""What travels along with exported weights: one JSON text. [no torch]"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trainer.data.image_formats import FORMATS
from trainer.events import spell_non_finite
from trainer.store.environment import versions
from trainer.store.versions import VERSIONS

if TYPE_CHECKING:
    from trainer.analysis.trained_model import TrainedModel

KEY = "epochscope"
"""Of the text in the metadata of safetensors and ONNX."""
FILE = "epochscope.json"
"""Of the text among the extra files of .pt and .pt2."""
FORMAT = VERSIONS["export"]
_VERSIONS = ("epochscope", "python", "torch")


def preparation(size: tuple[int, int], channels: int) -> list[dict[str, Any]]:
    """The steps from an image file to raw pixels, in their order, as `trainer.data.decode` takes them.

    `size`: width and height of the result."""
    least = 2 * max(size)
    return [
        {"step": "open", "frame": "first", "formats": list(FORMATS)},
        {"step": "draft", "of": "JPEG", "mode": "RGB", "at_least": [least, least]},
        {"step": "orientation", "from": "EXIF", "upright": True},
        {"step": "bit_depth", "from": 16, "to": 8, "formula": "value * 255 // 65535"},
        {"step": "transparency", "background": [255, 255, 255], "how": "alpha over the background, in 8 bits"},
        {"step": "mode", "mode": "L" if channels == 1 else "RGB", "how": "PIL.Image.convert"},
        {
            "step": "fit",
            "size": list(size),
            "how": "scaled to cover the size, the rest cut off evenly (PIL.ImageOps.fit)",
            "centering": [0.5, 0.5],
            "resample": "bicubic",
            "antialias": True,
        },
    ]


def describe(trained: TrainedModel, *, raw_pixels: bool) -> str:
    """The text: class names in the order of the logits, what the input is, model, run, epoch and versions.

    `raw_pixels`: the file takes uint8 pixels and normalises them itself; else it holds weights of a model that wants
    `(pixels / 255 - mean) / std`. `preparation` lists the steps from an image file to pixels. Plain ASCII, whatever the
    names are made of. `temperature`: the file gives raw logits; softmax(logits / temperature) are the run's calibrated
    probabilities. It is 1 where the run was not calibrated.
    """
    channels, height, width = trained.input_shape
    about: dict[str, Any] = {
        "format": FORMAT,
        "run": trained.run,
        "model": trained.model_name,
        "options": trained.options,
        "classes": list(trained.classes),
        "input": {
            "takes": "raw pixels" if raw_pixels else "normalised pixels",
            "shape": [height, width, channels] if raw_pixels else [channels, height, width],
            "layout": "NHWC" if raw_pixels else "NCHW",
            "dtype": "uint8" if raw_pixels else "float32",
            "mode": "L" if channels == 1 else "RGB",
            "size": [width, height],
            "mean": list(trained.mean),
            "std": list(trained.std),
            "normalised": "(pixels / 255 - mean) / std",
        },
        "preparation": preparation((width, height), channels),
        "weights": trained.kind,
        "temperature": trained.temperature,
        "epoch": trained.epoch,
        "versions": {name: text for name, text in versions().items() if name in _VERSIONS},
    }
    # a plugin's options may hold what TOML knows and JSON does not
    return json.dumps(spell_non_finite(about), allow_nan=False, default=str)
