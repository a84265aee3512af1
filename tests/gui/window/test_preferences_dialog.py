"""The settings of the window: the Python that trains is used only once it was found to work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.skipif(sys.platform == "win32", reason="a script as interpreter")
@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        (1, "This Python cannot be used. Epochscope is not installed in it."),
        (7, "This Python cannot be used. It ended with exit code 7."),
        (None, "This Python cannot be used. {python} cannot be run: "),
    ],
)
def test_a_python_that_cannot_train_is_not_used(qtbot: QtBot, tmp_path: Path, end: int | None, verdict: str) -> None:
    from PySide6.QtWidgets import QWidget

    from gui.preferences import Preferences
    from gui.window.preferences_dialog import PreferencesDialog

    python = tmp_path / "python"
    if end is not None:
        python.write_text(f"#!{sys.executable}\nraise SystemExit({end})\n")
        python.chmod(0o755)
    window, preferences = QWidget(), Preferences()
    qtbot.addWidget(window)
    before = preferences.python
    dialog = PreferencesDialog(window, preferences)
    dialog.python.setText(str(python))
    dialog.check()
    qtbot.waitUntil(lambda: dialog.verdict.text().startswith(verdict.format(python=python)), timeout=30_000)
    assert preferences.python == before
    dialog.close()
