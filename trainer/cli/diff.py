"""`runs diff`: two runs side by side, and which differences are within noise. [no torch]"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from trainer.analysis.run_comparison import RunComparison, compare
from trainer.cli.control import RunName
from trainer.cli.flags import Json, Runs
from trainer.cli.output import Row, called, number, say, say_json, table
from trainer.errors import UsageError
from trainer.metrics.paired_comparison import Difference, Paired
from trainer.metrics.significance import Interval
from trainer.store.evaluations import SplitMetrics, find, find_all
from trainer.store.folder import RunFolder, find_run, runs_root
from trainer.text.number_format import counted, over_classes
from trainer.text.text_shortening import distinct_names

MANY = 20
"""With more classes, those within noise are counted instead of listed."""
_SEEDS = "This is the noise of the images, not that of the seed: for that, epochscope train ... --seeds 5."


def diff(
    a: RunName,
    b: RunName,
    /,
    *,
    split: Annotated[
        Literal["test", "valid", "train"], Parameter(help="The images to compare on.", show_choices=True)
    ] = "test",
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Compare run A with run B: settings, metrics, and which differences are within noise.

    If both were evaluated on the same images, they are compared image by image: accuracy with McNemar's test (exact,
    mid-p), F1 with intervals from 2,000 bootstrap samples. A difference is within noise if p is 0.05 or more, or if the
    95 % interval of B minus A contains 0. The intervals of the classes are widened so that all of them hold at once
    (with many classes, some would otherwise differ by chance).

    Noise here means the choice of test images: would B still be ahead on other images of the same kind? What another
    seed would change is not included; train --seeds N shows that.
    """
    folders = [find_run(runs_root(runs), run) for run in (a, b)]
    found = compare(folders[0], folders[1], *(_evaluation(folder, split) for folder in folders))
    if json:
        say_json(_document(folders, found))
    else:
        say(*_page(folders, found))
    return 0


def _evaluation(folder: RunFolder, split: str) -> SplitMetrics:
    found = find(folder, split)
    if found is not None:
        return found
    there = list(find_all(folder))
    evaluate = f"epochscope evaluate {called(folder)}"
    raise UsageError(
        "run.not_evaluated",
        f"{folder.name} has not been evaluated on its {split} split.",
        where=str(folder.evaluation / f"{split}.json"),
        expected=f"metrics of that split; it has those of {' and '.join(there)}" if there else "",
        fix=f"{evaluate}; or, where its data has no such split, --split {there[-1]}" if there else evaluate,
        name=folder.name,
        split=split,
    )


# --- text


def _page(folders: list[RunFolder], found: RunComparison) -> Iterator[str]:
    names = distinct_names(folders)
    for letter, name, one in zip("AB", names, (found.a, found.b), strict=True):
        yield f"{letter}  {name}" + (f" ({one.weights} weights)" if one.weights != "best" else "")
    yield from ("", "settings that differ" if found.settings else "no setting differs")
    if found.settings:
        rows = [(key, _value(one), _value(other)) for key, one, other in found.settings]
        yield from _indented(("", "A", "B"), rows, left=("", "A", "B"))
    yield from ("", _images(found))
    yield from _figures(found)
    if found.paired is not None:
        yield from _classes(found, found.paired)
    yield from ("", *verdict(found))
    if found.paired is not None:
        yield _SEEDS


def _indented(heads: Row, rows: Sequence[Row], left: Row) -> Iterator[str]:
    yield from (f"  {line}" for line in table(heads, rows, left=left))


def _value(value: Any) -> str:
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _images(found: RunComparison) -> str:
    split, samples = found.a.split, found.a.metrics.samples
    if found.paired is None:
        return f"{split}: A {counted(samples, 'image')}, B {found.b.metrics.samples:,}"
    few = f" of which {found.images:,} are compared" if found.images < samples else ""
    return f"{split}: the same {counted(samples, 'image')} for both{few}{_edited(found)}"


def _edited(found: RunComparison) -> str:
    if found.edited is None:
        return ""
    changed, gone = found.edited.relabelled, found.edited.left_out
    said = [f"{changed:,} label{'s' * (changed != 1)} edited"] * bool(changed)
    said += [f"{counted(gone, 'image')} left out"] * bool(gone)
    return f", both judged by the edited labels ({', '.join(said)})"


def _figures(found: RunComparison) -> Iterator[str]:
    differences = (found.paired.accuracy, found.paired.macro_f1) if found.paired else (None, None)
    rows: list[Row] = []
    for title, key, between in zip(("accuracy", "macro-F1"), ("accuracy", "macro_f1"), differences, strict=True):
        values = [number(getattr(one.metrics, key)) for one in (found.a, found.b)]
        ranges = [_range(getattr(one.intervals, key)) for one in (found.a, found.b)]
        rows.append((title, *values, f"{between.value:+z.4f}" if between else ""))
        rows.append(
            (
                f"  {_percent(found.a.intervals.level)} interval",
                *ranges,
                _range(between.interval, "+") if between else "",
            )
        )
    overs = [over_classes(one.metrics.macro_classes, len(one.classes)) for one in (found.a, found.b)]
    if any(overs):
        rows.append(("  macro-F1 is the mean of", *(over or "all classes" for over in overs), ""))
    losses = (found.a.metrics.loss, found.b.metrics.loss)
    if found.edited is None:
        rows.append(("loss", *map(number, losses), f"{losses[1] - losses[0]:+z.4f}" if found.paired else ""))
    yield from _indented(("", "A", "B", "B less A" if found.paired else ""), rows, left=("",))


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _range(interval: Interval, sign: str = "") -> str:
    return f"{interval[0]:{sign}z.4f} to {interval[1]:{sign}z.4f}"


def _classes(found: RunComparison, paired: Paired) -> Iterator[str]:
    rows = []
    for name, one, other, between in zip(
        found.a.classes, found.a.metrics.f1, found.b.metrics.f1, paired.f1, strict=True
    ):
        if len(paired.f1) <= MANY or not between.within_noise:
            values = (number(one, 3), number(other, 3), f"{between.value:+z.3f}")
            ends = f"{between.interval[0]:+z.3f} to {between.interval[1]:+z.3f}"
            rows.append((name, *values, ends, _ahead(between, "within noise")))
    heads = ("F1 of the class", "A", "B", "B less A", f"{_percent(paired.level)}, all at once", "")
    yield ""
    if rows:
        yield from _indented(heads, rows, left=("F1 of the class", ""))
    if hidden := len(paired.f1) - len(rows):
        yield f"  within noise: {'the other ' if rows else 'all '}{hidden} classes"


def _ahead(between: Difference, otherwise: str) -> str:
    if between.within_noise:
        return otherwise
    return "B is better" if between.value > 0 else "A is better"


def verdict(found: RunComparison) -> list[str]:
    """Sum up a comparison: a sentence on accuracy and one on macro-F1.

    Args:
        found: The comparison.

    Returns:
        The sentences; if the images cannot be compared one by one, why.
    """
    split, paired = found.a.split, found.paired
    if paired is None:
        apart = "They cannot be compared one by one: the intervals above are each run's own."
        return [found.reason, apart]
    gained, p = paired.accuracy.value, "p < 0.001" if paired.p < 0.001 else f"p = {paired.p:.2g}"
    alone = f"{p} (A alone is right on {paired.only_a:,} images, B alone on {paired.only_b:,})"
    points, macro = f"{100 * abs(gained):.1f} points", f"{abs(paired.macro_f1.value):.4f}"
    if accuracy_within_noise(paired):
        lines = [f"On {split} the difference in accuracy is within noise: {points}, {alone}."]
    else:
        lines = [f"{'B' if gained > 0 else 'A'} is better on {split}: {points} of accuracy, {alone}."]
    better = _ahead(paired.macro_f1, "")
    lines.append(
        f"{better} in macro-F1: {macro}." if better else f"The difference in macro-F1 is within noise: {macro}."
    )
    return lines


def accuracy_within_noise(paired: Paired) -> bool:
    """Decide by McNemar's test whether a difference in accuracy may be chance.

    Args:
        paired: Comparison image by image.

    Returns:
        Whether it may.
    """
    return paired.p >= 1 - paired.level


# --- JSON


def _document(folders: list[RunFolder], found: RunComparison) -> dict[str, Any]:
    runs = {
        letter: {"name": folder.name, "path": folder.path, **one.plain()}
        for letter, folder, one in zip("ab", folders, (found.a, found.b), strict=True)
    }
    paired: dict[str, Any] = {"accuracy": None, "macro_f1": None, "classes": None}
    if (pair := found.paired) is not None:
        counts = {"p": pair.p, "only_a": pair.only_a, "only_b": pair.only_b}
        paired["accuracy"] = {**asdict(pair.accuracy), **counts, "within_noise": accuracy_within_noise(pair)}
        paired["macro_f1"] = _between(pair.macro_f1)
        paired["classes"] = [
            {"class": name, "a": one, "b": other, **_between(between)}
            for name, one, other, between in zip(
                found.a.classes, found.a.metrics.f1, found.b.metrics.f1, pair.f1, strict=True
            )
        ]
    return {
        "split": found.a.split,
        **runs,
        "settings": [{"key": key, "a": one, "b": other} for key, one, other in found.settings],
        "same_images": pair is not None,
        "images": found.images,
        "edited": asdict(found.edited) if found.edited is not None else None,
        "reason": found.reason,
        "difference": paired,
        "verdict": verdict(found),
    }


def _between(between: Difference) -> dict[str, Any]:
    return {**asdict(between), "within_noise": between.within_noise}
