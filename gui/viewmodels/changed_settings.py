"""Which settings of a run are not the defaults. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.viewmodels.form_fields import PLUGINS, Path_, as_text
from trainer.settings import describe

_TOLD_ELSEWHERE = {
    ("data", "source"), ("model",), ("train", "optimizer"), ("train", "seed"), ("train", "epochs"), ("train", "device"),
}  # fmt: skip
"""Shown elsewhere beside these."""


@dataclass(frozen=True)
class ChangedSetting:
    """Path and title of a setting, and its value in the run as it would be typed. Options of plugins have no title."""

    path: Path_
    title: str
    value: str


def changed_settings(settings: Mapping[str, Any]) -> list[ChangedSetting]:
    """The settings of a run that differ from the defaults, in the order of the settings tree, then the options of
    plugins. Others outside the tree are left out."""
    found = []
    for setting in describe():
        if setting.type is dict or setting.path in _TOLD_ELSEWHERE:
            continue
        values = table(settings, setting.group) if setting.group else settings
        if setting.key in values and as_text(values[setting.key]) != as_text(setting.default):
            found.append(ChangedSetting(setting.path, setting.title, as_text(values[setting.key])))
    plugins = table(settings, PLUGINS)
    for name in plugins:
        for key, value in table(plugins, name).items():
            found.append(ChangedSetting((PLUGINS, name, key), "", as_text(value)))
    return found


def table(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table of settings; empty if the run has something else there."""
    found = settings.get(name)
    return found if isinstance(found, Mapping) else {}
