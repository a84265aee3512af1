"""The settings of a run as a report shows them: changed ones first, and the command that repeats the run. [no torch]"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trainer.errors import UsageError
from trainer.settings import describe, flag_name, merge
from trainer.settings.fields import Setting, as_typed


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
        tree: dict[str, Any] = merge(settings).model_dump()
    except UsageError:  # of another version, or the caller's own
        return [Chosen(".".join(path), None, value) for path, value in _leaves(settings, ())]
    known = [Chosen(".".join(one.path), one, _at(tree, one.path)) for one in describe() if one.path != ("plugins",)]
    plugins = [Chosen(f"plugins.{'.'.join(path)}", None, value) for path, value in _leaves(tree["plugins"], ())]
    return known + plugins


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        tree = tree[part]
    return tree


def _leaves(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value


def command(settings: Mapping[str, Any]) -> str | None:
    """Make the command that repeats a run with the defaults of this version.

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
    words = ["epochscope", "train", source]
    for one in found:
        if one.changed and one.path != "data.source" and one.setting is not None:
            words += [_flag(one.setting, one.value)] if isinstance(one.value, bool) else []
            words += [] if isinstance(one.value, bool) else [flag_name(one.setting.path), as_typed(one.value)]
    return shlex.join(words)


def _flag(setting: Setting, value: bool) -> str:
    name = flag_name(setting.path)
    return name if value else f"--no-{name.removeprefix('--')}"
