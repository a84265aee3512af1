"""Texts of errors in the language of the window; see `trainer.text.error_text`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.text.setting_problems import with_problems
from trainer.errors import EpochscopeError
from trainer.text import error_text as engine
from trainer.text.error_text import ErrorPart


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
    parts = engine.error_parts(code, with_problems(parameters), answer, QCoreApplication.translate)
    output = str(parameters.get("output") or "") if parts[0][1] == str(answer.get("what") or "") else ""
    return "\n".join(line for line in (*(text for _, text in parts), output) if line)


def ended_text(values: Mapping[str, Any]) -> str:
    """Explain why a run failed.

    Args:
        values: Fields of its RunEnded.

    Returns:
        Lines of text.
    """
    return "\n".join(text for _, text in ended_parts(values))


def ended_parts(values: Mapping[str, Any]) -> list[tuple[ErrorPart, str]]:
    """Explain why a run failed, part by part.

    Args:
        values: Fields of its RunEnded.

    Returns:
        Each part and its text, what happened first.
    """
    told = {**values, "parameters": with_problems(values["parameters"])}
    return engine.ended_parts(told, QCoreApplication.translate)


def code_text(code: str, parameters: Mapping[str, Any], what: str) -> str:
    """Say what happened, and which name may have been meant instead of an unknown one.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        what: The English text, used if there is no translation.

    Returns:
        The text.
    """
    return engine.what_text(code, with_problems(parameters), what, QCoreApplication.translate)


def fix_text(code: str, parameters: Mapping[str, Any], fix: str) -> str:
    """Say how to fix it.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        fix: The English text, used if there is no translation.

    Returns:
        The text.
    """
    return engine.fix_text(code, parameters, fix, QCoreApplication.translate)


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
