"""`slices`: where an evaluated run fails. [no torch]"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from trainer.analysis.run_slices import PATTERN, RunSlices, run_facts, run_slices
from trainer.analysis.slices import LEAST, ImageGroup, Slice
from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import called, note, number, say, say_json, table
from trainer.data.image_facts import HERE
from trainer.errors import UsageError
from trainer.metrics.significance import Interval
from trainer.store.evaluations import SplitMetrics, find, find_all
from trainer.store.folder import RunFolder, find_run, runs_root
from trainer.text.number_format import counted

MAX_ROWS = 12
"""Rows of the worst slices; --json lists all."""
TOLD_SECONDS = 2.0
PARTS_OF = {2: ("lower half", "upper half"), 3: ("lowest third", "middle third", "highest third")}
QUARTERS = ("lowest quarter", "second quarter", "third quarter", "highest quarter")
DAY = 86_400
_VERDICTS = {
    "worse": "worse",
    "classes": "as its classes are",
    "better": "better",
    "alike": "no difference",
    "few": "too few images",
}


def slices(
    run: RunName,
    /,
    *,
    split: Annotated[Literal["test", "valid"], Parameter(help="Split to search.", show_choices=True)] = "test",
    by: Annotated[
        str | None,
        Parameter(
            help="Show all slices by this property: brightness, contrast, sharpness, colourfulness, size, aspect, "
            "folder, name, camera, date, daytime or class.",
            metavar="FACT",
        ),
    ] = None,
    match: Annotated[
        str | None,
        Parameter(help="Show the images whose path matches this pattern, such as '*night*'.", metavar="PATTERN"),
    ] = None,
    exif: Annotated[
        bool,
        Parameter(
            help="Read camera and time from the photographs [default: yes].", negative="--no-exif", show_default=False
        ),
    ] = True,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Find groups of images that a run gets wrong more often, such as dark images or those from one camera.

    Images are grouped by sub-folder, words in the file name, size, aspect, brightness, contrast, sharpness and
    colourfulness, and by camera, date and time of day if the photographs record them (EXIF). Measured values are
    divided into quarters.

    A slice is worse if it has more errors than other images of the same classes, by an exact test. Of the slices called
    worse, at most one in twenty is expected to be chance (Benjamini-Hochberg). The slices with the most extra
    errors come first.
    """
    folder = find_run(runs_root(runs), run)
    evaluation = evaluation_of(folder, split)
    known = run_facts(folder, split, evaluation.classes, exif=exif, tell=_Progress().tell)
    found = run_slices(folder, evaluation, known, match or "")
    wanted = [fact for fact in (by, PATTERN if match else None) if fact is not None]
    for fact in wanted:
        _check_fact(fact, found, match)
    if json:
        say_json(document(folder, found, wanted))
    else:
        say(*_page(folder, found, wanted))
    return 0


class _Progress:
    """Says to standard error how far it is, where that takes more than a moment."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def tell(self, stage: str, done: int, total: int) -> None:
        """At most once in TOLD_SECONDS."""
        if time.monotonic() - self._told >= TOLD_SECONDS:
            self._told = time.monotonic()
            what = "measuring images" if stage == "pixels" else "looking into photographs"
            note(f"{what}: {done:,} of {total:,}")


def evaluation_of(folder: RunFolder, split: str) -> SplitMetrics:
    """Read the evaluation of a split.

    Args:
        folder: Folder of the run.
        split: Name of the split.

    Returns:
        The evaluation.

    Raises:
        UsageError: `slices.not_evaluated`: the run has not been evaluated on this split.
    """
    found = find(folder, split)
    if found is not None:
        return found
    there = [one for one in find_all(folder) if one != "train"]
    raise UsageError(
        "slices.not_evaluated",
        f"{folder.name} has not been evaluated on its {split} split.",
        where=str(folder.evaluation / f"{split}.json"),
        expected=f"metrics of that split; it has those of {' and '.join(there)}" if there else "",
        fix=f"epochscope evaluate {called(folder)}" + (f"; or --split {there[-1]}" if there else ""),
        name=folder.name,
        split=split,
    )


def _check_fact(fact: str, found: RunSlices, match: str | None) -> None:
    if fact in found.found.facts:
        return
    if fact == PATTERN:
        example = next((path for path in found.known.published.paths if path), "")
        raise UsageError(
            "slices.pattern",
            f"The pattern {match!r} matches none of the {found.split} images, all of them, or fewer than {LEAST}.",
            where="--match",
            expected=f"a pattern for paths such as {example}" if example else "images with paths: these have none",
            split=found.split,
        )
    raise UsageError(
        "slices.fact",
        f"The {found.split} images do not differ in {fact!r}.",
        where="--by",
        expected=f"one of {', '.join(found.found.facts)}",
        fact=fact,
    )


# --- text


def _page(folder: RunFolder, found: RunSlices, wanted: list[str]) -> Iterator[str]:
    whole = found.found
    some = f" (a sample of {found.known.published.total:,})" if found.known.published.sample else ""
    right = 1 - whole.wrong / max(1, whole.images)
    images = counted(whole.images, "image")
    yield f"{folder.name}, {found.split}: {images}{some}, {whole.wrong:,} wrong, accuracy {right:.4f}"
    yield ""
    alone = [one for one in whole.worst if one.same_as < 0]
    if not found.enough:
        yield f"Too few images to find slices: there are {whole.images}, at least {2 * LEAST} are needed."
    elif not alone:
        yield "No slice has more errors than other images of the same classes."
    else:
        yield "worst slices: more errors than other images of the same classes"
        yield from _indented(_worst_table(alone[:MAX_ROWS], found.classes))
        yield from _others(whole.worst, alone, found.classes)
    for fact in wanted:
        yield from ("", f"by {fact}")
        yield from _indented(_fact_table([one for one in whole.slices if one.group.fact == fact], found.classes))
    yield from _notes(found, wanted)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines)


def _worst_table(worst: list[Slice], classes: tuple[str, ...]) -> list[str]:
    heads = ("slice", "images", "wrong", "accuracy", "95 % interval", "difference", "images lost")
    rows = [
        (*_first(one, classes), _range(one.intervals.accuracy), f"{one.difference:+.3f}", _lost(one)) for one in worst
    ]
    return table(heads, rows, left=("slice",), spare=("wrong", "95 % interval"))


def _fact_table(some: list[Slice], classes: tuple[str, ...]) -> list[str]:
    heads = ("slice", "images", "wrong", "accuracy", "95 % interval", "macro-F1", "interval", "difference", "verdict")
    rows = []
    for one in some:
        macro = (number(one.macro_f1, 3), _range(one.intervals.macro_f1) if one.macro_f1 is not None else "-")
        apart = f"{one.difference:+.3f}" if one.excess.images else "-"
        rows.append((*_first(one, classes), _range(one.intervals.accuracy), *macro, apart, _VERDICTS[one.verdict]))
    return table(heads, rows, left=("slice", "verdict"), spare=("interval", "wrong", "macro-F1", "95 % interval"))


def _first(one: Slice, classes: tuple[str, ...]) -> tuple[str, ...]:
    return group_text(one.group, classes), f"{one.images:,}", f"{one.wrong:,}", f"{one.accuracy:.3f}"


def _lost(one: Slice) -> str:
    low, high = one.excess.interval
    return f"{one.excess.lost:.0f} ({max(0.0, low):.0f} to {high:.0f})"


def _range(interval: Interval) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"


def _others(worst: tuple[Slice, ...], alone: list[Slice], classes: tuple[str, ...]) -> Iterator[str]:
    if len(alone) > MAX_ROWS:
        yield f"  and {len(alone) - MAX_ROWS} more, which --json lists"
    for one in alone[:MAX_ROWS]:
        same = [
            group_text(other.group, classes) for other in worst if other.same_as >= 0 and worst[other.same_as] is one
        ]
        if same:
            rest = f" and {len(same) - 3} more" if len(same) > 3 else ""
            yield f"  nearly the same images as {group_text(one.group, classes)}: {'; '.join(same[:3])}{rest}"


def _notes(found: RunSlices, wanted: list[str]) -> Iterator[str]:
    lines = []
    if not wanted:
        lines.append(f"--by FACT shows all slices by one of {', '.join(found.found.facts)}")
    for fact in wanted:
        if rare := found.found.rare.get(fact, 0):
            lines.append(f"{fact}: {rare:,} more words apply to too few images")
    if found.known.missing:
        lines.append(f"photographs whose camera and time could not be read: {found.known.missing:,}")
    if found.known.unopened:
        lines.append(f"camera and time are not known: there is no folder {found.known.unopened}")
    yield from ("", *lines) if lines else ()


def group_text(group: ImageGroup, classes: tuple[str, ...]) -> str:
    """Name a slice, such as `brightness: lowest quarter, 0.02 to 0.31` or `cat, name: cam2`.

    Args:
        group: What its images share.
        classes: Class names.

    Returns:
        The name.
    """
    if group.rest:
        text = f"{group.fact}: rare ones"
    elif group.word:
        text = f"{group.fact}: {'in no sub-folder' if group.word == HERE else group.word}"
    else:
        ends = value_text(group.fact, group.low), value_text(group.fact, group.high)
        between = ends[0] if group.low == group.high else f"{ends[0]} to {ends[1]}"
        part = {**PARTS_OF, 4: QUARTERS}.get(group.parts)
        text = f"{group.fact}: {f'{part[group.part]}, ' if part else ''}{between}"
    return f"{classes[group.label]}, {text}" if group.label >= 0 else text


def value_text(fact: str, value: float) -> str:
    """Format a measured fact with its unit.

    Args:
        fact: Name of the fact.
        value: Its value.

    Returns:
        The text.
    """
    if fact == "date":
        return time.strftime("%Y-%m-%d", time.gmtime(value * DAY))
    if fact == "size":
        return f"{value / 1e6:.1f} MP" if value >= 1e5 else f"{value:,.0f} px"
    return f"{value:.3g}"


# --- JSON


def document(folder: RunFolder, found: RunSlices, wanted: list[str]) -> dict[str, Any]:
    """Turn slices into plain values.

    Args:
        folder: Folder of the run.
        found: The slices.
        wanted: Facts whose slices are listed in full, in addition to the worst slices.

    Returns:
        What `--json` prints.
    """
    whole = found.found
    return {
        "run": folder.name,
        "path": folder.path,
        "split": found.split,
        "images": whole.images,
        "total": found.known.published.total,
        "wrong": whole.wrong,
        "facts": whole.facts,
        "worst": [plain_slice(one, found.classes) for one in whole.worst],
        "slices": [plain_slice(one, found.classes) for one in whole.slices if one.group.fact in wanted],
        "rare_words": whole.rare,
        "photographs_missing": found.known.missing,
        "folder_missing": found.known.unopened,
    }


def plain_slice(one: Slice, classes: tuple[str, ...]) -> dict[str, Any]:
    """Turn a slice into plain values.

    Args:
        one: The slice.
        classes: Class names.

    Returns:
        Values for JSON; `label` is None for a slice of all classes, `low` and `high` for words.
    """
    group, measured = one.group, not (one.group.word or one.group.rest)
    return {
        "fact": group.fact,
        "word": group.word,
        "low": group.low if measured else None,
        "high": group.high if measured else None,
        "part": group.part,
        "parts": group.parts,
        "rest": group.rest,
        "label": group.label if group.label >= 0 else None,
        "class": classes[group.label] if group.label >= 0 else None,
        "images": one.images,
        "wrong": one.wrong,
        "accuracy": one.accuracy,
        "accuracy_interval": one.intervals.accuracy,
        "macro_f1": one.macro_f1,
        "macro_f1_interval": one.intervals.macro_f1 if one.macro_f1 is not None else None,
        "compared": one.excess.images,
        "difference": one.difference if one.excess.images else None,
        "lost": one.excess.lost,
        "lost_interval": one.excess.interval,
        "p": one.p,
        "false_discovery_rate": one.rate,
        "verdict": one.verdict,
        "same_as": one.same_as if one.same_as >= 0 else None,
    }
