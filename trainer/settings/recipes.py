"""Recipes: named sets of settings that are known to work, one TOML file each in `resources/recipes`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trainer.errors import UsageError
from trainer.resources import resource
from trainer.settings import RECORDED, from_toml
from trainer.text.suggestion import alternatives, suggest
from trainer.text.text_file import read_text


@dataclass(frozen=True)
class Recipe:
    """A named set of settings.

    Attributes:
        name: Its name; for a file of the caller's own, its path as it was given.
        title: Title, for people.
        description: What it is for.
        values: Nested tables, not yet checked.
    """

    name: str
    title: str
    description: str
    values: dict[str, Any]

    @property
    def layer(self) -> dict[str, Any]:
        """The values, and the name for the run to record: a layer for `trainer.settings.merge`."""
        return {**self.values, RECORDED: {"name": self.name}}


def recipes() -> list[Recipe]:
    """List the recipes that come with the package.

    Returns:
        By name.
    """
    return [_read(path) for path in _files().values()]


def load_recipe(name: str) -> Recipe:
    """Load a recipe.

    Args:
        name: Its name, or the path of a TOML file.

    Returns:
        The recipe.

    Raises:
        UsageError: `recipe.unknown`, `recipe.unreadable`, or `settings.toml`: the file is not TOML.
    """
    known = _files()
    if name in known:
        return _read(known[name])
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return replace(_read(path), name=name)  # two files of one name, or a built-in recipe, are told apart
    raise UsageError(
        "recipe.unknown",
        f"There is no recipe {name!r}{suggest(name, list(known))}",
        where="recipe",
        expected="the name of a recipe, or the path of a TOML file",
        name=name,
        **alternatives(name, list(known)),
    )


def _files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(resource("recipes").glob("*.toml"), key=lambda path: path.stem)}


def _read(path: Path) -> Recipe:
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        raise UsageError(
            "recipe.unreadable",
            f"The recipe cannot be read: {error}",
            where=str(path),
            expected="a UTF-8 text file",
            reason=str(error),
        ) from error
    values = from_toml(text, str(path))
    about = values.pop(RECORDED, {})
    about = about if isinstance(about, dict) else {}
    title = str(about.get("title", path.stem))
    return Recipe(path.stem, title, str(about.get("description", "")), values)
