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
    text = told(str(answer.get("code") or ""), parameters, what)
    if text != what:
        return text if not where or where in text else f"{text}\n{where}"
    rest = [where, *(str(answer.get(part) or "") for part in ("expected", "mend")), str(parameters.get("output") or "")]
    return "\n".join(part for part in (what, *rest) if part)


def told(code: str, parameters: Mapping[str, Any], what: str) -> str:
    """What has happened; `what` is the English text."""
    text = QCoreApplication.translate("Errors", code)
    if text == code:
        return spoken(what)
    try:
        return text.format_map({"what": what, **{name: _word(name, value) for name, value in parameters.items()}})
    except (KeyError, IndexError, ValueError, AttributeError):
        return what  # another version gave other parameters


def spoken(what: str) -> str:
    """The engine's English, written for a terminal, without the terminal's captions."""
    lines = []
    for line in what.splitlines():
        caption, _, rest = line.strip().partition(": ")
        if caption == "where" or caption == "mend":
            lines.append(rest[:1].upper() + rest[1:] if caption == "mend" else rest)
        else:
            lines.append(line.replace("expected: ", "Expected: ", 1) if caption == "expected" else line)
    return "\n".join(lines)


def _word(name: str, value: Any) -> Any:
    """A parameter that is itself a word of the engine's."""
    words = {"kind": where_word, "reason": system_text}.get(name)
    return words(value) if words is not None and isinstance(value, str) else value


def fault_text(code: str, reason: str) -> str:
    """What is wrong with a file, a class or a split; `reason` is the English text."""
    text = QCoreApplication.translate("Faults", code)
    return reason if text == code else text
