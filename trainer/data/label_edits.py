"""Label edits applied to a source: labels changed, images left out. [no torch]

The split does not depend on them: it is drawn with the labels of the source, so that runs before and after the edits
are judged on the same images.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from trainer.data.class_names import looks
from trainer.data.image_set import DataNote, Fault, ImageSet
from trainer.data.validation import listed
from trainer.errors import DataError
from trainer.store.edits_file import LabelEdit
from trainer.text.number_format import counted

DIGITS = 32
"""Hexadecimal digits of a digest."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class AppliedEdits:
    """What became of label edits."""

    edits: tuple[LabelEdit, ...]
    """Edits that were applied, with the current paths of the images. Those that only confirm an image are included,
    those to a label that the image already has are not."""
    unmatched: tuple[LabelEdit, ...]
    """Edits about images that are missing, or whose content has changed."""
    relabelled: int
    """Number of images whose label changed."""
    left_out: int
    """Number of images left out."""

    def notes(self, file: str) -> tuple[DataNote, ...]:
        """Describe the edits, for the screen and the log.

        Args:
            file: File that the edits come from.

        Returns:
            One or two notes.
        """
        counts = {"relabelled": self.relabelled, "left_out": self.left_out}
        said = f"{counted(self.relabelled, 'label')} changed, {counted(self.left_out, 'image')} left out"
        notes = [DataNote("edits", {**counts, "file": file}, f"{said} ({file})")]
        if self.unmatched:
            faults = [Fault(one.path, "unmatched", "missing, or its content has changed") for one in self.unmatched]
            text = f"edits that fit no image, not applied: {listed(faults)}"
            notes.append(DataNote("edits_unmatched", {"count": len(faults), "file": file}, text))
        return tuple(notes)


def image_digest(pictures: ImageSet, row: int) -> str:
    """Compute what identifies the content of an image.

    Args:
        pictures: The images.
        row: Number of the image.

    Returns:
        `sha256:...` of its file, or `pixels:WxH:...` of its pixels if it is not a file; empty for a file that cannot be
        read.
    """
    if pictures.root is not None:
        return file_digest(pictures.root / pictures.paths[row])
    pixels = np.ascontiguousarray(pictures.pixels[row][..., : pictures.channels])
    height, width = pixels.shape[:2]
    return f"pixels:{width}x{height}:{hashlib.sha256(pixels.tobytes()).hexdigest()[:DIGITS]}"


def file_digest(path: Path) -> str:
    """Compute what identifies the content of a file.

    Args:
        path: The file.

    Returns:
        `sha256:` and the first 32 digits of its hash; empty if it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return f"sha256:{digest.hexdigest()[:DIGITS]}"


def apply_edits(pictures: ImageSet, edits: Sequence[LabelEdit], file: str) -> tuple[ImageSet, AppliedEdits]:
    """Apply label edits.

    An image is found by its path or, if it was moved within a folder, by name and content. One whose content differs
    from that of the edit is left as it is.

    Args:
        pictures: The images.
        edits: The edits.
        file: File that they come from, for notes and errors.

    Returns:
        The edited images, and which edits were applied.

    Raises:
        DataError: `edits.unknown_class`: an edit names a class that the source does not have.
    """
    rows, numbers = _rows_of(pictures, edits), _numbers(pictures, edits)
    unknown = sorted({one.label for one in edits if one.action == "relabel"} - set(numbers))
    if unknown:
        raise _unknown_classes(pictures, unknown, file)
    labels = pictures.labels.copy()
    left_out: set[int] = set()
    for edit, row in rows.items():
        if edit.action == "relabel":
            labels[row] = numbers[edit.label]
        elif edit.action == "leave_out":
            left_out.add(row)
    applied = AppliedEdits(
        tuple(
            replace(one, path=pictures.paths[row])
            for one, row in rows.items()
            if one.action != "relabel" or labels[row] != pictures.labels[row]
        ),
        tuple(one for one in edits if one not in rows),
        int((labels != pictures.labels).sum()),
        len(left_out),
    )
    gone = {pictures.paths[row] for row in left_out}
    edited = replace(
        pictures,
        labels=labels,
        labels_of_source=pictures.labels,
        edited_out=tuple(sorted(left_out)),
        faults=tuple(fault for fault in pictures.faults if fault.path not in gone),
        notes=(*pictures.notes, *applied.notes(file)),
    )
    return replace(edited, problems=(*pictures.problems, *_emptied(edited))), applied


def _numbers(pictures: ImageSet, edits: Sequence[LabelEdit]) -> Mapping[str, int]:
    """The class that each name in the edits means: of the same name, else of one that looks the same."""
    exact = {name: number for number, name in enumerate(pictures.classes)}
    alike = {looks(name): number for number, name in enumerate(pictures.classes)}
    names = {one.label for one in edits if one.action == "relabel"}
    return {
        name: exact.get(name, alike.get(looks(name), -1)) for name in names if name in exact or looks(name) in alike
    }


def _rows_of(pictures: ImageSet, edits: Sequence[LabelEdit]) -> dict[LabelEdit, int]:
    """The row of the image that each edit is about; those without one are not there."""
    by_path = {path: row for row, path in enumerate(pictures.paths)}
    by_name: dict[str, list[int]] = defaultdict(list)
    if pictures.root is not None and any(one.digest and one.path not in by_path for one in edits):
        for row, path in enumerate(pictures.paths):
            by_name[PurePosixPath(path).name].append(row)
    found = {}
    for edit in edits:
        moved = by_name[PurePosixPath(edit.path).name] if edit.path not in by_path and edit.digest else []
        candidates = [by_path[edit.path]] if edit.path in by_path else moved
        fitting = [row for row in candidates if _fits(pictures, row, edit.digest)]
        if fitting:
            found[edit] = fitting[0]
    return found


def _fits(pictures: ImageSet, row: int, digest: str) -> bool:
    """Whether the image has this content. Pixels taken at another size say nothing about it."""
    if not digest:
        return True
    kind = digest.rpartition(":")[0]
    now = image_digest(pictures, row)
    return now == digest or (now.rpartition(":")[0] != kind and pictures.root is None)


def _emptied(pictures: ImageSet) -> list[Fault]:
    """Classes that have no image left."""
    rows = np.setdiff1d(np.arange(len(pictures.labels)), [*pictures.edited_out, *pictures.unreadable])
    assert pictures.labels_of_source is not None
    before = Counter(pictures.labels_of_source[np.setdiff1d(np.arange(len(pictures.labels)), pictures.unreadable)])
    left = Counter(pictures.labels[rows])
    return [
        Fault(pictures.classes[label], "empty_class", "the edits leave it without images")
        for label in sorted(before)
        if not left[label]
    ]


def _unknown_classes(pictures: ImageSet, names: Sequence[str], file: str) -> DataError:
    return DataError(
        "edits.unknown_class",
        f"The edits change labels to classes that the data does not have: {', '.join(names[:20])}.",
        where=file,
        expected=f"one of {', '.join(pictures.classes[:20])}" + (" ..." if len(pictures.classes) > 20 else ""),
        fix="correct the column class",
        path=file,
        names=", ".join(names[:20]),
    )
