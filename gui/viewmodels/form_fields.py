"""A field of the form of a new run, and what is wrong with one. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.home_path import expanded
from trainer.settings.fields import Setting, as_typed

Path_ = tuple[str, ...]
Kind = Literal["choice", "open_choice", "switch", "integer", "number", "list", "text", "path"]
PLUGINS = "plugins"
"""Table of the options of plugins; their paths begin with it."""


@dataclass(frozen=True)
class Field:
    """One setting of the form.

    Attributes:
        setting: The setting.
        kind: How it is edited.
        choices: Texts to choose from; an `open_choice` takes other texts too.
    """

    setting: Setting
    kind: Kind
    choices: tuple[str, ...]

    @property
    def path(self) -> Path_:
        """Its place in the settings tree."""
        return self.setting.path


@dataclass(frozen=True)
class Problem:
    """What is wrong with a setting.

    Attributes:
        path: Its place in the settings tree.
        code: `value` (wrong type or out of range), `missing` (a callback needs it), `refused` (by a callback),
            `nothing_left`, `long_warmup`, `unknown_source`, `unknown_callback`, `unknown_metric`, `unknown_monitor`,
            `name` (not valid for a run), `name_taken` or `other`.
        text: The problem in English.
        answer: The error of the callback as plain values, for `refused`.
    """

    path: Path_
    code: str
    text: str
    answer: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class OptionField(Field):
    """An option of a callback: an argument of its constructor. An empty text is the constructor's default.

    Attributes:
        plugin: Name of the callback.
        required: Whether the constructor has no default.
        values: Of the choices: texts and what they stand for.
    """

    plugin: str
    required: bool
    values: Mapping[str, Any]

    @property
    def path(self) -> Path_:
        """Its table is that of the plugin."""
        return (PLUGINS, self.plugin, self.setting.key)

    @property
    def base(self) -> str:
        """The default as one types it; "" where it is None, or there is none."""
        return "" if self.setting.default is None else as_typed(self.setting.default)

    def value(self, text: str) -> Any:
        """Read a text.

        Args:
            text: As it was typed, not empty.

        Returns:
            The value for the constructor; a path is absolute.

        Raises:
            ValueError: The text is not of the type.
        """
        if self.kind == "switch":
            return text == "true"
        if self.kind == "choice":
            if text not in self.values:
                raise ValueError(text)
            return self.values[text]
        if self.kind == "path":  # the engine starts in another folder: a path must be whole
            return str(expanded(text).absolute())
        parsers: dict[str, type] = {"integer": int, "number": float}
        return parsers.get(self.kind, str)(text)
