"""Prose for what the engine says of its own: why it refused, who stopped it, remarks on data.

It says so in English. What is known here goes out in the chosen language; what is not, as it came: it may be a
callback's own text, or another version's.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication


def reason_text(reason: str) -> str:
    """Why a request was refused, or a run ended."""
    tr = QCoreApplication.translate
    known = {
        "the run is stopping": tr("Reasons", "the run is stopping"),
        "the run has ended": tr("Reasons", "the run has ended"),
        "the run is paused": tr("Reasons", "the run is paused"),
        "the run is not paused": tr("Reasons", "the run is not paused"),
        "there is nothing to save: the run is not training": tr("Reasons", "there is nothing to save yet"),
        "this run has no Checkpoint callback": tr("Reasons", "this run saves no checkpoints"),
        "saving failed; see log.txt": tr("Reasons", "saving failed; the log says why"),
        "the id is not the name of the file": tr("Reasons", "the request is damaged"),
        "early_stopping": tr("Reasons", "early stopping: no improvement any more"),
    }
    if found := re.fullmatch(r"meant for attempt (\d+)", reason):
        return tr("Reasons", "it was meant for attempt {attempt}").format(attempt=found[1])
    if reason.startswith("not a request: "):
        return tr("Reasons", "the request is damaged")
    return known.get(reason) or source_text(reason)


def source_text(source: str) -> str:
    """Who has asked for something."""
    tr = QCoreApplication.translate
    known = {
        "window": tr("Reasons", "from a window"),
        "command line": tr("Reasons", "from a terminal"),
        "api": tr("Reasons", "from the script"),
        "request": tr("Reasons", "by a request"),
        "callback": tr("Reasons", "by a callback"),
        "SIGINT": tr("Reasons", "with Ctrl-C"),
        "SIGTERM": tr("Reasons", "by the system (SIGTERM)"),
    }
    return known.get(source, source)


def stop_text(source: str, reason: str) -> str:
    """That a stop was asked for, by whom and until when."""
    tr = QCoreApplication.translate
    when = {"after this step": tr("Reasons", "at once"), "after this epoch": tr("Reasons", "after this epoch")}
    told = when.get(reason) or reason_text(reason)
    return tr("Reasons", "A stop was requested {source}: {reason}.").format(source=source_text(source), reason=told)


def where_word(where: str) -> str:
    """What was not finite."""
    tr = QCoreApplication.translate
    return {"loss": tr("Reasons", "the loss"), "gradient": tr("Reasons", "a gradient")}.get(where, where)


def note_text(note: str) -> str:
    """A remark on a data set."""
    tr = QCoreApplication.translate
    if found := re.fullmatch(r"(\d+) other files? or folders? not looked at, such as (.+)", note, re.DOTALL):
        text = tr("Reasons", "Not looked at: %n other file(s) or folder(s), such as {example}", "", int(found[1]))
        return text.format(example=found[2])
    return note


def python_text(reason: str) -> str:
    """Why an interpreter cannot train."""
    tr = QCoreApplication.translate
    known = {
        "no answer": tr("Reasons", "it does not answer"),
        "torch": tr("Reasons", "PyTorch is not installed there"),
        "not epochscope": tr("Reasons", "Epochscope is not installed there"),
        "exit code 1": tr("Reasons", "Epochscope is not installed there"),
    }
    if reason not in known and (found := re.fullmatch(r"exit code (-?\d+)", reason)):
        return tr("Reasons", "it ended with exit code {code}").format(code=found[1])
    return known.get(reason) or system_text(reason)


def system_text(reason: str) -> str:
    """What the operating system says, where that is common."""
    tr = QCoreApplication.translate
    known = {
        "No such file or directory": tr("Reasons", "No such file or directory"),
        "Permission denied": tr("Reasons", "Permission denied"),
        "No space left on device": tr("Reasons", "No space left on device"),
        "Read-only file system": tr("Reasons", "Read-only file system"),
        "Is a directory": tr("Reasons", "Is a directory"),
        "Exec format error": tr("Reasons", "Exec format error"),
    }
    return known.get(reason, reason)
