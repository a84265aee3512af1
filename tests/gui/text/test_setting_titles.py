"""Titles of settings: those of the form, and never two alike."""

from __future__ import annotations

import pytest

from gui.text.setting_titles import setting_titles
from trainer.settings import describe


@pytest.mark.usefixtures("qapp")
def test_every_setting_has_its_title_and_no_two_are_alike() -> None:
    settings = {".".join(setting.path): setting.title for setting in describe()}
    assert [setting_titles([name]) for name in settings] == [[title] for title in settings.values()]
    assert len(set(setting_titles(list(settings)))) == len(settings)
    assert setting_titles(["mlp.dropout", "cnn.dropout", "no.such"]) == [
        "Dropout (mlp.dropout)",
        "Dropout (cnn.dropout)",
        "no.such",
    ]
