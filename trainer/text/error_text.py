"""Errors in a chosen language: from code and parameters to text. [no torch, no Qt]

`translate` gives the text of a context and a source, or the source itself where there is none; see `trainer.reasons`.
English is the engine's own text, which also stands in for a missing translation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

Translate = Callable[[str, str], str]
ErrorPart = Literal["what", "where", "expected", "fix"]


def ended_parts(values: Mapping[str, Any], translate: Translate) -> list[tuple[ErrorPart, str]]:
    """Explain why a run failed, part by part.

    Args:
        values: Fields of its RunEnded.
        translate: Finds translations.

    Returns:
        Each part that is not empty and its text, what happened first.
    """
    what = str(values["reason"])
    parts = error_parts(values["code"], values["parameters"], {**values, "what": what}, translate)
    # a journal older than these parts has the whole text only
    return [("what", str(values["error"] or what))] if parts == [("what", what)] else parts


def error_parts(
    code: str, parameters: Mapping[str, Any], english: Mapping[str, Any], translate: Translate
) -> list[tuple[ErrorPart, str]]:
    """Describe an error part by part. In another language the fix says what was expected.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        english: `what`, `where`, `expected` and `fix` in English, among others.
        translate: Finds translations.

    Returns:
        Each part that is not empty and its text, what happened first.
    """
    what, where, expected, fix = (str(english.get(part) or "") for part in ("what", "where", "expected", "fix"))
    text = what_text(code, parameters, what, translate)
    if text == what:
        return [("what", text), *_labelled(where, expected, fix, translate)]
    fix = fix_text(code, parameters, fix, translate)
    told = where in text or "epoch" in parameters  # a translation says the epoch; the English place is in words
    return [("what", text), *_labelled("" if told else where, "", fix, translate)]


def _labelled(where: str, expected: str, fix: str, translate: Translate) -> list[tuple[ErrorPart, str]]:
    lines: tuple[tuple[ErrorPart, str, str], ...] = (
        ("where", translate("ErrorParts", "Where: {text}"), where),
        ("expected", translate("ErrorParts", "Expected: {text}"), expected),
        ("fix", translate("ErrorParts", "Fix: {text}"), fix),
    )
    return [(part, label.format(text=text)) for part, label, text in lines if text]


def what_text(code: str, parameters: Mapping[str, Any], what: str, translate: Translate) -> str:
    """Say what happened, and which name may have been meant instead of an unknown one.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        what: The English text, used if there is no translation.
        translate: Finds translations.

    Returns:
        The text.
    """
    text = _translated("Errors", code, {"what": what, **parameters}, what, translate)
    if text == what or "{what}" in translate("Errors", code):
        return text
    return text + suggestion_text(parameters, translate)


def fix_text(code: str, parameters: Mapping[str, Any], fix: str, translate: Translate) -> str:
    """Say how to fix it.

    Args:
        code: Code of the error.
        parameters: Its parameters.
        fix: The English text, used if there is no translation.
        translate: Finds translations.

    Returns:
        The text.
    """
    return _translated("Fixes", code, parameters, fix, translate)


def suggestion_text(parameters: Mapping[str, Any], translate: Translate) -> str:
    """Say what `trainer.text.suggestion.suggest` says beside an unknown name.

    Args:
        parameters: Of an error: what `trainer.text.suggestion.alternatives` found is among them.
        translate: Finds translations.

    Returns:
        A sentence after a space; empty without alternatives.
    """
    if similar := parameters.get("similar"):
        return " " + translate("ErrorParts", "Did you mean {names}?").format(names=similar)
    if known := parameters.get("known"):
        return " " + translate("ErrorParts", "Known: {names}.").format(names=known)
    return ""


def where_word(where: str, translate: Translate) -> str:
    """Say what was not finite.

    Args:
        where: `loss` or `gradient`.
        translate: Finds translations.

    Returns:
        The words; `where` itself if it is unknown.
    """
    words = {"loss": translate("Reasons", "the loss"), "gradient": translate("Reasons", "a gradient")}
    return words.get(where, where)


def _system_text(name: str, reason: str, translate: Translate) -> str:
    """An error of the operating system by its name in `errno`; `reason` for a rare one."""
    known = {
        "ENOENT": translate("Reasons", "No such file or directory"),
        "EACCES": translate("Reasons", "Permission denied"),
        "ENOSPC": translate("Reasons", "No space left on device"),
        "EROFS": translate("Reasons", "Read-only file system"),
        "EISDIR": translate("Reasons", "Is a directory"),
        "ENOEXEC": translate("Reasons", "Exec format error"),
    }
    return known.get(name, reason)


def _translated(context: str, code: str, parameters: Mapping[str, Any], english: str, translate: Translate) -> str:
    text = translate(context, code)
    if text == code:
        return english
    words = dict(parameters)
    if isinstance(kind := words.get("kind"), str):
        words["kind"] = where_word(kind, translate)
    if name := words.get("errno"):
        words["reason"] = _system_text(str(name), str(words.get("reason", "")), translate)
    try:
        return text.format_map(words)
    except (LookupError, ValueError, AttributeError):
        return english  # another version gave other parameters
