"""What a run has to say for people: the text of a message, part by part, and how serious it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from PySide6.QtCore import QCoreApplication

from gui.text.errors import code_text, ended_parts
from gui.text.formats import plain, split_word, state_word
from gui.text.reasons import reason_text, stop_text, where_word
from trainer.store.attempt_history import Message
from trainer.text.error_text import ErrorPart

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def severity(message: Message) -> Severity:
    """Say how serious a message is.

    Args:
        message: The message.

    Returns:
        An error ends the run, a warning tells of something that it lacks.
    """
    match message.kind:
        case "NonFiniteLoss":
            return "error"
        case "CallbackFailed":
            return "error" if message.values["action"] == "stop" else "warning"
        case "MetricFailed":
            return "warning"
        case "RunEnded":
            return "error" if message.values["status"] == "failed" else "info"
    return "info"


def message_parts(message: Message) -> list[tuple[ErrorPart, str]]:
    """Write a message, part by part.

    Args:
        message: The message.

    Returns:
        Each part and its text, what happened first.
    """
    if message.kind == "RunEnded":
        return _end(message.values)
    return [("what", _what(message))]


def _what(message: Message) -> str:
    values = message.values
    match message.kind:
        case "StopRequested":
            reason = plain(values["reason"])
            return plain(stop_text(plain(values["source"]), values["code"], values["parameters"], reason))
        case "NonFiniteLoss":
            text = QCoreApplication.translate("Words", "Epoch {epoch}, batch {batch}: {where} is not finite.")
            return text.format(epoch=values["epoch"], batch=values["batch"], where=where_word(values["where"]))
        case "CallbackFailed":
            text = QCoreApplication.translate("Words", "The callback {callback} failed in {hook}: {error}")
            error = plain(code_text(values["code"], values["parameters"], values["error"]))
            return text.format(callback=plain(values["callback"]), hook=plain(values["hook"]), error=error)
        case "MetricFailed":
            text = QCoreApplication.translate("Words", "The metric {name} could not be computed ({split}): {error}")
            error = plain(values["error"])
            return text.format(name=plain(values["name"]), split=split_word(values["split"]), error=error)
    return message.kind


def _end(values: Mapping[str, Any]) -> list[tuple[ErrorPart, str]]:
    """How and why a run has ended."""
    status = state_word(values["status"])
    if values["error"]:
        (_, what), *more = ended_parts(values)
        text = QCoreApplication.translate("Words", "The run has ended: {status}. {error}")
        return [("what", text.format(status=status, error=plain(what))), *((part, plain(line)) for part, line in more)]
    reason = reason_text(values["code"], values["parameters"], values["reason"])
    text = QCoreApplication.translate("Words", "The run has ended: {status} ({error}).")
    if not reason:
        text = QCoreApplication.translate("Words", "The run has ended: {status}.")
    return [("what", text.format(status=status, error=plain(reason)))]
