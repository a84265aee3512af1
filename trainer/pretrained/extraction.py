"""Images through a network without training it, as fast as this machine can."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.models.feature_network import FeatureNetwork
from trainer.store.process import usable_cores

CHUNK = 64
"""Images that go through the network at a time."""
AT_ONCE = 8
"""Of these on one core: a few images' maps stay in its cache. On 2 cores two single threads with 8 images each take 500
images of 128x128 a second where one call with 64 and two threads takes 380 (torch: 125)."""
OPSET, OPSET_OF_TRANSFORMERS = 10, 14
"""Of the graph: in 10 the padding is part of the operation, so that ONNX Runtime can join it with the convolution
behind it (500 instead of 400 images a second). Transformers cannot be said in it, and torch prints a hundred thousand
letters where it fails, past Python: it must not be tried."""
CLOSE = 1e-3
"""How far ONNX Runtime may differ from torch, as part of the largest feature."""
CLOSE_IN_HALF = 1e-2
"""How far half precision may: ten times its rounding. Softmax regression gives the same verdicts where none is that
close."""

Extract = Callable[[Tensor], NDArray[np.float32]]
"""Normalised images (N, C, H, W) to features (N, width)."""


def features_of(images: Tensor, extract: Extract, width: int) -> Tensor:
    """Of any number of normalised images, a chunk at a time: float32 (N, width), where the images are."""
    if not len(images):
        return torch.empty(0, width, device=images.device)
    found = np.concatenate([extract(some) for some in images.split(CHUNK)])
    return torch.from_numpy(found).to(images.device)


def make_extractor(network: FeatureNetwork, shape: tuple[int, int, int], device: torch.device) -> Extract:
    """The fastest way for images of this `shape` (C, H, W): on a CPU ONNX Runtime, which takes a quarter of the time of
    torch, where it is installed and gives the same features; else torch, on CUDA in half precision where that is
    close."""
    network = network.eval().to(device)
    if device.type == "cpu" and find_spec("onnxruntime") is not None and find_spec("onnx") is not None:
        extract = _by_onnxruntime(network, shape)
        if extract is not None:
            return extract
    if device.type != "cuda":
        return _by_torch(network, device, half=False)
    network = network.to(memory_format=torch.channels_last)
    full, half = (_by_torch(network, device, half=choice) for choice in (False, True))
    example = _example(shape)
    return half if _close(half(example), full(example), CLOSE_IN_HALF) else full


def _by_torch(network: FeatureNetwork, device: torch.device, *, half: bool) -> Extract:
    def extract(images: Tensor) -> NDArray[np.float32]:
        with torch.inference_mode(), torch.autocast(device.type, torch.float16, enabled=half):
            features: NDArray[np.float32] = network(images.to(device)).float().cpu().numpy()
        return features

    return extract


def _example(shape: tuple[int, int, int]) -> Tensor:
    return torch.rand(2, *shape, generator=torch.Generator().manual_seed(0)) * 2 - 1


def _close(found: NDArray[np.float32], wanted: NDArray[np.float32], part: float) -> bool:
    """False also where something is not finite."""
    return bool(np.abs(found - wanted).max() <= part * np.abs(wanted).max())


def _by_onnxruntime(network: FeatureNetwork, shape: tuple[int, int, int]) -> Extract | None:
    """None where the network cannot be said in ONNX, or would say something else there."""
    attention = any("Attention" in type(module).__name__ for module in network.modules())
    session = _checked(network, shape, OPSET_OF_TRANSFORMERS if attention else OPSET)
    if session is None:
        return None

    def few(images: Tensor) -> NDArray[np.float32]:
        features: NDArray[np.float32] = session.run(None, {"images": images.numpy()})[0]
        return features

    def extract(images: Tensor) -> NDArray[np.float32]:
        with ThreadPoolExecutor(usable_cores()) as pool:
            return np.concatenate(list(pool.map(few, images.split(AT_ONCE))))

    return extract


def _checked(network: FeatureNetwork, shape: tuple[int, int, int], opset: int) -> Any:
    """A session that gives what the network gives, or None."""
    example = _example(shape)
    try:
        session = _session(_graph(network, example, opset))
        found = session.run(None, {"images": example.numpy()})[0]
    except Exception:  # exporter and runtime raise all kinds of errors; torch does the same work
        return None
    with torch.inference_mode():
        wanted = network(example).numpy()
    return session if _close(found, wanted, CLOSE) else None


def _graph(network: FeatureNetwork, example: Tensor, opset: int) -> bytes:
    """By the older of torch's two exporters: it takes 0.7 s here, the newer one 10 s (torch 2.15, 2 cores)."""
    buffer = io.BytesIO()
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # attention as one operation, which no opset has
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            torch.onnx.export(
                network,
                (example,),
                buffer,  # type: ignore[arg-type]  # a file object is taken, too
                dynamo=False,
                input_names=["images"],
                output_names=["features"],
                dynamic_axes={"images": {0: "n"}, "features": {0: "n"}},
                opset_version=opset,
            )
        finally:
            torch.backends.mha.set_fastpath_enabled(fast)
    return buffer.getvalue()


def _session(graph: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
