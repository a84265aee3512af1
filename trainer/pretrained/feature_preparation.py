"""New images as the features that a frozen network gives for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from trainer.data.preparing_source import PreparingSource
from trainer.pretrained.extraction import Extract, features_of


class FeaturePreparation(PreparingSource):
    """`images`, with features (N, width) float32 instead of prepared images.

    Args:
        images: Prepares images for the network.
        extract: Makes the function from images to features; called when the first image arrives.
        width: Number of features per image.

    Attributes:
        input_shape: (width,).
    """

    def __init__(self, images: PreparingSource, extract: Callable[[], Extract], width: int) -> None:
        super().__init__(images.classes, images.image_shape, images.mean, images.std, images.fingerprint)
        self.input_shape = (width,)
        self._make_extract = extract
        self._extract: Extract | None = None

    def prepare(self, images: Any) -> Tensor:
        """Turn images into features; raises what `PreparingSource.prepare` raises.

        Args:
            images: As for `PreparingSource.prepare`.

        Returns:
            Features (N, width), float32.
        """
        prepared = super().prepare(images)
        if self._extract is None:
            self._extract = self._make_extract()
        return features_of(prepared, self._extract, self.input_shape[0])
