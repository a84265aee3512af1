"""Why a run cannot start yet, also where the setting is scrolled away: a click leads there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QPushButton

from gui.style.theme import icon
from gui.text import settings
from gui.viewmodels.form_fields import Path_, Problem
from gui.viewmodels.settings_form import SettingsForm


class FixButton(QPushButton):
    """Names all that is wrong; hidden where nothing is. `places`: paths of the settings, in order."""

    def __init__(self) -> None:
        super().__init__(icon("warning"), "")
        self.places: list[Path_] = []

    def show_problems(self, form: SettingsForm, problems: Sequence[Problem]) -> None:
        """These, one of each setting."""
        self.places = [found.path for found in problems]
        names = ", ".join(settings.place(form, found) for found in problems)
        self.setText(self.tr("Fix before starting: {names}").format(names=names))
        self.setVisible(bool(problems))
