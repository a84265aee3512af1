"""Which settings of a run are not the defaults. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.viewmodels.settings_form import as_text
from trainer.settings import describe
from trainer.settings.fields import Setting

_TOLD_ELSEWHERE = {
    ("data", "source"), ("model",), ("train", "optimizer"), ("train", "seed"), ("train", "epochs"), ("train", "device"),
}  # fmt: skip
"""Shown elsewhere beside these."""


@dataclass(frozen=True)
class ChangedSetting:
    """A setting, and its value in the run as it would be typed."""

    setting: Setting
    value: str


def changed_settings(settings: Mapping[str, Any]) -> list[ChangedSetting]:
    """The settings of a run that differ from the defaults, in the order of the settings tree. Settings outside the
    tree, such as plugin options, are left out."""
    found = []
    for setting in describe():
        if setting.type is dict or setting.path in _TOLD_ELSEWHERE:
            continue
        values = table(settings, setting.group) if setting.group else settings
        if setting.key in values and as_text(values[setting.key]) != as_text(setting.default):
            found.append(ChangedSetting(setting, as_text(values[setting.key])))
    return found


def table(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table of settings; empty if the run has something else there."""
    found = settings.get(name)
    return found if isinstance(found, Mapping) else {}
