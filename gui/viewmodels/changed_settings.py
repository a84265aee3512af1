"""Settings of a run that differ from the defaults. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.viewmodels.form_fields import PLUGINS, Path_
from trainer.settings import describe
from trainer.settings.fields import as_typed
from trainer.text.nested_tables import table_of

_TOLD_ELSEWHERE = {
    ("data", "source"), ("model",), ("train", "optimizer"), ("train", "seed"), ("train", "epochs"), ("train", "device"),
}  # fmt: skip
"""Shown elsewhere next to these."""


@dataclass(frozen=True)
class ChangedSetting:
    """A setting that differs from its default.

    Attributes:
        path: Its place in the settings tree.
        title: Its title; "" for an option of a plugin.
        value: Its value in the run, as it would be typed.
    """

    path: Path_
    title: str
    value: str


def changed_settings(settings: Mapping[str, Any]) -> list[ChangedSetting]:
    """Find the settings of a run that differ from the defaults.

    Args:
        settings: The run's settings by table. Those outside the settings tree are skipped, but for plugin options.

    Returns:
        The settings in the order of the tree, then the options of plugins.
    """
    found = []
    for setting in describe():
        if setting.type is dict or setting.path in _TOLD_ELSEWHERE:
            continue
        values = table_of(settings, setting.group) if setting.group else settings
        if setting.key in values and as_typed(values[setting.key]) != as_typed(setting.default):
            found.append(ChangedSetting(setting.path, setting.title, as_typed(values[setting.key])))
    plugins = table_of(settings, PLUGINS)
    for name in plugins:
        for key, value in table_of(plugins, name).items():
            found.append(ChangedSetting((PLUGINS, name, key), "", as_typed(value)))
    return found
