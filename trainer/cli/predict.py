"""`predict`: classes of image files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import say, say_json, table
from trainer.store.folder import default_root, find_run

if TYPE_CHECKING:
    from trainer.data.validation import FaultyDataError
    from trainer.trainer import Trainer

TOP = 3


def predict(
    run: RunName,
    image: Annotated[tuple[str, ...], Parameter(help="Image files.", metavar="IMAGE...")],
    /,
    *,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Classes of image files, with the confidence of the best weights and the three likeliest classes.

    Images are brought to the model's size as the training images were. Those that cannot be read are named (exit 5).
    """
    folder = find_run(runs or default_root(), run)
    from trainer.launch import load_trained

    trainer, weights = load_trained(folder)
    rows, faults = predictions(trainer, image)
    if json:
        say_json({"run": folder.path, "weights": weights, "images": rows, "unreadable": as_faults(faults)})
    elif rows:
        heads = ("image", "class", "confidence", f"likeliest {TOP}")
        lines = [(row["image"], row["class"], f"{row['confidence']:.3f}", _likeliest(row)) for row in rows]
        say(*table(heads, lines, left=("image", "class", heads[-1])))
    if faults is not None:
        raise faults
    return 0


def _likeliest(row: dict[str, Any]) -> str:
    return ", ".join(f"{entry['class']} {entry['probability']:.2f}" for entry in row["top"])


def as_faults(error: FaultyDataError | None) -> list[dict[str, str]]:
    """The images that cannot be read, for JSON."""
    faults = error.faults if error is not None else ()
    return [{"image": fault.path, "code": fault.code, "reason": fault.reason} for fault in faults]


def predictions(trainer: Trainer, images: Sequence[str]) -> tuple[list[dict[str, Any]], FaultyDataError | None]:
    """A row per readable image, and the error that names the others."""
    from trainer.data.validation import FaultyDataError

    faulty = None
    try:
        found = trainer.predict(list(images))
    except FaultyDataError as error:
        faulty = error
        bad = {fault.path for fault in error.faults}
        images = [image for image in images if image not in bad]
        if not images:
            return [], faulty
        found = trainer.predict(list(images))
    names = trainer.classes
    rows = []
    for image, values in zip(images, found.to_numpy()[:, 2:], strict=True):
        likeliest = sorted(range(len(names)), key=lambda place: -values[place])[:TOP]
        top = [{"class": names[place], "probability": float(values[place])} for place in likeliest]
        rows.append({"image": image, "class": top[0]["class"], "confidence": top[0]["probability"], "top": top})
    return rows, faulty
