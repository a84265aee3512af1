"""The whole model as a graph, from raw pixels to logits: torch.export and ONNX."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.export import Dim

from trainer.analysis.trained_model import Pixels, TrainedModel, find_trained
from trainer.errors import UsageError
from trainer.export import Facts
from trainer.export.metadata import FILE, KEY, describe
from trainer.export.preprocessing import RawPixels
from trainer.export.verify import Answer, same_text, write_model
from trainer.pretrained.onnx_runtime import load_onnxruntime
from trainer.store.folder import RunFolder
from trainer.text.text_shortening import first_line
from trainer.torch_internals import forget_example

ONNX_PACKAGES = ("onnx", "onnxscript", "onnxruntime")
TRACED = 2
"""Images that a graph is traced with; it then takes any number."""
INPUT, OUTPUT, BATCH = "pixels", "logits", "images"


def write_pt2(folder: RunFolder, path: Path) -> Facts:
    """Export the model with torch.export; `epochscope.json` inside describes it. The file contains no pickle.

    Args:
        folder: Folder of the run.
        path: File to write.

    Returns:
        Facts as from `write_model`.

    Raises:
        UsageError: `export.failed`: the model cannot be traced; those of `find_trained`.
        DiskError: As from `write_model`.
    """
    trained = find_trained(folder)
    text = describe(trained, raw_pixels=True)
    data = _made("pt2", lambda: _pt2(trained, text))

    def load(temp: Path) -> Answer:
        extra = {FILE: ""}
        program = torch.export.load(io.BytesIO(temp.read_bytes()), extra_files=extra)
        same_text(path, extra[FILE], text)
        module = program.module()

        def answer(pixels: Pixels) -> Tensor:
            with torch.no_grad():
                logits: Tensor = module(torch.from_numpy(pixels))
            return logits

        return answer

    return write_model(folder, trained, path, data, load, exact=False)


def write_onnx(folder: RunFolder, path: Path) -> Facts:
    """Export the model with torch.onnx, and check it with ONNX Runtime on the CPU.

    Its input is called `pixels`, its output `logits`; the description is in the metadata, under `epochscope`.

    Args:
        folder: Folder of the run.
        path: File to write.

    Returns:
        Facts as from `write_model`.

    Raises:
        UsageError: `onnx.missing`; `export.failed`: the model cannot be traced; those of `find_trained`.
        DiskError: As from `write_model`.
    """
    require_onnx()
    trained = find_trained(folder)
    text = describe(trained, raw_pixels=True)
    data = _made("onnx", lambda: _onnx(trained, text))

    def load(temp: Path) -> Answer:
        onnxruntime = load_onnxruntime()

        session = onnxruntime.InferenceSession(temp.read_bytes(), providers=["CPUExecutionProvider"])
        same_text(path, session.get_modelmeta().custom_metadata_map.get(KEY), text)
        return lambda pixels: torch.from_numpy(session.run([OUTPUT], {INPUT: pixels})[0])

    return write_model(folder, trained, path, data, load, exact=False)


def require_onnx() -> None:
    """Check that the packages for ONNX are installed.

    Raises:
        UsageError: `onnx.missing`, with the names of those that are not.
    """
    missing = [name for name in ONNX_PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(
            "onnx.missing",
            f"ONNX needs packages that are not installed: {', '.join(missing)}.",
            where="--format onnx",
            fix="pip install 'epochscope[onnx]'",
            packages=", ".join(missing),
        )


def _pt2(trained: TrainedModel, text: str) -> bytes:
    model, example, shapes = _traced(trained)
    program = torch.export.export(model, example, dynamic_shapes=shapes)
    forget_example(program)
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={FILE: text})
    return buffer.getvalue()


def _onnx(trained: TrainedModel, text: str) -> bytes:
    model, example, shapes = _traced(trained)
    program = torch.onnx.export(
        model,
        example,
        dynamo=True,
        dynamic_shapes=shapes,
        input_names=[INPUT],
        output_names=[OUTPUT],
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props[KEY] = text
    data: bytes = program.model_proto.SerializeToString()
    return data


def _traced(trained: TrainedModel) -> tuple[RawPixels, tuple[Tensor, ...], Any]:
    """Model, example of its arguments, and which dimension of them is free."""
    channels, height, width = trained.input_shape
    # weights in the layout that is quick on a CPU are no plain tensors: torch.export would warn, and store them anyway
    model = RawPixels(trained.plain_model(trained.tensors), trained.mean, trained.std).eval()
    example = torch.zeros(TRACED, height, width, channels, dtype=torch.uint8)
    return model, (example,), {INPUT: {0: Dim(BATCH, min=1)}}


def _made(name: str, make: Callable[[], bytes]) -> bytes:
    """What `make` gives. Raises UsageError `export.failed` where the model cannot be traced, as one of a plugin."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are about the exporter's own insides
            return make()
    except Exception as error:  # a tracer raises all kinds of errors
        reason = first_line(f"{type(error).__name__}: {error}")
        raise UsageError(
            "export.failed",
            f"The model cannot be exported as {name}: {reason}",
            where=f"--format {name}",
            fix="export its weights: --format safetensors",
            format=name,
            reason=reason,
        ) from error
