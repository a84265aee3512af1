"""Texts of errors: from code and parameters to the chosen language.

English is the engine's own text; it is also shown in a language without a text for the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.text.reasons import system_text, where_word
from trainer.errors import EpochscopeError


def error_text(error: EpochscopeError) -> str:
    """Return the text of an error, with all of its parts.

    Args:
        error: The error.

    Returns:
        Lines of text.
    """
    return whole_text(vars(error))


def whole_text(answer: Mapping[str, Any]) -> str:
    """Return the text of an error that came as plain values.

    Args:
        answer: `code`, `parameters`, `what`, `where`, `expected` and `mend`.

    Returns:
        Lines of text.
    """
    what, where = str(answer.get("what") or ""), str(answer.get("where") or "")
    parameters = answer.get("parameters") or {}
    text = code_text(str(answer.get("code") or ""), parameters, what)
    if text != what:
        return text if not where or where in text else f"{text}\n{where}"
    parts = _labelled(where, str(answer.get("expected") or ""), str(answer.get("mend") or ""))
    return "\n".join(part for part in (what, *parts, str(parameters.get("output") or "")) if part)


def _labelled(where: str, expected: str, fix: str) -> list[str]:
    """A line for each part that is not empty, with the labels of the command line."""
    tr = QCoreApplication.translate
    lines = {
        tr("ErrorParts", "Where: {text}"): where,
        tr("ErrorParts", "Expected: {text}"): expected,
        tr("ErrorParts", "Fix: {text}"): fix,
    }
    return [label.format(text=text) for label, text in lines.items() if text]


def ended_text(values: Mapping[str, Any]) -> str:
    """Explain why a run failed.

    Args:
        values: Fields of its RunEnded.

    Returns:
        Lines of text.
    """
    what = str(values["reason"])
    text = code_text(values["code"], values["parameters"], what)
    if text != what:
        return text
    more = _labelled(*(str(values[part]) for part in ("where", "expected", "fix")))
    # a journal older than these parts has the whole text only
    return "\n".join([what, *more]) if more else str(values["error"] or what)


def code_text(code: str, parameters: Mapping[str, Any], what: str) -> str:
    """Say what happened.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        what: The English text, used if there is no translation.

    Returns:
        The text.
    """
    text = QCoreApplication.translate("Errors", code)
    if text == code:
        return what
    words = dict(parameters)
    if isinstance(kind := words.get("kind"), str):
        words["kind"] = where_word(kind)
    if name := words.get("errno"):
        words["reason"] = system_text(str(name), str(words.get("reason", "")))
    try:
        return text.format_map({"what": what, **words})
    except (KeyError, IndexError, ValueError, AttributeError):
        return what  # another version gave other parameters


def fault_text(code: str, reason: str) -> str:
    """Say what is wrong with a file, a class or a split.

    Args:
        code: Code of the fault.
        reason: The English text, used if there is no translation.

    Returns:
        The text.
    """
    text = QCoreApplication.translate("Faults", code)
    return reason if text == code else text
