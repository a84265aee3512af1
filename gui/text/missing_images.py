"""Why images of a run cannot be shown."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.viewmodels.image_index import Reason


def why_no_images(reason: Reason, file: str = "") -> str:
    """Explain why there are no images.

    Args:
        reason: Code of the reason.
        file: The file it concerns. Default: none.

    Returns:
        A sentence, with the file below it.
    """
    texts: dict[str, str] = {
        "unpublished": QCoreApplication.translate(
            "Images", "The images of this run were not kept for viewing. Runs with your own data loaders keep none."
        ),
        "no_split": QCoreApplication.translate("Images", "This run's data has no such split."),
        "no_predictions": QCoreApplication.translate(
            "Images", "No predictions yet: they are written at the end of the epoch and by the evaluation."
        ),
        "missing": QCoreApplication.translate("Images", "The files behind these images no longer exist."),
        "damaged": QCoreApplication.translate("Images", "The files behind these images are damaged."),
        "outside": QCoreApplication.translate(
            "Images", "A file of this run refers to a path outside the run folder. It was not opened."
        ),
        "newer": QCoreApplication.translate(
            "Images", "The files behind these images were made by a newer Epochscope. Update Epochscope to see them."
        ),
        "mismatch": QCoreApplication.translate("Images", "The predictions of this run do not match its images."),
    }
    text = texts.get(reason, "")
    return with_file(text, file) if reason in ("missing", "damaged", "outside", "mismatch", "newer") else text


def with_file(text: str, file: str) -> str:
    """Put the file that a sentence is about below it.

    Args:
        text: The sentence.
        file: The file, as a run names it; cut to 200 characters, as a damaged run may name anything.

    Returns:
        The text.
    """
    return f"{text}\n{file[:200]}" if file else text
