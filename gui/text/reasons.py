"""Sentences for the engine's codes: why a request was refused, who stopped a run, notes about the data.

Text without a code, or with one that is unknown here, is shown unchanged: a callback's own words, or another version's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from trainer import reasons
from trainer.text import error_text


def reason_text(code: str, parameters: Mapping[str, Any], reason: str = "") -> str:
    """Say why a request was refused, or a run was stopped.

    Args:
        code: Code of the reason.
        parameters: Its parameters.
        reason: The engine's text, used if the code is unknown. Default: none.

    Returns:
        The text.
    """
    return reasons.reason_text(code, parameters, reason, QCoreApplication.translate)


def source_text(source: str) -> str:
    """Say who made a request.

    Args:
        source: The source, as in StopRequested.

    Returns:
        The text.
    """
    return reasons.source_text(source, QCoreApplication.translate)


def stop_text(source: str, code: str, parameters: Mapping[str, Any], reason: str) -> str:
    """Say that a stop was requested, by whom and for when.

    Args:
        source: The source, as in StopRequested.
        code: Code of the reason.
        parameters: Its parameters.
        reason: The engine's text.

    Returns:
        A sentence.
    """
    tr = QCoreApplication.translate
    told = reason_text(code, parameters, reason)
    if code == "stop.request":  # its source is said already
        when = {"step": tr("Reasons", "at once"), "epoch": tr("Reasons", "after this epoch")}
        told = when.get(str(parameters.get("when")), reason)
    return tr("Reasons", "A stop was requested {source}: {reason}.").format(source=source_text(source), reason=told)


def where_word(where: str) -> str:
    """Say what was not finite.

    Args:
        where: `loss` or `gradient`.

    Returns:
        The words; `where` itself if it is unknown.
    """
    return error_text.where_word(where, QCoreApplication.translate)


def note_text(code: str, parameters: Mapping[str, Any], reason: str) -> str:
    """Return the text of a note about a data set.

    Args:
        code: Code of the note.
        parameters: Its parameters.
        reason: The English text, used if the code is unknown.

    Returns:
        The text.
    """
    count = parameters.get("count")
    number = count if isinstance(count, int) else 0
    text = _left_out_text(code, parameters, number) or _oddity_text(code, parameters, number)
    try:
        return text.format(**parameters) if text else reason
    except (KeyError, IndexError, ValueError):  # another version's, with other parameters
        return reason


def _left_out_text(code: str, parameters: Mapping[str, Any], count: int) -> str:
    """Of edits, and of what is in a folder and is not used; empty for other codes."""
    tr = QCoreApplication.translate
    match code:
        case "edits":
            return tr("Reasons", "Labels changed: {relabelled}, images left out: {left_out} ({file})")
        case "edits_unmatched":
            return tr("Reasons", "⚠ Not applied: %n edit(s) of images that are missing or have changed", "", count)
        case "other_files":
            return tr("Reasons", "Ignored: %n other file(s) or folder(s), such as {example}", "", count)
        case "unread_formats":
            text = tr("Reasons", "⚠ Not read: %n picture(s) in other formats: {where}.", "", count)
            if parameters.get("photos"):
                return f"{text} " + tr("Reasons", "Convert to JPEG or PNG, or install epochscope[photos].")
            return f"{text} " + tr("Reasons", "Convert to JPEG or PNG.")
        case "images_without_class":
            return tr("Reasons", "⚠ Not used: %n image(s) outside of the class folders, such as {example}", "", count)
        case "hidden_images":
            return tr("Reasons", "Not used: %n hidden image(s), such as {example} ({where})", "", count)
        case "folders_beside":
            return tr("Reasons", "⚠ Not used: %n folder(s) beside the ones in use, such as {example}", "", count)
        case "link_loops":
            return tr("Reasons", "Not followed: %n link(s) to a folder that is listed already: {example}", "", count)
        case "repeated_rows":
            return tr("Reasons", "⚠ %n row(s) list an image again, which counts once, such as {example}", "", count)
    return ""


def _oddity_text(code: str, parameters: Mapping[str, Any], count: int) -> str:
    """Of what is used and should be known; empty for other codes."""
    tr = QCoreApplication.translate
    match code:
        case "similar_names":
            return tr("Reasons", "⚠ %n classes differ only in capital letters: {names}", "", count)
        case "renamed_class":
            return tr("Reasons", "{folder} is read as the class {name}.")
        case "nested_images":
            return tr("Reasons", "%n image(s) found in sub-folders of the classes, such as {example}", "", count)
        case "first_page_only":
            return tr("Reasons", "%n file(s) with several pages or frames; only the first is used: {where}", "", count)
        case "shallow_16_bit":
            return tr(
                "Reasons",
                "⚠ {count} of {total} images with 16 bits use only {bits} of them and come out nearly black ({where}). "
                "Multiply their values by {factor}, or save them with 8 bits.",
            )
    return ""
