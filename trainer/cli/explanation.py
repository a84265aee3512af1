"""`explain`: where a model looked in an image, and the training images that it finds similar."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import note, say, say_json, table
from trainer.errors import DataError, UsageError
from trainer.plotting.heat_overlay import Method, overlay
from trainer.plotting.png import png_bytes
from trainer.store.folder import find_run, runs_root
from trainer.store.output_file import check_output, write_output

if TYPE_CHECKING:
    from trainer.analysis.image_explainer import ImageExplainer, OneImage, Similar
    from trainer.analysis.saliency import Saliency

METHODS = {
    Method.LINEAR: "weight times pixel, exact",
    Method.CAM: "class activation map, exact",
    Method.GRADCAM: "Grad-CAM",
    Method.OCCLUSION: "occlusion: how much confidence is lost when a part is covered",
}
SIDE, GAP = 384, 8
"""Pixels of each half of the picture, at least, and between the halves."""


def explain(
    run: RunName,
    image: Annotated[Path, Parameter(help="An image file.", metavar="IMAGE")],
    /,
    *,
    class_: Annotated[
        str | None, Parameter(name="--class", help="Class to explain [default: the most likely one].", metavar="NAME")
    ] = None,
    out: Annotated[
        Path | None, Parameter(help="Write the image and its heat map to this file (PNG).", metavar="FILE")
    ] = None,
    neighbors: Annotated[int, Parameter(help="Similar training images to list; 0 for none.", metavar="N")] = 5,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Show where a run's best weights looked in an image, and the training images they find most similar.

    The method depends on the model: weight times pixel for a linear model, a class activation map (Zhou et al. 2016)
    for a linear layer on averaged feature maps (both exact), Grad-CAM (Selvaraju et al. 2017) for other convolutional
    networks, and occlusion (Zeiler and Fergus 2014) for all others. Similar images are the nearest in the model's
    feature space (Euclidean distance); finding them needs the training images, the heat map does not.
    """
    folder = find_run(runs_root(runs), run)
    _check(neighbors)
    check_output(out)
    from trainer.analysis.image_explainer import ImageExplainer

    explainer = ImageExplainer(folder)
    label = explainer.label(class_) if class_ is not None else None
    shown = explainer.from_file(image)
    found = explainer.saliency(shown, label)
    similar, reason = _similar(explainer, shown, neighbors)
    if out is not None:
        write_output(out, _picture(shown, found))
    if json:
        say_json({"run": folder.path, **_document(explainer, found, out), "neighbors": _rows(explainer, similar)})
    else:
        _show(explainer, found, similar, out)
    if reason:
        note(f"no similar images: {reason}")
    return 0


def _check(neighbors: int) -> None:
    if neighbors < 0:
        raise UsageError(
            "explain.neighbors", f"got {neighbors}.", where="--neighbors", expected="a whole number of at least 0"
        )


def _similar(explainer: ImageExplainer, shown: OneImage, count: int) -> tuple[Similar | None, str]:
    """None, and the reason, where the training images are not there."""
    if not count:
        return None, ""
    try:
        return explainer.similar(shown, count), ""
    except (DataError, UsageError) as error:
        return None, error.what


def _document(explainer: ImageExplainer, found: Saliency, out: Path | None) -> dict[str, Any]:
    names, chances = explainer.classes, found.probabilities
    return {
        "class": names[found.predicted],
        "confidence": float(chances[found.predicted]),
        "explained": {"class": names[found.label], "probability": float(chances[found.label])},
        "method": str(found.method),
        "weights": explainer.trained.kind,
        "epoch": explainer.trained.epoch,
        "out": out.absolute() if out is not None else None,
    }


def _rows(explainer: ImageExplainer, similar: Similar | None) -> list[dict[str, Any]] | None:
    if similar is None:
        return None
    pairs = zip(similar.found.distances.tolist(), similar.images, strict=False)
    return [
        {"distance": distance, "class": explainer.classes[one.true], "place": one.place, "image": one.path}
        for distance, one in pairs
    ]


def _show(explainer: ImageExplainer, found: Saliency, similar: Similar | None, out: Path | None) -> None:
    names, chances = explainer.classes, found.probabilities
    say(f"{names[found.predicted]}, confidence {chances[found.predicted]:.3f}")
    say(f"heat map for {names[found.label]} ({chances[found.label]:.3f}): {METHODS[found.method]}")
    if out is not None:
        say(f"written to {out}")
    if rows := _rows(explainer, similar):
        lines = [(f"{row['distance']:.3g}", row["class"], row["image"] or f"image {row['place'] + 1}") for row in rows]
        say(
            "",
            *table(
                ("distance", "class", "most similar training image"),
                lines,
                left=("class", "most similar training image"),
            ),
        )


def _picture(shown: OneImage, found: Saliency) -> bytes:
    """The image, and beside it the same with its heat map, as a PNG file: small images are enlarged."""
    import numpy as np
    from PIL import Image

    height, width = found.values.shape
    factor = max(1, -(-SIDE // max(height, width)))
    size = (width * factor, height * factor)
    plain = np.asarray(Image.fromarray(shown.pixels).resize(size, Image.Resampling.NEAREST))
    values = np.asarray(Image.fromarray(found.values).resize(size, Image.Resampling.BILINEAR))
    gap = np.full((size[1], GAP, 3), 255, np.uint8)
    return png_bytes(np.hstack([plain, gap, overlay(plain, values)]))
