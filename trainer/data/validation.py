"""One error that names everything wrong with a source. [no torch]"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trainer.data.image_set import DataNote, Fault, ImageSet
from trainer.errors import DataError

LISTED = 20
"""Faults that a text lists, at most."""


class FaultyDataError(DataError):
    """Images, classes or splits that cannot be used; the text lists the first twenty faults.

    Args:
        code: Stable code of the error.
        what: What is wrong.
        faults: All faults, at least one.
        fix: How to fix it.
        unreadable: Whether images are among the faults. Default: True.

    Attributes:
        faults: All faults.
        unreadable: As above.
    """

    def __init__(self, code: str, what: str, faults: Sequence[Fault], *, fix: str, unreadable: bool = True) -> None:
        self.faults, self.unreadable = tuple(faults), unreadable
        super().__init__(code, what, where=listed(faults), fix=fix, count=len(faults), path=faults[0].path)


def unreadable(faults: Sequence[Fault]) -> FaultyDataError:
    """Make the error for new images that cannot be read.

    Args:
        faults: The images, at least one.

    Returns:
        The error `data.unreadable`.
    """
    return FaultyDataError(
        "data.unreadable", "images cannot be read", faults, fix="check the paths and files, or leave them out"
    )


def listed(faults: Sequence[Fault]) -> str:
    """List faults, one per line: the first twenty, and how many more there are.

    Args:
        faults: The faults, at least one.

    Returns:
        The text.
    """
    lines = [f"{fault.path}: {fault.reason}" for fault in faults[:LISTED]]
    if len(faults) > LISTED:
        lines.append(f"... and {len(faults) - LISTED} more")
    return "\n  ".join(["", *lines]) if len(lines) > 1 else lines[0]


def all_problems(pictures: ImageSet, further: Sequence[Fault]) -> tuple[Fault, ...]:
    """Collect what prevents a source from being used, unreadable images aside.

    Args:
        pictures: The images.
        further: Problems of the split.

    Returns:
        All problems.
    """
    problems = [*pictures.problems, *further]
    if len(pictures.classes) < 2:
        only = pictures.classes[0] if pictures.classes else pictures.name
        problems.append(
            Fault(only, "one_class", f"a classifier needs images of at least two classes{_inside(pictures)}")
        )
    return tuple(problems)


def _inside(pictures: ImageSet) -> str:
    """Where the classes may be, if the only one has several folders."""
    parts = [path.split("/") for path in pictures.paths] if pictures.root else []
    inner = sorted({names[1] for names in parts if len(names) > 2})
    if len(inner) < 2:
        return ""
    some = ", ".join(inner[:3]) + (" and so on" if len(inner) > 3 else "")
    return f"; perhaps you mean the folder {parts[0][0]}/, which holds {some}"


def raise_problems(pictures: ImageSet, further: Sequence[Fault], *, skip_bad: bool) -> None:
    """Raise an error unless a source can be trained on.

    Args:
        pictures: The images.
        further: Problems of the split.
        skip_bad: Accept unreadable images.

    Raises:
        FaultyDataError: The source has problems, or unreadable images.
    """
    problems = all_problems(pictures, further)
    bad = () if skip_bad else pictures.faults
    if not problems and not bad:
        return
    what = " and ".join(filter(None, (_say(len(problems), "problem"), _say(len(bad), "unreadable image"))))
    fix = fixes(problems, bad)
    code = f"data.{problems[0].code}" if problems else "data.unreadable"
    raise FaultyDataError(code, f"{what} in {pictures.name}", [*problems, *bad], fix=fix, unreadable=bool(bad))


def fixes(problems: Sequence[Fault], bad: Sequence[Fault]) -> str:
    """Advise how to fix problems.

    Args:
        problems: Problems of a source.
        bad: Unreadable images.

    Returns:
        The advice, separated by semicolons.
    """
    found = [_FIXES.get(code, _OTHERWISE) for code in dict.fromkeys(fault.code for fault in problems)]
    if bad:
        found.append("repair or remove the images, or leave them out with --skip-bad (skip_bad=True)")
    return "; ".join(dict.fromkeys(found))


_OTHERWISE = "correct the entries listed"
_FIXES = {
    "class_too_small": "add images to the class, remove its folder, or use fewer splits "
    "(--data.valid 0, --data.test 0)",
    "empty_class": "put images into the class, or remove its folder",
    "one_class": "give a folder with at least two folders of images",
    "same_name": "put the images into one folder, or rename one",
    "two_splits": "keep one of the folders",
    "missing_split": "rename the folder that holds the training images to train",
    "class_not_in_train": "add the class to train/, or remove its folder",
    "no_class_folders": "make a folder for each class in them",
    "compressed": "unpack the shards: gunzip FILE.tar.gz",
    "shard_missing": "correct the pattern, or copy the missing shards",
    "permission": "check the permissions",
    "name": "rename it",
}


def left_out(pictures: ImageSet) -> tuple[DataNote, ...]:
    """Make the note on images that `skip_bad` leaves out.

    Args:
        pictures: The images.

    Returns:
        The note; empty if there are none.
    """
    if not pictures.faults:
        return ()
    count = len(pictures.faults)
    classes = Counter(_class_of(pictures, fault.path) for fault in pictures.faults).most_common(LISTED)
    where = ", ".join(f"{name}: {number}" for name, number in classes if name)
    by_class = f" ({where})" if where else ""
    text = f"left out: {_say(count, 'unreadable image')}{by_class}: {listed(pictures.faults)}"
    return (DataNote("left_out", {"count": count, "where": where}, text),)


def _class_of(pictures: ImageSet, path: str) -> str:
    """The class in whose folder a file is; empty where its folder has another name."""
    return next((name for name in path.split("/")[:2] if name in pictures.classes), "")


def _say(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" if count else ""
