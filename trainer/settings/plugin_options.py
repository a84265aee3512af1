"""Options of plugins as flags: `--option NAME.KEY=VALUE` for `KEY = VALUE` in the table `[plugins.NAME]`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from trainer.settings.problems import SettingProblem, refuse
from trainer.settings.toml import value_text
from trainer.text.toml_text import parse_toml

FORM = "NAME.KEY=VALUE"


class PluginOption(NamedTuple):
    """An option of a plugin.

    Attributes:
        plugin: Name of the model, callback or metric.
        key: Name of the option.
        value: Its value, as TOML has it.
    """

    plugin: str
    key: str
    value: Any

    @classmethod
    def parse(cls, text: str) -> PluginOption | None:
        """Read `NAME.KEY=VALUE`.

        VALUE is read as in TOML: `3` is a number, `true` a switch, `"3"` a text. What is not TOML is a text as it
        stands.

        Args:
            text: The text.

        Returns:
            The option; None for a text of another form.
        """
        place, sign, value = text.partition("=")
        plugin, _, key = place.strip().rpartition(".")
        if not sign or not plugin or not key.isidentifier():
            return None
        return cls(plugin, key, _value(value.strip()))

    def __str__(self) -> str:
        bare = isinstance(self.value, str) and _value(self.value.strip()) == self.value
        text = self.value if bare else value_text(self.value)
        return f"{self.plugin}.{self.key}={text}"


def option_tables(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Collect the values of `--option`; of two for one key the later one counts.

    Args:
        texts: `NAME.KEY=VALUE` each.

    Returns:
        The tables of `plugins`, by name.

    Raises:
        UsageError: `settings.invalid`: texts of another form, all of them.
    """
    tables: dict[str, dict[str, Any]] = {}
    problems = []
    for text in texts:
        option = PluginOption.parse(text)
        if option is None:
            problems.append(SettingProblem("option_form", "--option", {"got": repr(text)}))
        else:
            tables.setdefault(option.plugin, {})[option.key] = option.value
    if problems:
        refuse(problems)
    return tables


def _value(text: str) -> Any:
    """A value of TOML, else the text itself."""
    try:
        found = parse_toml(f"value = {text}")
    except ValueError:
        return text
    return found["value"] if len(found) == 1 else text  # a line break would begin another key
