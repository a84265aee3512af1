"""`predict`: classes of image files, on the screen, in a table, or as folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import note, say, say_json, table
from trainer.csv_text import csv_bytes, csv_text
from trainer.data.image_formats import FORMATS
from trainer.data.image_search import FoundImages, find_images
from trainer.errors import DataError, UsageError
from trainer.store import durable
from trainer.store.folder import default_root, find_run

if TYPE_CHECKING:
    from trainer.data.image_set import Fault
    from trainer.data.validation import FaultyDataError
    from trainer.trainer import Trainer

TOP = 3
PIECE = 512
"""Images that are in memory at a time."""
UNSURE, UNNAMED = "unsure", "without a suffix"


def predict(
    run: RunName,
    image: Annotated[tuple[str, ...], Parameter(help="Image files, or folders of them.", metavar="IMAGE...")],
    /,
    *,
    csv: Annotated[Path | None, Parameter(help="Write a table of all images to this file.", metavar="FILE")] = None,
    sort_into: Annotated[
        Path | None, Parameter(help="Copy each image into a folder of its class in this one.", metavar="DIR")
    ] = None,
    unsure: Annotated[
        float, Parameter(help="Set images aside whose confidence is below this.", metavar="P", show_default=False)
    ] = 0.0,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Classes of image files, with the confidence of the best weights and the three likeliest classes.

    Images are brought to the model's size as the training images were. Those that cannot be read are named (exit 5).
    Of a folder all images are taken, those of its sub-folders as well. --csv has the three likeliest classes of each.
    --sort-into copies and never overwrites; images that are set aside by --unsure go to DIR/unsure.
    """
    folder = find_run(runs or default_root(), run)
    _check(unsure)
    found = _found(image)
    from trainer.launch import load_trained

    trainer, weights = load_trained(folder)
    rows, faults = predictions(trainer, found.images)
    for row in rows:
        row["unsure"] = row["confidence"] < unsure
    if csv is not None:
        durable.write_bytes(csv, csv_bytes(_csv(rows)), mode=0o666)
    counts = _sorted_into(sort_into, rows, trainer.classes) if sort_into is not None else {}
    if json:
        say_json({"run": folder.path, "weights": weights, "images": rows, "unreadable": as_faults(faults)})
    elif csv is None and sort_into is None:
        _show(rows)
    else:
        _sum_up(rows, csv, sort_into, counts)
    if found.left_out:
        note(f"no images: {', '.join(f'{number} {suffix or UNNAMED}' for suffix, number in found.left_out.items())}")
    if faults is not None:
        raise faults
    return 0


def _check(unsure: float) -> None:
    if not 0 <= unsure <= 1:
        raise UsageError(
            "predict.unsure",
            f"{unsure:g} is not a confidence.",
            where="--unsure",
            expected="a number from 0 to 1",
            mend="--unsure 0.6 sets aside what the model is less than 60 % sure of",
            value=unsure,
        )


def _found(paths: Sequence[str]) -> FoundImages:
    found = find_images(paths)
    if not found.images:
        raise DataError(
            "data.no_images",
            "there are no images in the folder",
            where=", ".join(paths),
            expected=f"files of these formats: {', '.join(FORMATS)}",
            mend="give image files, or a folder of them",
            path=", ".join(paths),
        )
    return found


def _show(rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        heads = ("image", "class", "confidence", f"likeliest {TOP}")
        lines = [(row["image"], _verdict(row), f"{row['confidence']:.3f}", _likeliest(row)) for row in rows]
        say(*table(heads, lines, left=("image", "class", heads[-1])))


def _sum_up(rows: Sequence[dict[str, Any]], csv: Path | None, target: Path | None, counts: Mapping[str, int]) -> None:
    """What was written, and how many images there are of each class."""
    classes = Counter(_verdict(row) for row in rows)
    say(*table(("class", "images"), [(name, f"{number:,}") for name, number in classes.most_common()], left=("class",)))
    if csv is not None:
        say(f"{csv}: {len(rows):,} images")
    if target is not None:
        say(f"{target}: {sum(counts.values()):,} images in {len(counts)} folders")


def _verdict(row: dict[str, Any]) -> str:
    return f"({UNSURE}: {row['class']}?)" if row["unsure"] else str(row["class"])


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    places = range(2, TOP + 1)
    more = [f"{name}_{place}" for place in places for name in ("class", "confidence")]
    heads = ["image", "class", "confidence", "unsure", *more]
    lines = []
    for row in rows:
        others = [value for entry in row["top"][1:] for value in (entry["class"], entry["probability"])]
        empty = [""] * (2 * len(places) - len(others))
        lines.append([row["image"], row["class"], row["confidence"], str(row["unsure"]).lower(), *others, *empty])
    return csv_text(heads, lines)


def _sorted_into(target: Path, rows: Sequence[dict[str, Any]], classes: Sequence[str]) -> dict[str, int]:
    from trainer.export.class_folders import copy_into

    aside = UNSURE
    while aside in classes:
        aside += "_"
    return copy_into(target, [(row["image"], aside if row["unsure"] else row["class"]) for row in rows])


def _likeliest(row: dict[str, Any]) -> str:
    return ", ".join(f"{entry['class']} {entry['probability']:.2f}" for entry in row["top"])


def as_faults(error: FaultyDataError | None) -> list[dict[str, str]]:
    """The images that cannot be read, for JSON."""
    faults = error.faults if error is not None else ()
    return [{"image": fault.path, "code": fault.code, "reason": fault.reason} for fault in faults]


def predictions(trainer: Trainer, images: Sequence[str]) -> tuple[list[dict[str, Any]], FaultyDataError | None]:
    """A row per readable image, and the error that names the others."""
    from trainer.data.validation import FaultyDataError

    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for start in range(0, len(images), PIECE):
        some, faulty = _predictions(trainer, images[start : start + PIECE])
        rows += some
        faults += faulty.faults if faulty is not None else ()
        if start + PIECE < len(images):
            note(f"{start + PIECE:,} of {len(images):,} images")
    if not faults:
        return rows, None
    return rows, FaultyDataError("data.unreadable", "images cannot be read", faults, mend="leave them out")


def _predictions(trainer: Trainer, images: Sequence[str]) -> tuple[list[dict[str, Any]], FaultyDataError | None]:
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
