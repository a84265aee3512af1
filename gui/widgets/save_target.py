"""Asks where to save a file."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gui.preferences import Preferences
from gui.widgets.question_box import question_box
from trainer.export import with_suffix


def ask_target(
    parent: QWidget, preferences: Preferences, name: str, title: str, files: str, also: tuple[str, ...] = ()
) -> Path | None:
    """The chosen file, by default called `name`; it has the suffix of `name` or one of `also`. None if cancelled.
    Overwriting has been confirmed."""
    start = Path(preferences.folder("export") or Path.home()) / name
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(start), files)
    if not chosen:
        return None
    path = with_suffix(Path(chosen), Path(name).suffix, *also)
    # the dialog asked about the name without the suffix
    if path != Path(chosen) and os.path.lexists(path) and not _may_replace(parent, path):
        return None
    preferences.set_folder("export", path.parent)
    return path


def _may_replace(parent: QWidget, path: Path) -> bool:
    text = QCoreApplication.translate("FileActions", "{path} already exists. Replace it?").format(path=path)
    yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
    box = question_box(parent, QMessageBox.Icon.Warning, text)
    box.setStandardButtons(yes | no)
    box.setDefaultButton(no)
    return box.exec() == yes
