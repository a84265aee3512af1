"""Titles of settings that are known by their dotted name, as the form of a new run has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from PySide6.QtCore import QCoreApplication

from trainer.settings import Settings
from trainer.settings.fields import leaves


@cache
def _titles() -> dict[str, str]:
    return {".".join(setting.path): setting.title for setting in leaves(Settings)}


def setting_titles(names: Sequence[str]) -> list[str]:
    """Name settings as the form does.

    Args:
        names: Dotted names, such as `train.lr`.

    Returns:
        A title for each; the name itself where there is no such setting, and after the title where several of these
        settings have the same one.
    """
    known = _titles()
    found = [QCoreApplication.translate("Settings", known[name]) if name in known else name for name in names]
    often = Counter(found)
    return [title if often[title] == 1 else f"{title} ({name})" for title, name in zip(found, names, strict=True)]
