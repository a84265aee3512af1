"""What `data` reports beyond counts and faults: balance, copies, leaks, odd images, mean images. [no torch]"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import UsageError
from trainer.events import SPLITS
from trainer.home_path import expanded
from trainer.text.number_format import over_classes

if TYPE_CHECKING:
    from trainer.data import Report
    from trainer.data.duplicates import Leak

EXAMPLES = 5
UNEVEN = 1.5
"""Images of the largest class per image of the smallest from which the imbalance is reported."""
TILE = 96
"""Smallest side of a mean image in the PNG file, in pixels."""


def looks(report: Report) -> dict[str, Any]:
    """Turn findings beyond counts and faults into plain values.

    Args:
        report: Findings about a source.

    Returns:
        `balance`, `odd`, `duplicates` and `leaks`.
    """
    found, even = report.duplicates, report.balance
    groups = [
        {"exact": group.exact, "conflict": group.conflict, "images": [_image(report, one) for one in group.images]}
        for group in found.groups
    ]
    leaks = [
        {**_image(report, one.image), "seen": _image(report, one.seen), "exact": one.exact, "conflict": one.conflict}
        for one in found.leaks
    ]
    names = {"largest": report.classes[even.largest], "smallest": report.classes[even.smallest]} if even else {}
    return {
        "balance": {**vars(even), **names} if even else None,
        "odd": [vars(one) for one in report.odd],
        "duplicates": {"groups": groups, "near": found.near, "unsearched": found.unsearched},
        "leaks": leaks,
    }


def _image(report: Report, image: int) -> dict[str, str]:
    return dict(zip(("path", "split", "class"), report.place(image), strict=True))


def looks_page(report: Report) -> Iterator[str]:
    """Describe balance, copies, leaks and odd images in a few lines each.

    Args:
        report: Findings about a source.

    Yields:
        Lines of text.
    """
    yield from _balance(report)
    yield from _copies(report)
    yield from _leaks(report)
    if report.odd:
        kinds = Counter(one.kind for one in report.odd)
        yield from ("", f"odd: {len(report.odd):,} ({', '.join(f'{kind} {count:,}' for kind, count in kinds.items())})")
        yield from _some([f"{one.path}: {one.reason}" for one in report.odd])


def _balance(report: Report) -> Iterator[str]:
    even = report.balance
    if even is None:
        return
    largest = report.classes[even.largest]
    if even.ratio >= UNEVEN:
        times = f"{even.ratio:.1f} times as many" if even.ratio != float("inf") else "some, but none"
        yield f"balance: {largest} has {times} training images as {report.classes[even.smallest]}"
    over = over_classes(even.macro_classes, len(report.classes))
    said = f"accuracy {even.accuracy:.3f}, macro-F1 {f'({over}) ' if over else ''}{even.macro_f1:.3f}"
    always = largest if even.ratio > 1 else "one class"
    yield f"to beat: always predicting {always} gives {said} on {even.split}"


def _copies(report: Report) -> Iterator[str]:
    found = report.duplicates
    if found.groups:
        exact = sum(group.exact for group in found.groups)
        count = len(found.groups)
        yield from ("", f"copies: {count:,} picture{'s' * (count > 1)} more than once ({exact:,} pixel for pixel)")
        if wrong := sum(group.conflict for group in found.groups):
            yield f"  {wrong:,} of them in two classes: one of the labels is wrong"
        groups = sorted(found.groups, key=lambda group: not group.conflict)
        sign = {True: " = ", False: " ~ "}
        yield from _some([sign[one.exact].join(_names(report, one.images)) for one in groups])
    else:
        yield "copies: none found"
    if found.unsearched:
        yield f"  {found.unsearched:,} images look like many others and were not compared with each of them"


def _names(report: Report, images: Sequence[int]) -> list[str]:
    names = [_named(report, image) for image in images[:3]]
    return [*names, f"{len(images) - 3:,} more"] if len(images) > 3 else names


def _named(report: Report, image: int) -> str:
    """The path, with the split where the path does not begin with it."""
    path, part, _ = report.place(image)
    return path if path.startswith(f"{part}/") else f"{path} ({part})"


def _leaks(report: Report) -> Iterator[str]:
    leaks = report.duplicates.leaks
    kinds = Counter((leak.part, leak.source) for leak in leaks)
    if not leaks:
        return
    yield ""
    for (part, source), count in sorted(kinds.items()):
        some = [leak for leak in leaks if (leak.part, leak.source) == (part, source)]
        exact = sum(leak.exact for leak in some)
        wrong = sum(leak.conflict for leak in some)
        size = sum(report.counts[part])
        text = f"LEAK: {count:,} of {size:,} {part} images ({count / size:.2%}) are in {source} too"
        yield f"{text}, {exact:,} pixel for pixel" + (f", {wrong:,} in another class" if wrong else "")
        yield from _some([_leak(report, leak) for leak in sorted(some, key=lambda leak: not leak.conflict)])


def _leak(report: Report, leak: Leak) -> str:
    sign = "=" if leak.exact else "~"
    return f"{_named(report, leak.image)} {sign} {_named(report, leak.seen)}"


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:EXAMPLES])
    if len(lines) > EXAMPLES:
        yield f"  ... and {len(lines) - EXAMPLES:,} more; --json lists all"


def write_means(report: Report, out: Path) -> Path:
    """Write the mean training image of each class, with its name below, to a PNG file.

    Args:
        report: Findings about a source.
        out: File to write.

    Returns:
        `out`.

    Raises:
        UsageError: `data.means`: the name of the file does not end in .png.
        DiskError: The file cannot be written.
    """
    if out.suffix.lower() != ".png":
        raise UsageError("data.means", f"{out} is not the name of a PNG file.", expected="--means FILE.png")
    from PIL import Image, ImageDraw, ImageFont

    from trainer.store.output_file import write_output

    means = report.mean_images()
    height, width = means.shape[1:3]
    scale = max(1, -(-TILE // max(height, width)))
    columns = min(len(means), max(1, round((len(means) * height / width) ** 0.5 * 1.3)))
    tile = (width * scale + 12, height * scale + 26)
    sheet = Image.new("RGB", (columns * tile[0] + 12, -(-len(means) // columns) * tile[1] + 12), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for place, mean in enumerate(means):
        x, y = 12 + place % columns * tile[0], 12 + place // columns * tile[1]
        picture = Image.fromarray(mean).resize((width * scale, height * scale), Image.Resampling.NEAREST)
        sheet.paste(picture, (x, y))
        name = report.classes[place]
        while name and draw.textlength(name, font) > tile[0] - 12:
            name = name[:-1]
        draw.text((x, y + height * scale + 3), name, "black", font)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    write_output(out, buffer.getvalue())
    return out


def check_shards(folder: Path | None, size_mb: int | None) -> None:
    """Check where and how shards are to be written, before the data is examined.

    Args:
        folder: New folder for the shards; None: no shards.
        size_mb: Size of a shard in megabytes; None: as usual.

    Raises:
        UsageError: `data.shard_size`: the size is below 1, or there is no folder; `shards.exists`: the folder is not
            empty.
    """
    if size_mb is not None and (folder is None or size_mb < 1):
        raise UsageError(
            "data.shard_size",
            "A shard size needs a folder to write to, and must be at least 1 MB.",
            expected="--shards DIR --shard-mb N, with N of at least 1",
        )
    if folder is not None:
        from trainer.data.shard_writer import check_free

        check_free(expanded(folder))


def write_source_shards(report: Report, folder: Path, size_mb: int | None) -> dict[str, Any]:
    """Write the images of a source as shards.

    Args:
        report: About the source.
        folder: New folder for the shards.
        size_mb: Size of a shard in megabytes, 1 or more; None: 256.

    Returns:
        `folder`, `shards`, `images` by split, `bytes`, and `scaled_to`: [width, height] if the images are not the
        original ones.

    Raises:
        UsageError: The folder is not empty.
        DataError: A file cannot be read any more.
        DiskError: The shards cannot be written.
    """
    import numpy as np

    from trainer.data.shard_writer import DEFAULT_MB, write_shards

    pictures = report.pictures
    split = {part: np.flatnonzero(report.parts == code) for code, part in enumerate(SPLITS)}
    size_mb = DEFAULT_MB if size_mb is None else size_mb
    written = write_shards(pictures, {part: rows for part, rows in split.items() if len(rows)}, folder, size_mb=size_mb)
    height, width = pictures.pixels.shape[1:3]
    # what is in memory has been brought to one size already
    scaled = pictures.encoded is None and bool((pictures.sizes != (width, height)).any())
    return {
        "folder": str(written.folder),
        "shards": written.shards,
        "images": written.images,
        "bytes": written.bytes,
        "scaled_to": [width, height] if scaled else None,
    }


def shards_page(found: dict[str, Any]) -> Iterator[str]:
    """Say what was written, and whether the shards hold scaled images.

    Args:
        found: What `write_source_shards` returned.

    Yields:
        Lines.
    """
    images = ", ".join(f"{part} {count:,}" for part, count in found["images"].items())
    yield f"shards: {found['shards']:,} in {found['folder']} ({images}; {found['bytes']:,} bytes)"
    if found["scaled_to"]:
        yield "note: written as {}x{}, as training takes them: --data.size sets another size".format(
            *found["scaled_to"]
        )
