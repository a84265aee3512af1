"""The settings of a new run that its images depend on. No Qt."""

from __future__ import annotations

from typing import Any

from gui.viewmodels.settings_form import SettingsForm
from trainer.settings import merge

_TABLES = ("data", "augment")
_OF_TRAINING = ("batch", "seed")


def typed_data(form: SettingsForm) -> object:
    """Return what is compared to find whether other images have been chosen.

    Args:
        form: The form.

    Returns:
        A value that changes with them.
    """
    found = form.tables()
    return found.get("data"), found.get("train", {}).get("seed")


def checked_settings(form: SettingsForm) -> dict[str, Any] | None:
    """Return the settings that a check of the data needs.

    Args:
        form: The form.

    Returns:
        Their tables; None if some of them have problems.
    """
    if any(found.path[0] in _TABLES or found.path[-1] in _OF_TRAINING for found in form.check()):
        return None
    tables = form.tables()
    made = {name: tables[name] for name in _TABLES if name in tables}
    made["train"] = {name: value for name, value in tables.get("train", {}).items() if name in _OF_TRAINING}
    return made


def chosen_data(form: SettingsForm) -> dict[str, Any] | None:
    """Return all settings that determine the images, defaults included.

    Args:
        form: The form.

    Returns:
        The table `data`; None if some of the settings have problems.
    """
    tables = checked_settings(form)
    return None if tables is None else merge({"data": tables.get("data", {})}).data.model_dump()
