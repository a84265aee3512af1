"""The text of a classification: beside its images, and in place of them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.text import formats
from gui.text.failures import failure_text
from gui.text.run_states import fruitless_text
from gui.viewmodels.classification_job import ClassificationJob
from gui.viewmodels.selection import OpenRun


def hopeless(run: OpenRun) -> bool:
    """Whether a run has no weights, and none will come."""
    return run.model.ended is not None and run.fruitless


def empty_text(job: ClassificationJob, run: OpenRun | None) -> str:
    """Where there are no rows to show."""
    tr = QCoreApplication.translate
    if run is None:
        return tr("PredictPanel", "Open a run: its best weights classify your images.")
    if not job.images.rows and hopeless(run):
        return fruitless_text()
    if job.failure is not None and not job.images.done:
        return failure_text(job.failure)
    if job.images.rows:
        return tr("PredictPanel", "No image matches the filter.")
    return "" if job.busy else tr("PredictPanel", "There are no images in this folder.")


def told_lines(job: ClassificationJob, run: str) -> list[str]:
    """By which weights, how right, and what is missing."""
    tr, images = QCoreApplication.translate, job.images
    lines = [failure_text(job.failure)] if job.failure is not None else []
    if job.weights:
        best = tr("PredictPanel", "Best weights of {run}")
        last = tr("PredictPanel", "Last weights of {run} (there are no best weights)")
        text = (best if job.weights == "best" else last).format(run=run)
        lines.append("; ".join([text, *_missing(job)]))
    if job.moved:
        lines.append(tr("PredictPanel", "The run has newer weights now. Classify again to use them."))
    if job.score is not None and images.labelled:
        lines.append(_figures(job))
    return lines


def _missing(job: ClassificationJob) -> list[str]:
    tr, images = QCoreApplication.translate, job.images
    found = []
    if images.unreadable:
        text = tr("PredictPanel", "{count} of {total} images cannot be read")
        found.append(text.format(count=formats.whole(images.unreadable), total=formats.whole(len(images.rows))))
    if not job.busy and (left := len(images.rows) - images.done):
        found.append(tr("PredictPanel", "%Ln image(s) not classified", "", left))
    if others := sum(job.left_out.values()):
        text = tr("PredictPanel", "other files in the folder, ignored: {count}")
        found.append(text.format(count=formats.whole(others)))
    return found


def _figures(job: ClassificationJob) -> str:
    score = job.score or {}
    text = QCoreApplication.translate(
        "PredictPanel",
        "{count} labelled images: accuracy {accuracy} ({accuracy_ends}), macro-F1 {f1} ({f1_ends}); "
        "in brackets: 95 % intervals",
    )
    return text.format(
        count=formats.whole(score["images"]),
        f1=formats.macro(score["macro_f1"], score["macro_classes"], score["classes"], 3, brief=True),
        accuracy=formats.number(score["accuracy"], 3),
        accuracy_ends=formats.span(*(formats.number(end, 3) for end in score["accuracy_interval"])),
        f1_ends=formats.span(*(formats.number(end, 3) for end in score["macro_f1_interval"])),
    )
