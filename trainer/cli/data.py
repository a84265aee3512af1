"""`data`: checks images before training. [no torch, except for a preview and the downloaded sets]"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.cli.data_findings import check_shards, looks, looks_page, shards_page, write_means, write_source_shards
from trainer.cli.flags import Json, Recipe, Runs, SettingsFile, gather, settings_flags
from trainer.cli.output import note, say, say_json, table
from trainer.errors import UsageError
from trainer.settings import Settings
from trainer.store.output_file import check_output
from trainer.text.number_format import counted

if TYPE_CHECKING:
    from trainer.data import ImageData, Report

LISTED = 20
_DATA = 5
_FURTHER = {("train", "seed"), ("train", "batch"), ("model",), ("train", "device")}
"""What a preview and a review of the labels depend on besides the data."""


@settings_flags(lambda flag: flag.path[0] in ("data", "augment") or flag.path in _FURTHER)
def data(
    data: Annotated[str | None, Parameter(help="Data set or folder of images [default: digits].")] = None,
    /,
    *,
    preview: Annotated[int | None, Parameter(help="Write the first N training images.", metavar="N")] = None,
    labels: Annotated[bool, Parameter(help="Find labels that may be wrong.", negative="", show_default=False)] = False,
    out: Annotated[
        Path | None, Parameter(help="File for the preview (.npz) or the findings of --labels (.csv).", metavar="FILE")
    ] = None,
    means: Annotated[Path | None, Parameter(help="Write the mean image of each class, .png.", metavar="FILE")] = None,
    shards: Annotated[Path | None, Parameter(help="Write the images as tar shards.", metavar="DIR")] = None,
    shard_mb: Annotated[
        int | None, Parameter(help="Size of a shard, in megabytes [default: 256].", metavar="N")
    ] = None,
    epoch: Annotated[int, Parameter(help="Epoch whose augmentation the preview shows.", metavar="N")] = 1,
    recipe: Recipe = None,
    settings: SettingsFile = None,
    runs: Runs = None,
    json: Json = False,
    **given: Any,
) -> int:
    """Check a data set as training would: images per split and class, duplicates, leaks, files that cannot be used.

    A leak is a validation or test image that is also in the training set, which makes metrics look better than they
    are. Re-saved and resized copies are found too, mirrored and cropped ones are not. Exits with 5 if training would
    fail.

    --preview N --out F.npz writes the first N training images exactly as the model gets them: images (N,C,H,W)
    float32, labels, indices, mean, std.

    --shards DIR writes the images as WebDataset shards: train-000000.tar and so on for each split that training would
    use, files byte for byte. `epochscope train DIR` then reads them from any machine without unpacking them.

    --labels lists labels that may be wrong, copies with different labels, leaks and outliers: every image is judged by
    models trained on the others, on features of a pretrained network (of --model, if it is one). --out F.csv writes
    them as edits that train --edits applies; delete the lines you disagree with first.
    """
    made = gather(data, recipe, settings, given)
    if labels:
        return _show_labels(made, runs, out, preview or means or shards, json=json)
    if (preview is None) != (out is None) or (preview is not None and preview < 1) or epoch < 1:
        raise UsageError(
            "data.preview",
            "A preview needs a number of images and a file.",
            expected="--preview N --out FILE.npz, with N and --epoch of at least 1",
        )
    check_shards(shards, shard_mb)
    check_output(means)
    check_output(out)
    report = inspect(made)
    found = as_plain(report, made)
    stops = found["stops"]
    if means is not None:
        found["means"] = write_means(report, means)
    if out is not None and preview is not None and not stops:
        found["preview"] = write_preview(open_images(made), preview, epoch, out)
    if shards is not None and not stops:
        found["shards"] = write_source_shards(report, shards, shard_mb)
    if json:
        say_json(found)
    else:
        say(*_page(report, made, found))
    if stops and not json:
        from trainer.data.validation import fixes

        bad = () if made.data.skip_bad else report.faults
        note("error: training on this data would fail", f"  fix: {fixes(report.problems, bad)}")
    return _DATA if stops else 0


def _show_labels(
    made: Settings, runs: Path | None, out: Path | None, previewed: int | Path | None, *, json: bool
) -> int:
    if previewed is not None or (out is not None and out.suffix.lower() != ".csv"):
        raise UsageError(
            "data.labels_output",
            "Proposals about labels go to a CSV file; a preview, mean images and shards are made without --labels.",
            expected="--labels, with or without --out FILE.csv",
        )
    from trainer.cli.label_page import show_labels
    from trainer.store.folder import runs_root

    def look(progress: Any) -> Report:
        return inspect(made, progress=progress)

    show_labels(look, made, runs_root(runs), out=out, json=json)
    return 0


def inspect(settings: Settings, **progress: Any) -> Report:
    """Check the source that settings name.

    Args:
        settings: Settings of the run.
        **progress: `progress`, as for `inspect_source`.

    Returns:
        What was found.

    Raises:
        UsageError: There is no such source.
        DataError: The source cannot be read at all.
    """
    from trainer.data import inspect_source

    wanted = settings.data.model_dump(exclude={"skip_bad"})
    return inspect_source(**wanted, seed=settings.train.seed, **progress)


def open_images(settings: Settings) -> ImageData:
    """Open the data that settings name, as training does.

    Args:
        settings: Settings of the run.

    Returns:
        The images.

    Raises:
        UsageError: There is no such source.
        DataError: Images or labels cannot be used.
    """
    from trainer.launch import open_settings_data

    opened: ImageData = open_settings_data(settings)
    return opened


def write_preview(images: ImageData, count: int, epoch: int, out: Path) -> dict[str, Any]:
    """Write the first training images of an epoch, exactly as the model gets them.

    Args:
        images: The images.
        count: How many, at most.
        epoch: Number of the epoch, from 1.
        out: File to write, .npz.

    Returns:
        What was written, as plain values.

    Raises:
        DiskError: The file cannot be written.
    """
    import numpy as np

    from trainer.store.arrays import write_arrays

    tensors, labels, indices = (part.cpu().numpy() for part in images.preview(count, epoch))
    mean, std = np.asarray(images.mean, np.float32), np.asarray(images.std, np.float32)
    size = write_arrays(out, images=tensors, labels=labels, indices=indices, mean=mean, std=std)
    about = {"out": str(out), "bytes": size, "count": len(labels), "epoch": epoch, "shape": list(tensors.shape)}
    return {**about, "mean": mean.tolist(), "std": std.tolist(), "classes": list(images.classes)}


def as_plain(report: Report, settings: Settings) -> dict[str, Any]:
    """Turn findings into plain values.

    Args:
        report: Findings about a source.
        settings: Whether unreadable images are left out.

    Returns:
        Values for JSON; `stops`: whether training would end with an error.
    """
    return {
        "name": report.name,
        "classes": report.classes,
        "input_shape": report.input_shape,
        "counts": report.counts,
        "original_sizes": [{"width": w, "height": h, "images": n} for w, h, n in report.original_sizes],
        "modes": report.modes,
        "faults": [_fault(fault) for fault in report.faults],
        "problems": [_fault(fault) for fault in report.problems],
        "notes": [note.reason for note in report.notes],
        "coded_notes": [
            {"code": note.code, "parameters": note.parameters, "reason": note.reason} for note in report.notes
        ],
        "left_out": [
            {
                "class": one.class_name,
                "place": one.place,
                "kind": one.kind,
                "what": one.what,
                "count": one.count,
                "example": one.example,
            }
            for one in report.left_out
        ],
        **looks(report),
        "stops": bool(report.problems or (report.faults and not settings.data.skip_bad)),
    }


def _fault(fault: Any) -> dict[str, str]:
    return {"path": fault.path, "code": fault.code, "reason": fault.reason}


def _page(report: Report, settings: Settings, found: dict[str, Any]) -> Iterator[str]:
    total = sum(sum(counts) for counts in report.counts.values())
    channels, height, width = report.input_shape
    colour = "grey" if channels == 1 else "colour"
    yield f"{report.name}: {counted(total, 'image')}, {len(report.classes)} classes, taken as {width}x{height} {colour}"
    yield ""
    unread = report.unread()
    columns = dict(report.counts)
    if unread:
        columns["not read"] = tuple(unread.get(name, 0) for name in report.classes)
    heads = ("class", *columns)
    rows = [(name, *(f"{counts[place]:,}" for counts in columns.values())) for place, name in enumerate(report.classes)]
    rows.append(("total", *(f"{sum(counts):,}" for counts in columns.values())))
    yield from table(heads, rows, left=("class",))
    yield ""
    sizes = [f"{w}x{h} ({n:,})" for w, h, n in report.original_sizes[:5]]
    more = len(report.original_sizes) - len(sizes)
    yield "sizes: " + (", ".join(sizes) or "none") + (f" and {more:,} more" if more > 0 else "")
    if report.modes:
        yield "modes: " + ", ".join(f"{mode} ({count:,})" for mode, count in report.modes.items())
    yield from (f"note: {text}" for text in report.notes)
    yield from looks_page(report)
    yield from _listed("problems", report.problems)
    left_out = " (left out: --skip-bad)" if settings.data.skip_bad else ""
    yield from _listed(f"unreadable{left_out}", report.faults)
    if "means" in found:
        yield f"mean images of the classes: {found['means']}"
    if "shards" in found:
        yield from shards_page(found["shards"])
    if "preview" in found:
        about = found["preview"]
        yield f"preview: {counted(about['count'], 'image')} of epoch {about['epoch']} in {about['out']}"
        yield "mean: " + " ".join(f"{value:.4f}" for value in about["mean"])
        yield "std:  " + " ".join(f"{value:.4f}" for value in about["std"])


def _listed(title: str, faults: Any) -> Iterator[str]:
    if faults:
        yield from ("", f"{title}: {len(faults):,}")
        yield from (f"  {fault.path}: {fault.reason}" for fault in faults[:LISTED])
        if len(faults) > LISTED:
            yield f"  ... and {len(faults) - LISTED:,} more; --json lists all"
