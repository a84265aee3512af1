"""What travels along with exported weights: one JSON text. [no torch]"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trainer.events import spell_non_finite
from trainer.store.environment import versions
from trainer.store.versions import VERSIONS

if TYPE_CHECKING:
    from trainer.export.trained_model import TrainedModel

KEY = "epochscope"
"""Of the text in the metadata of safetensors and ONNX."""
FILE = "epochscope.json"
"""Of the text among the extra files of .pt and .pt2."""
FORMAT = VERSIONS["export"]
_VERSIONS = ("epochscope", "python", "torch")


def describe(trained: TrainedModel, *, raw_pixels: bool) -> str:
    """The text: class names in the order of the logits, what the input is, model, run, epoch and versions.

    `raw_pixels`: the file takes uint8 pixels and normalises them itself; else it holds weights of a model that wants
    `(pixels / 255 - mean) / std`. Plain ASCII, whatever the names are made of.
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
        "weights": trained.kind,
        "epoch": trained.epoch,
        "versions": {name: text for name, text in versions().items() if name in _VERSIONS},
    }
    # a plugin's options may hold what TOML knows and JSON does not
    return json.dumps(spell_non_finite(about), allow_nan=False, default=str)
