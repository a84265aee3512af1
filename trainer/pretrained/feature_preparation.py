"""New images to the features that a frozen network gives of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from trainer.data.preparing_source import PreparingSource
from trainer.pretrained.extraction import Extract, features_of


class FeaturePreparation(PreparingSource):
    """As `images`, with features, float32 (N, width), in place of the images. `extract`: what makes the function from
    images to features, called when there is the first one."""

    def __init__(self, images: PreparingSource, extract: Callable[[], Extract], width: int) -> None:
        super().__init__(images.classes, images.image_shape, images.mean, images.std, images.fingerprint)
        self.input_shape = (width,)
        self._make_extract = extract
        self._extract: Extract | None = None

    def prepare(self, images: Any) -> Tensor:
        """Float32 (N, width). Raises as `PreparingSource.prepare`."""
        prepared = super().prepare(images)
        if self._extract is None:
            self._extract = self._make_extract()
        return features_of(prepared, self._extract, self.input_shape[0])
