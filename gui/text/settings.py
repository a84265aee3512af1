"""Texts of settings and of their problems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from gui.text import formats
from gui.text.errors import whole_text
from gui.text.expected_values import expected
from gui.viewmodels.form_fields import PLUGINS, Field, OptionField, Problem
from gui.viewmodels.settings_form import SettingsForm
from trainer.settings.recipes import Recipe

_SCHEMA = "Settings"
"""Context of the texts that come from the settings tree: `trainer.settings.schema()` holds all of them."""


def title(field: Field) -> str:
    """Name a setting; an option of a callback is called like the argument.

    Args:
        field: The setting.

    Returns:
        The title.
    """
    if isinstance(field, OptionField):
        return field.setting.key
    return QCoreApplication.translate(_SCHEMA, field.setting.title)


def unit(field: Field) -> str:
    """Return the unit of a setting.

    Args:
        field: The setting.

    Returns:
        The unit; "" if it has none.
    """
    return QCoreApplication.translate(_SCHEMA, field.setting.unit) if field.setting.unit else ""


def about(field: Field) -> str:
    """Explain a setting and what it accepts.

    Args:
        field: The setting.

    Returns:
        The text.
    """
    if isinstance(field, OptionField):
        text = callback_text(field.setting.help)
        return f"{text} ({expected(field.setting)})" if text else expected(field.setting)
    text = QCoreApplication.translate(_SCHEMA, field.setting.help)
    return f"{text} ({expected(field.setting)})"


def callback_text(text: str) -> str:
    """What a callback says of itself or of an option, with quotes for the backticks of docstrings; those of others have
    no translation."""
    told = QCoreApplication.translate("Callbacks", text) if text else ""
    return re.sub("`([^`]+)`", lambda code: QLocale().quoteString(code[1]), told)


def recipe_title(recipe: Recipe) -> str:
    """Return the short name of a recipe.

    Args:
        recipe: The recipe.

    Returns:
        The title.
    """
    return QCoreApplication.translate("Recipes", recipe.title)


def recipe_about(recipe: Recipe) -> str:
    """Explain what a recipe is for.

    Args:
        recipe: The recipe.

    Returns:
        The text.
    """
    return QCoreApplication.translate("Recipes", recipe.description)


def group_title(group: str) -> str:
    """Return the heading of a table of settings.

    Args:
        group: Name of the table; "" at the top.

    Returns:
        The heading.
    """
    tr = QCoreApplication.translate
    titles = {
        "": tr("Form", "Further"),
        "data": tr("Form", "Data"),
        "augment": tr("Form", "Augmentation of training images"),
        "train": tr("Form", "Training"),
        "backbone": tr("Form", "Pretrained network"),
        "head": tr("Form", "Head of the pretrained network"),
        "checkpoint": tr("Form", "Checkpoints"),
        "early_stopping": tr("Form", "Early stopping"),
    }
    return titles.get(group) or tr("Form", "Model {name}").format(name=group)


def refusal(answer: Mapping[str, Any]) -> str:
    """What a callback or its package says: an error as plain values."""
    return whole_text({**answer, "where": ""})  # it is shown beside the setting


def place(form: SettingsForm, found: Problem) -> str:
    """What a problem is with: the name of a setting, or of a callback and its option."""
    if found.path[0] == PLUGINS:
        return ": ".join(found.path[1:])
    field = form.field(found.path)
    return title(field) if field is not None else found.text


def problem(form: SettingsForm, found: Problem) -> str:
    """Say what is wrong with a setting.

    Args:
        form: The form.
        found: The problem.

    Returns:
        A sentence to show next to the setting.
    """
    tr = QCoreApplication.translate
    if found.code == "value" and (field := form.field(found.path)) is not None:
        return tr("Form", "Expected: {what}").format(what=expected(field.setting))
    if found.code == "refused":
        return formats.plain(refusal(found.answer))
    texts = {
        "missing": tr("Form", "Needs a value."),
        "nothing_left": tr("Form", "Validation and test together leave nothing to train on."),
        "long_warmup": tr("Form", "The warm-up must be shorter than the epochs."),
        "unknown_source": tr("Form", "There is no such data set or folder."),
        "unknown_callback": tr("Form", "One of these callbacks is not installed."),
        "unknown_metric": tr("Form", "One of these metrics is not installed."),
        "unknown_monitor": tr("Form", "Expected: loss, accuracy, macro_f1 or one of “More metrics”."),
        "name": tr("Form", "1 to 64 of A–Z a–z 0–9 . _ -, no dot at either end; not “last”."),
        "name_taken": tr("Form", "A run of this name already exists."),
    }
    return texts.get(found.code) or found.text
