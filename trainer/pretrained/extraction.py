"""Features of images from a network that is not trained, as fast as this machine can."""

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
from trainer.pretrained.onnx_runtime import load_onnxruntime
from trainer.store.process import usable_cores

CHUNK = 64
"""Images that go through the network together."""
AT_ONCE = 8
"""Images per thread: the maps of a few images stay in a core's cache. On 2 cores, two threads with 8 images each reach
500 images/s (128x128); one call with 64 images and two threads reaches 380, torch 125."""
OPSET, OPSET_OF_TRANSFORMERS = 10, 14
"""ONNX opset of the graph. In 10 the padding is part of the operation, so ONNX Runtime can fuse it with the convolution
after it (500 instead of 400 images/s). Transformers cannot be expressed in it; it must not be tried for them, since
torch prints a hundred thousand characters when it fails, bypassing Python."""
CLOSE = 1e-3
"""Largest difference between ONNX Runtime and torch, relative to the largest feature."""
CLOSE_IN_HALF = 1e-2
"""The same for half precision: ten times its rounding error. Softmax regression then predicts the same classes unless
two are that close."""

Extract = Callable[[Tensor], NDArray[np.float32]]
"""From normalised images (N, C, H, W) float32 to features (N, width) float32."""


def features_of(images: Tensor, extract: Extract, width: int) -> Tensor:
    """Extract the features of any number of images, `CHUNK` at a time.

    Args:
        images: Normalised images (N, C, H, W), float32.
        extract: From images to features.
        width: Number of features per image.

    Returns:
        Features (N, width), float32, on the device of `images`.
    """
    if not len(images):
        return torch.empty(0, width, device=images.device)
    found = np.concatenate([extract(some) for some in images.split(CHUNK)])
    return torch.from_numpy(found).to(images.device)


def make_extractor(network: FeatureNetwork, shape: tuple[int, int, int], device: torch.device) -> Extract:
    """Choose the fastest way to extract features.

    On a CPU this is ONNX Runtime (about a quarter of torch's time), if it is installed and gives the same features;
    else torch. CUDA uses half precision where the features agree within `CLOSE_IN_HALF`.

    Args:
        network: The network; it is put into evaluation mode and moved to `device`.
        shape: Shape of an image: (C, H, W).
        device: Where to compute.

    Returns:
        From normalised images to features.
    """
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
    onnxruntime = load_onnxruntime()

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
