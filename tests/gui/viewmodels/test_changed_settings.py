"""Which settings of a run are not the defaults."""

from __future__ import annotations

from gui.viewmodels.changed_settings import changed_settings
from trainer.settings import Settings, describe, merge


def test_defaults_are_no_changes() -> None:
    assert changed_settings(Settings().model_dump()) == []


def test_each_change_is_named_with_its_value() -> None:
    settings = Settings().model_dump()
    settings["train"]["batch"] = 7
    settings["augment"]["flip"] = not settings["augment"]["flip"]
    found = {one.path: one.value for one in changed_settings(settings)}
    assert found == {("train", "batch"): "7", ("augment", "flip"): str(settings["augment"]["flip"]).lower()}


def test_options_of_plugins_are_named_with_their_plugin() -> None:
    settings = merge({"callbacks": ["notes"], "plugins": {"notes": {"every": 2, "quiet": True}}}).model_dump()
    found = {one.path: one.value for one in changed_settings(settings)}
    notes = ("plugins", "notes")
    assert found == {("callbacks",): "notes", (*notes, "every"): "2", (*notes, "quiet"): "true"}


def test_settings_of_unknown_shape_are_left_out() -> None:
    assert changed_settings({"train": "no table", "plug-in": {"a": 1}}) == []
    assert changed_settings({"plugins": {"notes": 1}}) == changed_settings({"plugins": [1]}) == []
    assert changed_settings({}) == []
    assert len(describe()) > 20
