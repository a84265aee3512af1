"""`predict`: classifies image files, on the screen, as a table, or into folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import note, say, say_json, table
from trainer.data.image_search import FoundImages, find_images, needs_images
from trainer.errors import UsageError
from trainer.export.prediction_table import TOP, prediction_csv
from trainer.store.folder import find_run, runs_root
from trainer.store.output_file import check_output, write_output
from trainer.text.csv_text import csv_bytes
from trainer.text.number_format import counted

if TYPE_CHECKING:
    from trainer.data.image_set import Fault
    from trainer.data.validation import FaultyDataError
    from trainer.trainer import Trainer

PIECE = 512
"""Images in memory at a time."""
UNSURE, UNNAMED = "unsure", "without a suffix"


def predict(
    run: RunName,
    image: Annotated[tuple[str, ...], Parameter(help="Image files, or folders of them.", metavar="IMAGE...")],
    /,
    *,
    csv: Annotated[Path | None, Parameter(help="Write a table of all images to this file.", metavar="FILE")] = None,
    sort_into: Annotated[
        Path | None,
        Parameter(help="Copy each image into a sub-folder of this one, named after its class.", metavar="DIR"),
    ] = None,
    unsure: Annotated[
        float, Parameter(help="Set aside images with a confidence below this.", metavar="P", show_default=False)
    ] = 0.0,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Classify images with the best weights of a run: the three most likely classes and their confidence.

    Images are resized as the training images were. Those that cannot be read are listed (exit 5). Confidences are
    calibrated with the temperature from the run's evaluation. A folder stands for all images in it and its sub-folders.
    --csv has the three most likely classes of each image. --sort-into copies, and never overwrites; images set aside by
    --unsure go to DIR/unsure.
    """
    folder = find_run(runs_root(runs), run)
    _check(unsure)
    check_output(csv)
    found = _found(image)
    from trainer.inference import load_for_images

    loaded = load_for_images(folder)
    trainer = loaded.trainer
    rows, faults = predictions(trainer, found.images)
    if faults is not None and not rows and not json:
        raise faults
    for row in rows:
        row["unsure"] = row["confidence"] < unsure
    if csv is not None:
        write_output(csv, csv_bytes(prediction_csv(rows)))
    counts = _sorted_into(sort_into, rows, trainer.classes) if sort_into is not None else {}
    if json:
        about = {"run": folder.path, "weights": loaded.weights, "temperature": trainer.temperature}
        say_json({**about, "images": rows, "unreadable": as_faults(faults)})
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
            fix="--unsure 0.6 sets aside what the model is less than 60 % sure of",
            value=unsure,
        )


def _found(paths: Sequence[str]) -> FoundImages:
    return needs_images(find_images(paths), ", ".join(paths))


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
        say(f"{csv}: {counted(len(rows), 'image')}")
    if target is not None:
        say(f"{target}: {counted(sum(counts.values()), 'image')} in {counted(len(counts), 'folder')}")


def _verdict(row: dict[str, Any]) -> str:
    return f"({UNSURE}: {row['class']}?)" if row["unsure"] else str(row["class"])


def _sorted_into(target: Path, rows: Sequence[dict[str, Any]], classes: Sequence[str]) -> dict[str, int]:
    from trainer.export.class_folders import copy_into

    aside = aside_name(classes)
    images = [(row["image"], aside if row["unsure"] else row["class"]) for row in rows]
    return copy_into(target, images, [*classes, aside])


def aside_name(classes: Sequence[str]) -> str:
    """Name the folder for images that are set aside, different from all classes.

    Args:
        classes: Class names.

    Returns:
        Name of the folder.
    """
    aside = UNSURE
    while aside in classes:
        aside += "_"
    return aside


def _likeliest(row: dict[str, Any]) -> str:
    return ", ".join(f"{entry['class']} {entry['probability']:.2f}" for entry in row["top"])


def as_faults(error: FaultyDataError | None) -> list[dict[str, str]]:
    """Turn unreadable images into plain values.

    Args:
        error: The error that names them. None: there are none.

    Returns:
        Values for JSON.
    """
    faults = error.faults if error is not None else ()
    return [{"image": fault.path, "code": fault.code, "reason": fault.reason} for fault in faults]


def predictions(trainer: Trainer, images: Sequence[str]) -> tuple[list[dict[str, Any]], FaultyDataError | None]:
    """Classify image files, a few at a time.

    Args:
        trainer: Has the model.
        images: Paths.

    Returns:
        A row for each readable image (`image`, `class`, `confidence`, `top`); and the error that names the others, None
        if there are none.
    """
    from trainer.data.validation import unreadable

    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for start in range(0, len(images), PIECE):
        some, faulty = _predictions(trainer, images[start : start + PIECE])
        rows += some
        faults += faulty.faults if faulty is not None else ()
        if start + PIECE < len(images):
            note(f"{start + PIECE:,} of {len(images):,} images")
    return rows, unreadable(faults) if faults else None


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
    for image, values in zip(images, found.iloc[:, 2:].to_numpy(), strict=True):
        likeliest = (-values).argsort(kind="stable")[:TOP].tolist()
        top = [{"class": names[place], "probability": float(values[place])} for place in likeliest]
        rows.append({"image": image, "class": top[0]["class"], "confidence": top[0]["probability"], "top": top})
    return rows, faulty
