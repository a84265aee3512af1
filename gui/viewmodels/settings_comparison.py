"""The settings of several runs, side by side. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trainer.store.folder import RunFolder
from trainer.store.run_files import dotted_settings


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
