"""The settings of a run as a report shows them: changed ones first, and the command that repeats the run. [no torch]"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.errors import UsageError
from trainer.settings import describe, flag_name, merge
from trainer.settings.fields import Setting, as_typed
from trainer.settings.recipes import Recipe, recipes
from trainer.store.summary import recipe_name
from trainer.text.nested_tables import dotted


@dataclass(frozen=True)
class Chosen:
    """A setting and its value."""

    path: str
    """Dotted name."""
    setting: Setting | None
    """The setting; None if this version does not know it."""
    value: Any
    """Its value."""

    @property
    def changed(self) -> bool:
        """Whether the value differs from the default."""
        return self.setting is None or self.value != self.setting.default


def chosen(settings: Mapping[str, Any]) -> list[Chosen]:
    """List the settings of a run.

    Args:
        settings: Content of run.toml.

    Returns:
        Every setting with its value, in the order of the tree; plugins and unknown ones come last.
    """
    try:
        values = dict(dotted(merge(settings).model_dump()))
    except UsageError:  # of another version, or the caller's own
        return [Chosen(path, None, value) for path, value in dotted(settings)]
    named = {".".join(one.path): one for one in describe() if one.path != ("plugins",)}
    plugins = [Chosen(path, None, value) for path, value in values.items() if path.startswith("plugins.")]
    return [Chosen(path, one, values[path]) for path, one in named.items()] + plugins


def command(settings: Mapping[str, Any]) -> str | None:
    """Make the command that repeats a run with the recipes and defaults of this version.

    Args:
        settings: Content of run.toml.

    Returns:
        `epochscope train ...`; None if flags cannot express it: the user's own model or loaders, options of plugins, a
        setting of another version.
    """
    if not settings or settings.get("custom"):
        return None
    found = chosen(settings)
    if any(one.setting is None for one in found):
        return None
    source = next(as_typed(one.value) for one in found if one.path == "data.source")
    recipe = _recipe(settings)
    words = ["epochscope", "train", source, *(["--recipe", recipe.name] if recipe else [])]
    base = dict(dotted(merge(recipe.values if recipe else {}).model_dump()))
    for one in found:
        if one.setting is None or one.path == "data.source" or one.value == base[one.path]:
            continue
        flag = flag_name(one.setting.path)
        if isinstance(one.value, bool):
            words.append(flag if one.value else f"--no-{flag.removeprefix('--')}")
        else:
            words += [flag, as_typed(one.value)]
    return shlex.join(words)


def _recipe(settings: Mapping[str, Any]) -> Recipe | None:
    """The recipe that the settings began with, if it is one of this version."""
    name = recipe_name(settings)
    return next((recipe for recipe in recipes() if recipe.name == name), None)
