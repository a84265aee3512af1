"""`data --labels`: labels that may be wrong, on the screen, as JSON and as a file to decide in. [no torch before it is
needed]"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from trainer.cli.label_requests import as_answer
from trainer.cli.output import note, say, say_json, table
from trainer.cli.progress_bar import ProgressBar
from trainer.settings import Settings
from trainer.text.csv_text import csv_bytes, csv_text
from trainer.text.number_format import counted

if TYPE_CHECKING:
    from trainer.analysis.label_proposals import Proposal
    from trainer.analysis.label_review import LabelReview
    from trainer.data.image_set import Progress
    from trainer.data.inspection import Report

PAIRS, LISTED = 12, 20
STAGES = {
    "import": "loading PyTorch",
    "scan": "listing images",
    "decode": "decoding images",
    "check": "looking for copies",
    "download": "downloading weights (MB)",
    "extract": "computing features",
    "folds": "judging labels",
    "outliers": "looking for outliers",
    "pictures": "writing",
}
COUNTED = ("decode", "extract")
KINDS = {
    "label": ("label that is probably wrong", "labels that are probably wrong"),
    "conflict": ("copy with another label", "copies with another label"),
    "leak": ("leak between splits", "leaks between splits"),
    "outlier": ("outlier", "outliers"),
}
"""Names of the kinds of proposals, singular and plural."""
COLUMNS = ("path", "digest", "action", "class", "when", "kind", "score", "split", "label", "confidence", "other")
"""Columns of the CSV file: the first five are those of an edits file, the others help to decide and are not read."""


def show_labels(
    look: Callable[[Progress], Report], settings: Settings, root: Path, *, out: Path | None, json: bool
) -> None:
    """Review the labels of a source and print what was found.

    Args:
        look: Makes the report on the source.
        settings: How the data is opened.
        root: Folder of all runs.
        out: CSV file for the proposals. None: none.
        json: Print JSON.

    Raises:
        DataError: As `review_labels`.
        DiskError: A file cannot be written.
    """
    from trainer.analysis.label_review import review_labels
    from trainer.store.output_file import check_output, write_output

    check_output(out)
    with ProgressBar(STAGES, COUNTED) as progress:
        report = look(progress)
        found = review_labels(settings, report, root, progress)
    review = found.review
    if out is not None:
        write_output(out, csv_bytes(csv_text(COLUMNS, _rows(review))))
    if json:
        say_json({**as_answer(found), "proposals": msgspec.to_builtins(review.proposals)})
        return
    say(*_page(report.name, review))
    say(*_next(settings.data.source, review, out))
    if review.features.reason == "not_installed":
        note(
            "warning: no pretrained network is installed; judged by pixels, most proposals on photographs are wrong",
            "  fix: pip install 'epochscope[pretrained]'",
        )
    if report.faults:
        count = len(report.faults)
        note(f"left out: {counted(count, 'image')} that cannot be read (epochscope data lists them)")


def _page(name: str, review: LabelReview) -> Iterator[str]:
    by = f"features of {review.features.model}" if review.features.model else "their pixels"
    yield f"{name}: labels of {counted(review.images, 'image')} in {len(review.classes)} classes, judged by {by}"
    if review.unjudged:
        yield f"not judged: {counted(review.unjudged, 'image')} whose class has too few others"
    if review.agreement is not None:
        share = review.estimated / max(1, review.images - review.unjudged)
        yield f"models trained on the other images agree with {review.agreement:.1%} of the labels"
        wrong = f"estimated to be wrong: up to {review.estimated:,.0f} labels ({share:.1%})"
        yield f"{wrong}; the worse the models do, the more of these labels are correct"
    if review.exact_copies:
        yield f"exact copies within one class: {review.exact_copies:,} (no wrong labels)"
    yield from _pairs(review)
    yield from _proposals(review)


def _pairs(review: LabelReview) -> Iterator[str]:
    found = [pair for pair in review.pairs if pair.estimated >= 0.5]
    if not found:
        return
    names = review.classes
    rows = [
        (names[pair.label], names[pair.suggested], f"{pair.estimated:,.0f}", f"{pair.proposed:,}")
        for pair in found[:PAIRS]
    ]
    yield ""
    yield from table(("label", "should be", "estimated", "proposed"), rows, left=("label", "should be"))
    if len(found) > PAIRS:
        yield f"... and {len(found) - PAIRS:,} more pairs; --json lists all"


def _proposals(review: LabelReview) -> Iterator[str]:
    total = sum(review.found.values())
    yield ""
    if not total:
        yield "nothing to review: no labels that are probably wrong, no copies, leaks or outliers"
        return
    kinds = ", ".join(f"{count:,} {KINDS[kind][count > 1]}" for kind, count in review.found.items() if count)
    yield f"to review: {total:,} ({kinds}), the most certain first"
    rows = [
        (f"{one.score:.2f}", one.kind, one.path, _what(review, one), _confidence(one))
        for one in review.proposals[:LISTED]
    ]
    yield from table(("score", "kind", "image", "label", "confidence"), rows, left=("kind", "image", "label"))
    if total > LISTED:
        yield f"... and {total - LISTED:,} more"


def _what(review: LabelReview, one: Proposal) -> str:
    label = review.classes[one.label]
    if one.suggested >= 0:
        return f"{label} -> {review.classes[one.suggested]}"
    if one.other is not None:
        return f"{label}, {'=' if one.exact else '~'} {one.other.path}"
    return label


def _confidence(one: Proposal) -> str:
    known = [value for value in (one.self_confidence, one.suggested_confidence) if value is not None]
    return " -> ".join(f"{value:.2f}" for value in known) or "-"


def _next(source: str, review: LabelReview, out: Path | None) -> Iterator[str]:
    if not review.listed:
        return
    yield ""
    if out is None:
        yield "next: review them in the window (epochscope gui, Labels), or write them to an edits file:"
        yield f"  epochscope data {_quoted(source)} --labels --out edits.csv"
        return
    yield f"{out}: {review.listed:,} proposals"
    yield "next: delete the lines that you do not agree with, then train without these errors:"
    yield f"  epochscope train {_quoted(source)} --edits {_quoted(str(out))}"


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)


def _rows(review: LabelReview) -> Iterator[tuple[Any, ...]]:
    names = review.classes
    for one in review.proposals:
        new = names[one.suggested] if one.suggested >= 0 else ""
        sure = "" if one.self_confidence is None else round(one.self_confidence, 4)
        other = "" if one.other is None else one.other.path
        about = (one.kind, round(one.score, 4), one.split, names[one.label], sure, other)
        yield (one.path, one.digest, one.action, new, "", *about)
