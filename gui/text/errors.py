"""Prose for errors: code and parameters come in, words in the chosen language go out.

English is the engine's own text; a language that has no text for a code shows that too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.text.reasons import system_text, where_word
from trainer.errors import EpochscopeError


def error_text(error: EpochscopeError) -> str:
    """An error with all of its parts."""
    return whole_text(vars(error))


def whole_text(answer: Mapping[str, Any]) -> str:
    """The same for an error that came as plain values: code, parameters, what, where, expected, mend."""
    what, where = str(answer.get("what") or ""), str(answer.get("where") or "")
    parameters = answer.get("parameters") or {}
    text = code_text(str(answer.get("code") or ""), parameters, what)
    if text != what:
        return text if not where or where in text else f"{text}\n{where}"
    rest = [where, *(str(answer.get(part) or "") for part in ("expected", "mend")), str(parameters.get("output") or "")]
    return "\n".join(part for part in (what, *rest) if part)


def ended_text(values: Mapping[str, Any]) -> str:
    """Why a run has failed: the fields of its RunEnded."""
    what = str(values["reason"])
    text = code_text(values["code"], values["parameters"], what)
    if text != what:
        return text
    more = [str(values[part]) for part in ("where", "expected", "fix") if values[part]]
    # a journal older than these parts has the whole text only
    return "\n".join([what, *more]) if more else str(values["error"] or what)


def code_text(code: str, parameters: Mapping[str, Any], what: str) -> str:
    """What has happened; `what` is the English text."""
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
    """What is wrong with a file, a class or a split; `reason` is the English text."""
    text = QCoreApplication.translate("Faults", code)
    return reason if text == code else text
