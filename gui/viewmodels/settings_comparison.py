"""The settings of several runs, side by side. No Qt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui.viewmodels.run_row import Row
from trainer.store.change_stamp import change_stamp
from trainer.store.folder import RunFolder
from trainer.store.run_files import dotted_settings

_DATA = "data.source"
"""Runs are grouped by data without their settings."""


@dataclass(frozen=True)
class SettingDifference:
    """A setting by its dotted name, and its value in each run; None if a run does not have it."""

    name: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs differ in it."""
        return len({repr(value) for value in self.values}) > 1


def compare_settings(folders: Sequence[RunFolder]) -> list[SettingDifference]:
    """Every setting of some runs, in the order of run.toml."""
    tables = [dotted_settings(folder) for folder in folders]
    names = dict.fromkeys(name for table in tables for name in table)
    return [SettingDifference(name, tuple(table.get(name) for table in tables)) for name in names]


def read_row_settings(row: Row, path: Path) -> bool:
    """Read the settings of a run into its row, unless its run.toml is as it was; whether they were read."""
    folder = RunFolder(path)
    stamp = change_stamp(folder.run_toml)
    if stamp == row.settings_stamp:
        return False
    row.settings = {name: _text(value) for name, value in dotted_settings(folder).items()}
    row.settings_stamp = stamp
    return True


def differing_settings(rows: Sequence[Row]) -> list[str]:
    """The dotted names of settings in which rows differ whose settings were read, in the order of run.toml."""
    known = [row.settings for row in rows if row.settings]
    names = dict.fromkeys(name for settings in known for name in settings if "." in name)
    return [name for name in names if name != _DATA and len({settings.get(name) for settings in known}) > 1]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
