"""The settings of a run: TOML files, command-line flags and the window's form derive from one tree.

Nothing here imports torch. Layers are merged first and checked once: defaults < recipe < file < flags (`merge`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError

from trainer.errors import UsageError
from trainer.settings.fields import Path, Setting, leaves
from trainer.settings.problems import PROBLEMS, SettingProblem, refuse
from trainer.settings.schema import (
    Augment,
    Checkpoints,
    Cnn,
    Data,
    EarlyStopping,
    Head,
    Mlp,
    ResNet9Settings,
    Settings,
    Softmax,
    Train,
)
from trainer.text.nested_tables import overlaid
from trainer.text.suggestion import alternatives
from trainer.text.toml_text import parse_toml

__all__ = [
    "FLAGS",
    "Augment",
    "Checkpoints",
    "Cnn",
    "Data",
    "EarlyStopping",
    "Flag",
    "Head",
    "Mlp",
    "ResNet9Settings",
    "Settings",
    "Softmax",
    "Train",
    "alternatives",
    "describe",
    "flag_name",
    "flags",
    "from_toml",
    "merge",
    "refuse",
    "schema",
]

FLAGS = "flags"
"""Origin of values given as flags: a problem then names the flag."""
RECORDED = "recipe"
"""Table of what a run only records."""


# --- what a form, a help page and the command line ask


class Flag(NamedTuple):
    """A setting on the command line.

    Attributes:
        name: The flag, such as `--epochs`.
        aliases: Other spellings of it.
        path: Its place in the tree, such as ("train", "epochs").
        type: Plain type of its value.
        optional: Whether `auto` stands for None.
        help: Its help text.
        default: Default value.
        choices: Values to choose from; empty if there is no such list.
    """

    name: str
    aliases: tuple[str, ...]
    path: Path
    type: type
    optional: bool
    help: str
    default: Any
    choices: tuple[str, ...]


@cache
def describe() -> tuple[Setting, ...]:
    """List every setting of the tree that can be chosen; those without a table first.

    Returns:
        The settings, in the order of declaration.
    """
    return tuple(item for item in leaves(Settings) if item.group != RECORDED)


def schema() -> list[dict[str, Any]]:
    """Return `describe()` as plain JSON values, for `epochscope describe` and the window's form.

    Returns:
        A mapping per setting.
    """
    return [
        {
            **{key: value for key, value in vars(item).items() if key != "words"},
            "type": item.type.__name__,
            "choices": list(item.choices),
            "default": list(item.default) if isinstance(item.default, tuple) else item.default,
            "expected": item.expected,
            "flag": flag_name(item.path) if item.path not in _NO_FLAG else None,
        }
        for item in describe()
    ]


_NO_FLAG: set[Path] = {("data", "source"), ("plugins",)}
"""The data source is positional; options of plugins are given by --option."""
_ALIASES: dict[Path, tuple[str, ...]] = {
    ("data", "skip_bad"): ("--skip-bad",),
    ("data", "samples"): ("--samples",),
    ("data", "edits"): ("--edits",),
    ("backbone", "tune"): ("--tune",),
    ("backbone", "weights"): ("--weights",),
}


def flag_name(path: Path) -> str:
    """Name the flag of a setting: `train.epochs` is `--epochs`, other tables are named, as in `--augment.rotation`.

    Args:
        path: Place in the tree, such as ("train", "epochs").

    Returns:
        The flag, with its dashes.
    """
    short = path[1:] if path[0] == "train" else path
    return "--" + ".".join(short).replace("_", "-")


def flags() -> list[Flag]:
    """List the flags of `epochscope train`.

    Returns:
        The flags, in the order of the tree.
    """
    return [
        Flag(flag_name(s.path), _ALIASES.get(s.path, ()), s.path, s.type, s.optional, s.help, s.default, s.choices)
        for s in describe()
        if s.path not in _NO_FLAG
    ]


# --- merging and checking


def merge(*layers: Mapping[str, Any], origins: Sequence[str] = ()) -> Settings:
    """Merge layers of nested tables into settings; later layers win.

    Args:
        *layers: Nested tables. Values may be text, as flags give them.
        origins: Name of each layer (`recipe seed`, a file name, `FLAGS`), for error texts only.

    Returns:
        The settings, checked.

    Raises:
        UsageError: `settings.invalid`, with every problem and its place.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = overlaid(merged, layer)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems = [_problem(item, merged, _origin(_place(item), layers, origins)) for item in found]
    # two wrong items of one list are one problem
    return refuse(list({(one.place, one.text): one for one in problems}.values()))


def _look_up(tree: Any, path: Sequence[Any]) -> Any:
    """The value at a path, or Ellipsis where there is none."""
    for part in path:
        tree = tree.get(part, ...) if isinstance(tree, Mapping) else ...
    return tree


def _place(error: Mapping[str, Any]) -> Path:
    """Where one of pydantic's errors belongs: a setting, also for an item in it; else a table or a stray key."""
    path = tuple(str(part) for part in error["loc"])
    return path[:1] if path[:1] in _known() else path


def _problem(error: Mapping[str, Any], merged: Mapping[str, Any], origin: str) -> SettingProblem:
    """One of pydantic's errors in our own words."""
    path, kind = _place(error), str(error["type"])
    place, got = ".".join(path), _shown(_look_up(merged, path))
    if kind in PROBLEMS:
        return SettingProblem(kind, place, {"got": got, **error["ctx"]}, origin)
    if path in _known():
        return SettingProblem("value", place, {"got": got, "expected": _known()[path].expected}, origin)
    if kind == "extra_forbidden":
        return SettingProblem("unknown_key", place, {**_similar_key(path)}, origin)
    if path == (RECORDED,):
        return SettingProblem("only_recorded", place, {"got": got}, origin)
    return SettingProblem("table", place, {"got": got}, origin)


@cache
def _known() -> dict[Path, Setting]:
    return {item.path: item for item in leaves(Settings)}


def _similar_key(path: Path) -> dict[str, str]:
    key = path[-1]
    elsewhere = [".".join(item.path) for item in describe() if item.key == key]
    if elsewhere:
        return {"similar": elsewhere[0]}
    if len(path) == 1:
        return alternatives(key, list(Settings.model_fields))
    return alternatives(key, [item.key for item in describe() if item.group == path[0]])


def _shown(value: Any) -> str:
    """A value as one would type it: numbers bare, also those that a flag gave as text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if re.fullmatch(r"[-+.\d][-+.\de_]*", value) else repr(value)
    return repr(value)


def _origin(path: Path, layers: Sequence[Mapping[str, Any]], origins: Sequence[str]) -> str:
    """Which layer a value came from: the last that holds the path. A whole table has no one origin."""
    for layer, origin in reversed(list(zip(layers, origins, strict=False))):
        found = _look_up(layer, path)
        if found is not ... and not isinstance(found, Mapping):
            return flag_name(path) if origin == FLAGS else origin
    return ""


# --- TOML


def from_toml(text: str, name: str = "settings") -> dict[str, Any]:
    """Parse TOML; the tables are not checked yet.

    Args:
        text: The TOML.
        name: Name of its file, for the error. Default: "settings".

    Returns:
        Nested tables.

    Raises:
        UsageError: `settings.toml`, with the line.
    """
    try:
        return parse_toml(text)
    except ValueError as error:
        line = re.search(r"line (\d+)", str(error))
        raise UsageError(
            "settings.toml",
            f"This is not valid TOML: {error}",
            where=f"{name}:{line[1]}" if line else name,
            expected='lines such as `epochs = 5` or `device = "cpu"` under a table such as `[train]`',
            reason=str(error),
        ) from error
