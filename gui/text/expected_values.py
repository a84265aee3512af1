"""What a setting accepts, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from trainer.settings.fields import Setting


def expected(setting: Setting) -> str:
    """Say what a setting accepts.

    Args:
        setting: The setting.

    Returns:
        The text.
    """
    tr = QCoreApplication.translate
    if setting.words or setting.choices:
        return tr("Settings", setting.words) if setting.words else ", ".join(setting.choices)
    nouns = {int: tr("Form", "a whole number"), float: tr("Form", "a number"), bool: tr("Form", "yes or no")}
    text = nouns.get(setting.type, tr("Form", "a text"))
    low, high = _bound(setting.low), _bound(setting.high)
    if low and high and not (setting.low_open or setting.high_open):
        text += tr("Form", " from {low} to {high}").format(low=low, high=high)
    else:
        text += f" {'>' if setting.low_open else '≥'} {low}" if low else ""
        text += f" {'<' if setting.high_open else '≤'} {high}" if high else ""
    return text + (tr("Form", ", or auto") if setting.optional else "")


def expected_option(kind: str, values: str) -> str:
    """Say what an option of a plugin accepts.

    Args:
        kind: One of `trainer.settings.constructor_options.OptionKind`.
        values: The choices, or how the value may be written; empty: neither.

    Returns:
        The text; empty for an unknown kind.
    """
    tr = QCoreApplication.translate
    if kind == "choice":
        return tr("Form", "one of {names}").format(names=values)
    nouns = {
        "switch": tr("Form", "true or false"),
        "integer": tr("Form", "a whole number"),
        "number": tr("Form", "a number"),
        "text": tr("Form", "a text"),
        "path": tr("Form", "a path"),
    }
    text = nouns.get(kind, "")
    return f"{text}: {values}" if text and values else text


def _bound(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 2**53:
        return "2⁶³ − 1" if value == 2**63 - 1 else f"{value:g}"
    return QLocale().toString(value) if isinstance(value, int) else QLocale().toString(value, "g", 6)
