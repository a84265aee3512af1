"""A person at the review of labels: presses keys, looks at what was decided and at what was saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.panels.labels.labels_view import LabelsView
from trainer.store.edits_file import read_edits

Key, Mod = Qt.Key, Qt.KeyboardModifier


def settings(source: Path, **data: Any) -> dict[str, Any]:
    return {"data": {"source": str(source), **data}}


def press(view: LabelsView, key: Key | str, held: Mod = Mod.NoModifier) -> None:
    """A key of the list; a Cyrillic letter is what a Russian keyboard writes."""
    if isinstance(key, str):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(view.grid, QKeyEvent(kind, ord(key.upper()), held, key))
    else:
        QTest.keyClick(view.grid, key, held)


def saved(place: Path) -> dict[str, tuple[str, str]]:
    return {one.path: (one.action, one.label) for one in read_edits(place)} if place.is_file() else {}


def decided(view: LabelsView) -> dict[str, tuple[str, str]]:
    return {path: (one.action, one.label) for path, one in view.review.decisions.items()}


def current(view: LabelsView) -> int:
    return view.grid.currentIndex().row()
