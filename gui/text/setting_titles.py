"""Titles of settings that are known by their dotted name, as the form of a new run has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from trainer.settings import describe


def setting_titles(names: Sequence[str]) -> list[str]:
    """Name settings as the form does.

    Args:
        names: Dotted names, such as `train.lr`.

    Returns:
        A title for each; the name itself where there is no such setting, and after the title where several of these
        settings have the same one.
    """
    known = {".".join(setting.path): setting.title for setting in describe()}
    found = [QCoreApplication.translate("Settings", known[name]) if name in known else name for name in names]
    often = Counter(found)
    return [title if often[title] == 1 else f"{title} ({name})" for title, name in zip(found, names, strict=True)]
