"""One error that names everything that is wrong with a source. [no torch]"""

from __future__ import annotations

from collections.abc import Sequence

from trainer.data.image_set import DataNote, Fault, ImageSet
from trainer.errors import DataError

LISTED = 20


class FaultyDataError(DataError):
    """Images, classes or splits that cannot be used; `faults` holds all of them, the text the first twenty."""

    def __init__(self, code: str, what: str, faults: Sequence[Fault], *, mend: str) -> None:
        self.faults = tuple(faults)
        super().__init__(code, what, where=listed(faults), mend=mend, count=len(faults), path=faults[0].path)


def listed(faults: Sequence[Fault]) -> str:
    """A line for each of the first twenty, and how many more there are."""
    lines = [f"{fault.path}: {fault.reason}" for fault in faults[:LISTED]]
    if len(faults) > LISTED:
        lines.append(f"... and {len(faults) - LISTED} more")
    return "\n  ".join(["", *lines]) if len(lines) > 1 else lines[0]


def all_problems(pictures: ImageSet, further: Sequence[Fault]) -> tuple[Fault, ...]:
    """What keeps the source from being used, single unreadable images aside."""
    problems = [*pictures.problems, *further]
    if len(pictures.classes) < 2:
        only = pictures.classes[0] if pictures.classes else pictures.name
        problems.append(Fault(only, "one_class", "a classifier needs images of at least two classes"))
    return tuple(problems)


def raise_problems(pictures: ImageSet, further: Sequence[Fault], *, skip_bad: bool) -> None:
    """Raise `FaultyDataError` unless the source can be trained on."""
    problems = all_problems(pictures, further)
    bad = () if skip_bad else pictures.faults
    if not problems and not bad:
        return
    what = " and ".join(filter(None, (_say(len(problems), "problem"), _say(len(bad), "unreadable image"))))
    mend = "mend or remove them"
    if bad:
        mend += ", or leave unreadable images out with --skip-bad (skip_bad=True)"
    code = f"data.{problems[0].code}" if problems else "data.unreadable"
    raise FaultyDataError(code, f"{what} in {pictures.name}", [*problems, *bad], mend=mend)


def left_out(pictures: ImageSet) -> tuple[DataNote, ...]:
    """A note on images that are left out, for runs with `skip_bad`."""
    if not pictures.faults:
        return ()
    count = len(pictures.faults)
    text = f"left out: {_say(count, 'unreadable image')}: {listed(pictures.faults)}"
    return (DataNote("left_out", {"count": count}, text),)


def _say(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" if count else ""
