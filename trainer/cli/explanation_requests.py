"""Requests of a window about one image: where a model looked, and what it finds similar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainer.analysis.image_explainer import ImageExplainer, OneImage
from trainer.errors import UsageError
from trainer.store.arrays import write_arrays
from trainer.store.folder import RunFolder
from trainer.store.weights_stamp import weights_stamp

Tell = Callable[[str, int, int], None]


def run_explainer(folder: RunFolder, keep: Callable[[str, str, Callable[[], Any]], Any]) -> ImageExplainer:
    """Get the explainer of a run's newest weights.

    Args:
        folder: Folder of the run.
        keep: From a kind, a key and a function that makes it to an object that is kept for later requests.

    Returns:
        The explainer.
    """
    explainer: ImageExplainer = keep("explainer", weights_stamp(folder)[1], lambda: ImageExplainer(folder))
    return explainer


def find_image(explainer: ImageExplainer, images: Sequence[str], split: str, place: int) -> OneImage:
    """Get the image that a request is about.

    Args:
        explainer: Explainer of the run.
        images: Paths; the first one is used. Empty: the image is from the run's data.
        split: "train", "valid" or "test".
        place: Place in the split, from 0.

    Returns:
        The image.

    Raises:
        UsageError: `assist.image`: the request names no image.
    """
    if images:
        return explainer.from_file(images[0])
    if split not in ("train", "valid", "test") or place < 0:
        raise UsageError(
            "assist.image", "No image was given.", expected='"images": one file, or "split" and "place" from 0 on'
        )
    return explainer.from_split(split, place)


def explained(explainer: ImageExplainer, image: OneImage, label: int, out: Path, tell: Tell) -> dict[str, Any]:
    """Write the heat map of an image: `map` (H, W) float32, `pixels` (H, W, 3) uint8 and `probabilities` (classes,).

    Args:
        explainer: Explainer of the run.
        image: The image.
        label: Class to explain; negative: the most likely one.
        out: File to write, .npz.
        tell: Called as `tell("explain", done, total)`.

    Returns:
        The answer, as plain values.

    Raises:
        UsageError: `assist.number`: there is no such class.
        DiskError: The file cannot be written.
    """
    if label >= len(explainer.classes):
        raise UsageError("assist.number", f"label: got {label}.", expected=f"0 to {len(explainer.classes) - 1}")
    found = explainer.saliency(image, label if label >= 0 else None, lambda done, total: tell("explain", done, total))
    write_arrays(out, map=found.values, pixels=image.pixels, probabilities=found.probabilities)
    return {
        "method": str(found.method),
        "label": found.label,
        "predicted": found.predicted,
        "confidence": float(found.probabilities[found.predicted]),
        "true": image.true,
        "path": image.path,
        "weights": explainer.trained.kind,
        "epoch": explainer.trained.epoch,
        "out": str(out),
    }


def similar(explainer: ImageExplainer, image: OneImage, count: int, out: Path, tell: Tell) -> dict[str, Any]:
    """Write the most similar training images: `images` (M, H, W, 3) uint8, those of `neighbors`, then those of
    `of_class`, the nearest of the image's own class.

    Args:
        explainer: Explainer of the run.
        image: The image.
        count: How many neighbours.
        out: File to write, .npz.
        tell: Called as `tell("features", done, total)`.

    Returns:
        The answer, as plain values.

    Raises:
        DataError: As `ImageExplainer.similar`.
        DiskError: The file cannot be written.
    """
    found = explainer.similar(image, count, progress=lambda done, total: tell("features", done, total))
    rows = _rows(found.images, [*found.found.distances, *found.of_class.distances])
    pixels = np.stack([one.pixels for one in found.images]) if rows else np.empty((0, 1, 1, 3), np.uint8)
    write_arrays(out, images=pixels)
    cut = len(found.found.places)
    return {"neighbors": rows[:cut], "of_class": rows[cut:], "out": str(out)}


def _rows(images: Iterable[OneImage], distances: Iterable[float]) -> list[dict[str, Any]]:
    return [
        {"place": one.place, "label": one.true, "distance": float(distance), "path": one.path}
        for one, distance in zip(images, distances, strict=True)
    ]
