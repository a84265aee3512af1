"""The description that travels with exported weights: one JSON text. [no torch]"""

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
"""Key of the text in the metadata of safetensors and ONNX."""
FILE = "epochscope.json"
"""Name of the text among the extra files of .pt and .pt2."""
FORMAT = VERSIONS["export"]
_VERSIONS = ("epochscope", "python", "torch")


def preparation(size: tuple[int, int], channels: int) -> list[dict[str, Any]]:
    """List the steps from an image file to raw pixels, in order, as `trainer.data.decode` does them.

    Args:
        size: Width and height of the result in pixels.
        channels: 1 (greyscale) or 3 (RGB).

    Returns:
        A mapping per step; `step` is its name, the rest its parameters.
    """
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
    """Describe a trained model: classes in the order of the logits, input, preparation, model, run, epoch, versions.

    `temperature` is for calibrated probabilities: softmax(logits / temperature); 1 for a run that was not calibrated.

    Args:
        trained: The model.
        raw_pixels: True: the file takes uint8 pixels and normalises them itself. False: it holds the weights of a model
            that takes `(pixels / 255 - mean) / std`.

    Returns:
        JSON, plain ASCII whatever the class names are.
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
