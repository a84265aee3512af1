"""Problems with settings in the language of the window; the engine's English where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.text.expected_values import expected, expected_option
from trainer.settings import describe
from trainer.text.error_text import suggestion_text


def with_problems(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Translate the problems among the parameters of an error.

    Args:
        parameters: The parameters; `details`, if there are any, are problems as plain values.

    Returns:
        The parameters, `problems` being a translated line for each.
    """
    details = parameters.get("details")
    if not isinstance(details, list):
        return parameters
    return {**parameters, "problems": "\n".join(dict.fromkeys(_line(one) for one in details))}


def _line(problem: Mapping[str, Any]) -> str:
    place, text = str(problem.get("place") or ""), _text(problem)
    return f"{place}: {text}" if place else text


def _text(problem: Mapping[str, Any]) -> str:
    """What is wrong, without the place."""
    code, english = str(problem.get("code")), str(problem.get("text"))
    text = QCoreApplication.translate("Problems", code)
    if text == code:
        return english
    values = dict(problem)
    if (setting := _settings().get(str(problem.get("place")))) is not None:
        values["expected"] = expected(setting)
    if words := expected_option(str(problem.get("kind")), str(problem.get("values") or "")):
        values["expected"] = words
    try:
        text = text.format_map(values)
    except (LookupError, ValueError, AttributeError):
        return english  # another version gave other parameters
    origin = f" ({problem['origin']})" if problem.get("origin") else ""
    return f"{text}{suggestion_text(problem, QCoreApplication.translate)}{origin}"


def _settings() -> dict[str, Any]:
    return {".".join(one.path): one for one in describe()}
