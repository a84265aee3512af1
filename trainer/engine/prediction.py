"""Classes for images the model has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from trainer.data.inputs import inputs_of, is_nested
from trainer.data.loaders import DataSource, PreparesImages
from trainer.engine.module_modes import evaluating
from trainer.engine.precision import Forward
from trainer.errors import UsageError
from trainer.models import floating_type

if TYPE_CHECKING:
    import pandas as pd


def predict(
    model: nn.Module, forward: Forward, feed: DataSource, classes: tuple[str, ...], device: torch.device, images: Any
) -> pd.DataFrame:
    """A row per image: `class`, `confidence` in [0, 1], then the probability of every class by its name.

    `images`: float tensor (N, ...) as the model takes it, several as a tuple or a mapping, or whatever `feed.prepare`
    takes. `forward`: how they become logits. Raises UsageError where the data cannot prepare images, DataError naming
    those that cannot be read.
    """
    import pandas as pd

    if is_nested(images) and not isinstance(feed, PreparesImages):
        images = inputs_of(images)
    elif not (isinstance(images, torch.Tensor) and images.is_floating_point()):
        if not isinstance(feed, PreparesImages):
            raise UsageError(
                "predict.images",
                f"Own loaders cannot turn {type(images).__name__} into what the model takes.",
                expected="a float tensor of images as the loader yields them",
                mend="transform the images as the training data were, then call predict again",
            )
        images = feed.prepare(images)
    with evaluating(model), torch.no_grad():
        probabilities = forward(images.to(device).to(floating_type(model))).softmax(1).cpu()
    confidence, index = probabilities.max(1)
    table = pd.DataFrame({"class": [classes[i] for i in index.tolist()], "confidence": confidence.numpy()})
    return pd.concat([table, pd.DataFrame(probabilities.numpy(), columns=list(classes))], axis=1)
