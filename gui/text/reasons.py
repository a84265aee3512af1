"""Sentences for the engine's codes: why it refused a request, who stopped a run, what it noted about the data.

What has no code, or one that is not known here, is shown as it came: a callback's own words, or another version's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from trainer import reasons


def reason_text(code: str, parameters: Mapping[str, Any], reason: str = "") -> str:
    """Why a request was refused, or a run was stopped; `reason` is the engine's text."""
    return reasons.reason_text(code, parameters, reason, QCoreApplication.translate)


def source_text(source: str) -> str:
    """Who has asked for something."""
    return reasons.source_text(source, QCoreApplication.translate)


def stop_text(source: str, code: str, parameters: Mapping[str, Any], reason: str) -> str:
    """That a stop was asked for, by whom and until when."""
    tr = QCoreApplication.translate
    told = reason_text(code, parameters, reason)
    if code == "stop.request":  # its source is said already
        when = {"step": tr("Reasons", "at once"), "epoch": tr("Reasons", "after this epoch")}
        told = when.get(str(parameters.get("when")), reason)
    return tr("Reasons", "A stop was requested {source}: {reason}.").format(source=source_text(source), reason=told)


def where_word(where: str) -> str:
    """What was not finite."""
    tr = QCoreApplication.translate
    return {"loss": tr("Reasons", "the loss"), "gradient": tr("Reasons", "a gradient")}.get(where, where)


def note_text(code: str, parameters: Mapping[str, Any], reason: str) -> str:
    """A remark on a data set; `reason` is the English text."""
    tr = QCoreApplication.translate
    count, example = parameters.get("count"), parameters.get("example")
    if code != "other_files" or not isinstance(count, int):
        return reason
    text = tr("Reasons", "Not looked at: %n other file(s) or folder(s), such as {example}", "", count)
    return text.format(example=example)


def system_text(name: str, reason: str) -> str:
    """What the operating system says, where that is common: `name` of the error as in `errno`."""
    tr = QCoreApplication.translate
    known = {
        "ENOENT": tr("Reasons", "No such file or directory"),
        "EACCES": tr("Reasons", "Permission denied"),
        "ENOSPC": tr("Reasons", "No space left on device"),
        "EROFS": tr("Reasons", "Read-only file system"),
        "EISDIR": tr("Reasons", "Is a directory"),
        "ENOEXEC": tr("Reasons", "Exec format error"),
    }
    return known.get(name, reason)
