"""Texts of errors: from code and parameters to the chosen language.

English is the engine's own text; it is also shown in a language without a text for the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from PySide6.QtCore import QCoreApplication

from gui.text.reasons import system_text, where_word
from trainer.errors import EpochscopeError

Part = Literal["what", "where", "expected", "fix"]


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
        answer: `code`, `parameters`, `what`, `where`, `expected` and `fix`.

    Returns:
        Lines of text.
    """
    code, parameters = str(answer.get("code") or ""), answer.get("parameters") or {}
    what, where, expected, fix = (str(answer.get(part) or "") for part in ("what", "where", "expected", "fix"))
    text = code_text(code, parameters, what)
    more = _more(code, parameters, text, what, where, expected, fix)
    output = str(parameters.get("output") or "") if text == what else ""
    return "\n".join(line for line in (text, *(line for _, line in more), output) if line)


def _more(
    code: str, parameters: Mapping[str, Any], text: str, what: str, where: str, expected: str, fix: str
) -> list[tuple[Part, str]]:
    """The lines after the first one. In another language the fix says what was expected."""
    if text == what:
        return _labelled(where, expected, fix)
    return _labelled("" if where in text else where, "", fix_text(code, parameters, fix))


def _labelled(where: str, expected: str, fix: str) -> list[tuple[Part, str]]:
    """A line for each part that is not empty, with the labels of the command line."""
    tr = QCoreApplication.translate
    lines: tuple[tuple[Part, str, str], ...] = (
        ("where", tr("ErrorParts", "Where: {text}"), where),
        ("expected", tr("ErrorParts", "Expected: {text}"), expected),
        ("fix", tr("ErrorParts", "Fix: {text}"), fix),
    )
    return [(part, label.format(text=text)) for part, label, text in lines if text]


def ended_text(values: Mapping[str, Any]) -> str:
    """Explain why a run failed.

    Args:
        values: Fields of its RunEnded.

    Returns:
        Lines of text.
    """
    return "\n".join(text for _, text in ended_parts(values))


def ended_parts(values: Mapping[str, Any]) -> list[tuple[Part, str]]:
    """Explain why a run failed, part by part.

    Args:
        values: Fields of its RunEnded.

    Returns:
        Each part and its text, what happened first.
    """
    code, parameters, what = values["code"], values["parameters"], str(values["reason"])
    text = code_text(code, parameters, what)
    more = _more(code, parameters, text, what, *(str(values[part]) for part in ("where", "expected", "fix")))
    # a journal older than these parts has the whole text only
    return [("what", text), *more] if more or text != what else [("what", str(values["error"] or what))]


def code_text(code: str, parameters: Mapping[str, Any], what: str) -> str:
    """Say what happened, and which name may have been meant instead of an unknown one.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        what: The English text, used if there is no translation.

    Returns:
        The text.
    """
    text = _translated("Errors", code, {"what": what, **parameters}, what)
    return text if text == what or "{what}" in QCoreApplication.translate("Errors", code) else text + _meant(parameters)


def _meant(parameters: Mapping[str, Any]) -> str:
    """What the engine's English says beside an unknown name; see `trainer.settings.alternatives`."""
    tr = QCoreApplication.translate
    if similar := parameters.get("similar"):
        return " " + tr("ErrorParts", "Did you mean {names}?").format(names=similar)
    if known := parameters.get("known"):
        return " " + tr("ErrorParts", "Known: {names}.").format(names=known)
    return ""


def fix_text(code: str, parameters: Mapping[str, Any], fix: str) -> str:
    """Say how to fix it.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        fix: The English text, used if there is no translation.

    Returns:
        The text.
    """
    return _translated("Fixes", code, parameters, fix)


def _translated(context: str, code: str, parameters: Mapping[str, Any], english: str) -> str:
    text = QCoreApplication.translate(context, code)
    if text == code:
        return english
    words = dict(parameters)
    if isinstance(kind := words.get("kind"), str):
        words["kind"] = where_word(kind)
    if name := words.get("errno"):
        words["reason"] = system_text(str(name), str(words.get("reason", "")))
    try:
        return text.format_map(words)
    except (KeyError, IndexError, ValueError, AttributeError):
        return english  # another version gave other parameters


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
